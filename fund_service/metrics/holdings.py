"""What the report tells of deals: each one's multiple, what they are concentrated in, and leverage."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from fund_service.metrics.books import Books
from fund_service.metrics.deals import DealInBooks
from fund_service.metrics.figures import PARTS, DealSet, FigureKey
from fund_service.metrics.leverage import Contributions, LeverageStage, Position, leverage
from fund_service.metrics.schemas import Amounts, ConcentrationBy, ConcentrationRow, DealRow, LeverageView
from fund_service.metrics.sums import MEMBER, sum_part
from fund_service.metrics.values import FigureUnit, quotient, told
from fund_service.metrics.wording import formula_of

NOT_STATED = "none"
"""Stands for the region or initiative that a deal does not state."""

Named = tuple[str, str | None, str | None]
"""Id or code, Korean and English name."""

ROW_OF: Mapping[ConcentrationBy, Callable[[DealInBooks], Named]] = MappingProxyType(
    {
        ConcentrationBy.COMPANY: lambda deal: (str(deal.company_id), deal.company_ko, deal.company_en),
        ConcentrationBy.GROUP: lambda deal: (str(deal.group_id), deal.group_ko, deal.group_en),
        ConcentrationBy.MEGA_REGION: lambda deal: (
            deal.mega_region_code or NOT_STATED,
            deal.region_ko,
            deal.region_en,
        ),
        ConcentrationBy.INITIATIVE: lambda deal: (
            deal.initiative_code or NOT_STATED,
            deal.initiative_ko,
            deal.initiative_en,
        ),
    }
)
"""The row of a concentration that a deal counts in."""


def deal_rows(books: Books, *, most: int | None = None) -> list[DealRow]:
    """Tell the deals with lines on the books, the largest by what was invested first, so many at most."""
    deals = sorted(books.deals.values(), key=lambda deal: (-deal.invested_krw, -deal.committed_krw, str(deal.id)))
    return [_deal_row(deal) for deal in deals[:most]]


def _deal_row(deal: DealInBooks) -> DealRow:
    return DealRow(
        deal_id=deal.id,
        title_ko=deal.title_ko,
        title_en=deal.title_en,
        company_ko=deal.company_ko,
        company_en=deal.company_en,
        committed_krw=deal.committed_krw,
        invested_krw=deal.invested_krw,
        realised_krw=deal.realised_krw,
        fair_value_krw=deal.left_krw,
        valued=deal.valued,
        moic=Amounts.of(quotient(deal.realised_krw + deal.left_krw, deal.invested_krw, unit=FigureUnit.MULTIPLE)),
    )


def _krw(books: Books, key: FigureKey) -> int:
    return sum_part(PARTS[key][0], books.held, scope=books.scope)


def concentration(books: Books) -> dict[ConcentrationBy, list[ConcentrationRow]]:
    """Say what deal commitments are concentrated in, the largest first."""
    promised = [deal for deal in books.deals.values() if deal.committed_krw]
    committed = _krw(books, FigureKey.COMMITTED)
    return {by: _rows(promised, by=by, committed=committed) for by in ConcentrationBy}


def _rows(promised: Iterable[DealInBooks], *, by: ConcentrationBy, committed: int) -> list[ConcentrationRow]:
    rows: dict[str, tuple[Named, list[int]]] = {}
    for deal in promised:
        named = ROW_OF[by](deal)
        rows.setdefault(named[0], (named, []))[1].append(deal.committed_krw)
    total = sum(sum(amounts) for _, amounts in rows.values())
    views = [
        ConcentrationRow(
            id=row_id,
            name_ko=name_ko,
            name_en=name_en,
            deals=len(amounts),
            krw=sum(amounts),
            share=_percent(sum(amounts), total),
            share_of_committed=_percent(sum(amounts), committed),
        )
        for (row_id, name_ko, name_en), amounts in rows.values()
    ]
    return sorted(views, key=lambda row: (-row.krw, row.id))


def _percent(part: int, whole: int) -> str | None:
    decimal = quotient(part, whole, unit=FigureUnit.PERCENT).decimal
    return None if decimal is None else str(decimal)


def positions(books: Books) -> list[Position]:
    """Give the deals as leverage counts them."""
    return [
        Position(
            deal_id=deal.id,
            company_id=deal.company_id,
            repayable=MEMBER[DealSet.REPAYABLE](deal),
            committed_krw=deal.committed_krw,
            invested_krw=deal.invested_krw,
            private_krw=deal.private_krw,
            other_public_krw=deal.other_public_krw,
        )
        for deal in books.deals.values()
    ]


def contributions(books: Books) -> Contributions:
    """Give what stands above the deals."""
    return Contributions(
        committed_krw=_krw(books, FigureKey.COMMITTED),
        paid_in_krw=_krw(books, FigureKey.PAID_IN),
        fiscal_krw=sum(books.vehicles[vehicle_id].fiscal_contribution_krw for vehicle_id in books.scope.own),
        private_commitments_krw=sum(
            books.vehicles[vehicle_id].private_commitments_krw for vehicle_id in books.scope.through
        ),
    )


def leverage_views(books: Books) -> list[LeverageView]:
    """Tell leverage in every definition, signed and realised."""
    top, deals = contributions(books), positions(books)
    return [
        LeverageView(
            kind=figure.kind,
            stage=figure.stage,
            numerator_krw=figure.numerator_krw,
            denominator_krw=figure.denominator_krw,
            value=None if figure.value is None else str(told(figure.value, FigureUnit.MULTIPLE)),
            absence=figure.absence,
            formula=formula_of(figure.kind),
        )
        for stage in LeverageStage
        for figure in leverage(top, deals, stage=stage)
    ]
