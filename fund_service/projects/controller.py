"""HTTP of R&D projects."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service import operations
from fund_service.accounts.callers import Caller
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat, import_headings
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.imports.schemas import ImportKind
from fund_service.matches.method import MatchMethod
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit, SearchText, etag_of
from fund_service.problems import documented
from fund_service.projects import commands, queries, tables
from fund_service.projects.consortium import FORM_FIELDS, ConsortiumNames, members_named
from fund_service.projects.schemas import ProjectFilters, ProjectForm, ProjectIn, ProjectsPage, ProjectView
from models.clock import utc_now
from models.errors import FundError
from models.project import ProjectState, ProjectType

TwoDigits = Annotated[str | None, QueryParameter(pattern=r"^[0-9]{2}$")]
PlanCode = Annotated[str | None, QueryParameter(pattern=r"^[a-z0-9_-]{1,64}$")]


def provide_filters(
    q: SearchText = None,
    project_state: Annotated[ProjectState | None, QueryParameter(name="state")] = None,
    field_code: TwoDigits = None,
    region_code: TwoDigits = None,
    mega_region_code: PlanCode = None,
    initiative_code: PlanCode = None,
    project_type: FromQuery[ProjectType | None] = None,
    region_specific: Annotated[bool | None, QueryParameter(description="Of any region-specific type, or not.")] = None,
    leap: Annotated[bool | None, QueryParameter(description="Leap projects, or all others.")] = None,
    large: Annotated[bool | None, QueryParameter(description="Budget of ten billion won or more, or below.")] = None,
) -> ProjectFilters:
    """Read what a list of projects is narrowed to."""
    return ProjectFilters(
        state=project_state,
        field_code=field_code,
        region_code=region_code,
        mega_region_code=mega_region_code,
        initiative_code=initiative_code,
        project_type=project_type,
        region_specific=region_specific,
        leap=leap,
        large=large,
        q=q,
    )


class ProjectsController(Controller):
    """R&D projects."""

    path = "/projects"
    tags = ("projects",)
    dependencies = {"filters": Provide(provide_filters, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="list_projects",
        template="projects/projects.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_projects(
        self,
        session: NamedDependency[Session],
        filters: NamedDependency[ProjectFilters],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> ProjectsPage:
        """List the projects, newest first, and count them by state."""
        return queries.list_projects(session, filters, after=after, limit=limit)

    @get(
        "/export",
        operation_id="export_projects",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_projects(
        self,
        session: NamedDependency[Session],
        filters: NamedDependency[ProjectFilters],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the projects of a list as a table."""
        heads = import_headings(ImportKind.PROJECTS, tables.EXPORTED)
        return download_table(kind, heads, rows=tables.project_rows(session, filters), name="projects")

    @post(operation_id="create_project", sync_to_thread=True, responses=documented(413, 415, 422))
    def create_project(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        data: JSONBody[ProjectIn],
    ) -> Response[ProjectView]:
        """Record a project; matching is queued with it."""
        project = commands.record_project(session, data, at=utc_now())
        return Response(
            _view(session, project.id, caller=caller, method=method),
            status_code=HTTP_201_CREATED,
            headers={"Location": f"/projects/{project.id}", "ETag": etag_of(project.version)},
        )

    @get(
        "/new",
        operation_id="new_project_page",
        template="projects/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_project_page(self, session: NamedDependency[Session]) -> ProjectForm:
        """Show the form to record a project."""
        return queries.project_form(session)

    @post(
        "/new",
        operation_id="submit_project",
        template="projects/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_project(self, session: NamedDependency[Session], form: NamedDependency[Values]) -> Response[Any]:
        """Record a project from the form, or show the form again with what is at fault."""
        try:
            project = commands.record_project(session, _read(session, form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.project_form(session))
        return Redirect(f"/projects/{project.id}", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/{project_id:uuid}",
        operation_id="read_project",
        template="projects/project.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_project(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        project_id: FromPath[UUID],
    ) -> Response[ProjectView]:
        """Show a project, and the demand it answers and its deals to those who may read them."""
        view = _view(session, project_id, caller=caller, method=method)
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/{project_id:uuid}",
        operation_id="update_project",
        sync_to_thread=True,
        responses=documented(404, 412, 413, 415, 422, 428),
    )
    def update_project(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        version: NamedDependency[int],
        project_id: FromPath[UUID],
        data: JSONBody[ProjectIn],
    ) -> Response[ProjectView]:
        """Replace what is recorded of a project; needs If-Match."""
        commands.edit_project(session, project_id, data, version=version, at=utc_now())
        view = _view(session, project_id, caller=caller, method=method)
        return Response(view, headers={"ETag": etag_of(view.version)})

    @get(
        "/{project_id:uuid}/edit",
        operation_id="edit_project_page",
        template="projects/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_project_page(self, session: NamedDependency[Session], project_id: FromPath[UUID]) -> ProjectForm:
        """Show the form to edit a project."""
        return _edit_form(session, project_id)

    @post(
        "/{project_id:uuid}/edit",
        operation_id="submit_project_edit",
        template="projects/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_project_edit(
        self, session: NamedDependency[Session], project_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Edit a project from the form, or show the form again with what is at fault."""
        try:
            commands.edit_project(session, project_id, _read(session, form), version=version_of(form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(
                session,
                refusal,
                form,
                blank=lambda: _edit_form(session, project_id),
            )
        return Redirect(f"/projects/{project_id}", status_code=HTTP_303_SEE_OTHER)


def _view(session: Session, project_id: UUID, *, caller: Caller, method: MatchMethod) -> ProjectView:
    reads_demand = bool(caller.roles & operations.OPERATIONS["list_signal_matches"])
    reads_deals = bool(caller.roles & operations.OPERATIONS["read_deal"])
    return queries.project_view(
        session,
        project_id,
        caller=caller,
        reads_demand=reads_demand,
        reads_deals=reads_deals,
        method=method,
        at=utc_now(),
    )


def _edit_form(session: Session, project_id: UUID) -> ProjectForm:
    return queries.project_form(session, queries.find_project(session, project_id))


def _read(session: Session, form: Values) -> ProjectIn:
    """Read the form, where organisations are named one a line."""
    named = {field: _lines(form.get(field, "")) for field in FORM_FIELDS.values()}
    plain = {name: value for name, value in form.items() if name != "version" and name not in named}
    data = read_form(ProjectIn, plain, lists=("field_codes", "host_region_codes"))
    typed: Values = {**named, "lead": "\n".join(named["lead"])}
    names = read_form(ConsortiumNames, typed, lists=("anchors", "partners"))
    return data.model_copy(update={"consortium": members_named(session, names)})


def _lines(typed: str | list[str]) -> list[str]:
    texts = [typed] if isinstance(typed, str) else typed
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]
