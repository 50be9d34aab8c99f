"""Reads of the thread, both ways.

What a reader may read is listed; of a candidate's demand everybody else is told sums alone, and those only where a
release tells of the themes behind it. Of signals that a fund manager may not read neither the matches nor the
deals are told beside a candidate: the list would give away what they ask for.
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.deals.thread import deals_of_signals, won_of_signals
from fund_service.market.disclosure import ROUNDED_TO_KRW
from fund_service.planning.candidates import find_candidate
from fund_service.planning.queries import candidate_views, known_round, sees_the_making
from fund_service.signals.queries import find_signal, visible_to
from fund_service.thread.schemas import MatchNode, PriorityNode, SignalNode, ThreadStart, ThreadView
from models.deal import Deal
from models.errors import RecordNotFound
from models.market import CountedSignal
from models.match import Match
from models.person import Role
from models.planning import (
    PUBLIC_STAGES,
    CandidateDecision,
    CandidateTheme,
    PlanningCandidate,
    PlanningRound,
)
from models.project import RndProject
from models.signal import DemandSignal

SHOWN = 20
"""Signals and matches that are listed."""

SignalIds = sa.Select[UUID]


def thread_from(session: Session, start: ThreadStart, record_id: UUID, *, caller: Caller) -> ThreadView:
    """Take the thread up at a record.

    Raises
    ------
    RecordNotFound
        When there is no such record among those the caller may know of.
    """
    if start is ThreadStart.CANDIDATE:
        return _from_candidate(session, record_id, caller=caller)
    signal_id = _signal_of(session, start, record_id, caller=caller)
    known = sa.select(col(DemandSignal.id)).where(
        col(DemandSignal.id).in_(_visible(caller)), col(DemandSignal.id) == signal_id
    )
    candidates = session.exec(
        select(CandidateTheme.candidate_id)
        .join(CountedSignal, col(CountedSignal.theme_id) == col(CandidateTheme.theme_id))
        .where(col(CountedSignal.signal_id).in_(known), col(CountedSignal.speaks))
    ).all()
    priorities = _priorities(session, candidates, caller=caller)
    return _view(session, start, record_id, known, caller=caller, priorities=priorities)


def _signal_of(session: Session, start: ThreadStart, record_id: UUID, *, caller: Caller) -> UUID | None:
    """Give the signal behind a record that the caller may read."""
    if start is ThreadStart.SIGNAL:
        return find_signal(session, record_id, caller=caller).id
    if start is ThreadStart.MATCH:
        match = session.get(Match, record_id)
        if match is None:
            raise RecordNotFound("There is no such match among those you may see.")
        return find_signal(session, match.signal_id, caller=caller).id
    deal = session.get(Deal, record_id) if _reads_deals(caller) else None
    if deal is None:
        raise RecordNotFound("There is no such deal.")
    return deal.signal_id


def _from_candidate(session: Session, candidate_id: UUID, *, caller: Caller) -> ThreadView:
    candidate = find_candidate(session, candidate_id)
    planning_round = known_round(session, candidate.round_id, caller=caller)
    behind = (
        sa.select(col(CountedSignal.signal_id))
        .join(CandidateTheme, col(CandidateTheme.theme_id) == col(CountedSignal.theme_id))
        .where(
            col(CandidateTheme.candidate_id) == candidate_id,
            col(CountedSignal.speaks),
            col(CountedSignal.received_on) <= planning_round.collects_until,
        )
    )
    priorities = _priorities(session, [candidate_id], caller=caller)
    known = sa.select(col(DemandSignal.id)).where(
        col(DemandSignal.id).in_(_visible(caller)), col(DemandSignal.id).in_(behind)
    )
    view = _view(session, ThreadStart.CANDIDATE, candidate_id, known, caller=caller, priorities=priorities)
    (asked,) = candidate_views(session, [candidate])
    view.groups = ", ".join(theme.groups for theme in asked.themes) or None
    return view if _reads_deals(caller) else _told_in_sums(session, view, behind, caller=caller)


def _told_in_sums(session: Session, view: ThreadView, behind: SignalIds, *, caller: Caller) -> ThreadView:
    """Tell sums over all the demand behind a candidate to those who may not read what it is made of."""
    if view.groups is None:
        view.projects, view.deals, view.committed_krw, view.paid_krw = None, None, None, None
        return view
    view.projects = _projects(session, behind)
    view.deals = deals_of_signals(session, behind, reads_deals=False)
    if sees_the_making(caller):
        committed, paid = won_of_signals(session, behind)
        view.committed_krw, view.paid_krw = (krw // ROUNDED_TO_KRW * ROUNDED_TO_KRW for krw in (committed, paid))
        view.rounded = True
    return view


def _view(
    session: Session,
    start: ThreadStart,
    record_id: UUID,
    known: SignalIds,
    *,
    caller: Caller,
    priorities: list[PriorityNode],
) -> ThreadView:
    reads_deals = _reads_deals(caller)
    committed, paid = won_of_signals(session, known) if reads_deals else (None, None)
    rows = session.exec(
        select(DemandSignal.id, DemandSignal.text).where(col(DemandSignal.id).in_(known)).order_by(col(DemandSignal.id))
    ).all()
    return ThreadView(
        start=start,
        record_id=record_id,
        priorities=priorities,
        groups=None,
        signals=[SignalNode(id=signal_id, text=text) for signal_id, text in rows[:SHOWN]],
        signal_count=len(rows),
        projects=_projects(session, known),
        matches=_matches(session, known),
        deals=deals_of_signals(session, known, reads_deals=reads_deals),
        committed_krw=committed,
        paid_krw=paid,
        rounded=False,
    )


def _reads_deals(caller: Caller) -> bool:
    return caller.has(Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR)


def _visible(caller: Caller) -> SignalIds:
    visible = visible_to(caller).subquery()
    return sa.select(visible.c.id)


def _projects(session: Session, signal_ids: SignalIds) -> int:
    counted = sa.select(func.count(sa.distinct(col(Match.project_id)))).where(
        col(Match.signal_id).in_(signal_ids), col(Match.eligible)
    )
    return int(session.connection().execute(counted).scalar_one())


def _matches(session: Session, signal_ids: SignalIds) -> list[MatchNode]:
    rows = session.exec(
        select(Match, RndProject)
        .join(RndProject, col(RndProject.id) == col(Match.project_id))
        .where(col(Match.signal_id).in_(signal_ids), col(Match.eligible))
        .order_by(col(Match.score).desc(), col(Match.id))
        .limit(SHOWN)
    )
    return [
        MatchNode(
            id=match.id,
            signal_id=match.signal_id,
            project_id=project.id,
            title_ko=project.title_ko,
            title_en=project.title_en,
            score=match.score,
        )
        for match, project in rows
    ]


def _priorities(session: Session, candidate_ids: Sequence[UUID], *, caller: Caller) -> list[PriorityNode]:
    """Read candidates of rounds that the caller may know of, the newest round first."""
    query = (
        select(PlanningCandidate, PlanningRound, CandidateDecision)
        .join(PlanningRound, col(PlanningRound.id) == col(PlanningCandidate.round_id))
        .join(CandidateDecision, col(CandidateDecision.candidate_id) == col(PlanningCandidate.id), isouter=True)
        .where(col(PlanningCandidate.id).in_(candidate_ids))
        .order_by(col(PlanningRound.id).desc(), col(PlanningCandidate.number))
    )
    if not sees_the_making(caller):
        query = query.where(col(PlanningRound.stage).in_(PUBLIC_STAGES))
    return [
        _priority(candidate, planning_round, decision) for candidate, planning_round, decision in session.exec(query)
    ]


def _priority(
    candidate: PlanningCandidate, planning_round: PlanningRound, decision: CandidateDecision | None
) -> PriorityNode:
    return PriorityNode(
        id=candidate.id,
        number=candidate.number,
        title_ko=candidate.title_ko,
        title_en=candidate.title_en,
        round_id=planning_round.id,
        round_title_ko=planning_round.title_ko,
        round_title_en=planning_round.title_en,
        stage=planning_round.stage,
        outcome=None if decision is None else decision.outcome,
        place=None if decision is None else decision.place,
    )
