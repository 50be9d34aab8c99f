"""Writes of the checklist: items set, changed, done, opened again; each told on the deal's timeline."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.diligence.editions import check_edition, edition_of
from fund_service.diligence.queries import colleagues
from fund_service.diligence.schemas import FindingIn, ItemIn
from fund_service.diligence.standards import STANDARD_ITEMS
from models.clock import business_date
from models.deal import ActivityKind, DealTask
from models.diligence import ChecklistItem
from models.errors import RecordConflicts, RecordNotFound, StepNotAllowed, ValueNotAllowed


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
        _tell(session, deal_id, None, "; ".join(item.title for item in added), caller=caller, at=at)
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
    check_owner(session, data.owner_id)
    _check_title(session, deal_id, data.title, but=None)
    item = ChecklistItem(deal_id=deal_id, recorded_at=at, **data.model_dump())
    session.add(item)
    session.flush()
    _tell(session, deal_id, item.id, item.title, caller=caller, at=at)
    return item


def edit_item(
    session: Session, deal_id: UUID, item_id: UUID, data: ItemIn, *, caller: Caller, edition: str, at: datetime
) -> ChecklistItem:
    """Replace what is set of an item that is not done.

    Raises
    ------
    RecordNotFound
        When the deal has no such item.
    RecordChanged
        When it was changed since ``edition``.
    StepNotAllowed
        When it is done.
    RecordConflicts, ValueNotAllowed
        As for a new one.
    """
    item = _locked_item(session, deal_id, item_id, edition=edition)
    check_open(item)
    check_owner(session, data.owner_id)
    _check_title(session, deal_id, data.title, but=item_id)
    for name, value in data.model_dump().items():
        setattr(item, name, value)
    session.add(item)
    session.flush()
    _tell(session, deal_id, item_id, item.title, caller=caller, at=at)
    return item


def finish_item(
    session: Session, deal_id: UUID, item_id: UUID, data: FindingIn, *, caller: Caller, edition: str, at: datetime
) -> ChecklistItem:
    """Mark an item done, with what was found.

    Raises
    ------
    RecordNotFound
        When the deal has no such item.
    RecordChanged
        When it was changed since ``edition``.
    StepNotAllowed
        When it is done already.
    """
    item = _locked_item(session, deal_id, item_id, edition=edition)
    check_open(item)
    item.finding, item.done_at, item.done_by_id = data.finding, at, caller.person_id
    session.add(item)
    session.flush()
    words = locales.gettext("Done: {what}").format(what=f"{item.title} — {item.finding}")
    _tell(session, deal_id, item_id, words, caller=caller, at=at)
    return item


def reopen_item(
    session: Session, deal_id: UUID, item_id: UUID, *, caller: Caller, edition: str, at: datetime
) -> ChecklistItem:
    """Open a done item again; what was found stays until it is done anew.

    Raises
    ------
    RecordNotFound
        When the deal has no such item.
    RecordChanged
        When it was changed since ``edition``.
    StepNotAllowed
        When it is not done.
    """
    item = _locked_item(session, deal_id, item_id, edition=edition)
    if item.done_at is None:
        raise StepNotAllowed("This is not done yet.")
    item.done_at = item.done_by_id = None
    session.add(item)
    session.flush()
    words = locales.gettext("Opened again: {what}").format(what=item.title)
    _tell(session, deal_id, item_id, words, caller=caller, at=at)
    return item


def _locked_item(session: Session, deal_id: UUID, item_id: UUID, *, edition: str) -> ChecklistItem:
    """Find an item of a deal; the lock on the deal keeps it as it is."""
    lock_deal(session, deal_id)
    item = session.exec(
        select(ChecklistItem).where(ChecklistItem.deal_id == deal_id, ChecklistItem.id == item_id)
    ).first()
    if item is None:
        raise RecordNotFound("There is no such checklist item.")
    check_edition(edition, edition_of(item))
    return item


def check_open(row: ChecklistItem | DealTask) -> None:
    """Refuse to change what is done.

    Raises
    ------
    StepNotAllowed
        When it is.
    """
    if row.done_at is not None:
        raise StepNotAllowed("This is done; open it again to change it.")


def _check_title(session: Session, deal_id: UUID, title: str, *, but: UUID | None) -> None:
    same = select(ChecklistItem.id).where(ChecklistItem.deal_id == deal_id, ChecklistItem.title == title)
    if set(session.exec(same)) - {but}:
        raise RecordConflicts("This checklist has an item of this title already.", field="title")


def check_owner(session: Session, owner_id: UUID | None) -> None:
    """Refuse to give work to somebody who does not work on deals.

    Raises
    ------
    ValueNotAllowed
        When it is such a one.
    """
    if owner_id is not None and owner_id not in {colleague.id for colleague in colleagues(session)}:
        raise ValueNotAllowed("This is nobody who works on deals.", field="owner_id")


def _tell(session: Session, deal_id: UUID, item_id: UUID | None, words: str, *, caller: Caller, at: datetime) -> None:
    record_activity(
        session, deal_id, ActivityKind.CHECKLIST, person_id=caller.person_id, subject_id=item_id, words=words, at=at
    )
