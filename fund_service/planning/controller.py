"""HTTP of planning rounds: list, open, edit, go on, download."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download, download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit, etag_of
from fund_service.planning import commands, queries, tables
from fund_service.planning.bodies import PlanningRoundIn, StepIn
from fund_service.planning.round_pdf import write_round_pdf
from fund_service.planning.schemas import PlanningPage, PlanningView, RoundFile
from fund_service.problems import documented
from models.clock import business_date, utc_now

PDF = "application/pdf"


class PlanningController(Controller):
    """Planning rounds."""

    path = "/planning"
    tags = ("planning",)

    @get(
        operation_id="list_planning_rounds",
        template="planning/list.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_planning_rounds(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> PlanningPage:
        """List the planning rounds, the newest first; unpublished ones to those who have a part in making them."""
        return queries.list_rounds(session, caller=caller, after=after, limit=limit)

    @post(operation_id="create_planning_round", sync_to_thread=True, responses=documented(413, 415, 422))
    def create_planning_round(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], data: JSONBody[PlanningRoundIn]
    ) -> Response[PlanningView]:
        """Open a planning round."""
        opened = commands.open_round(session, data, caller=caller, at=utc_now())
        view = queries.round_view(session, opened.id, caller=caller)
        headers = {"Location": f"/planning/{opened.id}", "ETag": etag_of(opened.version)}
        return Response(view, status_code=HTTP_201_CREATED, headers=headers)

    @get(
        "/{round_id:uuid}",
        operation_id="read_planning_round",
        template="planning/round.html",
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def read_planning_round(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], round_id: FromPath[UUID]
    ) -> Response[PlanningView]:
        """Show a round with its candidates, what was decided on each, and why."""
        view = queries.round_view(session, round_id, caller=caller)
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/{round_id:uuid}",
        operation_id="update_planning_round",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def update_planning_round(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        round_id: FromPath[UUID],
        data: JSONBody[PlanningRoundIn],
    ) -> Response[PlanningView]:
        """Replace what is said of a round while it collects; needs If-Match."""
        commands.edit_round(session, round_id, data, version=version, at=utc_now())
        view = queries.round_view(session, round_id, caller=caller)
        return Response(view, headers={"ETag": etag_of(view.version)})

    @post(
        "/{round_id:uuid}/steps",
        operation_id="step_planning_round",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 415, 422),
    )
    def step_planning_round(
        self, keyed: NamedDependency[Keyed], round_id: FromPath[UUID], data: JSONBody[StepIn]
    ) -> Response[PlanningView]:
        """Take a round to its next stage, or call it off; publishing answers everybody; needs an Idempotency-Key."""

        def effect() -> Answer:
            commands.take_step(keyed.session, round_id, data.to, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=queries.round_view(keyed.session, round_id, caller=keyed.caller))

        return keyed.once("step_planning_round", effect)

    @get(
        "/{round_id:uuid}/export",
        operation_id="export_planning_round",
        operation_class=file_operation([*MEDIA_TYPES.values(), PDF]),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_planning_round(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        kind: Annotated[RoundFile, QueryParameter(name="format")] = RoundFile.PDF,
    ) -> Response[bytes]:
        """Download the candidates with what was decided on each."""
        view = queries.round_view(session, round_id, caller=caller)
        if kind is RoundFile.PDF:
            name = f"planning-round-{business_date(utc_now())}.pdf"
            return download(write_round_pdf(view), media_type=PDF, name=name)
        rows = tables.candidate_rows(view)
        return download_table(ExportFormat(kind.value), tables.candidate_heads(), rows=rows, name="planning-round")
