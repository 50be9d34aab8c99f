"""What the report tells of deals: each one's multiple, what they are concentrated in, and leverage."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from uuid import UUID

from fund_service.metrics.books import Books, DealInBooks
from fund_service.metrics.figures import MEMBER, PARTS, DealSet, FigureKey, Held, sum_part
from fund_service.metrics.leverage import Contributions, LeverageStage, Position, leverage
from fund_service.metrics.schemas import Amounts, ConcentrationBy, ConcentrationRow, DealRow, LeverageView
from fund_service.metrics.values import FigureUnit, quotient, told
from fund_service.metrics.wording import formula_of
from models.ledger import AccountKind

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


def deal_rows(books: Books) -> list[DealRow]:
    """Tell every deal with lines on the books, the largest by what was invested first."""
    rows = [_deal_row(books, books.deals[deal_id], held) for deal_id, held in _by_deal(books).items() if held]
    return sorted(rows, key=lambda row: (-row.invested_krw, -row.committed_krw, str(row.deal_id)))


def _deal_row(books: Books, deal: DealInBooks, held: list[Held]) -> DealRow:
    invested, realised = _krw(books, held, FigureKey.INVESTED), _krw(books, held, FigureKey.REALISED)
    left = _krw(books, held, FigureKey.COST) + _krw(books, held, FigureKey.FAIR_VALUE_ADJUSTMENT)
    return DealRow(
        deal_id=deal.id,
        title_ko=deal.title_ko,
        title_en=deal.title_en,
        company_ko=deal.company_ko,
        company_en=deal.company_en,
        committed_krw=_krw(books, held, FigureKey.DEAL_COMMITMENTS),
        invested_krw=invested,
        realised_krw=realised,
        fair_value_krw=left,
        valued=any(account.kind is AccountKind.FAIR_VALUE for account in held),
        moic=Amounts.of(quotient(realised + left, invested, unit=FigureUnit.MULTIPLE)),
    )


def _krw(books: Books, held: Iterable[Held], key: FigureKey) -> int:
    return sum_part(PARTS[key][0], held, scope=books.scope)


def _by_deal(books: Books) -> dict[UUID, list[Held]]:
    held: dict[UUID, list[Held]] = {deal_id: [] for deal_id in books.deals}
    for account in books.held:
        if account.deal_id is not None:
            held[account.deal_id].append(account)
    return held


def concentration(books: Books) -> dict[ConcentrationBy, list[ConcentrationRow]]:
    """Say what deal commitments are concentrated in, the largest first."""
    promised = {
        deal_id: krw
        for deal_id, held in _by_deal(books).items()
        if (krw := _krw(books, held, FigureKey.DEAL_COMMITMENTS))
    }
    committed = _krw(books, books.held, FigureKey.COMMITTED)
    return {by: _rows(books, promised, by=by, committed=committed) for by in ConcentrationBy}


def _rows(books: Books, promised: Mapping[UUID, int], *, by: ConcentrationBy, committed: int) -> list[ConcentrationRow]:
    total = sum(promised.values())
    rows: dict[str, tuple[Named, list[int]]] = {}
    for deal_id, krw in promised.items():
        named = ROW_OF[by](books.deals[deal_id])
        rows.setdefault(named[0], (named, []))[1].append(krw)
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
            deal_id=deal_id,
            company_id=books.deals[deal_id].company_id,
            repayable=MEMBER[DealSet.REPAYABLE](books.deals[deal_id]),
            committed_krw=_krw(books, held, FigureKey.DEAL_COMMITMENTS),
            invested_krw=_krw(books, held, FigureKey.INVESTED),
            private_krw=books.deals[deal_id].private_krw,
            other_public_krw=books.deals[deal_id].other_public_krw,
        )
        for deal_id, held in _by_deal(books).items()
    ]


def contributions(books: Books) -> Contributions:
    """Give what stands above the deals."""
    return Contributions(
        committed_krw=_krw(books, books.held, FigureKey.COMMITTED),
        paid_in_krw=_krw(books, books.held, FigureKey.PAID_IN),
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
