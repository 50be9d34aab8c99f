"""Conditions precedent: met with a document that proves it, by somebody independent of the deal."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.committee.bodies import ConditionMetIn
from fund_service.committee.form_queries import find_item
from fund_service.committee.holding import hold_item
from fund_service.committee.proceedings import seat_of
from fund_service.deals.steps import lock_any_deal
from fund_service.deals.timeline import record_activity
from models.committee import ConditionPrecedent, ItemState
from models.document import DealDocument
from models.errors import FourEyesNeeded, RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.timeline import ActivityKind


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
    proceeding = hold_item(session, condition.item_id, at=at)
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
