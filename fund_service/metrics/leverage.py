"""Leverage in its four definitions side by side, with what private money alone adds: signed, and realised to date.

One word stands for four numbers (fund-raising multiple, financing and investment multiples of the EU's Financial
Regulation, and the programme multiple that counts the public money itself), so each keeps its numerator and
denominator.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from fund_service.metrics.figures import DealSet, Part, PartName, own, through
from fund_service.metrics.formulas import Absence, ratio


class LeverageKind(StrEnum):
    """The numbers that are called leverage."""

    FUND_RAISING = "fund_raising"
    """Size of the fund, private commitments included, to the fiscal contribution (재정 승수효과)."""
    FINANCING = "financing"
    """Repayable financing that reaches companies to the fiscal contribution (EU leverage effect)."""
    INVESTMENT = "investment"
    """All investment around the deals to the fiscal contribution (EU multiplier effect)."""
    PROGRAMME = "programme"
    """All money around the deals to the fund's own in them; the fund's own is counted above the line too."""
    PRIVATE_ONLY = "private_only"
    """Private money around the deals to the fund's own in them."""
    PRIVATE_ATTRIBUTED = "private_attributed"
    """The same, the private money shared out among the fund and other public money by what each put in."""


class LeverageStage(StrEnum):
    """How far the money has come."""

    SIGNED = "signed"
    """Promised."""
    REALISED = "realised"
    """Paid to date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A deal as leverage counts it, in won: what the fund promised and paid, what its terms say of others' money."""

    deal_id: UUID
    company_id: UUID
    repayable: bool
    committed_krw: int
    invested_krw: int
    private_krw: int
    other_public_krw: int

    def fund(self, stage: LeverageStage) -> int:
        """Give the fund's own money."""
        return self.committed_krw if stage is LeverageStage.SIGNED else self.invested_krw

    def stated(self, krw: int, stage: LeverageStage) -> int:
        """Give a stated amount as far as it has come: in step with the fund's payments, the only ones known here."""
        if self.committed_krw <= 0:
            return 0
        return krw if stage is LeverageStage.SIGNED else krw * self.invested_krw // self.committed_krw


@dataclass(slots=True)
class Company:
    """The money around one company; what several of its deals state counts once, at the largest."""

    fund_krw: int = 0
    repayable_krw: int = 0
    private_krw: int = 0
    public_krw: int = 0
    stated_krw: int = field(default=0)
    """Private and other public money summed over its deals, before counting once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """What stands at the top, in won."""

    committed_krw: int
    paid_in_krw: int
    fiscal_krw: int
    private_commitments_krw: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverageFigure:
    """One number called leverage."""

    kind: LeverageKind
    stage: LeverageStage
    numerator_krw: int | None
    denominator_krw: int
    value: Fraction | None
    absence: Absence | None


def by_company(positions: Iterable[Position], stage: LeverageStage) -> dict[UUID, Company]:
    """Add up the deals of each company, counting what several of them state once."""
    companies: dict[UUID, Company] = defaultdict(Company)
    for position in positions:
        company, fund = companies[position.company_id], position.fund(stage)
        private = position.stated(position.private_krw, stage)
        public = position.stated(position.other_public_krw, stage)
        company.fund_krw += fund
        company.repayable_krw += fund if position.repayable else 0
        company.private_krw = max(company.private_krw, private)
        company.public_krw = max(company.public_krw, public)
        company.stated_krw += private + public
    return companies


def repeated_krw(positions: Iterable[Position], stage: LeverageStage) -> int:
    """Say how much stated money was left out because another deal of the same company states it too."""
    companies = by_company(positions, stage).values()
    return sum(company.stated_krw - company.private_krw - company.public_krw for company in companies)


def leverage(top: Contributions, positions: Iterable[Position], *, stage: LeverageStage) -> list[LeverageFigure]:
    """Give all definitions at one stage, in the order of `LeverageKind`."""
    companies = list(by_company(positions, stage).values())
    fund = sum(company.fund_krw for company in companies)
    ours = {
        LeverageKind.FUND_RAISING: _raised(top, stage),
        LeverageKind.FINANCING: sum(company.repayable_krw for company in companies),
        LeverageKind.INVESTMENT: fund,
        LeverageKind.PROGRAMME: fund,
        LeverageKind.PRIVATE_ONLY: 0,
        LeverageKind.PRIVATE_ATTRIBUTED: 0,
    }
    figures = []
    for kind, krw in ours.items():
        numerator = None if krw is None else krw + sum(stated_of(company, kind) for company in companies)
        figures.append(_figure(kind, stage, numerator, top.fiscal_krw if kind in PER_FISCAL else fund))
    return figures


def _raised(top: Contributions, stage: LeverageStage) -> int | None:
    """Give the size of the fund; what private investors have paid into vehicles is on nobody's ledger here."""
    if stage is LeverageStage.SIGNED:
        return top.committed_krw + top.private_commitments_krw
    return None if top.private_commitments_krw else top.paid_in_krw


def attributed(company: Company) -> int:
    """Give the fund's part of the private money around a company, by what it and other public money put in."""
    public = company.fund_krw + company.public_krw
    return company.private_krw * company.fund_krw // public if public > 0 else 0


def _figure(kind: LeverageKind, stage: LeverageStage, numerator: int | None, denominator: int) -> LeverageFigure:
    value = None if numerator is None else ratio(numerator, denominator)
    absence = None
    if value is None:
        absence = Absence.NOT_RECORDED if numerator is None else Absence.NOTHING_TO_DIVIDE_BY
    return LeverageFigure(
        kind=kind,
        stage=stage,
        numerator_krw=numerator,
        denominator_krw=denominator,
        value=value,
        absence=absence,
    )


def ledger_parts(kind: LeverageKind, stage: LeverageStage) -> tuple[Part, ...]:
    """Say which ledger lines lie in a definition; the rest of it are statements of vehicles and deals."""
    if kind is LeverageKind.FUND_RAISING:
        return (own(PartName.NUMERATOR, {"size": -1} if stage is LeverageStage.SIGNED else {"paid_in": -1}),)
    signs = {"committed": 1, "drawn": 1} if stage is LeverageStage.SIGNED else {"drawn": 1}
    if kind is LeverageKind.FINANCING:
        return (through(PartName.NUMERATOR, signs, deals=DealSet.REPAYABLE),)
    above, below = through(PartName.NUMERATOR, signs), through(PartName.DENOMINATOR, signs)
    if kind is LeverageKind.INVESTMENT:
        return (above,)
    return (above, below) if kind is LeverageKind.PROGRAMME else (below,)


PER_FISCAL = frozenset({LeverageKind.FUND_RAISING, LeverageKind.FINANCING, LeverageKind.INVESTMENT})
"""Definitions over the fiscal contribution; the others are over the fund's own money in deals."""


def stated_of(company: Company, kind: LeverageKind) -> int:
    """Give what a definition counts of the money others state around a company."""
    match kind:
        case LeverageKind.INVESTMENT | LeverageKind.PROGRAMME:
            return company.private_krw + company.public_krw
        case LeverageKind.PRIVATE_ONLY:
            return company.private_krw
        case LeverageKind.PRIVATE_ATTRIBUTED:
            return attributed(company)
        case _:
            return 0
