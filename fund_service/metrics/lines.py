"""The lines behind a figure: the parts the report sums, entry by entry, with what is stated beside the ledger."""

from collections.abc import Iterable, Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, select

from fund_service import locales
from fund_service.exports import MAX_EXPORT_ROWS
from fund_service.metrics import holdings
from fund_service.metrics.books import Books, read_books, scope_of
from fund_service.metrics.figures import PARTS, FigureKey, PartName
from fund_service.metrics.leverage import PER_FISCAL, LeverageKind, LeverageStage, by_company, ledger_parts, stated_of
from fund_service.metrics.line_schemas import (
    DealNarrowing,
    EntryItem,
    FigureLinesPage,
    PartTotal,
    StatedItem,
    StatementKind,
)
from fund_service.metrics.schemas import Amounts, ReportAsked
from fund_service.metrics.selection import chosen_lines, entries_of, entry_ids, flows_of, sums_of
from fund_service.metrics.sums import Scope
from fund_service.metrics.values import FigureUnit, value_of
from fund_service.metrics.wording import formula_of
from fund_service.paging import Cursor, cut_page
from models.errors import RecordNotFound, ValueNotAllowed
from models.vehicle import Vehicle


def read_key(text: str) -> FigureKey | LeverageKind:
    """Read the key of a figure.

    Raises
    ------
    RecordNotFound
        When there is no such figure.
    """
    if text in list(FigureKey):
        return FigureKey(text)
    if text in list(LeverageKind):
        return LeverageKind(text)
    raise RecordNotFound("There is no such figure.")


def figure_lines(
    session: Session,
    key: FigureKey | LeverageKind,
    asked: ReportAsked,
    *,
    narrowing: DealNarrowing,
    stage: LeverageStage,
    after: Cursor | None,
    limit: int,
) -> FigureLinesPage:
    """List the lines behind a figure, newest entry first, and what all of them sum to.

    Raises
    ------
    RecordNotFound
        When there is no such vehicle.
    ValueNotAllowed
        When leverage is asked of some deals alone.
    """
    if isinstance(key, LeverageKind):
        told = _leverage(session, key, asked, narrowing=narrowing, stage=stage)
    else:
        told = _figure(session, key, asked, narrowing=narrowing)
    chosen, parts, stated, figure = told
    ids = entry_ids(session, chosen, after=after.after if after else None, limit=limit + 1)
    shown, next_cursor = cut_page(ids, limit, key=_itself)
    leverage_stage = stage if isinstance(key, LeverageKind) else None
    return FigureLinesPage(
        **asked.model_dump(),
        key=key,
        name=locales.label(key),
        stage=leverage_stage,
        figure=figure,
        formula=formula_of(key),
        parts=parts,
        stated=stated,
        items=entries_of(session, chosen, shown),
        next_cursor=next_cursor,
        narrowing=narrowing,
        query=query_of(asked, narrowing, stage=leverage_stage),
    )


def exported_entries(
    session: Session,
    key: FigureKey | LeverageKind,
    asked: ReportAsked,
    *,
    narrowing: DealNarrowing,
    stage: LeverageStage,
) -> list[EntryItem]:
    """Give all entries of the list, as many as a file may have rows and one more."""
    parts = ledger_parts(key, stage) if isinstance(key, LeverageKind) else PARTS[key]
    chosen = chosen_lines(parts, _scope(session, asked), asked, narrowing=narrowing)
    return entries_of(session, chosen, entry_ids(session, chosen, after=None, limit=MAX_EXPORT_ROWS + 1))


def query_of(asked: ReportAsked, narrowing: DealNarrowing, *, stage: LeverageStage | None) -> dict[str, str]:
    """Write what a list is of as the query of its address."""
    said = {
        "vehicle_id": asked.vehicle_id,
        "as_of": asked.as_of,
        "known_at": asked.known_at.isoformat(),
        **narrowing.model_dump(),
        "stage": stage,
    }
    return {name: str(value) for name, value in said.items() if value is not None}


_Told = tuple[sa.Subquery, list[PartTotal], list[StatedItem], Amounts]


def _figure(session: Session, key: FigureKey, asked: ReportAsked, *, narrowing: DealNarrowing) -> _Told:
    """Tell a figure from its lines."""
    chosen = chosen_lines(PARTS[key], _scope(session, asked), asked, narrowing=narrowing)
    parts = _totals(sums_of(session, chosen), [part.name for part in PARTS[key]], ())
    sums = {part.name: part.total_krw for part in parts}
    flows = flows_of(session, chosen) if PartName.FLOWS in sums else ()
    return chosen, parts, [], Amounts.of(value_of(key, sums, flows=flows, as_of=asked.as_of))


def _leverage(
    session: Session, kind: LeverageKind, asked: ReportAsked, *, narrowing: DealNarrowing, stage: LeverageStage
) -> _Told:
    """Tell leverage from its lines and what is stated beside them."""
    if narrowing != DealNarrowing():
        raise ValueNotAllowed("Leverage is told of all deals together.", field="key")
    books = read_books(session, asked)
    chosen = chosen_lines(ledger_parts(kind, stage), books.scope, asked, narrowing=narrowing)
    stated = [item for item in _statements(books, kind, stage) if item.krw]
    parts = _totals(sums_of(session, chosen), (PartName.NUMERATOR, PartName.DENOMINATOR), stated)
    views = holdings.leverage_views(books)
    view = next(view for view in views if (view.kind, view.stage) == (kind, stage))
    figure = Amounts(
        unit=FigureUnit.MULTIPLE,
        numerator_krw=view.numerator_krw,
        denominator_krw=view.denominator_krw,
        value=view.value,
        absence=view.absence,
    )
    return chosen, parts, stated, figure


def _scope(session: Session, asked: ReportAsked) -> Scope:
    return scope_of({vehicle.id: vehicle for vehicle in session.exec(select(Vehicle))}, asked.vehicle_id)


def _statements(books: Books, kind: LeverageKind, stage: LeverageStage) -> Iterator[StatedItem]:
    """Give what vehicles and deals state within a definition."""
    above, below = PartName.NUMERATOR, PartName.DENOMINATOR
    if kind is LeverageKind.FUND_RAISING and stage is LeverageStage.SIGNED:
        for vehicle in _vehicles(books, books.scope.through):
            yield _stated(above, StatementKind.PRIVATE_COMMITMENTS, vehicle, vehicle.private_commitments_krw)
    names = {deal.company_id: deal for deal in books.deals.values()}
    for company_id, company in sorted(by_company(holdings.positions(books), stage).items()):
        yield StatedItem(
            part=above,
            what=StatementKind.CO_INVESTMENT,
            name_ko=names[company_id].company_ko,
            name_en=names[company_id].company_en,
            krw=stated_of(company, kind),
        )
    if kind in PER_FISCAL:
        for vehicle in _vehicles(books, books.scope.own):
            yield _stated(below, StatementKind.FISCAL_CONTRIBUTION, vehicle, vehicle.fiscal_contribution_krw)


def _vehicles(books: Books, ids: Iterable[UUID]) -> list[Vehicle]:
    return [books.vehicles[vehicle_id] for vehicle_id in sorted(ids)]


def _stated(part: PartName, what: StatementKind, vehicle: Vehicle, krw: int) -> StatedItem:
    return StatedItem(part=part, what=what, name_ko=vehicle.name_ko, name_en=vehicle.name_en, krw=krw)


def _totals(
    sums: dict[str, tuple[int, int]], names: Iterable[PartName], stated: Iterable[StatedItem]
) -> list[PartTotal]:
    totals = []
    for name in names:
        lines, krw = sums.get(name.value, (0, 0))
        beside = sum(item.krw for item in stated if item.part is name)
        totals.append(PartTotal(name=name, lines=lines, ledger_krw=krw, stated_krw=beside, total_krw=krw + beside))
    return totals


def _itself(entry_id: UUID) -> UUID:
    return entry_id
