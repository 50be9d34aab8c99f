"""Writes of tasks: set, changed, done, opened again."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.deals.steps import lock_deal
from fund_service.diligence.schemas import TaskIn
from fund_service.diligence.work import Change, finish_work, open_work, reopen_work, replace_work, set_work
from models.diligence import DealTask


def add_task(session: Session, deal_id: UUID, data: TaskIn, *, caller: Caller, at: datetime) -> DealTask:
    """Set a task.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    ValueNotAllowed
        When the owner is nobody who works on deals.
    """
    lock_deal(session, deal_id)
    return set_work(session, DealTask(deal_id=deal_id, recorded_at=at, **data.model_dump()), caller=caller, at=at)


def edit_task(session: Session, change: Change, data: TaskIn) -> DealTask:
    """Replace what is set of a task that is not done.

    Raises
    ------
    RecordNotFound, RecordChanged, StepNotAllowed
        As `open_work`.
    ValueNotAllowed
        As for a new one.
    """
    return replace_work(session, open_work(session, DealTask, change), data, change)


def finish_task(session: Session, change: Change) -> DealTask:
    """Mark a task done.

    Raises
    ------
    RecordNotFound, RecordChanged, StepNotAllowed
        As `open_work`.
    """
    task = open_work(session, DealTask, change)
    return finish_work(session, task, change, told=task.text)


def reopen_task(session: Session, change: Change) -> DealTask:
    """Open a done task again.

    Raises
    ------
    RecordNotFound, RecordChanged, StepNotAllowed
        As `reopen_work`.
    """
    return reopen_work(session, DealTask, change)
