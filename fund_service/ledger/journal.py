"""Reads of the ledger itself: entries and their lines, balances as sums of lines, on any date."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.ledger.journal_schemas import (
    BalanceFilters,
    BalancesPage,
    BalanceView,
    BookView,
    EntriesPage,
    EntryFilters,
    EntryItem,
)
from fund_service.ledger.naming import account_views, names_of, parties
from fund_service.ledger.posting import key_of_account
from fund_service.ledger.schemas import LineView
from fund_service.paging import Cursor, cut_page
from models.instruction import Instruction
from models.ledger import Account, AccountKind, JournalEntry, LedgerLine
from models.vehicle import Vehicle

_taken_back = sa.orm.aliased(JournalEntry)
_takes_back = sa.orm.aliased(JournalEntry)
PARTY_COLUMNS = ("vehicle_id", "envelope_id", "deal_id")
ORDER = {kind: place for place, kind in enumerate(AccountKind)}


def list_entries(session: Session, filters: EntryFilters, *, after: Cursor | None, limit: int) -> EntriesPage:
    """List the entries of the journal, the last one first."""
    query = entry_columns(conditions(filters)).order_by(col(JournalEntry.number).desc()).limit(limit + 1)
    if after is not None:
        read_so_far = select(JournalEntry.number).where(JournalEntry.id == after.after).scalar_subquery()
        query = query.where(col(JournalEntry.number) < read_so_far)
    rows, next_cursor = cut_page(session.connection().execute(query).all(), limit, key=lambda row: row.id)
    return EntriesPage(
        items=entry_items(session, rows),
        next_cursor=next_cursor,
        filters=filters,
        vehicles=parties(session, Vehicle),
    )


def conditions(filters: EntryFilters) -> list[sa.ColumnElement[bool]]:
    """Say what a listed entry fulfils; one of its lines fulfils all that is asked of accounts."""
    asked = {
        "vehicle_id": filters.vehicle_id,
        "envelope_id": filters.envelope_id,
        "deal_id": filters.deal_id,
        "id": filters.account_id,
        "kind": filters.account_kind,
    }
    on = [col(getattr(Account, name)) == value for name, value in asked.items() if value is not None]
    met: list[sa.ColumnElement[bool]] = []
    if on:
        lines = sa.select(col(LedgerLine.entry_id)).join_from(
            LedgerLine, Account, col(Account.id) == col(LedgerLine.account_id)
        )
        met.append(col(JournalEntry.id).in_(lines.where(*on)))
    if filters.kind is not None:
        met.append(col(Instruction.kind) == filters.kind)
    if filters.since is not None:
        met.append(col(JournalEntry.effective_on) >= filters.since)
    if filters.until is not None:
        met.append(col(JournalEntry.effective_on) <= filters.until)
    return met


def entry_columns(narrowed: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    """Select the columns of listed entries, with what they take back and what took them back."""
    columns: list[Any] = [
        *(
            col(getattr(JournalEntry, name))
            for name in ("id", "number", "effective_on", "recorded_at", "instruction_id")
        ),
        *(col(getattr(Instruction, name)) for name in ("kind", "words", "amount_krw", *PARTY_COLUMNS)),
        col(_taken_back.number).label("reverses_number"),
        col(_takes_back.number).label("reversed_by_number"),
    ]
    return (
        sa.select(*columns)
        .join_from(JournalEntry, Instruction, col(Instruction.id) == col(JournalEntry.instruction_id))
        .join(_taken_back, col(_taken_back.id) == col(JournalEntry.reverses_id), isouter=True)
        .join(_takes_back, col(_takes_back.reverses_id) == col(JournalEntry.id), isouter=True)
        .where(*narrowed)
    )


def entry_items(session: Session, rows: Sequence[Any]) -> list[EntryItem]:
    """Show listed entries with the names of what they speak of."""
    names = names_of(
        session,
        vehicles=[row.vehicle_id for row in rows],
        envelopes=[row.envelope_id for row in rows],
        deals=[row.deal_id for row in rows],
    )
    return [
        EntryItem(
            **{name: value for name, value in row._mapping.items() if name in EntryItem.model_fields},  # noqa: SLF001 - SQLAlchemy's public name
            vehicle=names.of(row.vehicle_id),
            envelope=names.of(row.envelope_id),
            deal=names.of(row.deal_id),
        )
        for row in rows
    ]


def lines_of(session: Session, entry_id: UUID) -> list[LineView]:
    """List the lines of an entry."""
    rows = session.exec(
        select(LedgerLine, Account)
        .join(Account, col(Account.id) == col(LedgerLine.account_id))
        .where(LedgerLine.entry_id == entry_id)
        .order_by(col(LedgerLine.position))
    ).all()
    views = account_views(session, {key_of_account(account): account.id for _, account in rows})
    return [
        LineView(position=line.position, account=views[key_of_account(account)], amount_krw=line.amount_krw)
        for line, account in rows
    ]


def read_balances(session: Session, filters: BalanceFilters, *, today: date) -> BalancesPage:
    """Sum the lines that count on or before a date, book by book and kind by kind."""
    as_of = filters.as_of or today
    asked = {"vehicle_id": filters.vehicle_id, "envelope_id": filters.envelope_id, "deal_id": filters.deal_id}
    narrowed = [col(getattr(Account, name)) == value for name, value in asked.items() if value is not None]
    rows = session.connection().execute(
        sa.select(
            col(Account.vehicle_id),
            col(Account.envelope_id),
            col(Account.kind),
            func.sum(col(LedgerLine.amount_krw)).label("balance"),
            func.count(sa.distinct(col(Account.id))).label("accounts"),
            func.count().label("lines"),
        )
        .join_from(LedgerLine, Account, col(Account.id) == col(LedgerLine.account_id))
        .join(JournalEntry, col(JournalEntry.id) == col(LedgerLine.entry_id))
        .where(col(JournalEntry.effective_on) <= as_of, *narrowed)
        .group_by(col(Account.vehicle_id), col(Account.envelope_id), col(Account.kind))
    )
    books: dict[tuple[UUID | None, UUID | None], list[BalanceView]] = {}
    for row in rows:
        found = BalanceView(kind=row.kind, balance_krw=int(row.balance), accounts=row.accounts, lines=row.lines)
        books.setdefault((row.vehicle_id, row.envelope_id), []).append(found)
    return BalancesPage(filters=filters, as_of=as_of, books=_books(session, books), vehicles=parties(session, Vehicle))


def _books(session: Session, books: dict[tuple[UUID | None, UUID | None], list[BalanceView]]) -> list[BookView]:
    """Name the books, vehicles before envelopes, each with its accounts in the ledger's order."""
    names = names_of(session, vehicles=[vehicle for vehicle, _ in books], envelopes=[envelope for _, envelope in books])
    named = [
        BookView(
            vehicle=names.of(vehicle_id),
            envelope=names.of(envelope_id),
            balances=sorted(found, key=lambda balance: ORDER[balance.kind]),
        )
        for (vehicle_id, envelope_id), found in books.items()
    ]
    return sorted(named, key=_place)


def _place(book: BookView) -> tuple[bool, str, str]:
    party = book.vehicle or book.envelope
    return (book.vehicle is None, "" if party is None else party.name_ko or "", "" if party is None else str(party.id))
