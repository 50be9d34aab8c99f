"""HTTP of envelopes."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit, etag_of
from fund_service.problems import documented
from fund_service.vehicles import commands, envelope_queries, tables
from fund_service.vehicles.schemas import EnvelopeIn
from fund_service.vehicles.views import EnvelopeFilters, EnvelopeForm, EnvelopesPage, EnvelopeView
from models.clock import utc_now
from models.errors import FundError

PlanCode = Annotated[str | None, QueryParameter(pattern=r"^[a-z0-9_-]{1,64}$")]


def provide_envelope_filters(
    initiative_code: PlanCode = None,
    mega_region_code: PlanCode = None,
    region_code: Annotated[str | None, QueryParameter(pattern=r"^[0-9]{2}$")] = None,
    year: Annotated[int | None, QueryParameter(ge=2026, le=2100)] = None,
    vehicle_id: Annotated[UUID | None, QueryParameter()] = None,
) -> EnvelopeFilters:
    """Read what a list of envelopes is narrowed to."""
    return EnvelopeFilters(
        initiative_code=initiative_code,
        mega_region_code=mega_region_code,
        region_code=region_code,
        year=year,
        vehicle_id=vehicle_id,
    )


class EnvelopesController(Controller):
    """Envelopes."""

    path = "/envelopes"
    tags = ("vehicles",)
    dependencies = {"filters": Provide(provide_envelope_filters, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="list_envelopes",
        template="vehicles/envelopes.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_envelopes(
        self,
        session: NamedDependency[Session],
        filters: NamedDependency[EnvelopeFilters],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> EnvelopesPage:
        """List the envelopes, newest first, with what is available in each now."""
        return envelope_queries.list_envelopes(session, filters, after=after, limit=limit)

    @get(
        "/export",
        operation_id="export_envelopes",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_envelopes(
        self,
        session: NamedDependency[Session],
        filters: NamedDependency[EnvelopeFilters],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the envelopes of a list as a table."""
        rows = tables.envelope_cells(session, filters)
        return download_table(kind, tables.headings("envelopes"), rows=rows, name="envelopes")

    @post(operation_id="create_envelope", sync_to_thread=True, responses=documented(413, 415, 422))
    def create_envelope(self, session: NamedDependency[Session], data: JSONBody[EnvelopeIn]) -> Response[EnvelopeView]:
        """Record an envelope; won come to it by instruction alone."""
        envelope = commands.record_envelope(session, data, at=utc_now())
        return Response(
            envelope_queries.envelope_view(session, envelope.id),
            status_code=HTTP_201_CREATED,
            headers={"Location": f"/envelopes/{envelope.id}", "ETag": etag_of(envelope.version)},
        )

    @get(
        "/new",
        operation_id="new_envelope_page",
        template="vehicles/envelope_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_envelope_page(self, session: NamedDependency[Session]) -> EnvelopeForm:
        """Show the form to record an envelope."""
        return envelope_queries.envelope_form(session)

    @post(
        "/new",
        operation_id="submit_envelope",
        template="vehicles/envelope_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_envelope(self, session: NamedDependency[Session], form: NamedDependency[Values]) -> Response[Any]:
        """Record an envelope from the form, or show the form again with what is at fault."""
        try:
            envelope = commands.record_envelope(session, read_form(EnvelopeIn, form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: envelope_queries.envelope_form(session))
        return Redirect(f"/envelopes/{envelope.id}", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/{envelope_id:uuid}",
        operation_id="read_envelope",
        template="vehicles/envelope.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_envelope(self, session: NamedDependency[Session], envelope_id: FromPath[UUID]) -> Response[EnvelopeView]:
        """Show an envelope with its won and the latest draws on it."""
        view = envelope_queries.envelope_view(session, envelope_id)
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/{envelope_id:uuid}",
        operation_id="update_envelope",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def update_envelope(
        self,
        session: NamedDependency[Session],
        version: NamedDependency[int],
        envelope_id: FromPath[UUID],
        data: JSONBody[EnvelopeIn],
    ) -> Response[EnvelopeView]:
        """Replace what is recorded of an envelope; needs If-Match."""
        commands.edit_envelope(session, envelope_id, data, version=version, at=utc_now())
        view = envelope_queries.envelope_view(session, envelope_id)
        return Response(view, headers={"ETag": etag_of(view.version)})

    @delete(
        "/{envelope_id:uuid}",
        operation_id="remove_envelope",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 428),
    )
    def remove_envelope(
        self, session: NamedDependency[Session], version: NamedDependency[int], envelope_id: FromPath[UUID]
    ) -> None:
        """Remove an envelope that nothing refers to; needs If-Match."""
        commands.remove_envelope(session, envelope_id, version=version)

    @get(
        "/{envelope_id:uuid}/edit",
        operation_id="edit_envelope_page",
        template="vehicles/envelope_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_envelope_page(self, session: NamedDependency[Session], envelope_id: FromPath[UUID]) -> EnvelopeForm:
        """Show the form to edit an envelope."""
        return _edit_form(session, envelope_id)

    @post(
        "/{envelope_id:uuid}/edit",
        operation_id="submit_envelope_edit",
        template="vehicles/envelope_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_envelope_edit(
        self, session: NamedDependency[Session], envelope_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Edit an envelope from the form, or show the form again with what is at fault."""
        try:
            data = read_form(EnvelopeIn, {name: value for name, value in form.items() if name != "version"})
            commands.edit_envelope(session, envelope_id, data, version=version_of(form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: _edit_form(session, envelope_id))
        return Redirect(f"/envelopes/{envelope_id}", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/{envelope_id:uuid}/remove",
        operation_id="submit_envelope_removal",
        template="vehicles/envelope_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_envelope_removal(
        self, session: NamedDependency[Session], envelope_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Remove an envelope that nothing refers to, or show its form again with what refers to it."""
        try:
            commands.remove_envelope(session, envelope_id, version=version_of(form))
        except FundError as refusal:
            standing = _edit_form(session, envelope_id).values
            return show_again(session, refusal, standing, blank=lambda: _edit_form(session, envelope_id))
        return Redirect("/envelopes", status_code=HTTP_303_SEE_OTHER)


def _edit_form(session: Session, envelope_id: UUID) -> EnvelopeForm:
    return envelope_queries.envelope_form(session, envelope_queries.find_envelope(session, envelope_id))
