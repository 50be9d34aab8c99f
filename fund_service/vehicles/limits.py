"""Limits: the portfolio on the ledger, and what decisions would add to it, weighed against the limit rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service import locales
from fund_service.vehicles.weighing import (
    Finding,
    Placement,
    Portfolio,
    Rule,
    line_of,
    rules_in_force,
    weigh,
)
from models.deal import Deal
from models.errors import LimitBroken
from models.ledger import Account, AccountKind, LedgerLine
from models.money import LARGE_PROJECT_KRW
from models.organisation import Organisation, OwnershipGroup
from models.plan import MegaRegion, Region
from models.vehicle import LimitForce, LimitKind, LimitRule, Vehicle, VehicleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Won that would be committed to a deal, on top of what the ledger has for it."""

    deal_id: UUID
    vehicle_id: UUID
    company_id: UUID
    amount_krw: int
    main_purpose: bool
    region_code: str | None
    project_budget_krw: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFinding:
    """How a rule stands before and after a decision."""

    rule_id: UUID
    """The limit rule; for the main-purpose share a vehicle itself is bound to, the vehicle."""
    kind: LimitKind
    force: LimitForce
    passes: bool
    """Whether the rule holds after the decision, exactly."""
    blocks: bool
    """Whether it forbids the decision: it blocks, does not hold, and is broken further than before."""
    limit_bp: int
    before_bp: int | None
    after_bp: int | None
    """Shares in basis points, rounded against the rule; none of nothing."""
    breach_before_krw: int
    breach_krw: int
    """By how many won it is broken after: those that would have to be elsewhere; 0 where it passes."""
    part_before_krw: int
    whole_before_krw: int
    part_after_krw: int
    whole_after_krw: int
    subject: str
    """The company, ownership group or mega-region it is about, in the language at hand; "" where about all deals."""
    subject_id: str
    """Its id or code; "" where about all deals."""
    vehicle_id: UUID | None
    """The vehicle it holds in, with those below it; none for the whole fund."""
    vehicle_name: str
    year: int | None

    @property
    def path(self) -> str:
        """The page that says where the rule comes from."""
        return f"/vehicles/{self.rule_id}" if self.rule_id == self.vehicle_id else f"/limit-rules/{self.rule_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A portfolio, what a decision would add to it, and what the rules find."""

    portfolio: Portfolio
    added: Sequence[Placement]
    findings: list[RuleFinding]


def check_limits(session: Session, proposals: Sequence[Proposal], *, on: date) -> list[RuleFinding]:
    """Weigh the portfolio as it would be after the proposals against every rule in force on a date in Seoul.

    Without proposals it says how the rules stand now. Seven statements, however many rules, deals and lines there are.
    What else is approved or pending does not count, since it holds nothing back: who commits checks again under
    `fund_service.ledger.posting.lock_ledger`.

    See `fund_service.vehicles.weighing` for what each share is over, and `RuleFinding.blocks` for what a break does.
    """
    return weigh_portfolio(session, proposals, on=on).findings


def proposal_of(deal: Deal, *, vehicle_id: UUID, amount_krw: int) -> Proposal:
    """Make of a deal what rules are asked about."""
    return Proposal(
        deal_id=deal.id,
        vehicle_id=vehicle_id,
        company_id=deal.company_id,
        amount_krw=amount_krw,
        main_purpose=deal.main_purpose,
        region_code=deal.region_code,
        project_budget_krw=deal.project_budget_krw,
    )


def refuse_broken_limits(session: Session, proposal: Proposal, *, on: date) -> None:
    """Refuse a decision that a blocking rule forbids.

    Raises
    ------
    LimitBroken
        Naming the rule, its limit, and by how many won it would be broken.
    """
    for finding in check_limits(session, [proposal], on=on):
        if finding.blocks:
            raise LimitBroken(
                "The limit {rule} of {limit} % would be broken by {breach} won ({subject}).",
                rule=locales.label(finding.kind),
                limit=f"{finding.limit_bp / 100:g}",
                breach=f"{finding.breach_krw:,}",
                subject=finding.subject or finding.vehicle_name,
            )


def weigh_portfolio(session: Session, proposals: Sequence[Proposal], *, on: date) -> Weighed:
    """Do what `check_limits` does, and give the portfolio with it."""
    vehicles = {vehicle.id: vehicle for vehicle in session.exec(select(Vehicle).order_by(col(Vehicle.id)))}
    parents = {vehicle.id: vehicle.parent_id for vehicle in vehicles.values()}
    portfolio = Portfolio(parents=parents, sizes=_sizes(session), placed=_placed(session))
    added = _placements(session, proposals)
    rules = rules_in_force(_rules(session), year=on.year)
    rules += _own_rules(vehicles, parents, [placement.vehicle_id for placement in added or portfolio.placed])
    findings = weigh(rules, portfolio, added=added)
    names = _names(session, findings)
    return Weighed(portfolio=portfolio, added=added, findings=[_told(finding, names, vehicles) for finding in findings])


def _sizes(session: Session) -> dict[UUID, int]:
    """Read what each vehicle was promised off the ledger; size accounts are credit."""
    sizes = session.exec(
        select(col(Account.vehicle_id), func.sum(LedgerLine.amount_krw))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(Account.kind == AccountKind.SIZE)
        .group_by(col(Account.vehicle_id))
    )
    return {vehicle_id: -int(size) for vehicle_id, size in sizes if vehicle_id is not None}


def _placed(session: Session) -> list[Placement]:
    """Read the won committed to each deal from each vehicle off the ledger, with what rules ask of the deal."""
    asked = (
        col(Account.vehicle_id), col(Deal.company_id), col(Organisation.ownership_group_id), col(Deal.main_purpose),
        col(Deal.project_budget_krw), col(Region.mega_region_code),
    )  # fmt: skip
    total = func.sum(LedgerLine.amount_krw)
    committed = (
        sa.select(*asked, total.label("amount_krw"))
        .join_from(Account, LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .join(Deal, col(Deal.id) == col(Account.deal_id))
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .outerjoin(Region, col(Region.code) == col(Deal.region_code))
        .where(col(Account.kind).in_([AccountKind.COMMITTED, AccountKind.DRAWN]))
        .group_by(col(Deal.id), *asked)
        .having(total != 0)
    )
    return [
        Placement(
            vehicle_id=row.vehicle_id,
            company_id=row.company_id,
            group_id=row.ownership_group_id,
            amount_krw=int(row.amount_krw),
            main_purpose=row.main_purpose,
            mega_region_code=row.mega_region_code,
            large=(row.project_budget_krw or 0) >= LARGE_PROJECT_KRW,
        )
        for row in session.connection().execute(committed)
    ]


def _rules(session: Session) -> list[Rule]:
    stored = session.exec(select(LimitRule).order_by(col(LimitRule.id)))
    return [
        Rule(
            id=rule.id,
            kind=rule.kind,
            force=rule.force,
            share_bp=rule.share_bp,
            vehicle_id=rule.vehicle_id,
            mega_region_code=rule.mega_region_code,
            year=rule.year,
        )
        for rule in stored
    ]


def _own_rules(
    vehicles: Mapping[UUID, Vehicle], parents: Mapping[UUID, UUID | None], concerned: Iterable[UUID]
) -> list[Rule]:
    """Give the main-purpose share that vehicles are themselves bound to; the mother fund's is a limit rule."""
    lines = sorted({step for vehicle_id in set(concerned) for step in line_of(parents, vehicle_id)})
    return [
        Rule(
            id=vehicle_id,
            kind=LimitKind.MAIN_PURPOSE_SHARE,
            force=LimitForce.BLOCKS,
            share_bp=vehicles[vehicle_id].main_purpose_share_bp,
            vehicle_id=vehicle_id,
        )
        for vehicle_id in lines
        if vehicles[vehicle_id].kind is not VehicleKind.MOTHER_FUND
    ]


def _placements(session: Session, proposals: Sequence[Proposal]) -> list[Placement]:
    """Complete proposals with the ownership group and mega-region of each, in two statements."""
    companies = {proposal.company_id for proposal in proposals}
    groups = dict(
        session.exec(
            select(Organisation.id, Organisation.ownership_group_id).where(col(Organisation.id).in_(companies))
        ).all()
    )
    mega_regions = dict(session.exec(select(Region.code, Region.mega_region_code)).all())
    return [
        Placement(
            vehicle_id=proposal.vehicle_id,
            company_id=proposal.company_id,
            group_id=groups[proposal.company_id],
            amount_krw=proposal.amount_krw,
            main_purpose=proposal.main_purpose,
            mega_region_code=mega_regions.get(proposal.region_code or ""),
            large=(proposal.project_budget_krw or 0) >= LARGE_PROJECT_KRW,
        )
        for proposal in proposals
    ]


def _names(session: Session, findings: Iterable[Finding]) -> dict[UUID | str | None, str]:
    """Name what findings are about, in one statement."""
    subjects = {finding.subject for finding in findings}
    parties = [subject for subject in subjects if isinstance(subject, UUID)]
    text = sa.String
    named: sa.CompoundSelect[Any] = sa.union_all(
        sa.select(sa.cast(col(Organisation.id), text), col(Organisation.name_ko), col(Organisation.name_en)).where(
            col(Organisation.id).in_(parties)
        ),
        sa.select(
            sa.cast(col(OwnershipGroup.id), text), col(OwnershipGroup.name_ko), col(OwnershipGroup.name_en)
        ).where(col(OwnershipGroup.id).in_(parties)),
        sa.select(sa.cast(col(MegaRegion.code), text), col(MegaRegion.name_ko), col(MegaRegion.name_en)),
    )
    names = {key: locales.pick(name_ko, name_en) for key, name_ko, name_en in session.connection().execute(named)}
    return {subject: names.get(str(subject), "") for subject in subjects}


def _told(finding: Finding, names: Mapping[UUID | str | None, str], vehicles: Mapping[UUID, Vehicle]) -> RuleFinding:
    rule = finding.rule
    vehicle = None if rule.vehicle_id is None else vehicles[rule.vehicle_id]
    return RuleFinding(
        rule_id=rule.id,
        kind=rule.kind,
        force=rule.force,
        passes=finding.passes,
        blocks=finding.blocks,
        limit_bp=rule.share_bp,
        before_bp=finding.before_bp,
        after_bp=finding.after_bp,
        breach_before_krw=finding.breach_before_krw,
        breach_krw=finding.breach_krw,
        part_before_krw=finding.part_before_krw,
        whole_before_krw=finding.whole_before_krw,
        part_after_krw=finding.part_after_krw,
        whole_after_krw=finding.whole_after_krw,
        subject=names[finding.subject],
        subject_id=str(finding.subject or ""),
        vehicle_id=rule.vehicle_id,
        vehicle_name="" if vehicle is None else locales.pick(vehicle.name_ko, vehicle.name_en),
        year=rule.year,
    )
