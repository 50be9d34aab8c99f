"""Writes of reviews: what somebody proposes, what another decides, what the project's team contributes.

What is decided here is a decision on paper. Nothing of a project, a deal or the ledger changes by it: people carry it
out on the pages that have always done so, each with its own checks. The deals' timelines are told.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.administration import refuse_unconfirmed
from fund_service.accounts.callers import Caller
from fund_service.answers.sides import led_by
from fund_service.committee.interests import interest_in
from fund_service.deals.timeline import record_activity
from fund_service.relevance.schemas import ContributionIn, ProposalDecisionIn, ProposalIn
from fund_service.sentences import sentence
from models.clock import business_date
from models.committee import CommitteeMeeting, MeetingState
from models.deal import Deal, DealStage
from models.errors import FourEyesNeeded, GateClosed, RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.person import Person, Role
from models.project import RndProject
from models.relevance import (
    ProposalOutcome,
    RelevanceContribution,
    RelevanceDecision,
    RelevanceProposal,
    RelevanceReview,
    ReviewCourse,
)
from models.timeline import ActivityKind

MONEY_STAGES = (DealStage.CONTRACTED, DealStage.DISBURSING, DealStage.MONITORING)
"""Stages in which the fund's money is committed to a deal."""


def find_review(session: Session, review_id: UUID, *, caller: Caller, to_change: bool = False) -> RelevanceReview:
    """Find a review that the caller may know of; a project's team knows those of its own projects.

    Raises
    ------
    RecordNotFound
        When there is none.
    """
    query = select(RelevanceReview).where(RelevanceReview.id == review_id)
    if not sees_all(caller):
        query = query.join(RndProject, col(RndProject.id) == col(RelevanceReview.project_id)).where(led_by(caller))
    if to_change:
        session.exec(
            select(RndProject.id)
            .join(RelevanceReview, col(RelevanceReview.project_id) == col(RndProject.id))
            .where(RelevanceReview.id == review_id)
            .with_for_update(of=RndProject)
        )
    found = session.exec(query).first()
    if found is None:
        raise RecordNotFound("There is no such review among those you may see.")
    return found


def sees_all(caller: Caller) -> bool:
    """Say whether the caller sees every running project, and not only those of their own team."""
    return caller.has(Role.PLANNER, Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR)


def proposals_of(
    session: Session, review_ids: Sequence[UUID]
) -> list[tuple[RelevanceProposal, RelevanceDecision | None]]:
    """Read the proposals of reviews with what became of each, as they were made."""
    return list(
        session.exec(
            select(RelevanceProposal, RelevanceDecision)
            .join(RelevanceDecision, col(RelevanceDecision.proposal_id) == col(RelevanceProposal.id), isouter=True)
            .where(col(RelevanceProposal.review_id).in_(review_ids))
            .order_by(col(RelevanceProposal.id))
        ).all()
    )


def propose(session: Session, review_id: UUID, data: ProposalIn, *, caller: Caller, at: datetime) -> RelevanceProposal:
    """Propose what to do with a project under review; another person decides on it.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such review, it is decided, or a proposal waits already.
    ValueNotAllowed
        When the day it shall end is over.
    """
    review = find_review(session, review_id, caller=caller, to_change=True)
    _require_open(session, review, waiting=False)
    if data.ends_on is not None and data.ends_on < business_date(at):
        raise ValueNotAllowed("This day is over already; name a later one.", field="ends_on")
    proposal = RelevanceProposal(
        review_id=review.id, proposed_by_id=caller.person_id, recorded_at=at, **data.model_dump()
    )
    session.add(proposal)
    session.flush()
    return proposal


def decide(
    session: Session, proposal_id: UUID, data: ProposalDecisionIn, *, caller: Caller, at: datetime
) -> RelevanceReview:
    """Approve or return what somebody else proposed, and give its review; the project's deals are told of an approval.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such proposal, or it was decided.
    FourEyesNeeded
        When the caller proposed it, under whatever account, or has an interest in a deal of the project.
    GateClosed
        When money is committed, and it is a change or an end that no meeting in session decided.
    """
    proposal = find_proposal(session, proposal_id)
    review = find_review(session, proposal.review_id, caller=caller, to_change=True)
    waiting = _require_open(session, review, waiting=True)
    if waiting is None or waiting.id != proposal.id:
        raise StepNotAllowed("This proposal was decided already.")
    deals = list(session.exec(select(Deal).where(Deal.project_id == review.project_id).order_by(col(Deal.id))).all())
    _require_another(session, proposal, deals, caller=caller, at=at)
    _require_committee(session, data, proposal, deals, caller=caller)
    decision = RelevanceDecision(
        proposal_id=proposal.id, decided_by_id=caller.person_id, recorded_at=at, **data.model_dump()
    )
    session.add(decision)
    session.flush()
    if data.outcome is ProposalOutcome.APPROVED:
        _tell_deals(session, deals, proposal, caller=caller, at=at)
    return review


def find_proposal(session: Session, proposal_id: UUID) -> RelevanceProposal:
    """Find a proposal.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    proposal = session.get(RelevanceProposal, proposal_id)
    if proposal is None:
        raise RecordNotFound("There is no such proposal.")
    return proposal


def committee_decides(deals: Sequence[Deal], course: ReviewCourse) -> bool:
    """Say whether a course is the committee's to decide: whatever changes or ends what money is committed to."""
    return course is not ReviewCourse.CONTINUE and any(deal.stage in MONEY_STAGES for deal in deals)


def chaired(session: Session, *, caller: Caller) -> list[CommitteeMeeting]:
    """Read the meetings in session that the caller chairs."""
    query = select(CommitteeMeeting).where(
        CommitteeMeeting.state == MeetingState.OPEN, CommitteeMeeting.chair_id == caller.person_id
    )
    return list(session.exec(query.order_by(col(CommitteeMeeting.id))).all())


def contribute(
    session: Session, review_id: UUID, data: ContributionIn, *, caller: Caller, at: datetime
) -> RelevanceContribution:
    """Say something to the review of a project of one's own team, while it is open.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such review of a project that the caller's organisation leads, or it is decided.
    """
    review = find_review(session, review_id, caller=caller, to_change=True)
    _require_open(session, review, waiting=None)
    said = RelevanceContribution(review_id=review.id, person_id=caller.person_id, words=data.words, recorded_at=at)
    session.add(said)
    session.flush()
    return said


def _require_open(session: Session, review: RelevanceReview, *, waiting: bool | None) -> RelevanceProposal | None:
    """Refuse a review that is decided; and, where asked, one with or without a proposal that waits."""
    rows = proposals_of(session, [review.id])
    if any(decision is not None and decision.outcome is ProposalOutcome.APPROVED for _, decision in rows):
        raise StepNotAllowed("This review is decided.")
    open_one = next((proposal for proposal, decision in rows if decision is None), None)
    if waiting is False and open_one is not None:
        raise StepNotAllowed("A proposal waits for another person already.")
    return open_one


def _require_another(
    session: Session, proposal: RelevanceProposal, deals: Sequence[Deal], *, caller: Caller, at: datetime
) -> None:
    person = session.get_one(Person, caller.person_id)
    refuse_unconfirmed(person)
    if person.human_id == session.get_one(Person, proposal.proposed_by_id).human_id:
        raise FourEyesNeeded("You proposed this yourself; somebody else has to decide.")
    for deal in deals:
        if interest_in(session, person_id=caller.person_id, deal=deal, on=business_date(at)) is not None:
            raise FourEyesNeeded("You have an interest in a deal of this project; somebody else has to decide.")


def _require_committee(
    session: Session,
    data: ProposalDecisionIn,
    proposal: RelevanceProposal,
    deals: Sequence[Deal],
    *,
    caller: Caller,
) -> None:
    """Refuse an approval that is the committee's to give, and a meeting that the caller does not chair."""
    approves = data.outcome is ProposalOutcome.APPROVED
    if data.meeting_id is None and approves and committee_decides(deals, proposal.course):
        raise GateClosed(
            "Money is committed to this project: its change or end is decided by the investment committee in session, "
            "and its chair records that.",
            field="meeting_id",
        )
    if data.meeting_id is not None and data.meeting_id not in {one.id for one in chaired(session, caller=caller)}:
        raise GateClosed("Only the chair of a meeting that is in session records what it decides.", field="meeting_id")


def _tell_deals(
    session: Session, deals: Sequence[Deal], proposal: RelevanceProposal, *, caller: Caller, at: datetime
) -> None:
    words = sentence("Review of the project's relevance decided: {course}", course=proposal.course)
    for deal in deals:
        record_activity(
            session,
            deal.id,
            ActivityKind.NOTE,
            person_id=caller.person_id,
            words=words,
            subject_id=proposal.review_id,
            at=at,
        )
