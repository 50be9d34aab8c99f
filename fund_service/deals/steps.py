"""Steps of a deal: the row locked, the stage changed, the step logged and told on the timeline."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from fund_service.deals.timeline import record_activity
from models.deal import Deal, DealStage
from models.errors import RecordNotFound, StepNotAllowed
from models.timeline import ActivityKind, DealStageChange


def lock_deal(session: Session, deal_id: UUID) -> Deal:
    """Find a deal to be changed and hold its row until the transaction ends.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    StepNotAllowed
        When it was merged into another: nothing happens to it until that is undone.
    """
    deal = lock_any_deal(session, deal_id)
    if deal.merged_into_id is not None:
        raise StepNotAllowed("This deal was merged into another one; work on that one, or undo the merge.")
    return deal


def lock_any_deal(session: Session, deal_id: UUID) -> Deal:
    """Find a deal to be changed, merged or not, and hold its row until the transaction ends.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    # What was read before the lock may have changed while waiting for it. The key is left free: a declaration, which
    # holds its bearer's accounts and tells the timeline, would else wait for a check that waits for those accounts.
    locked = select(Deal).where(Deal.id == deal_id).with_for_update(key_share=True)
    query = locked.execution_options(populate_existing=True)
    deal = session.exec(query).first()
    if deal is None:
        raise RecordNotFound("There is no such deal.")
    return deal


def take_step(
    session: Session, deal: Deal, stage: DealStage, *, person_id: UUID | None, at: datetime, words: str = ""
) -> None:
    """Take a locked deal to a stage, log the step, and tell it on the timeline.

    Gates are asked before, by whoever takes the step; here only `models.deal.DEAL_STEPS` is kept.

    Raises
    ------
    StepNotAllowed
        When no step leads there from where it stands.
    """
    change = DealStageChange(
        deal_id=deal.id, from_stage=deal.stage, to_stage=stage, person_id=person_id, words=words, recorded_at=at
    )
    deal.advance(stage, at)
    session.add_all([deal, change])
    session.flush()
    record_activity(session, deal.id, ActivityKind.STAGE, person_id=person_id, words=words, subject_id=change.id, at=at)
