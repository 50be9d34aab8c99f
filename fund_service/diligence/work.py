"""Work on a deal, whether an item of its checklist or a task: owned, due, done or not, and told on the timeline."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.diligence.queries import colleagues
from fund_service.diligence.schemas import ItemIn, TaskIn
from fund_service.editions import check_edition, edition_of
from fund_service.sentences import sentence
from models.diligence import ChecklistItem, DealTask
from models.errors import RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.timeline import ActivityKind

W = TypeVar("W", ChecklistItem, DealTask)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of a piece of work: who makes it, starting from which edition, and when."""

    deal_id: UUID
    work_id: UUID
    caller: Caller
    edition: str
    at: datetime


def find_work(session: Session, table: type[W], deal_id: UUID, work_id: UUID) -> W:
    """Find a piece of work on a deal.

    Raises
    ------
    RecordNotFound
        When the deal has none by this id.
    """
    work = session.exec(select(table).where(col(table.deal_id) == deal_id, col(table.id) == work_id)).first()
    if work is None:
        raise _not_there(table)
    return work


def open_work(session: Session, table: type[W], change: Change) -> W:
    """Find work that is still to be done; the lock on the deal keeps it as it is.

    Raises
    ------
    RecordNotFound
        When the deal has none by this id.
    RecordChanged
        When it was changed since the edition that the change starts from.
    StepNotAllowed
        When it is done.
    """
    work = _held(session, table, change)
    if work.done_at is not None:
        raise StepNotAllowed("This is done; open it again to change it.")
    return work


def set_work(session: Session, work: W, *, caller: Caller, at: datetime) -> W:
    """Put new work on a deal, whose row is held.

    Raises
    ------
    ValueNotAllowed
        When the owner is nobody who works on deals.
    """
    _check_owner(session, work.owner_id)
    return _kept(session, work, what(work), caller=caller, at=at)


def replace_work(session: Session, work: W, data: ItemIn | TaskIn, change: Change) -> W:
    """Replace what is set of open work.

    Raises
    ------
    ValueNotAllowed
        As for new work.
    """
    _check_owner(session, data.owner_id)
    for name, value in data.model_dump().items():
        setattr(work, name, value)
    return _kept(session, work, what(work), caller=change.caller, at=change.at)


def finish_work(session: Session, work: W, change: Change, *, told: str) -> W:
    """Mark open work as done."""
    work.done_at, work.done_by_id = change.at, change.caller.person_id
    words = sentence("Done: {what}", what=told)
    return _kept(session, work, words, caller=change.caller, at=change.at)


def reopen_work(session: Session, table: type[W], change: Change) -> W:
    """Open done work again.

    Raises
    ------
    RecordNotFound
        When the deal has none by this id.
    RecordChanged
        When it was changed since the edition that the change starts from.
    StepNotAllowed
        When it is not done.
    """
    work = _held(session, table, change)
    if work.done_at is None:
        raise StepNotAllowed("This is not done yet.")
    work.done_at = work.done_by_id = None
    words = sentence("Opened again: {what}", what=what(work))
    return _kept(session, work, words, caller=change.caller, at=change.at)


def what(work: ChecklistItem | DealTask) -> str:
    """Say what is to be done."""
    return work.title if isinstance(work, ChecklistItem) else work.text


def _held(session: Session, table: type[W], change: Change) -> W:
    lock_deal(session, change.deal_id)
    work = find_work(session, table, change.deal_id, change.work_id)
    check_edition(change.edition, edition_of(work))
    return work


def _check_owner(session: Session, owner_id: UUID | None) -> None:
    if owner_id is not None and owner_id not in {colleague.id for colleague in colleagues(session)}:
        raise ValueNotAllowed("This is nobody who works on deals.", field="owner_id")


def _kept(session: Session, work: W, words: str, *, caller: Caller, at: datetime) -> W:
    """Write work down and tell it on the deal's timeline."""
    session.add(work)
    session.flush()
    record_activity(
        session,
        work.deal_id,
        _told_as(work),
        person_id=caller.person_id,
        subject_id=work.id,
        words=words,
        at=at,
    )
    return work


def _told_as(work: ChecklistItem | DealTask) -> ActivityKind:
    return ActivityKind.CHECKLIST if isinstance(work, ChecklistItem) else ActivityKind.TASK


def _not_there(table: type[ChecklistItem] | type[DealTask]) -> RecordNotFound:
    return RecordNotFound("There is no such checklist item." if table is ChecklistItem else "There is no such task.")
