"""Writes of tasks: set, changed, done, opened again; each told on the deal's timeline."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.diligence.checklist import check_open, check_owner
from fund_service.diligence.editions import check_edition, edition_of
from fund_service.diligence.schemas import TaskIn
from models.deal import ActivityKind, DealTask
from models.errors import RecordNotFound, StepNotAllowed


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
    check_owner(session, data.owner_id)
    task = DealTask(deal_id=deal_id, recorded_at=at, **data.model_dump())
    session.add(task)
    session.flush()
    _tell(session, task, task.text, caller=caller, at=at)
    return task


def edit_task(
    session: Session, deal_id: UUID, task_id: UUID, data: TaskIn, *, caller: Caller, edition: str, at: datetime
) -> DealTask:
    """Replace what is set of a task that is not done.

    Raises
    ------
    RecordNotFound
        When the deal has no such task.
    RecordChanged
        When it was changed since ``edition``.
    StepNotAllowed
        When it is done.
    ValueNotAllowed
        As for a new one.
    """
    task = _locked_task(session, deal_id, task_id, edition=edition)
    check_open(task)
    check_owner(session, data.owner_id)
    for name, value in data.model_dump().items():
        setattr(task, name, value)
    session.add(task)
    session.flush()
    _tell(session, task, task.text, caller=caller, at=at)
    return task


def finish_task(
    session: Session, deal_id: UUID, task_id: UUID, *, caller: Caller, edition: str, at: datetime
) -> DealTask:
    """Mark a task done.

    Raises
    ------
    RecordNotFound
        When the deal has no such task.
    RecordChanged
        When it was changed since ``edition``.
    StepNotAllowed
        When it is done already.
    """
    task = _locked_task(session, deal_id, task_id, edition=edition)
    check_open(task)
    task.done_at, task.done_by_id = at, caller.person_id
    session.add(task)
    session.flush()
    _tell(session, task, locales.gettext("Done: {what}").format(what=task.text), caller=caller, at=at)
    return task


def reopen_task(
    session: Session, deal_id: UUID, task_id: UUID, *, caller: Caller, edition: str, at: datetime
) -> DealTask:
    """Open a done task again.

    Raises
    ------
    RecordNotFound
        When the deal has no such task.
    RecordChanged
        When it was changed since ``edition``.
    StepNotAllowed
        When it is not done.
    """
    task = _locked_task(session, deal_id, task_id, edition=edition)
    if task.done_at is None:
        raise StepNotAllowed("This is not done yet.")
    task.done_at = task.done_by_id = None
    session.add(task)
    session.flush()
    _tell(session, task, locales.gettext("Opened again: {what}").format(what=task.text), caller=caller, at=at)
    return task


def _locked_task(session: Session, deal_id: UUID, task_id: UUID, *, edition: str) -> DealTask:
    """Find a task of a deal; the lock on the deal keeps it as it is."""
    lock_deal(session, deal_id)
    task = session.exec(select(DealTask).where(DealTask.deal_id == deal_id, DealTask.id == task_id)).first()
    if task is None:
        raise RecordNotFound("There is no such task.")
    check_edition(edition, edition_of(task))
    return task


def _tell(session: Session, task: DealTask, words: str, *, caller: Caller, at: datetime) -> None:
    record_activity(
        session, task.deal_id, ActivityKind.TASK, person_id=caller.person_id, subject_id=task.id, words=words, at=at
    )
