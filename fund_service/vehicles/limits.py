"""Limits: the portfolio on the ledger, and what decisions would add to it, weighed against the limit rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.vehicles.portfolio_reading import own_rules, read_placed, read_rules, read_sizes
from fund_service.vehicles.weighing import Finding, Placement, Portfolio, Rule, rules_in_force, weigh
from models.deal import Deal
from models.errors import LimitBroken
from models.money import LARGE_PROJECT_KRW
from models.organisation import Organisation, OwnershipGroup
from models.plan import MegaRegion, Region
from models.vehicle import LimitForce, LimitKind, Vehicle


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
class Limits:
    """What a decision is weighed against, but for the won on the ledger: nothing in it is changed by a posting."""

    vehicles: Mapping[UUID, Vehicle]
    rules: Sequence[Rule]
    added: Sequence[Placement]
    """What the decision would add."""


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
    refuse_what_breaks(session, limits_on(session, [proposal], on=on))


def limits_on(session: Session, proposals: Sequence[Proposal], *, on: date) -> Limits:
    """Read what proposals are weighed against but the won on the ledger, in four statements."""
    vehicles = {vehicle.id: vehicle for vehicle in session.exec(select(Vehicle).order_by(col(Vehicle.id)))}
    rules = rules_in_force(read_rules(session), year=on.year)
    return Limits(vehicles=vehicles, rules=rules, added=_placements(session, proposals))


def refuse_what_breaks(session: Session, limits: Limits) -> None:
    """Refuse a decision that a blocking rule forbids as the ledger is now, in two statements.

    Raises
    ------
    LimitBroken
        Naming the rule, its limit, and by how many won it would be broken.
    """
    blocking = [finding for finding in _weighed(session, limits)[1] if finding.blocks]
    if blocking:
        finding = _told(blocking[0], _names(session, blocking), limits.vehicles)
        raise LimitBroken(
            "The limit {rule} of {limit} % would be broken by {breach} won ({subject}).",
            rule=locales.label(finding.kind),
            limit=f"{finding.limit_bp / 100:g}",
            breach=f"{finding.breach_krw:,}",
            subject=finding.subject or finding.vehicle_name,
        )


def weigh_portfolio(session: Session, proposals: Sequence[Proposal], *, on: date) -> Weighed:
    """Do what `check_limits` does, and give the portfolio with it."""
    limits = limits_on(session, proposals, on=on)
    portfolio, findings = _weighed(session, limits)
    names = _names(session, findings)
    told = [_told(finding, names, limits.vehicles) for finding in findings]
    return Weighed(portfolio=portfolio, added=limits.added, findings=told)


def _weighed(session: Session, limits: Limits) -> tuple[Portfolio, list[Finding]]:
    """Weigh what would be added to the portfolio as the ledger has it now."""
    parents = {vehicle.id: vehicle.parent_id for vehicle in limits.vehicles.values()}
    portfolio = Portfolio(parents=parents, sizes=read_sizes(session), placed=read_placed(session))
    concerned = [placement.vehicle_id for placement in limits.added or portfolio.placed]
    rules = [*limits.rules, *own_rules(limits.vehicles, parents, concerned)]
    return portfolio, weigh(rules, portfolio, added=limits.added)


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
    named: list[sa.Select[*tuple[Any, ...]]] = [
        sa.select(sa.cast(col(table.id), text), col(table.name_ko), col(table.name_en)).where(
            col(table.id).in_(parties)
        )
        for table in (Organisation, OwnershipGroup)
        if parties
    ]
    named.append(sa.select(sa.cast(col(MegaRegion.code), text), col(MegaRegion.name_ko), col(MegaRegion.name_en)))
    names = {
        key: locales.pick(name_ko, name_en)
        for key, name_ko, name_en in session.connection().execute(sa.union_all(*named))
    }
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
