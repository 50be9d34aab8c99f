"""HTTP of a project's spillover assessments: look, assess, download."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import Values, read_form, submitted
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.problems import documented
from fund_service.regional import commands, queries
from fund_service.regional.schemas import SpilloverForm, SpilloverPage, SpilloverReviewIn
from models.clock import utc_now


class SpilloverController(Controller):
    """What assessors expect a project to do for its region."""

    path = "/projects/{project_id:uuid}/spillover"
    tags = ("projects",)

    @get(
        operation_id="read_spillover",
        template="regional/spillover.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_spillover(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], project_id: FromPath[UUID]
    ) -> SpilloverPage:
        """Show the assessments of a project, with every edition."""
        return queries.spillover_page(session, project_id, caller=caller, at=utc_now())

    @get(
        "/export",
        operation_id="export_spillover",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_spillover(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        project_id: FromPath[UUID],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the assessments of a project as a table."""
        view = queries.spillover_page(session, project_id, caller=caller, at=utc_now())
        return download_table(kind, queries.spillover_headings(), rows=queries.spillover_rows(view), name="spillover")

    @post(
        operation_id="assess_project_spillover",
        sync_to_thread=True,
        responses=documented(403, 404, 409, 413, 415, 422),
    )
    def assess_project_spillover(
        self, keyed: NamedDependency[Keyed], project_id: FromPath[UUID], data: JSONBody[SpilloverReviewIn]
    ) -> Response[SpilloverPage]:
        """Assess a project; the caller's earlier assessment stays on record and no longer counts."""

        def effect() -> Answer:
            commands.assess_spillover(keyed.session, project_id, data, caller=keyed.caller, at=utc_now())
            view = queries.spillover_page(keyed.session, project_id, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_201_CREATED, f"/projects/{project_id}/spillover", view)

        return keyed.once("assess_project_spillover", effect)

    @get(
        "/new",
        operation_id="project_spillover_page",
        template="regional/spillover_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def project_spillover_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], project_id: FromPath[UUID]
    ) -> SpilloverForm:
        """Show the form to assess a project."""
        return queries.spillover_form(session, project_id, caller=caller, at=utc_now())

    @post(
        "/new",
        operation_id="submit_project_spillover",
        template="regional/spillover_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_project_spillover(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        project_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Assess a project from the form, or show the form again with what is at fault."""
        address = f"/projects/{project_id}/spillover"

        def effect() -> Answer:
            data = read_form(SpilloverReviewIn, typed(form))
            commands.assess_spillover(session, project_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=address)

        return submitted(
            session,
            form,
            lambda: keyed_form(session, caller, f"{address}/new", form).once("assess_project_spillover", effect),
            blank=lambda: queries.spillover_form(session, project_id, caller=caller, at=utc_now()),
        )
