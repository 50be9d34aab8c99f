"""Decisions: an item is closed with what the votes say on its terms, by one who is not recused from it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.committee.approvals import replace_approvals
from fund_service.committee.bodies import DecisionIn
from fund_service.committee.form_queries import find_item
from fund_service.committee.holding import check_terms, hold_item, refuse
from fund_service.committee.proceedings import Proceeding, manages, seat_of
from fund_service.committee.wording import decision_words
from fund_service.deals.gates import missing_for
from fund_service.deals.moving import tell_step
from fund_service.deals.steps import lock_any_deal, take_step
from fund_service.deals.timeline import record_activity
from fund_service.vehicles.limits import proposal_of, refuse_broken_limits
from models.clock import business_date
from models.committee import AgendaItem, ConditionPrecedent, ItemState
from models.deal import Deal, DealStage
from models.errors import FundError, GateClosed, LimitBroken, StepNotAllowed
from models.timeline import ActivityKind

STAGE_AFTER = {
    ItemState.APPROVED: DealStage.APPROVED,
    ItemState.REJECTED: DealStage.DECLINED,
    ItemState.DEFERRED: DealStage.DUE_DILIGENCE,
}
"""Where a decision takes the deal."""


def decide_item(session: Session, item_id: UUID, data: DecisionIn, *, caller: Caller, at: datetime) -> AgendaItem:
    """Close an item with what the votes say, or put it off; the deal takes the step, its timeline is told.

    Votes of members recused at this moment are not counted, whenever they voted.

    Raises
    ------
    RecordNotFound
        When there is no such item.
    StepNotAllowed
        When the meeting is not open, the item is decided, its vote is open, or the votes say otherwise.
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
    proceeding = hold_item(session, item_id, at=at)
    refusal = proceeding.refusal_to_decide(seat, manager=manages(caller), at=at)
    refuse(refusal, seat, item_id)
    check_terms(proceeding.item, data.terms_digest)
    _check_outcome(session, proceeding, data.outcome, at=at)
    item = proceeding.item
    item.state, item.words, item.decided_at, item.decided_by_id = data.outcome, data.words, at, caller.person_id
    session.add(item)
    session.flush()
    session.add_all(ConditionPrecedent(item_id=item.id, words=words, recorded_at=at) for words in data.conditions)
    replace_approvals(session, item, at=at)
    told = decision_words(proceeding, proceeding.tally(), words=data.words)
    record_activity(
        session, deal.id, ActivityKind.COMMITTEE, person_id=caller.person_id, words=told, subject_id=item.id, at=at
    )
    if deal.stage is DealStage.COMMITTEE:
        _take_the_step(session, deal, data, caller=caller, at=at)
    return item


def _check_outcome(session: Session, proceeding: Proceeding, outcome: ItemState, *, at: datetime) -> None:
    """Refuse whatever the votes do not say: who closes an item chooses nothing, and learns nothing by trying.

    It is put off before its vote is closed, unseen, or when the votes cannot be carried out.
    """
    says = proceeding.outcome
    obstacle = _obstacle(session, proceeding, at=at) if says is ItemState.APPROVED else None
    if outcome is ItemState.DEFERRED:
        if says is not None and obstacle is None:
            raise StepNotAllowed("The votes decide this item, and nothing hinders it; it cannot be deferred any more.")
        return
    if says is None:
        raise _undecided(proceeding)
    if outcome is not says:
        raise StepNotAllowed(
            "The votes approve this item; it cannot be rejected."
            if says is ItemState.APPROVED
            else "The votes do not approve this item; it can only be rejected."
        )
    if obstacle is not None:
        raise obstacle


def _undecided(proceeding: Proceeding) -> FundError:
    """Say why the votes decide nothing yet, by what everybody may see."""
    if proceeding.outdated:
        return StepNotAllowed("The deal was edited since it was listed; it has to be put on the agenda anew.")
    tally = proceeding.tally()
    if not proceeding.vote_over:
        return StepNotAllowed(
            "The vote is open: {voted} of {eligible} members not recused voted. Wait for the others, or close it.",
            voted=tally.voted,
            eligible=tally.eligible,
        )
    return StepNotAllowed(
        "There is no quorum: {voted} of {eligible} members not recused voted. The item can only be deferred.",
        voted=tally.voted,
        eligible=tally.eligible,
    )


def _obstacle(session: Session, proceeding: Proceeding, *, at: datetime) -> FundError | None:
    """Say what hinders an approval that the votes give: something missing, or a limit."""
    deal = proceeding.deal
    missing = missing_for(session, deal, DealStage.APPROVED)
    if missing:
        return GateClosed(
            "Before this step, the deal still lacks: {missing}",
            missing=" · ".join(one.sentence for one in missing),
        )
    if deal.vehicle_id is not None:
        proposal = proposal_of(deal, vehicle_id=deal.vehicle_id, amount_krw=deal.amount_krw)
        try:
            refuse_broken_limits(session, proposal, on=business_date(at))
        except LimitBroken as broken:
            return broken
    return None


def _take_the_step(session: Session, deal: Deal, data: DecisionIn, *, caller: Caller, at: datetime) -> None:
    deal.decline_reason = data.decline_reason
    deal.decline_words = None if data.decline_reason is None else data.words
    told = tell_step(data.decline_reason, data.words)
    take_step(session, deal, STAGE_AFTER[data.outcome], person_id=caller.person_id, at=at, words=told)
