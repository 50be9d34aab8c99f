"""HTTP of declared interests."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.committee import declaring, registers, tables
from fund_service.committee.bodies import InterestEndIn, InterestIn
from fund_service.committee.interest_schemas import (
    InterestForm,
    InterestsPage,
    InterestView,
)
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from models.clock import business_date, utc_now
from models.errors import FundError, ValueNotAllowed

Format = Annotated[ExportFormat, QueryParameter(name="format")]


class InterestsController(Controller):
    """Declared interests."""

    path = "/committee"
    tags = ("committee",)

    @get(
        "/interests",
        operation_id="list_interests",
        template="committee/interests.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_interests(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> InterestsPage:
        """List the reader's declared interests, or everybody's for an auditor."""
        return registers.list_interests(session, caller, after=after, limit=limit)

    @get(
        "/interests/export",
        operation_id="export_interests",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_interests(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], kind: Format = ExportFormat.XLSX
    ) -> Response[bytes]:
        """Download the interests of the list as a table."""
        return download_table(
            kind, tables.interest_heads(), rows=tables.interest_rows(session, caller), name="interests"
        )

    @post(
        "/interests",
        operation_id="declare_interest",
        sync_to_thread=True,
        responses=documented(409, 413, 415, 422),
    )
    def declare_interest(self, keyed: NamedDependency[Keyed], data: JSONBody[InterestIn]) -> Response[InterestView]:
        """Declare an interest; earlier decisions it reaches are flagged. Needs an Idempotency-Key."""

        def effect() -> Answer:
            interest = declaring.declare_interest(keyed.session, data, caller=keyed.caller, at=utc_now())
            view = registers.interest_view(keyed.session, interest.id, keyed.caller)
            return Answer(HTTP_201_CREATED, "/committee/interests", view)

        return keyed.once("declare_interest", effect)

    @get(
        "/interests/new",
        operation_id="new_interest_page",
        template="committee/interest_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_interest_page(self) -> InterestForm:
        """Show the form to declare an interest."""
        return _interest_form()

    @post(
        "/interests/new",
        operation_id="submit_interest",
        template="committee/interest_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_interest(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Declare an interest from the form, or show the form again with what is at fault."""

        def effect() -> Answer:
            declaring.declare_interest(session, _read(session, form), caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location="/committee/interests")

        keyed = keyed_form(session, caller, "/committee/interests/new", form)
        try:
            return keyed.once("declare_interest", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=_interest_form)

    @post(
        "/interests/{interest_id:uuid}/end",
        operation_id="end_interest",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 415, 422),
    )
    def end_interest(
        self, keyed: NamedDependency[Keyed], interest_id: FromPath[UUID], data: JSONBody[InterestEndIn]
    ) -> Response[InterestView]:
        """Set the last day of an interest of one's own; needs an Idempotency-Key."""

        def effect() -> Answer:
            declaring.end_interest(keyed.session, interest_id, data, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=registers.interest_view(keyed.session, interest_id, keyed.caller))

        return keyed.once("end_interest", effect)

    @post(
        "/interests/{interest_id:uuid}/ending",
        operation_id="submit_interest_end",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_interest_end(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        interest_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """End an interest today, from the list."""

        def effect() -> Answer:
            today = InterestEndIn(ends_on=business_date(utc_now()))
            declaring.end_interest(session, interest_id, today, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location="/committee/interests")

        path = f"/committee/interests/{interest_id}/ending"
        return keyed_form(session, caller, path, form).once("end_interest", effect)


def _interest_form() -> InterestForm:
    return InterestForm(today=business_date(utc_now()))


def _read(session: Session, form: Values) -> InterestIn:
    """Read the form, where the organisation is named in words."""
    organisation = form.get("organisation", "")
    if not isinstance(organisation, str) or not organisation.strip():
        raise ValueNotAllowed("This is required.", field="organisation")
    found = registers.organisation_named(session, organisation.strip())
    return read_form(InterestIn, {**typed(form, "organisation"), "organisation_id": str(found)})
