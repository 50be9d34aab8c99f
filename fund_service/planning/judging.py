"""Writes of judgement: reviews, decisions, and the approval of what is decided by policy."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.notices.telling import holders_of, settle, tell
from fund_service.planning.bodies import DecisionIn, ReviewIn
from fund_service.planning.candidates import candidate_at
from models.clock import utc_now
from models.errors import FourEyesNeeded, RecordConflicts, RecordNotFound, ValueNotAllowed
from models.market import CountedSignal
from models.notice import NoticeKind
from models.organisation import Organisation
from models.person import Role
from models.planning import (
    CandidateDecision,
    CandidateReview,
    CandidateTheme,
    DecisionReason,
    PlanningCandidate,
    PlanningStage,
)
from models.priorities import CandidateStanding


def review_candidate(
    session: Session, candidate_id: UUID, data: ReviewIn, *, caller: Caller, at: datetime
) -> CandidateReview:
    """Record what the caller thinks of a candidate; said again while the round deliberates, it replaces the first.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or its round does not deliberate.
    FourEyesNeeded
        When the caller's own ownership group asked for what the candidate answers.
    """
    candidate, _ = candidate_at(session, candidate_id, PlanningStage.DELIBERATING)
    if _asked_for(session, candidate, caller):
        raise FourEyesNeeded("Your own ownership group asked for this; somebody else has to review it.")
    review = session.exec(
        select(CandidateReview).where(
            CandidateReview.candidate_id == candidate_id, CandidateReview.reviewer_id == caller.person_id
        )
    ).first()
    if review is None:
        review = CandidateReview(
            round_id=candidate.round_id, candidate_id=candidate_id, reviewer_id=caller.person_id, **data.model_dump()
        )
        session.add(review)
    else:
        review.sqlmodel_update(data.model_dump() | {"recorded_at": at})
    session.flush()
    return review


def _asked_for(session: Session, candidate: PlanningCandidate, caller: Caller) -> bool:
    """Say whether a signal of the caller's ownership group stands behind a candidate."""
    if caller.organisation_id is None:
        return False
    group = select(Organisation.ownership_group_id).where(Organisation.id == caller.organisation_id).scalar_subquery()
    found = session.exec(
        select(CountedSignal.signal_id)
        .join(CandidateTheme, col(CandidateTheme.theme_id) == col(CountedSignal.theme_id))
        .where(CandidateTheme.candidate_id == candidate.id, CountedSignal.ownership_group_id == group)
        .limit(1)
    ).first()
    return found is not None


def decide_candidate(
    session: Session, candidate_id: UUID, data: DecisionIn, *, caller: Caller, at: datetime
) -> CandidateDecision:
    """Record what is decided on a candidate; decided again before publishing, it replaces the first.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or its round does not decide.
    ValueNotAllowed
        When it is merged into itself or into a candidate of another round, or demand alone does not give it that place.
    RecordConflicts
        When another candidate holds that place.
    """
    candidate, _ = candidate_at(session, candidate_id, PlanningStage.DECIDING)
    _check_goal(session, candidate, data.merged_into_id)
    if data.place is not None:
        _check_place(session, candidate, data.place)
        if data.reason is DecisionReason.DEMAND:
            _check_demand(session, candidate, data.place)
    decision = session.get(CandidateDecision, candidate_id)
    said = data.model_dump() | {"decided_by_id": caller.person_id, "decided_at": at, "approved_by_id": None}
    if decision is None:
        decision = CandidateDecision(candidate_id=candidate_id, round_id=candidate.round_id, **said)
        session.add(decision)
    else:
        decision.sqlmodel_update(said)
    session.flush()
    settle(session, NoticeKind.POLICY_TO_APPROVE, subject=candidate_id, at=at)
    if data.reason is DecisionReason.POLICY:
        approvers = holders_of(Role.PLANNER, Role.FUND_MANAGER)
        tell(session, NoticeKind.POLICY_TO_APPROVE, subject=candidate_id, to=approvers, but=caller.person_id, at=at)
    return decision


def _check_goal(session: Session, candidate: PlanningCandidate, goal_id: UUID | None) -> None:
    if goal_id is None:
        return
    goal = session.get(PlanningCandidate, goal_id)
    if goal is None or goal.round_id != candidate.round_id or goal.id == candidate.id:
        raise ValueNotAllowed("Name another candidate of this round to take it up.", field="merged_into_id")


def _check_place(session: Session, candidate: PlanningCandidate, place: int) -> None:
    holder = session.exec(
        select(PlanningCandidate.number)
        .join(CandidateDecision, col(CandidateDecision.candidate_id) == col(PlanningCandidate.id))
        .where(
            CandidateDecision.round_id == candidate.round_id,
            CandidateDecision.place == place,
            CandidateDecision.candidate_id != candidate.id,
        )
    ).first()
    if holder is not None:
        raise RecordConflicts(
            "Candidate {number} holds place {place} already.", field="place", number=holder, place=place
        )


def _check_demand(session: Session, candidate: PlanningCandidate, place: int) -> None:
    """Let demand alone give no better place than the frozen order does; the database keeps the same.

    A first place that demand does not justify needs another reason: the reviewers' judgement, or policy, which somebody
    else has to stand for by name.
    """
    standing = session.get(CandidateStanding, candidate.id)
    if standing is None:
        raise ValueNotAllowed(
            "No published theme of market demand stands behind this candidate; give another reason.", field="reason"
        )
    if place < standing.place:
        raise ValueNotAllowed(
            "By demand alone this candidate stands at place {place} at best; adopt it there or behind, or give "
            "another reason. A place by policy needs the approval of somebody else by name.",
            field="place",
            place=standing.place,
        )


def approve_decision(session: Session, candidate_id: UUID, *, caller: Caller) -> CandidateDecision:
    """Stand for a decision by policy that somebody else made.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such decision by policy, or its round does not decide.
    FourEyesNeeded
        When the caller made it.
    """
    candidate_at(session, candidate_id, PlanningStage.DECIDING)
    decision = session.get(CandidateDecision, candidate_id)
    if decision is None or decision.reason is not DecisionReason.POLICY:
        raise RecordNotFound("Nothing was adopted by policy here.")
    if decision.decided_by_id == caller.person_id:
        raise FourEyesNeeded("You decided this yourself; somebody else has to approve it.")
    decision.approved_by_id = caller.person_id
    session.flush()
    settle(session, NoticeKind.POLICY_TO_APPROVE, subject=candidate_id, at=utc_now())
    return decision
