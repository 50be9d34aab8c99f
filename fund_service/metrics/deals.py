"""Deals with lines on the books: what each comes to, summed by the database, and what it is grouped and named by."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func

from fund_service.metrics.balances import balances
from fund_service.metrics.figures import PARTS, FigureKey
from fund_service.metrics.schemas import ReportAsked
from fund_service.metrics.sums import Scope
from models.deal import Deal, InvestmentInstrument
from models.ledger import AccountKind
from models.organisation import Organisation, OwnershipGroup
from models.plan import Initiative, MegaRegion, Region


@dataclass(frozen=True, slots=True, kw_only=True)
class DealInBooks:
    """A deal as the report counts it: won on the books at the day, and facts as they stand today."""

    id: UUID
    title_ko: str | None
    title_en: str | None
    main_purpose: bool
    instrument: InvestmentInstrument
    company_id: UUID
    company_ko: str | None
    company_en: str | None
    group_id: UUID
    group_ko: str
    group_en: str | None
    mega_region_code: str | None
    region_ko: str | None
    region_en: str | None
    initiative_code: str | None
    initiative_ko: str | None
    initiative_en: str | None
    private_krw: int
    other_public_krw: int
    says_additionality: bool
    committed_krw: int
    invested_krw: int
    realised_krw: int
    cost_krw: int
    adjustment_krw: int
    valued: bool
    """Whether anybody ever set its fair value; else it stands at cost."""

    @property
    def left_krw(self) -> int:
        """What is left of it: cost and fair value adjustment."""
        return self.cost_krw + self.adjustment_krw


FIGURES: Mapping[str, FigureKey] = MappingProxyType(
    {
        "committed_krw": FigureKey.DEAL_COMMITMENTS,
        "invested_krw": FigureKey.INVESTED,
        "realised_krw": FigureKey.REALISED,
        "cost_krw": FigureKey.COST,
        "adjustment_krw": FigureKey.FAIR_VALUE_ADJUSTMENT,
    }
)
"""What is told of a deal: the figures of the fund, of its lines alone."""


def deals_in_books(session: Session, scope: Scope, asked: ReportAsked) -> dict[UUID, DealInBooks]:
    """Read the deals with lines that count, in one statement."""
    sums = _sums(scope, asked)
    query = (
        sa.select(
            *(
                col(column)
                for column in (
                    Deal.id, Deal.title_ko, Deal.title_en, Deal.main_purpose, Deal.instrument, Deal.company_id,
                    Deal.private_krw, Deal.other_public_krw, Deal.initiative_code,
                )
            ),
            (col(Deal.additionality) != "").label("says_additionality"),
            col(Organisation.name_ko).label("company_ko"),
            col(Organisation.name_en).label("company_en"),
            col(OwnershipGroup.id).label("group_id"),
            col(OwnershipGroup.name_ko).label("group_ko"),
            col(OwnershipGroup.name_en).label("group_en"),
            col(MegaRegion.code).label("mega_region_code"),
            col(MegaRegion.name_ko).label("region_ko"),
            col(MegaRegion.name_en).label("region_en"),
            col(Initiative.name_ko).label("initiative_ko"),
            col(Initiative.name_en).label("initiative_en"),
            *(sums.c[name] for name in (*FIGURES, "valued")),
        )
        .select_from(Deal)
        .join(sums, sums.c.deal_id == col(Deal.id))
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .join(OwnershipGroup, col(OwnershipGroup.id) == col(Organisation.ownership_group_id))
        .outerjoin(Region, col(Region.code) == col(Deal.region_code))
        .outerjoin(MegaRegion, col(MegaRegion.code) == col(Region.mega_region_code))
        .outerjoin(Initiative, col(Initiative.code) == col(Deal.initiative_code))
    )  # fmt: skip
    return {row.id: DealInBooks(**row._mapping) for row in session.connection().execute(query)}  # noqa: SLF001 - SQLAlchemy's public name


def _sums(scope: Scope, asked: ReportAsked) -> sa.Subquery:
    """Sum the figures deal by deal, by the table that the fund's are made from, so that the same lines lie behind."""
    balance = balances(scope, asked)

    def figure(key: FigureKey) -> sa.ColumnElement[int]:
        sign = sa.case({term.kind: term.sign for term in PARTS[key][0].terms}, value=balance.c.kind, else_=0)
        return sa.cast(func.sum(balance.c.now_krw * sign), sa.BigInteger)

    return (
        sa.select(
            balance.c.deal_id,
            *(figure(key).label(name) for name, key in FIGURES.items()),
            func.bool_or(balance.c.kind == AccountKind.FAIR_VALUE).label("valued"),
        )
        .where(balance.c.deal_id.is_not(None))
        .group_by(balance.c.deal_id)
        .subquery("sums")
    )
