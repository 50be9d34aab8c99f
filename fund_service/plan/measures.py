"""What the service counts for the plan's targets, from projects, the ledger and decisions, as of a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from models.clock import SEOUL
from models.consultation import Consultation
from models.diligence import SpilloverAssessment
from models.ledger import Account, AccountKind, JournalEntry, LedgerLine
from models.money import LARGE_PROJECT_KRW
from models.plan import Region, Target
from models.plan_progress import MEASURED, WHOLE_BP, PlanMeasure
from models.planning import PlanningRound
from models.project import LEAP_BEGINS, LEAP_INITIATIVE, REGION_SPECIFIC_TYPES, LeapPhase, ProjectState, RndProject
from models.vehicle import Vehicle, VehicleKind

Condition = sa.ColumnElement[bool]
Line = tuple[str, PlanMeasure]
"""A target's code and what is counted for it."""

CAPITAL = "capital"
"""The mega-region around Seoul, which the plan moves away from."""
PILOT_YEAR = 2026
"""Leap pilots and the on-site demonstrations are those of this year; large Leap projects come after it."""
_M = PlanMeasure


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure: things, won, or a share with the part and the whole it is made of."""

    value: int
    part: int | None = None
    whole: int | None = None


@dataclass(frozen=True, slots=True)
class ProjectRule:
    """Which projects a measure counts; of a share, among which, and whether by their budgets."""

    counted: Condition
    among: Condition | None = None
    by_budget: bool = False


def count_measures(session: Session, *, day: date) -> dict[Line, Counted]:
    """Count everything as of a day, in four statements; a share of nothing is left out."""
    initiatives = dict(session.exec(select(Target.code, Target.initiative_code)).all())
    wanted = [(code, measure) for code, measures in MEASURED.items() if code in initiatives for measure in measures]
    counted = _of_projects(session, wanted, initiatives, day=day)
    fund = _of_the_fund(session, day=day)
    decided = _of_decisions(session, day=day)
    for line in wanted:
        figure = fund.get(line[1], decided.get(line[1]))
        if figure is not None:
            counted[line] = Counted(figure)
    return counted


def project_rule(measure: PlanMeasure, initiative_code: str, *, day: date) -> ProjectRule | None:
    """Say which projects a measure counts as of a day; none: it counts no projects."""
    if measure in _SHARES:
        among, counted, by_budget = _SHARES[measure]
        here = sa.and_(under_way(day), among())
        return ProjectRule(sa.and_(here, counted()), here, by_budget)
    conditions = {
        _M.LEAP_PILOTS: (
            _of(LEAP_INITIATIVE), _of_phase(LeapPhase.PILOT), _begun(day), _began_in(PILOT_YEAR),
        ),
        _M.LEAP_LARGE_PROJECTS: (
            _of(LEAP_INITIATIVE), _of_phase(LeapPhase.LARGE), _begun(day),
            col(RndProject.starts_on) >= LEAP_BEGINS[LeapPhase.LARGE], _large(),
        ),
        _M.PROJECTS_BEGUN_IN_2026: (_of(initiative_code), _begun(day), _began_in(PILOT_YEAR)),
        _M.REGION_SPECIFIC_PROJECTS: (_begun(day), col(RndProject.project_type).in_(REGION_SPECIFIC_TYPES)),
        _M.LAUNCHED: (_of(initiative_code), _begun(day)),
        _M.PROJECTS_BEGUN: (_of(initiative_code), _begun(day)),
    }.get(measure)  # fmt: skip
    return None if conditions is None else ProjectRule(sa.and_(*conditions))


def share(part: int, whole: int) -> Counted | None:
    """Make a share in basis points, cut and never rounded up; of nothing there is none."""
    return Counted(part * WHOLE_BP // whole, part, whole) if whole > 0 else None


def _begun(day: date) -> Condition:
    """Whose agreement stands and whose first day has come, whatever became of it since."""
    return sa.and_(col(RndProject.state) != ProjectState.PLANNED, col(RndProject.starts_on) <= day)


def under_way(day: date) -> Condition:
    """Which had begun and not ended on a day; a project that was discontinued counts no more."""
    running = col(RndProject.state) == ProjectState.RUNNING
    ended_later = sa.and_(col(RndProject.state) == ProjectState.COMPLETED, col(RndProject.ends_on) >= day)
    return sa.and_(col(RndProject.starts_on) <= day, sa.or_(running, ended_later))


def _began_in(year: int) -> Condition:
    return col(RndProject.starts_on).between(date(year, 1, 1), date(year, 12, 31))


def _of(initiative_code: str) -> Condition:
    return col(RndProject.initiative_code) == initiative_code


def _of_phase(phase: LeapPhase) -> Condition:
    """Of a phase, or of none that is stated: then its first day tells."""
    return sa.or_(col(RndProject.leap_phase).is_(None), col(RndProject.leap_phase) == phase)


def _large() -> Condition:
    return col(RndProject.budget_krw) >= LARGE_PROJECT_KRW


def _budget_stated() -> Condition:
    return col(RndProject.budget_krw).is_not(None)


def _region_stated() -> Condition:
    return col(RndProject.region_code).is_not(None)


def _region_and_budget_stated() -> Condition:
    return sa.and_(_region_stated(), _budget_stated())


def _outside_the_capital() -> Condition:
    provinces = select(Region.code).where(Region.mega_region_code != CAPITAL)
    return col(RndProject.region_code).in_(provinces)


_SHARES = MappingProxyType(
    {
        _M.LARGE_SHARE_BY_COUNT: (_budget_stated, _large, False),
        _M.LARGE_SHARE_BY_AMOUNT: (_budget_stated, _large, True),
        _M.REGIONAL_SHARE_BY_COUNT: (_region_stated, _outside_the_capital, False),
        _M.REGIONAL_SHARE_BY_AMOUNT: (_region_and_budget_stated, _outside_the_capital, True),
    }
)
"""Of each share of projects under way: among which, which of them, and whether by budget."""


def _of_projects(
    session: Session, wanted: Iterable[Line], initiatives: Mapping[str, str], *, day: date
) -> dict[Line, Counted]:
    """Count all measures of projects in one walk over them."""
    rules = {
        line: rule for line in wanted if (rule := project_rule(line[1], initiatives[line[0]], day=day)) is not None
    }
    columns: list[sa.ColumnElement[int]] = []
    for rule in rules.values():
        columns += [_size(rule.counted, rule), _size(rule.among, rule) if rule.among is not None else sa.literal(0)]
    if not columns:
        return {}
    figures = [int(figure) for figure in session.connection().execute(sa.select(*columns)).one()]
    counted: dict[Line, Counted] = {}
    for (line, rule), part, whole in zip(rules.items(), figures[::2], figures[1::2], strict=True):
        figure = Counted(part) if rule.among is None else share(part, whole)
        if figure is not None:
            counted[line] = figure
    return counted


def _size(condition: Condition, rule: ProjectRule) -> sa.ColumnElement[int]:
    if rule.by_budget:
        return func.coalesce(func.sum(RndProject.budget_krw).filter(condition), 0)
    return func.count(col(RndProject.id)).filter(condition)


def _of_the_fund(session: Session, *, day: date) -> dict[PlanMeasure, int]:
    """Sum what the fund was set up with and what it committed to deals, from ledger lines that count by the day."""
    amount = col(LedgerLine.amount_krw)
    formed = sa.and_(col(Account.kind) == AccountKind.SIZE, col(Vehicle.kind) == VehicleKind.MOTHER_FUND)
    sums = session.exec(
        select(
            func.coalesce(-func.sum(amount).filter(formed), 0),
            func.coalesce(func.sum(amount).filter(committed_to_deals()), 0),
        )
        .select_from(LedgerLine)
        .join(Account, col(Account.id) == col(LedgerLine.account_id))
        .join(JournalEntry, col(JournalEntry.id) == col(LedgerLine.entry_id))
        .join(Vehicle, col(Vehicle.id) == col(Account.vehicle_id), isouter=True)
        .where(col(JournalEntry.effective_on) <= day)
    ).one()
    return {_M.FUND_FORMED: int(sums[0]), _M.FUND_COMMITTED: int(sums[1])}


def _of_decisions(session: Session, *, day: date) -> dict[PlanMeasure, int]:
    """Count published planning rounds, assessed deals and consultations filed with their authorities."""
    published = sa.select(func.count(col(PlanningRound.id))).where(published_by(day)).scalar_subquery()
    assessed = sa.select(func.count(col(SpilloverAssessment.id))).where(assessed_by(day)).scalar_subquery()
    filed = sa.select(func.count(col(Consultation.id))).where(filed_by(day)).scalar_subquery()
    rounds, deals, consultations = session.connection().execute(sa.select(published, assessed, filed)).one()
    return {_M.ROUNDS_PUBLISHED: rounds, _M.SPILLOVER_ASSESSED: deals, _M.CONSULTATIONS_OPENED: consultations}


def committed_to_deals() -> Condition:
    """Say which accounts hold what was committed to deals, drawn or not."""
    promised = col(Account.kind).in_([AccountKind.COMMITTED, AccountKind.DRAWN])
    return sa.and_(promised, col(Account.deal_id).is_not(None))


def published_by(day: date) -> Condition:
    """Say which planning rounds were published by a day in Seoul."""
    return day_in_seoul(col(PlanningRound.published_at)) <= day


def assessed_by(day: date) -> Condition:
    """Say which spillover assessments were on record by a day in Seoul."""
    return day_in_seoul(col(SpilloverAssessment.recorded_at)) <= day


def filed_by(day: date) -> Condition:
    """Say which consultations were with their authority by a day, whatever became of them since."""
    return col(Consultation.filed_on) <= day


def day_in_seoul(moment: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[date]:
    """Give the calendar date in Seoul of a moment."""
    return sa.cast(func.timezone(SEOUL.key, moment), sa.Date)
