"""Writes of the checklist: items set, changed, done with a finding, opened again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, select

from fund_service.accounts.callers import Caller
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.diligence.schemas import FindingIn, ItemIn
from fund_service.diligence.standards import STANDARD_ITEMS
from fund_service.diligence.work import Change, finish_work, open_work, reopen_work, replace_work, set_work
from models.clock import business_date
from models.diligence import ChecklistItem
from models.errors import RecordConflicts
from models.timeline import ActivityKind


def set_standard_items(session: Session, deal_id: UUID, *, caller: Caller, at: datetime) -> list[ChecklistItem]:
    """Set what the standard checklist of the deal's instrument has and the deal has not; the lead owns each.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    deal = lock_deal(session, deal_id)
    there = set(session.exec(select(ChecklistItem.title).where(ChecklistItem.deal_id == deal_id)))
    added = [
        ChecklistItem(
            deal_id=deal_id,
            title=standard.title_ko,
            required=standard.required,
            owner_id=deal.lead_id,
            due_on=business_date(at) + timedelta(days=standard.days),
            recorded_at=at,
        )
        for standard in STANDARD_ITEMS[deal.instrument]
        if standard.title_ko not in there
    ]
    session.add_all(added)
    session.flush()
    if added:
        words = "; ".join(item.title for item in added)
        record_activity(session, deal_id, ActivityKind.CHECKLIST, person_id=caller.person_id, words=words, at=at)
    return added


def add_item(session: Session, deal_id: UUID, data: ItemIn, *, caller: Caller, at: datetime) -> ChecklistItem:
    """Set a checklist item.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    RecordConflicts
        When the deal has an item of this title.
    ValueNotAllowed
        When the owner is nobody who works on deals.
    """
    lock_deal(session, deal_id)
    _check_title(session, deal_id, data.title, but=None)
    return set_work(session, ChecklistItem(deal_id=deal_id, recorded_at=at, **data.model_dump()), caller=caller, at=at)


def edit_item(session: Session, change: Change, data: ItemIn) -> ChecklistItem:
    """Replace what is set of an item that is not done.

    Raises
    ------
    RecordNotFound, RecordChanged, StepNotAllowed
        As `open_work`.
    RecordConflicts, ValueNotAllowed
        As for a new one.
    """
    item = open_work(session, ChecklistItem, change)
    _check_title(session, change.deal_id, data.title, but=item.id)
    return replace_work(session, item, data, change)


def finish_item(session: Session, change: Change, data: FindingIn) -> ChecklistItem:
    """Mark an item done, with what was found.

    Raises
    ------
    RecordNotFound, RecordChanged, StepNotAllowed
        As `open_work`.
    """
    item = open_work(session, ChecklistItem, change)
    item.finding = data.finding
    return finish_work(session, item, change, told=f"{item.title} — {item.finding}")


def reopen_item(session: Session, change: Change) -> ChecklistItem:
    """Open a done item again; what was found stays until it is done anew.

    Raises
    ------
    RecordNotFound, RecordChanged, StepNotAllowed
        As `reopen_work`.
    """
    return reopen_work(session, ChecklistItem, change)


def _check_title(session: Session, deal_id: UUID, title: str, *, but: UUID | None) -> None:
    same = select(ChecklistItem.id).where(ChecklistItem.deal_id == deal_id, ChecklistItem.title == title)
    if set(session.exec(same)) - {but}:
        raise RecordConflicts("This checklist has an item of this title already.", field="title")
