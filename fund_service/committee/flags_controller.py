"""HTTP of flagged decisions."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.committee import declaring, registers, tables
from fund_service.committee.bodies import ResolutionIn
from fund_service.committee.interest_schemas import FlagsPage, FlagView, ResolutionForm
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.paging import Cursor
from fund_service.problems import documented
from models.clock import utc_now
from models.errors import ValueNotAllowed

Format = Annotated[ExportFormat, QueryParameter(name="format")]
Resolved = Annotated[bool, QueryParameter(description="List resolved ones too.")]


class FlagsController(Controller):
    """Flagged decisions."""

    path = "/committee"
    tags = ("committee",)

    @get(
        "/flags",
        operation_id="list_flags",
        template="committee/flags.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_flags(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        *,
        resolved: Resolved = False,
    ) -> FlagsPage:
        """List the decisions that late declarations flagged, the open ones alone unless asked otherwise."""
        return registers.list_flags(session, caller, resolved=resolved, after=after)

    @get(
        "/flags/export",
        operation_id="export_flags",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_flags(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], kind: Format = ExportFormat.XLSX
    ) -> Response[bytes]:
        """Download all flagged decisions as a table."""
        return download_table(kind, tables.flag_heads(), rows=tables.flag_rows(session, caller), name="flags")

    @post(
        "/flags/{flag_id:uuid}/resolution",
        operation_id="resolve_flag",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 415, 422),
    )
    def resolve_flag(
        self, keyed: NamedDependency[Keyed], flag_id: FromPath[UUID], data: JSONBody[ResolutionIn]
    ) -> Response[FlagView]:
        """Say what was found on a flagged decision, by somebody else; needs an Idempotency-Key."""

        def effect() -> Answer:
            declaring.resolve_flag(keyed.session, flag_id, data, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=registers.flag_view(keyed.session, flag_id, keyed.caller))

        return keyed.once("resolve_flag", effect)

    @get(
        "/flags/{flag_id:uuid}",
        operation_id="read_flag",
        template="committee/flag.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_flag(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], flag_id: FromPath[UUID]
    ) -> ResolutionForm:
        """Show a flagged decision, and the form to resolve it to those who may."""
        return ResolutionForm(flag=registers.flag_view(session, flag_id, caller))

    @post(
        "/flags/{flag_id:uuid}/resolving",
        operation_id="submit_resolution",
        template="committee/flag.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_resolution(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        flag_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Resolve a flag from its page, or show the form again with what is at fault."""

        def effect() -> Answer:
            data = read_form(ResolutionIn, typed(form))
            declaring.resolve_flag(session, flag_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location="/committee/flags")

        keyed = keyed_form(session, caller, f"/committee/flags/{flag_id}/resolving", form)
        try:
            return keyed.once("resolve_flag", effect)
        except (FormRejected, ValueNotAllowed) as refusal:
            return show_again(
                session,
                refusal,
                form,
                blank=lambda: ResolutionForm(flag=registers.flag_view(session, flag_id, caller)),
            )
