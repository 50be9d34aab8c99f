"""HTTP of demand signals."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
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
from fund_service.signals import commands, queries, tables
from fund_service.signals.schemas import FIELD_LISTS, SignalBoard, SignalForm, SignalIn, SignalPage
from models.clock import utc_now
from models.errors import FundError
from models.signal import SignalState

FieldFilter = Annotated[str | None, QueryParameter(pattern=r"^[0-9]{2}$", description="Technology field code.")]


class SignalsController(Controller):
    """Demand signals."""

    path = "/signals"
    tags = ("signals",)

    @get(operation_id="list_signals", template="signals/board.html", sync_to_thread=True, responses=documented(422))
    def list_signals(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        after: NamedDependency[Cursor | None],
        q: SearchText = None,
        signal_state: Annotated[SignalState | None, QueryParameter(name="state")] = None,
        field_code: FieldFilter = None,
        limit: Limit = 20,
    ) -> SignalBoard:
        """List the signals the caller may read, newest first."""
        return queries.signal_board(
            session,
            caller=caller,
            method=method,
            at=utc_now(),
            after=after,
            limit=limit,
            state=signal_state,
            field_code=field_code,
            q=q,
        )

    @get(
        "/export",
        operation_id="export_signals",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_signals(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        q: SearchText = None,
        signal_state: Annotated[SignalState | None, QueryParameter(name="state")] = None,
        field_code: FieldFilter = None,
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the signals of the caller's list as a table."""
        rows = tables.signal_rows(session, caller=caller, state=signal_state, field_code=field_code, q=q)
        heads = import_headings(ImportKind.SIGNALS, tables.EXPORTED)
        return download_table(kind, heads, rows=rows, name="signals")

    @post(operation_id="create_signal", sync_to_thread=True, responses=documented(413, 415, 422))
    def create_signal(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        data: JSONBody[SignalIn],
    ) -> Response[SignalPage]:
        """Submit a signal; its matching is queued with it."""
        signal = commands.record_signal(session, data, caller=caller, at=utc_now())
        view = _view(session, signal.id, caller=caller, method=method)
        return Response(
            view,
            status_code=HTTP_201_CREATED,
            headers={"Location": f"/signals/{signal.id}", "ETag": etag_of(signal.version)},
        )

    @get(
        "/new",
        operation_id="new_signal_page",
        template="signals/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_signal_page(self, session: NamedDependency[Session]) -> SignalForm:
        """Show the form to submit a signal."""
        return queries.signal_form(session)

    @post(
        "/new", operation_id="submit_signal", template="signals/form.html", sync_to_thread=True, include_in_schema=False
    )
    def submit_signal(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Submit a signal from the form, or show the form again with what is at fault."""
        try:
            signal = commands.record_signal(session, _read(form), caller=caller, at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.signal_form(session))
        return Redirect(f"/signals/{signal.id}", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/{signal_id:uuid}",
        operation_id="read_signal",
        template="signals/signal.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_signal(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        signal_id: FromPath[UUID],
    ) -> Response[SignalPage]:
        """Show a signal, how its matching stands, and the deals it led to; to an investor only their stages."""
        view = _view(session, signal_id, caller=caller, method=method)
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/{signal_id:uuid}",
        operation_id="update_signal",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def update_signal(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        version: NamedDependency[int],
        signal_id: FromPath[UUID],
        data: JSONBody[SignalIn],
    ) -> Response[SignalPage]:
        """Replace what a signal says; needs If-Match."""
        signal = commands.edit_signal(session, signal_id, data, version=version, caller=caller, at=utc_now())
        view = _view(session, signal.id, caller=caller, method=method)
        return Response(view, headers={"ETag": etag_of(signal.version)})

    @get(
        "/{signal_id:uuid}/edit",
        operation_id="edit_signal_page",
        template="signals/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_signal_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], signal_id: FromPath[UUID]
    ) -> SignalForm:
        """Show the form to edit a signal."""
        return queries.signal_form(session, queries.find_own_signal(session, signal_id, caller=caller))

    @post(
        "/{signal_id:uuid}/edit",
        operation_id="submit_signal_edit",
        template="signals/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_signal_edit(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        signal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Edit a signal from the form, or show the form again with what is at fault."""
        signal = queries.find_own_signal(session, signal_id, caller=caller)
        try:
            commands.edit_signal(session, signal_id, _read(form), version=version_of(form), caller=caller, at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.signal_form(session, signal))
        return Redirect(f"/signals/{signal_id}", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/{signal_id:uuid}/withdraw",
        operation_id="withdraw_signal",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 412, 428),
    )
    def withdraw_signal(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        version: NamedDependency[int],
        signal_id: FromPath[UUID],
    ) -> Response[SignalPage]:
        """Take a signal back; needs If-Match."""
        signal = commands.withdraw_signal(session, signal_id, version=version, caller=caller, at=utc_now())
        view = _view(session, signal.id, caller=caller, method=method)
        return Response(view, headers={"ETag": etag_of(signal.version)})

    @post(
        "/{signal_id:uuid}/withdrawal", operation_id="submit_withdrawal", sync_to_thread=True, include_in_schema=False
    )
    def submit_withdrawal(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        signal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Redirect:
        """Take a signal back from its page."""
        commands.withdraw_signal(session, signal_id, version=version_of(form), caller=caller, at=utc_now())
        return Redirect(f"/signals/{signal_id}", status_code=HTTP_303_SEE_OTHER)


def _view(session: Session, signal_id: UUID, *, caller: Caller, method: MatchMethod) -> SignalPage:
    reads_deals = bool(caller.roles & operations.OPERATIONS["read_deal"])
    return queries.signal_page(session, signal_id, caller=caller, reads_deals=reads_deals, method=method, at=utc_now())


def _read(form: Values) -> SignalIn:
    terms = form.get("excluded_terms", "")
    split = [term.strip() for term in terms.split(",") if term.strip()] if isinstance(terms, str) else terms
    values = {name: value for name, value in form.items() if name != "version"} | {"excluded_terms": split}
    return read_form(SignalIn, values, lists=FIELD_LISTS)
