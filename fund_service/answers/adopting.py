"""Which model ranks, decided by hand: back to one that ranked before, or on to one that did better."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.answers.acceptance_schemas import AdoptionIn
from fund_service.answers.learning import lock_adoptions
from fund_service.answers.live import LiveModel, live_models
from models.answer import AcceptanceRecord, AdoptionCause, AnswerSide, ModelAdoption
from models.errors import RecordChanged, RecordNotFound, StepNotAllowed


def adopt_model(session: Session, said: AdoptionIn, *, caller: Caller, at: datetime) -> ModelAdoption:
    """Let another model rank a side from now on, for a reason that is kept.

    After a roll back no model takes over by itself until one is adopted by hand: what a manager has decided is not
    undone overnight.

    Raises
    ------
    RecordNotFound
        When the side has no such model.
    RecordChanged
        When another model ranks by now than the one the decision was made about.
    StepNotAllowed
        When the model ranks already, or did not do better than the one it was compared with.
    """
    lock_adoptions(session, said.side)
    live = live_models(session)[said.side]
    if live.number != said.standing:
        raise RecordChanged("Another model ranks by now; look at it and decide again.", field="standing")
    if live.record_id == said.model_id:
        raise StepNotAllowed("This model ranks already.")
    cause = adoption_cause(session, said.side, said.model_id, live=live)
    adoption = ModelAdoption(
        recorded_at=at,
        side=said.side,
        number=live.number + 1,
        model_id=said.model_id,
        cause=cause,
        adopted_by_id=caller.person_id,
        reason=said.reason,
    )
    session.add(adoption)
    session.flush()
    return adoption


def adoption_cause(session: Session, side: AnswerSide, model_id: UUID | None, *, live: LiveModel) -> AdoptionCause:
    """Say whether a model would be gone back to, or on to: on is to one learned after the model in use.

    Raises
    ------
    RecordNotFound
        When the side has no such model.
    StepNotAllowed
        When it did not do better.
    """
    if model_id is None:
        return AdoptionCause.ROLLED_BACK
    record = session.get(AcceptanceRecord, model_id)
    if record is None or record.side is not side:
        raise RecordNotFound("There is no such model of this side.")
    if not record.better:
        raise StepNotAllowed("Only a model that did better on answers it had not seen may rank.")
    standing = None if live.record_id is None else session.get_one(AcceptanceRecord, live.record_id)
    onwards = standing is None or (record.recorded_at, record.id) > (standing.recorded_at, standing.id)
    return AdoptionCause.BY_HAND if onwards else AdoptionCause.ROLLED_BACK
