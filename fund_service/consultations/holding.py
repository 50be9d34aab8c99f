"""Writes of holds: a fund manager ties a step of a deal to a consultation, another one waives that."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from fund_service import locales
from fund_service.accounts.administration import refuse_unconfirmed
from fund_service.accounts.callers import Caller
from fund_service.consultations.holds import hold_view
from fund_service.consultations.schemas import HoldIn, WaiverIn
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.sentences import sentence
from models.clock import business_date
from models.consultation import Consultation, ConsultationHold, ConsultationState, ConsultationWaiver
from models.deal import DealStage
from models.errors import FourEyesNeeded, RecordConflicts, RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.person import Person
from models.timeline import ActivityKind

_S = DealStage
BEFORE = {
    _S.CONTRACTED: frozenset({_S.SOURCED, _S.SCREENING, _S.DUE_DILIGENCE, _S.COMMITTEE, _S.APPROVED}),
    _S.DISBURSING: frozenset(_S) - {_S.EXITED, _S.DECLINED, _S.WITHDRAWN},
}
"""Stages of a deal from which a step that waits can still come."""


def tie_deal(session: Session, deal_id: UUID, data: HoldIn, *, caller: Caller, at: datetime) -> ConsultationHold:
    """Let a step of a deal wait until a consultation of its project is favourable, confirmed and in force.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    ValueNotAllowed
        When the consultation is not of the deal's project.
    StepNotAllowed
        When the step lies behind the deal, or the consultation was given up.
    RecordConflicts
        When the step waits for it already.
    """
    deal = lock_deal(session, deal_id)
    refuse_unconfirmed(session.get_one(Person, caller.person_id))
    asked = session.get(Consultation, data.consultation_id)
    if asked is None or asked.project_id != deal.project_id:
        raise ValueNotAllowed("The deal's project has no such consultation.", field="consultation_id")
    if asked.state in {ConsultationState.WITHDRAWN, ConsultationState.REVOKED}:
        raise StepNotAllowed(
            "Nothing is awaited of this consultation any more: {state}.", state=locales.label(asked.state)
        )
    if deal.stage not in BEFORE[data.stage]:
        raise StepNotAllowed("This step lies behind the deal, which is {stage}.", stage=locales.label(deal.stage))
    tied = select(ConsultationHold.id).where(
        ConsultationHold.deal_id == deal.id,
        ConsultationHold.consultation_id == asked.id,
        ConsultationHold.stage == data.stage,
    )
    if session.exec(tied).first() is not None:
        raise RecordConflicts(
            "This step waits for that consultation already, or it was waived.", field="consultation_id"
        )
    hold = ConsultationHold(deal_id=deal.id, tied_by_id=caller.person_id, recorded_at=at, **data.model_dump())
    session.add(hold)
    session.flush()
    words = sentence("A step waits for a regulatory consultation: {words}", words=data.words)
    _tell(session, hold, words, caller=caller, at=at)
    return hold


def waive_hold(session: Session, hold_id: UUID, data: WaiverIn, *, caller: Caller, at: datetime) -> ConsultationWaiver:
    """Let a deal go on without waiting, said by another fund manager than who had tied it.

    Raises
    ------
    RecordNotFound
        When there is no such hold.
    FourEyesNeeded
        When the caller tied it, under whatever account.
    StepNotAllowed
        When it was waived already.
    """
    view = hold_view(session, hold_id, caller=caller, today=business_date(at))
    if view is None:
        raise RecordNotFound("No deal waits by this name.")
    lock_deal(session, view.deal_id)
    refuse_unconfirmed(session.get_one(Person, caller.person_id))
    if session.exec(select(ConsultationWaiver.id).where(ConsultationWaiver.hold_id == hold_id)).first() is not None:
        raise StepNotAllowed("This was waived already.")
    if not view.may_waive:
        raise FourEyesNeeded("Another fund manager than the one who tied the deal waives that it waits.")
    waiver = ConsultationWaiver(hold_id=hold_id, waived_by_id=caller.person_id, reason=data.reason, recorded_at=at)
    session.add(waiver)
    session.flush()
    words = sentence("A step need not wait for a regulatory consultation any more: {words}", words=data.reason)
    _tell(session, session.get_one(ConsultationHold, hold_id), words, caller=caller, at=at)
    return waiver


def _tell(session: Session, hold: ConsultationHold, words: str, *, caller: Caller, at: datetime) -> None:
    record_activity(
        session,
        hold.deal_id,
        ActivityKind.CHECKLIST,
        person_id=caller.person_id,
        words=words,
        subject_id=hold.id,
        at=at,
    )
