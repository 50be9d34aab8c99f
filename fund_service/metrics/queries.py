"""The report of fund performance, made from the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from fund_service.metrics import charts, holdings
from fund_service.metrics.books import Books, below, read_books
from fund_service.metrics.figures import PARTS, FigureKey, Part, PartName
from fund_service.metrics.leverage import LeverageStage, repeated_krw
from fund_service.metrics.schemas import (
    Amounts,
    ConcentrationBy,
    FigureView,
    PerformanceView,
    ReportAsked,
    VehicleChoice,
    VehicleRow,
)
from fund_service.metrics.sums import Held, Scope, sum_part
from fund_service.metrics.values import Value, value_of
from fund_service.metrics.wording import formula_of
from models.clock import business_date
from models.ledger import AccountKind
from models.vehicle import Vehicle

SHOWN_DEALS, SHOWN_ROWS = 50, 20
"""Deals of the report, and rows of each concentration: the largest. Exports have all."""


def performance(
    session: Session,
    asked: ReportAsked,
    *,
    today: date,
    by: ConcentrationBy = ConcentrationBy.COMPANY,
    whole: bool = False,
) -> PerformanceView:
    """Make the report, in five statements; ``whole`` gives every deal and row instead of the largest.

    Raises
    ------
    RecordNotFound
        When there is no such vehicle.
    """
    books = read_books(session, asked)
    concentration = holdings.concentration(books)
    shown = {name: rows if whole else rows[:SHOWN_ROWS] for name, rows in concentration.items()}
    return PerformanceView(
        **asked.model_dump(),
        today=today,
        known_since=business_date(asked.known_at) > asked.as_of,
        vehicle=_choice(books.vehicles[asked.vehicle_id]) if asked.vehicle_id else None,
        vehicles=[_choice(vehicle) for vehicle in books.vehicles.values()],
        later_entries=books.later_entries,
        figures=_figures(books, asked),
        leverage=holdings.leverage_views(books),
        repeated_krw=repeated_krw(holdings.positions(books), LeverageStage.SIGNED),
        without_additionality=sum(not deal.says_additionality for deal in books.deals.values()),
        never_valued=sum(deal.left_krw > 0 and not deal.valued for deal in books.deals.values()),
        by_vehicle=_vehicle_rows(books, asked),
        deals=holdings.deal_rows(books, most=None if whole else SHOWN_DEALS),
        deals_total=len(books.deals),
        by=by,
        concentration=shown,
        chart=charts.j_curve(books, as_of=asked.as_of),
        concentration_chart=charts.concentration_bars(shown[by], by=by),
    )


def _choice(vehicle: Vehicle) -> VehicleChoice:
    return VehicleChoice(id=vehicle.id, kind=vehicle.kind, name_ko=vehicle.name_ko, name_en=vehicle.name_en)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One day's balances, and whose figures are read from them."""

    books: Books
    held: Sequence[Held]
    scope: Scope
    on: date

    def sum(self, part: Part) -> int:
        """Sum a part."""
        return sum_part(part, self.held, scope=self.scope)

    def krw(self, key: FigureKey) -> int:
        """Sum a figure of won."""
        return self.sum(PARTS[key][0])

    def value(self, key: FigureKey) -> Value:
        """Tell a figure."""
        sums = {part.name: self.sum(part) for part in PARTS[key]}
        flows = [
            flow
            for part in PARTS[key]
            if part.name is PartName.FLOWS
            for flow in self.books.flows(part, self.scope, until=self.on)
        ]
        return value_of(key, sums, flows=flows, as_of=self.on)


def _figures(books: Books, asked: ReportAsked) -> list[FigureView]:
    now = _Reading(books, books.held, books.scope, asked.as_of)
    before = None
    if asked.compare_with is not None:
        before = _Reading(books, books.held_earlier, books.scope, asked.compare_with)
    return [
        FigureView.of(
            now.value(key),
            key=key,
            formula=formula_of(key),
            earlier=None if before is None else Amounts.of(before.value(key)),
        )
        for key in FigureKey
    ]


def _vehicle_rows(books: Books, asked: ReportAsked) -> list[VehicleRow]:
    """Tell each vehicle of the report, the oldest vintage first."""
    rows = []
    for vehicle_id in books.scope.through:
        scope = Scope(frozenset({vehicle_id}), frozenset(below(books.vehicles.values(), {vehicle_id})))
        rows.append(_vehicle_row(books.vehicles[vehicle_id], _Reading(books, books.held, scope, asked.as_of)))
    return sorted(rows, key=lambda row: (row.vintage, str(row.id)))


def _vehicle_row(vehicle: Vehicle, reading: _Reading) -> VehicleRow:
    first = min(
        (
            move.day.year
            for move in reading.books.moved
            if move.kind is AccountKind.PAID_IN and move.vehicle_id == vehicle.id
        ),
        default=None,
    )
    return VehicleRow(
        **_choice(vehicle).model_dump(),
        parent_id=vehicle.parent_id,
        vintage=vehicle.formed_on.year,
        first_call_year=first,
        committed_krw=reading.krw(FigureKey.COMMITTED),
        called_krw=reading.krw(FigureKey.CALLED),
        paid_in_krw=reading.krw(FigureKey.PAID_IN),
        distributed_krw=reading.krw(FigureKey.DISTRIBUTED),
        nav_krw=reading.krw(FigureKey.NAV),
        dpi=Amounts.of(reading.value(FigureKey.DPI)),
        rvpi=Amounts.of(reading.value(FigureKey.RVPI)),
        tvpi=Amounts.of(reading.value(FigureKey.TVPI)),
        net_xirr=Amounts.of(reading.value(FigureKey.NET_XIRR)),
    )
