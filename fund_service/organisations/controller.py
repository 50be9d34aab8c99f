"""HTTP of organisations."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.organisations import commands, queries
from fund_service.organisations.schemas import (
    OrganisationFilters,
    OrganisationForm,
    OrganisationIn,
    OrganisationsPage,
    OrganisationView,
)
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit, SearchText, etag_of
from fund_service.problems import documented
from models.clock import utc_now
from models.errors import FundError
from models.organisation import Organisation, OrganisationKind


class OrganisationsController(Controller):
    """Organisations."""

    path = "/organisations"
    tags = ("organisations",)

    @get(
        operation_id="list_organisations",
        template="organisations/organisations.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_organisations(
        self,
        session: NamedDependency[Session],
        after: NamedDependency[Cursor | None],
        q: SearchText = None,
        kind: Annotated[OrganisationKind | None, QueryParameter()] = None,
        limit: Limit = 20,
    ) -> OrganisationsPage:
        """List the organisations, newest first."""
        return queries.list_organisations(session, OrganisationFilters(kind=kind, q=q), after=after, limit=limit)

    @post(operation_id="create_organisation", sync_to_thread=True, responses=documented(409, 413, 415, 422))
    def create_organisation(
        self, session: NamedDependency[Session], data: JSONBody[OrganisationIn]
    ) -> Response[OrganisationView]:
        """Record an organisation."""
        organisation = commands.record_organisation(session, data, at=utc_now())
        return Response(
            queries.organisation_view(session, organisation.id),
            status_code=HTTP_201_CREATED,
            headers={"Location": f"/organisations/{organisation.id}", "ETag": etag_of(organisation.version)},
        )

    @get(
        "/new",
        operation_id="new_organisation_page",
        template="organisations/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_organisation_page(self, session: NamedDependency[Session]) -> OrganisationForm:
        """Show the form to record an organisation."""
        return queries.organisation_form(session)

    @post(
        "/new",
        operation_id="submit_organisation",
        template="organisations/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_organisation(self, session: NamedDependency[Session], form: NamedDependency[Values]) -> Response[Any]:
        """Record an organisation from the form, or show the form again with what is at fault."""
        try:
            organisation = commands.record_organisation(session, _read(session, form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.organisation_form(session))
        return Redirect(f"/organisations/{organisation.id}", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/{organisation_id:uuid}",
        operation_id="read_organisation",
        template="organisations/organisation.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_organisation(
        self, session: NamedDependency[Session], organisation_id: FromPath[UUID]
    ) -> Response[OrganisationView]:
        """Show an organisation, its affiliates and the projects it takes part in."""
        view = queries.organisation_view(session, organisation_id)
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/{organisation_id:uuid}",
        operation_id="update_organisation",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def update_organisation(
        self,
        session: NamedDependency[Session],
        version: NamedDependency[int],
        organisation_id: FromPath[UUID],
        data: JSONBody[OrganisationIn],
    ) -> Response[OrganisationView]:
        """Replace what is recorded of an organisation; needs If-Match."""
        organisation = commands.edit_organisation(session, organisation_id, data, version=version, at=utc_now())
        view = queries.organisation_view(session, organisation.id)
        return Response(view, headers={"ETag": etag_of(view.version)})

    @get(
        "/{organisation_id:uuid}/edit",
        operation_id="edit_organisation_page",
        template="organisations/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_organisation_page(
        self, session: NamedDependency[Session], organisation_id: FromPath[UUID]
    ) -> OrganisationForm:
        """Show the form to edit an organisation."""
        return _edit_form(session, organisation_id)

    @post(
        "/{organisation_id:uuid}/edit",
        operation_id="submit_organisation_edit",
        template="organisations/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_organisation_edit(
        self, session: NamedDependency[Session], organisation_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Edit an organisation from the form, or show the form again with what is at fault."""
        present = queries.find_organisation(session, organisation_id)
        try:
            data = _read(session, form, present=present)
            commands.edit_organisation(session, organisation_id, data, version=version_of(form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(
                session,
                refusal,
                form,
                blank=lambda: _edit_form(session, organisation_id),
            )
        return Redirect(f"/organisations/{organisation_id}", status_code=HTTP_303_SEE_OTHER)


def _edit_form(session: Session, organisation_id: UUID) -> OrganisationForm:
    return queries.organisation_form(session, queries.find_organisation(session, organisation_id))


def _read(session: Session, form: Values, *, present: Organisation | None = None) -> OrganisationIn:
    """Read the form; the group it names is the existing one of that name, else a new one."""
    data = read_form(OrganisationIn, {name: value for name, value in form.items() if name != "version"})
    if data.ownership_group_name is None:
        return data
    present_id = None if present is None else present.ownership_group_id
    group_id = queries.group_called(session, data.ownership_group_name, present_id=present_id)
    if group_id is None:
        return data
    return data.model_copy(update={"ownership_group_id": group_id, "ownership_group_name": None})
