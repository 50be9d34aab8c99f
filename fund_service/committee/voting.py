"""Votes, decisions and conditions: each binds the terms that were read, none is of one who is recused.

Rows are always locked in the order person, deal, meeting, item. A vote takes all but the item shared, so that votes on
one item follow one another, and a vote that comes while the item is being closed finds it decided. A declaration of the
voter's own waits for the vote, and then flags it.
"""

import logging
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from fund_service.accounts.callers import Caller
from fund_service.committee.approvals import replace_approvals
from fund_service.committee.bodies import ConditionMetIn, DecisionIn, VoteIn
from fund_service.committee.counting import Tally
from fund_service.committee.form_queries import find_item
from fund_service.committee.proceedings import Proceeding, manages, read_proceedings, seat_of
from fund_service.committee.recusals import Seat
from fund_service.committee.wording import decision_words
from fund_service.deals.gates import missing_for
from fund_service.deals.steps import lock_any_deal, take_step
from fund_service.deals.timeline import record_activity
from fund_service.vehicles.limits import proposal_of, refuse_broken_limits
from models.clock import business_date
from models.committee import AgendaItem, CommitteeMeeting, CommitteeVote, ConditionPrecedent, ItemState
from models.deal import ActivityKind, Deal, DealDocument, DealStage
from models.errors import (
    FourEyesNeeded,
    FundError,
    GateClosed,
    RecordChanged,
    RecordNotFound,
    StepNotAllowed,
    ValueNotAllowed,
)

logger = logging.getLogger("fund_service.committee")

STAGE_AFTER = {
    ItemState.APPROVED: DealStage.APPROVED,
    ItemState.REJECTED: DealStage.DECLINED,
    ItemState.DEFERRED: DealStage.DUE_DILIGENCE,
}
"""Where a decision takes the deal."""


def cast_vote(session: Session, item_id: UUID, data: VoteIn, *, caller: Caller, at: datetime) -> CommitteeVote:
    """Cast the caller's vote on an item, once for the human being behind the account.

    Raises
    ------
    RecordNotFound
        When there is no such item.
    StepNotAllowed
        When no vote is taken on it, or the deal was edited since it was listed.
    FourEyesNeeded
        When the caller was not called, or is recused.
    RecordConflicts
        When they have voted.
    RecordChanged
        When the terms read are not those on the agenda.
    """
    deal_id = find_item(session, item_id).deal_id
    seat = seat_of(session, caller, deciding=True)
    shared = select(Deal).where(Deal.id == deal_id).with_for_update(read=True)
    session.exec(shared.execution_options(populate_existing=True)).one()
    proceeding = _hold(session, item_id, at=at)
    refusal = proceeding.refusal_to_vote(seat)
    if refusal is not None:
        _log(refusal, seat, item_id)
        raise refusal
    _check_terms(proceeding.item, data.terms_digest)
    vote = CommitteeVote(
        item_id=item_id,
        human_id=seat.human_id,
        person_id=caller.person_id,
        choice=data.choice,
        terms_digest=data.terms_digest,
        words=data.words or "",
        cast_at=at,
    )
    session.add(vote)
    session.flush()
    return vote


def decide_item(session: Session, item_id: UUID, data: DecisionIn, *, caller: Caller, at: datetime) -> AgendaItem:
    """Close an item with what the votes say, or defer it; the deal takes the step, its timeline is told.

    Votes of members recused at this moment are not counted, whenever they voted.

    Raises
    ------
    RecordNotFound
        When there is no such item.
    StepNotAllowed
        When the meeting is not open, the item is decided, or the votes say otherwise.
    FourEyesNeeded
        When the caller may not close it.
    RecordChanged
        When the terms read are not those on the agenda.
    GateClosed
        When the deal lacks what has to be there before an approval.
    LimitBroken
        When a limit rule forbids an approval that the votes give; the item is deferred then, or the deal changed.
    """
    deal_id = find_item(session, item_id).deal_id
    seat = seat_of(session, caller, deciding=True)
    deal = lock_any_deal(session, deal_id)
    proceeding = _hold(session, item_id, at=at)
    refusal = proceeding.refusal_to_decide(seat, manager=manages(caller), at=at)
    if refusal is not None:
        _log(refusal, seat, item_id)
        raise refusal
    _check_terms(proceeding.item, data.terms_digest)
    tally = proceeding.tally()
    if data.outcome is not ItemState.DEFERRED:
        _check_outcome(session, proceeding, tally, data.outcome, at=at)
    item = proceeding.item
    item.state, item.words, item.decided_at, item.decided_by_id = data.outcome, data.words, at, caller.person_id
    session.add(item)
    session.flush()
    session.add_all(ConditionPrecedent(item_id=item.id, words=words, recorded_at=at) for words in data.conditions)
    replace_approvals(session, item, at=at)
    told = decision_words(proceeding, tally, words=data.words)
    record_activity(
        session, deal.id, ActivityKind.COMMITTEE, person_id=caller.person_id, words=told, subject_id=item.id, at=at
    )
    if deal.stage is DealStage.COMMITTEE:
        _take_the_step(session, deal, data, caller=caller, at=at)
    return item


def _check_outcome(session: Session, proceeding: Proceeding, tally: Tally, outcome: ItemState, *, at: datetime) -> None:
    """Refuse an approval or rejection that the votes do not say, or of terms that nobody voted on."""
    if proceeding.outdated:
        raise StepNotAllowed("The deal was edited since it was listed; it has to be put on the agenda anew.")
    if not tally.has_quorum(proceeding.meeting.quorum_bp):
        raise StepNotAllowed(
            "There is no quorum: {voted} of {eligible} members not recused voted. Defer the item, or wait for votes.",
            voted=tally.voted,
            eligible=tally.eligible,
        )
    carries = tally.carries(proceeding.meeting.approval_bp)
    if carries != (outcome is ItemState.APPROVED):
        raise StepNotAllowed(
            "The votes approve this item; it cannot be rejected."
            if carries
            else "The votes do not approve this item; reject or defer it."
        )
    missing = missing_for(session, proceeding.deal, DealStage.APPROVED) if carries else []
    if missing:
        raise GateClosed(
            "Before this step, the deal still lacks: {missing}",
            missing=" · ".join(one.sentence for one in missing),
        )
    deal = proceeding.deal
    if carries and deal.vehicle_id is not None:
        proposal = proposal_of(deal, vehicle_id=deal.vehicle_id, amount_krw=deal.amount_krw)
        refuse_broken_limits(session, proposal, on=business_date(at))


def _take_the_step(session: Session, deal: Deal, data: DecisionIn, *, caller: Caller, at: datetime) -> None:
    deal.decline_reason = data.decline_reason
    deal.decline_words = None if data.decline_reason is None else data.words
    # The stage log tells a reason before the words, as it does where a deal is declined by hand.
    told = data.words if data.decline_reason is None else f"{data.decline_reason.value}: {data.words}"
    take_step(session, deal, STAGE_AFTER[data.outcome], person_id=caller.person_id, at=at, words=told[:2_000])


def meet_condition(
    session: Session, condition_id: UUID, data: ConditionMetIn, *, caller: Caller, at: datetime
) -> ConditionPrecedent:
    """Confirm that a condition is met, with the document that proves it; by another than the deal's lead.

    Raises
    ------
    RecordNotFound
        When there is no such condition.
    StepNotAllowed
        When the approval it belongs to does not stand, or it is met.
    FourEyesNeeded
        When the caller leads the deal or has an interest in it.
    ValueNotAllowed
        When the document is not on the deal's file.
    """
    condition = find_condition(session, condition_id)
    deal_id = find_item(session, condition.item_id).deal_id
    seat = seat_of(session, caller, deciding=True)
    deal = lock_any_deal(session, deal_id)
    proceeding = _hold(session, condition.item_id, at=at)
    session.refresh(condition)
    if proceeding.item.state is not ItemState.APPROVED or condition.met_at is not None:
        raise StepNotAllowed("This condition is met already, or its approval no longer stands.")
    recusal = proceeding.recusal_now(seat, at=at)
    if recusal is not None:
        raise FourEyesNeeded("That a condition is met is confirmed by somebody who neither leads nor has an interest.")
    document = session.get(DealDocument, data.evidence_document_id)
    if document is None or document.deal_id != deal.id:
        raise ValueNotAllowed("This document is not on the deal's file.", field="evidence_document_id")
    condition.evidence_document_id, condition.met_at, condition.met_by_id = document.id, at, caller.person_id
    session.add(condition)
    session.flush()
    record_activity(
        session,
        deal.id,
        ActivityKind.COMMITTEE,
        person_id=caller.person_id,
        words=f"{condition.words} — {document.name}",
        subject_id=condition.id,
        at=at,
    )
    return condition


def find_condition(session: Session, condition_id: UUID) -> ConditionPrecedent:
    """Find a condition precedent.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    condition = session.get(ConditionPrecedent, condition_id)
    if condition is None:
        raise RecordNotFound("There is no such condition.")
    return condition


def _hold(session: Session, item_id: UUID, *, at: datetime) -> Proceeding:
    """Lock the meeting against being closed and the item against other votes, and read what there is to know."""
    query = select(AgendaItem).where(AgendaItem.id == item_id)
    meeting_id = session.exec(select(AgendaItem.meeting_id).where(AgendaItem.id == item_id)).one()
    meeting = select(CommitteeMeeting).where(CommitteeMeeting.id == meeting_id).with_for_update(read=True)
    session.exec(meeting.execution_options(populate_existing=True)).one()
    item = session.exec(query.with_for_update().execution_options(populate_existing=True)).one()
    [proceeding] = read_proceedings(session, [item], at=at)
    return proceeding


def _check_terms(item: AgendaItem, digest: str) -> None:
    if item.terms_digest != digest:
        raise RecordChanged("The terms on the agenda are not those you read; load the page again and read them.")


def _log(refusal: FundError, seat: Seat, item_id: UUID) -> None:
    """Leave a trace of who tried to vote or decide in their own interest; the refusal itself undoes all else."""
    if isinstance(refusal, FourEyesNeeded):
        logger.warning("refused on item %s for person %s: %s", item_id, seat.person_id, refusal.template)
