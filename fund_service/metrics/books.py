"""What the ledger held at a day as known at a moment, read in a fixed number of statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.metrics.balances import balances, known
from fund_service.metrics.deals import DealInBooks, deals_in_books
from fund_service.metrics.figures import Part
from fund_service.metrics.formulas import Flow
from fund_service.metrics.schemas import ReportAsked
from fund_service.metrics.sums import Held, Scope, signs_of
from models.deal import Deal
from models.errors import RecordNotFound
from models.ledger import Account, AccountKind, JournalEntry, LedgerLine
from models.vehicle import Vehicle

DATED = (
    AccountKind.PAID_IN, AccountKind.DISTRIBUTED, AccountKind.CASH, AccountKind.INVESTMENT, AccountKind.FAIR_VALUE,
    AccountKind.REALISED, AccountKind.ROYALTY, AccountKind.WRITTEN_OFF,
)  # fmt: skip
"""The accounts whose days matter: flows, and NAV along time."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What the lines of one kind of account of a vehicle sum to on one day."""

    day: date
    kind: AccountKind
    vehicle_id: UUID
    krw: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What was on the ledger: balances at the day and at the day compared with, movements by day, and the deals."""

    vehicles: dict[UUID, Vehicle]
    scope: Scope
    held: list[Held]
    held_earlier: list[Held]
    moved: list[Moved]
    deals: dict[UUID, DealInBooks]
    later_entries: int

    def flows(self, part: Part, scope: Scope, *, until: date) -> list[Flow]:
        """Give the flows of a part by day."""
        signs, by_day = signs_of(part, scope), dict[date, int]()
        for move in self.moved:
            sign = signs.get((move.kind, move.vehicle_id))
            if sign is not None and move.day <= until:
                by_day[move.day] = by_day.get(move.day, 0) + sign * move.krw
        return sorted(by_day.items())


def read_books(session: Session, asked: ReportAsked) -> Books:
    """Read the books a report is made from, in five statements."""
    vehicles = {vehicle.id: vehicle for vehicle in session.exec(select(Vehicle).order_by(col(Vehicle.id)))}
    scope = scope_of(vehicles, asked.vehicle_id)
    held, earlier = _held(session, scope, asked)
    return Books(
        vehicles=vehicles,
        scope=scope,
        held=held,
        held_earlier=earlier,
        moved=_moved(session, scope, asked),
        deals=deals_in_books(session, scope, asked),
        later_entries=_later_entries(session, scope, asked),
    )


def scope_of(vehicles: dict[UUID, Vehicle], vehicle_id: UUID | None) -> Scope:
    """Name the books of a vehicle, or of the whole fund: those of the mother funds, looked through.

    A child's book holds nothing but the fund's own part in it (each won received on its calls left the parent's cash),
    so its assets count in full and the parent's holding of it not at all.

    Raises
    ------
    RecordNotFound
        When there is no such vehicle.
    """
    if vehicle_id is not None and vehicle_id not in vehicles:
        raise RecordNotFound("There is no such vehicle.")
    own = {vehicle.id for vehicle in vehicles.values() if vehicle.parent_id is None}
    if vehicle_id is not None:
        own = {vehicle_id}
    return Scope(frozenset(own), frozenset(below(vehicles.values(), own)))


def below(vehicles: Iterable[Vehicle], roots: Iterable[UUID]) -> set[UUID]:
    """Name the vehicles with all that lie under them."""
    children: dict[UUID | None, list[UUID]] = {}
    for vehicle in vehicles:
        children.setdefault(vehicle.parent_id, []).append(vehicle.id)
    reached: set[UUID] = set()
    waiting = list(roots)
    while waiting:
        vehicle_id = waiting.pop()
        if vehicle_id not in reached:
            reached.add(vehicle_id)
            waiting += children.get(vehicle_id, [])
    return reached


def _lines(*columns: Any) -> sa.Select[Any]:  # noqa: ANN401 - columns of any type
    return (
        sa.select(*columns)
        .select_from(LedgerLine)
        .join(JournalEntry, col(JournalEntry.id) == col(LedgerLine.entry_id))
        .join(Account, col(Account.id) == col(LedgerLine.account_id))
    )


def _held(session: Session, scope: Scope, asked: ReportAsked) -> tuple[list[Held], list[Held]]:
    """Sum the balances over deals of the same facts: no figure of the fund asks for one deal."""
    balance = balances(scope, asked)
    facts = (balance.c.kind, balance.c.vehicle_id, col(Deal.main_purpose), col(Deal.instrument))
    query = (
        sa.select(*facts, func.sum(balance.c.now_krw).label("now"), func.sum(balance.c.before_krw).label("before"))
        .select_from(balance)
        .outerjoin(Deal, col(Deal.id) == balance.c.deal_id)
        .group_by(*facts)
    )
    rows = session.connection().execute(query).all()
    now, before = (
        [Held(row.kind, row.vehicle_id, row.main_purpose, row.instrument, int(krw)) for row, krw in counted]
        for counted in ([(row, row.now) for row in rows], [(row, row.before) for row in rows])
    )
    return now, before


def _moved(session: Session, scope: Scope, asked: ReportAsked) -> list[Moved]:
    by = (col(JournalEntry.effective_on), col(Account.kind), col(Account.vehicle_id))
    query = (
        _lines(*by, func.sum(col(LedgerLine.amount_krw)).label("krw"))
        .where(known(asked), col(Account.vehicle_id).in_(scope.through), col(Account.kind).in_(DATED))
        .group_by(*by)
    )
    rows = session.connection().execute(query)
    return [Moved(row.effective_on, row.kind, row.vehicle_id, int(row.krw)) for row in rows]


def _later_entries(session: Session, scope: Scope, asked: ReportAsked) -> int:
    query = _lines(func.count(sa.distinct(col(JournalEntry.id)))).where(
        col(JournalEntry.effective_on) <= asked.as_of,
        col(JournalEntry.recorded_at) > asked.known_at,
        col(Account.vehicle_id).in_(scope.through),
    )
    return int(session.connection().scalar(query) or 0)
