"""HTTP of the ledger itself: the journal, balances, commitments; read by many, written by none of these routes."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_302_FOUND
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.ledger import journal, queries, tables
from fund_service.ledger.journal_schemas import BalanceFilters, BalancesPage, EntriesPage, EntryFilters, EntryView
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from models.clock import business_date, utc_now
from models.instruction import InstructionKind
from models.ledger import AccountKind

FileKind = Annotated[ExportFormat, QueryParameter(name="format")]


def provide_entry_filters(
    *,
    vehicle_id: FromQuery[UUID | None] = None,
    envelope_id: FromQuery[UUID | None] = None,
    deal_id: FromQuery[UUID | None] = None,
    account_id: FromQuery[UUID | None] = None,
    account_kind: FromQuery[AccountKind | None] = None,
    kind: FromQuery[InstructionKind | None] = None,
    since: Annotated[date | None, QueryParameter(description="Effective on this date or later.")] = None,
    until: Annotated[date | None, QueryParameter(description="Effective on this date or before.")] = None,
) -> EntryFilters:
    """Read what the journal is narrowed to."""
    return EntryFilters(
        vehicle_id=vehicle_id,
        envelope_id=envelope_id,
        deal_id=deal_id,
        account_id=account_id,
        account_kind=account_kind,
        kind=kind,
        since=since,
        until=until,
    )


def provide_balance_filters(
    vehicle_id: FromQuery[UUID | None] = None,
    envelope_id: FromQuery[UUID | None] = None,
    deal_id: FromQuery[UUID | None] = None,
    as_of: Annotated[date | None, QueryParameter(description="What counted on this date; today when left out.")] = None,
) -> BalanceFilters:
    """Read whose balances are asked for, and when."""
    return BalanceFilters(vehicle_id=vehicle_id, envelope_id=envelope_id, deal_id=deal_id, as_of=as_of)


class JournalController(Controller):
    """The ledger."""

    path = "/ledger"
    tags = ("ledger",)

    @get(operation_id="ledger", include_in_schema=False, sync_to_thread=False)
    def ledger(self) -> Redirect:
        """Lead to the instructions, where the work is."""
        return Redirect("/ledger/instructions", status_code=HTTP_302_FOUND)

    @get(
        "/entries",
        operation_id="list_entries",
        template="ledger/entries.html",
        sync_to_thread=True,
        responses=documented(422),
        dependencies={"filters": Provide(provide_entry_filters, sync_to_thread=False)},
    )
    def list_entries(
        self,
        session: NamedDependency[Session],
        filters: NamedDependency[EntryFilters],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> EntriesPage:
        """List the entries of the journal, the last one first; one line of each fulfils all that is asked of lines."""
        return journal.list_entries(session, filters, after=after, limit=limit)

    @get(
        "/entries/export",
        operation_id="export_entries",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
        dependencies={"filters": Provide(provide_entry_filters, sync_to_thread=False)},
    )
    def export_entries(
        self,
        session: NamedDependency[Session],
        filters: NamedDependency[EntryFilters],
        file_kind: FileKind = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the entries of a list with every line."""
        return _table("entries", file_kind, tables.entry_rows(session, filters))

    @get(
        "/entries/{entry_id:uuid}",
        operation_id="read_entry",
        template="ledger/entry.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_entry(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], entry_id: FromPath[UUID]
    ) -> EntryView:
        """Show an entry with its lines, who asked for it, who checked it, and its seal."""
        return queries.entry_view(session, entry_id, caller=caller)

    @get(
        "/accounts",
        operation_id="list_accounts",
        template="ledger/accounts.html",
        sync_to_thread=True,
        responses=documented(422),
        dependencies={"filters": Provide(provide_balance_filters, sync_to_thread=False)},
    )
    def list_accounts(
        self, session: NamedDependency[Session], filters: NamedDependency[BalanceFilters]
    ) -> BalancesPage:
        """Sum the accounts of each vehicle and envelope, by what counted on a date."""
        return journal.read_balances(session, filters, today=business_date(utc_now()))

    @get(
        "/accounts/export",
        operation_id="export_accounts",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
        dependencies={"filters": Provide(provide_balance_filters, sync_to_thread=False)},
    )
    def export_accounts(
        self,
        session: NamedDependency[Session],
        filters: NamedDependency[BalanceFilters],
        file_kind: FileKind = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the balances."""
        page = journal.read_balances(session, filters, today=business_date(utc_now()))
        return _table("balances", file_kind, tables.balance_rows(page))

    @get(
        "/commitments/export",
        operation_id="export_commitments",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_commitments(
        self, session: NamedDependency[Session], file_kind: FileKind = ExportFormat.XLSX
    ) -> Response[bytes]:
        """Download the commitments to deals."""
        return _table("commitments", file_kind, tables.commitment_rows(session))


def _table(name: str, kind: ExportFormat, rows: tables.Rows) -> Response[bytes]:
    return download_table(kind, tables.headings(name), rows=rows, name=name)
