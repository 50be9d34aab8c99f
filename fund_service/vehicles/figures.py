"""Figures of vehicles and envelopes: sums of ledger lines, in one statement for each, and the tree they stand in."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.vehicles.views import Commitments, VehicleFigures, VehicleName, VehicleRow
from fund_service.vehicles.weighing import vehicles_below
from models.ledger import Account, AccountKind, LedgerLine
from models.vehicle import Vehicle

_SHOWN = {
    AccountKind.UNCOMMITTED: "uncommitted_krw",
    AccountKind.PROMISED: "promised_krw",
    AccountKind.COMMITTED: "committed_krw",
    AccountKind.DRAWN: "drawn_krw",
    AccountKind.CASH: "cash_krw",
}
_OF_ENVELOPES = (AccountKind.ENVELOPE_BUDGET, AccountKind.ENVELOPE_AVAILABLE, AccountKind.ENVELOPE_DRAWN)


def read_vehicles(session: Session) -> list[Vehicle]:
    """Read all vehicles, the oldest first, in one statement."""
    return list(session.exec(select(Vehicle).order_by(col(Vehicle.formed_on), col(Vehicle.id))))


def vehicle_rows(session: Session, vehicles: Iterable[Vehicle]) -> list[VehicleRow]:
    """Show all vehicles as a tree, each followed by those that draw on it, with their figures, in one statement."""
    in_order = _as_tree(list(vehicles))
    parents = {vehicle.id: vehicle.parent_id for vehicle, _ in in_order}
    sums = _sums(session)
    return [
        VehicleRow(
            **vehicle.model_dump(include={"id", "name_ko", "name_en", "kind", "parent_id", "formed_on", "ends_on"}),
            depth=depth,
            figures=_figures(sums, vehicle.id, below=vehicles_below(parents, vehicle.id)),
        )
        for vehicle, depth in in_order
    ]


def commitments(rows: Iterable[VehicleRow]) -> Commitments:
    """Say where the fund's won are, looking through its vehicles."""
    rows = list(rows)
    mothers = [row.figures for row in rows if row.parent_id is None]
    others = [row.figures for row in rows if row.parent_id is not None]
    return Commitments(
        size_krw=sum(figures.size_krw for figures in mothers),
        drawn_krw=sum(figures.through_drawn_krw for figures in mothers),
        committed_krw=sum(figures.through_committed_krw for figures in mothers),
        in_vehicles_krw=sum(figures.uncommitted_krw for figures in others),
        available_krw=sum(figures.uncommitted_krw for figures in mothers),
    )


def envelope_sums(session: Session, envelope_ids: Collection[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """Sum budget, available and drawn won of envelopes, in one statement; those without any are left out."""
    rows = session.exec(
        select(col(Account.envelope_id), col(Account.kind), func.sum(LedgerLine.amount_krw))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(col(Account.envelope_id).in_(envelope_ids))
        .group_by(col(Account.envelope_id), col(Account.kind))
    )
    sums: dict[UUID, dict[AccountKind, int]] = {}
    for envelope_id, kind, total in rows:
        if envelope_id is not None:
            sums.setdefault(envelope_id, {})[kind] = int(total)
    budget, available, drawn = _OF_ENVELOPES
    return {
        envelope_id: (-found.get(budget, 0), found.get(available, 0), found.get(drawn, 0))
        for envelope_id, found in sums.items()
    }


def names(vehicles: Iterable[Vehicle]) -> dict[UUID, VehicleName]:
    """Name vehicles by their ids."""
    return {
        vehicle.id: VehicleName(id=vehicle.id, name_ko=vehicle.name_ko, name_en=vehicle.name_en) for vehicle in vehicles
    }


def _sums(session: Session) -> dict[UUID, dict[AccountKind, int]]:
    rows = session.exec(
        select(col(Account.vehicle_id), col(Account.kind), func.sum(LedgerLine.amount_krw))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(col(Account.kind).in_([AccountKind.SIZE, *_SHOWN]))
        .group_by(col(Account.vehicle_id), col(Account.kind))
    )
    sums: dict[UUID, dict[AccountKind, int]] = {}
    for vehicle_id, kind, total in rows:
        if vehicle_id is not None:
            sums.setdefault(vehicle_id, {})[kind] = int(total)
    return sums


def _figures(
    sums: Mapping[UUID, Mapping[AccountKind, int]], vehicle_id: UUID, *, below: Iterable[UUID]
) -> VehicleFigures:
    """Give a vehicle's figures; the account of its size is credit, all others are debit."""
    own = sums.get(vehicle_id, {})
    through = [sums.get(inside, {}) for inside in below]
    return VehicleFigures(
        size_krw=-own.get(AccountKind.SIZE, 0),
        through_committed_krw=sum(some.get(AccountKind.COMMITTED, 0) for some in through),
        through_drawn_krw=sum(some.get(AccountKind.DRAWN, 0) for some in through),
        **{name: own.get(kind, 0) for kind, name in _SHOWN.items()},
    )


def _as_tree(vehicles: list[Vehicle]) -> list[tuple[Vehicle, int]]:
    """Order vehicles so that each is followed by those that draw on it, and say how deep each lies."""
    children: dict[UUID | None, list[Vehicle]] = {}
    for vehicle in vehicles:
        children.setdefault(vehicle.parent_id, []).append(vehicle)
    in_order: list[tuple[Vehicle, int]] = []
    waiting = [(vehicle, 0) for vehicle in reversed(children.get(None, []))]
    while waiting:
        vehicle, depth = waiting.pop()
        in_order.append((vehicle, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(vehicle.id, []))]
    return in_order
