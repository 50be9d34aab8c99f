"""HTTP of the fund's desk of commitments: the queue, a step with its document, its verification, what was kept."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.commitments import commands, promises, queries, tables
from fund_service.commitments.schemas import (
    DecisionIn,
    PromisesPage,
    RevocationIn,
    StepFilter,
    StepPage,
    StepsPage,
)
from fund_service.downloads import download, download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import Values, read_form, submitted
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from fund_service.wire import Day
from models.clock import utc_now

Which = Annotated[StepFilter | None, QueryParameter(name="which", description="None: waiting for the fund, else all.")]


class CommitmentsController(Controller):
    """Steps of the ladder, wherever their signals are."""

    path = "/commitments"
    tags = ("commitments",)

    @get(operation_id="list_steps", template="commitments/list.html", sync_to_thread=True, responses=documented(422))
    def list_steps(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        which: Which = None,
        limit: Limit = 20,
    ) -> StepsPage:
        """List the steps the caller may see: the fund's queue of claims, or an investor's own."""
        chosen = which or queries.first_list(caller)
        return queries.list_steps(session, chosen, caller=caller, at=utc_now(), after=after, limit=limit)

    @get(
        "/export",
        operation_id="export_steps",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_steps(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        which: Which = None,
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the steps of a list as a table."""
        chosen = which or queries.first_list(caller)
        rows = tables.step_rows(session, chosen, caller=caller, at=utc_now())
        return download_table(kind, tables.step_headings(), rows=rows, name="commitments")

    @get(
        "/promises",
        operation_id="read_promises",
        template="commitments/promises.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def read_promises(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], as_of: FromQuery[Day | None] = None
    ) -> PromisesPage:
        """Show which promises were kept: to the fund of every group, to an investor of their own."""
        return promises.promises_page(session, caller=caller, at=utc_now(), as_of=as_of)

    @get(
        "/{step_id:uuid}",
        operation_id="read_step",
        template="commitments/step.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_step(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], step_id: FromPath[UUID]
    ) -> StepPage:
        """Show a step, and what the reader may do about it."""
        return queries.step_page(session, step_id, caller=caller, at=utc_now())

    @get(
        "/{step_id:uuid}/evidence",
        operation_id="download_step_evidence",
        operation_class=file_operation(["application/octet-stream"]),
        sync_to_thread=True,
        responses=documented(404),
    )
    def download_step_evidence(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], step_id: FromPath[UUID]
    ) -> Response[bytes]:
        """Download the document of a step, always as a file to save."""
        step, content = queries.evidence_of(session, step_id, caller=caller)
        plain = f"commitment-{step.sha256[:12]}.{step.document_name.rpartition('.')[2].lower()}"
        answer = download(content, media_type="application/octet-stream", name=plain)
        # The name in Korean for all that read RFC 6266, the plain one for the rest.
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(step.document_name, safe='')}"
        answer.headers["Content-Disposition"] = named
        answer.headers["ETag"] = f'"{step.sha256}"'
        return answer

    @post(
        "/{step_id:uuid}/decision",
        operation_id="decide_step",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(403, 404, 409, 412, 413, 415, 422),
    )
    def decide_step(
        self, keyed: NamedDependency[Keyed], step_id: FromPath[UUID], data: JSONBody[DecisionIn]
    ) -> Response[StepPage]:
        """Verify or refuse a step; the body names the document as it was seen."""

        def effect() -> Answer:
            commands.decide_step(keyed.session, step_id, data, caller=keyed.caller, at=utc_now())
            view = queries.step_page(keyed.session, step_id, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=view)

        return keyed.once("decide_step", effect)

    @get(
        "/{step_id:uuid}/decision",
        operation_id="decision_of_step_page",
        template="commitments/decision.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def decision_of_step_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], step_id: FromPath[UUID]
    ) -> StepPage:
        """Ask for confirmation: what is on file, and what verifying it would change."""
        return queries.step_page(session, step_id, caller=caller, at=utc_now())

    @post(
        "/{step_id:uuid}/decision/new",
        operation_id="submit_decision_of_step",
        template="commitments/decision.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_decision_of_step(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        step_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Verify or refuse a step from its page."""
        path = f"/commitments/{step_id}"

        def act() -> Response[Any]:
            data = read_form(DecisionIn, typed(form))

            def effect() -> Answer:
                commands.decide_step(session, step_id, data, caller=caller, at=utc_now())
                return Answer(HTTP_303_SEE_OTHER, path)

            return keyed_form(session, caller, path, form).once("submit_decision_of_step", effect)

        return submitted(
            session, form, act, blank=lambda: queries.step_page(session, step_id, caller=caller, at=utc_now())
        )

    @post(
        "/{step_id:uuid}/revocation",
        operation_id="revoke_step",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def revoke_step(
        self, keyed: NamedDependency[Keyed], step_id: FromPath[UUID], data: JSONBody[RevocationIn]
    ) -> Response[StepPage]:
        """Take a step back, with the reason."""

        def effect() -> Answer:
            commands.revoke_step(keyed.session, step_id, data, caller=keyed.caller, at=utc_now())
            view = queries.step_page(keyed.session, step_id, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=view)

        return keyed.once("revoke_step", effect)

    @post(
        "/{step_id:uuid}/revocation/new",
        operation_id="submit_revocation_of_step",
        template="commitments/step.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_revocation_of_step(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        step_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Take a step back from its page."""
        path = f"/commitments/{step_id}"

        def act() -> Response[Any]:
            data = read_form(RevocationIn, typed(form))

            def effect() -> Answer:
                commands.revoke_step(session, step_id, data, caller=caller, at=utc_now())
                return Answer(HTTP_303_SEE_OTHER, path)

            return keyed_form(session, caller, path, form).once("submit_revocation_of_step", effect)

        return submitted(
            session, form, act, blank=lambda: queries.step_page(session, step_id, caller=caller, at=utc_now())
        )
