"""Reads of the first page: a fixed number of statements for each role."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.commitments.queries import commitment_desk
from fund_service.home.schemas import (
    Accounts,
    DealFlow,
    DueTarget,
    HomeView,
    NewMatch,
    OwnDemand,
    PlanningDesk,
    Totals,
)
from fund_service.market.reading import newest_release
from fund_service.matches.method import MatchMethod
from fund_service.plan.register import standing_of_targets
from fund_service.settlement.desk import settlement_desk
from fund_service.signals.queries import signal_views, visible_to
from fund_service.signals.schemas import MatchingStatus, SignalView
from matching.disclosure.demand import ALL
from models.clock import business_date
from models.market import MarketSummary
from models.match import Match, SignalMatching
from models.organisation import Organisation, OwnershipGroup
from models.person import Person, Role
from models.plan import Initiative, Target
from models.project import OPEN_PROJECT_STATES, ProjectState, RndProject
from models.release import MarketRelease, ReleaseCell
from models.signal import DemandSignal, SignalState

SHOWN = 5
EXCERPT = 200

Condition = sa.ColumnElement[bool]


def home(session: Session, *, caller: Caller, method: MatchMethod, at: datetime) -> HomeView:
    """Show the parts of the first page that the caller's roles call for."""
    today = business_date(at)
    view = HomeView(name=caller.name, roles=sorted(caller.roles))
    if caller.has(Role.INVESTOR):
        view.own_demand = _own_demand(session, caller=caller, method=method, today=today)
    if caller.has(Role.FUND_MANAGER, Role.COMMITTEE_MEMBER):
        view.deal_flow = _deal_flow(session, caller=caller, method=method, today=today)
    if caller.has(Role.INVESTOR, Role.FUND_MANAGER):
        view.commitments = commitment_desk(session, caller=caller, at=at)
    if caller.has(Role.PLANNER):
        view.planning = _planning_desk(session, today)
    if caller.has(Role.PROJECT_TEAM):
        view.settlement = settlement_desk(session, caller=caller)
    if caller.has(Role.AUDITOR):
        view.totals = _totals(session, today)
    if caller.has(Role.ADMINISTRATOR, Role.AUDITOR):
        view.accounts = Accounts(
            accounts=_count(session, Person), active=_count(session, Person, col(Person.active).is_(True))
        )
    return view


def _own_demand(session: Session, *, caller: Caller, method: MatchMethod, today: date) -> OwnDemand:
    own = sa.and_(col(DemandSignal.organisation_id) == caller.organisation_id, *_speaking(today))
    matching = _matching_counts(session, own, method)
    return OwnDemand(
        live_signals=sum(matching.values()),
        matching=matching,
        newest_signals=_newest_signals(session, own, caller=caller, method=method, today=today),
        newest_matches=_newest_matches(session, own),
    )


def _deal_flow(session: Session, *, caller: Caller, method: MatchMethod, today: date) -> DealFlow:
    readable = col(DemandSignal.id).in_(visible_to(caller).with_only_columns(col(DemandSignal.id)))
    live = sa.and_(readable, *_speaking(today))
    return DealFlow(
        open_projects=_count(session, RndProject, _open()),
        live_signals=_count(session, DemandSignal, live),
        newest_signals=_newest_signals(session, live, caller=caller, method=method, today=today),
        newest_matches=_newest_matches(session, live),
    )


def _planning_desk(session: Session, today: date) -> PlanningDesk:
    release = newest_release(session)
    standing, waiting = standing_of_targets(session, today=today)
    return PlanningDesk(
        release=None if release is None else release.number,
        release_as_of=None if release is None else release.as_of,
        published_themes=0 if release is None else _published_themes(session, release),
        open_projects=_count(session, RndProject, _open()),
        due_next=_due_next(session, today),
        standing=standing,
        reports_waiting=waiting,
    )


def _published_themes(session: Session, release: MarketRelease) -> int:
    return _count(
        session,
        ReleaseCell,
        col(ReleaseCell.release_id) == release.id,
        col(ReleaseCell.theme) != ALL,
        col(ReleaseCell.groups).is_not(None),
    )


def _totals(session: Session, today: date) -> Totals:
    states = dict(session.exec(select(RndProject.state, func.count()).group_by(col(RndProject.state))).all())
    return Totals(
        organisations=_count(session, Organisation),
        ownership_groups=_count(session, OwnershipGroup),
        projects={state: states.get(state, 0) for state in ProjectState},
        signals=_count(session, DemandSignal),
        live_signals=_count(session, DemandSignal, *_speaking(today)),
        eligible_matches=_count(session, Match, col(Match.eligible).is_(True)),
        market_summaries=_count(session, MarketSummary),
    )


def _count(session: Session, table: type[SQLModel], *conditions: Condition) -> int:
    return session.exec(select(func.count()).select_from(table).where(*conditions)).one()


def _open() -> Condition:
    return col(RndProject.state).in_(OPEN_PROJECT_STATES)


def _speaking(today: date) -> tuple[Condition, Condition]:
    """Say which signals are in force today in Seoul."""
    unexpired = sa.or_(col(DemandSignal.expires_on).is_(None), col(DemandSignal.expires_on) >= today)
    return col(DemandSignal.state) == SignalState.LIVE, unexpired


def _matching_counts(session: Session, wanted: Condition, method: MatchMethod) -> dict[MatchingStatus, int]:
    """Count signals by how their matching stands, as `signals.queries.matching_status` tells it of one."""
    current = method.digest(session)
    as_it_stands = col(SignalMatching.signal_version) == col(DemandSignal.version)
    status = sa.case(
        (sa.and_(as_it_stands, col(SignalMatching.method_digest) == current), MatchingStatus.FRESH.value),
        (as_it_stands, MatchingStatus.OUTDATED.value),
        else_=MatchingStatus.WAITING.value,
    )
    counted: dict[str, int] = dict(
        session.exec(
            select(status, func.count())
            .select_from(DemandSignal)
            .join(SignalMatching, col(SignalMatching.signal_id) == col(DemandSignal.id), isouter=True)
            .where(wanted)
            .group_by(status)
        ).all()
    )
    return {member: counted.get(member.value, 0) for member in MatchingStatus}


def _newest_signals(
    session: Session, wanted: Condition, *, caller: Caller, method: MatchMethod, today: date
) -> list[SignalView]:
    newest = session.exec(select(DemandSignal).where(wanted).order_by(col(DemandSignal.id).desc()).limit(SHOWN)).all()
    return signal_views(session, newest, caller=caller, method=method, today=today)


def _newest_matches(session: Session, wanted: Condition) -> list[NewMatch]:
    """Show the best match of each of the signals matched last."""
    rows = session.connection().execute(
        sa.select(
            col(Match.id).label("match_id"),
            col(Match.signal_id),
            func.left(col(DemandSignal.text), EXCERPT).label("signal_text"),
            col(Match.project_id),
            col(RndProject.title_ko),
            col(RndProject.title_en),
            col(Match.score),
            col(SignalMatching.matched_at),
        )
        .select_from(SignalMatching)
        .join(DemandSignal, col(DemandSignal.id) == col(SignalMatching.signal_id))
        .join(Match, col(Match.signal_id) == col(SignalMatching.signal_id))
        .join(RndProject, col(RndProject.id) == col(Match.project_id))
        .where(wanted, col(Match.eligible), col(Match.rank) == 1)
        .order_by(col(SignalMatching.matched_at).desc(), col(Match.score).desc(), col(Match.id))
        .limit(SHOWN)
    )
    return [NewMatch(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def _due_next(session: Session, today: date) -> list[DueTarget]:
    rows = session.exec(
        select(Target, Initiative)
        .join(Initiative, col(Initiative.code) == col(Target.initiative_code))
        .where(col(Target.due_on) >= today)
        .order_by(col(Target.due_on), col(Target.code))
        .limit(SHOWN)
    ).all()
    return [
        DueTarget(
            **target.model_dump(include={"code", "name_ko", "name_en", "quantity", "unit", "due_on"}),
            initiative_name_ko=initiative.name_ko,
            initiative_name_en=initiative.name_en,
            days_left=(target.due_on - today).days,
        )
        for target, initiative in rows
        if target.due_on is not None
    ]
