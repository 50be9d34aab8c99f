"""Agendas: which deals a meeting deals with, in which order, each on the terms it had when it was listed.

Deals are locked first and alone, the meeting after them, so that no deal is edited or listed twice meanwhile.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, delete, func, select

from fund_service.accounts.callers import Caller
from fund_service.committee.bodies import AgendaIn
from fund_service.committee.commands import planned_meeting
from fund_service.committee.proceedings import manages
from fund_service.committee.queries import find_meeting
from models.committee import AgendaItem, CommitteeMeeting, CommitteeVote, ItemState
from models.deal import Deal, DealStage
from models.errors import FourEyesNeeded, RecordConflicts, RecordNotFound, StepNotAllowed, ValueNotAllowed


def set_agenda(session: Session, meeting_id: UUID, data: AgendaIn, *, version: int, at: datetime) -> CommitteeMeeting:
    """List the deals of a planned meeting, in order, each on the terms that it has now.

    Raises
    ------
    RecordNotFound
        When there is no such meeting.
    RecordChanged
        When somebody changed it since ``version``.
    StepNotAllowed
        When it has been opened.
    ValueNotAllowed
        When a deal is named twice or is not before the committee.
    RecordConflicts
        When a deal waits on the agenda of another meeting.
    """
    deals = _deals_before_the_committee(session, data.deal_ids)
    meeting = planned_meeting(session, meeting_id, version=version)
    _refuse_listed_elsewhere(session, meeting.id, data.deal_ids)
    session.exec(delete(AgendaItem).where(col(AgendaItem.meeting_id) == meeting.id))
    session.add_all(
        AgendaItem(
            meeting_id=meeting.id,
            deal_id=deal.id,
            position=position,
            terms_digest=deal.terms_digest(),
            recorded_at=at,
        )
        for position, deal in enumerate(deals, 1)
    )
    meeting.mark_edited(at)
    session.flush()
    return meeting


def relist_item(session: Session, item_id: UUID, *, caller: Caller, at: datetime) -> AgendaItem:
    """Put an item on the agenda anew, on the deal's present terms; once somebody voted, it can only be deferred.

    Raises
    ------
    RecordNotFound
        When there is no such item.
    StepNotAllowed
        When it is decided, or votes bind the terms it was listed with.
    FourEyesNeeded
        When the caller neither chairs the meeting nor manages the fund.
    ValueNotAllowed
        When the deal is not before the committee any more.
    """
    found = session.exec(select(AgendaItem.deal_id, AgendaItem.meeting_id).where(AgendaItem.id == item_id)).first()
    if found is None:
        raise RecordNotFound("There is no such agenda item.")
    deal_id, meeting_id = found
    [deal] = _deals_before_the_committee(session, [deal_id])
    meeting = find_meeting(session, meeting_id, to_change=True)
    if not manages(caller) and caller.person_id != meeting.chair_id:
        raise FourEyesNeeded("The agenda is kept by the chair and by fund managers.")
    query = select(AgendaItem).where(AgendaItem.id == item_id).with_for_update()
    item = session.exec(query.execution_options(populate_existing=True)).one()
    voted = select(func.count()).select_from(CommitteeVote).where(CommitteeVote.item_id == item_id)
    if item.state is not ItemState.PENDING or item.vote_closed_at is not None or session.exec(voted).one():
        raise StepNotAllowed("The item is decided, or members have voted on its terms; defer it and list it again.")
    item.terms_digest = deal.terms_digest()
    meeting.mark_edited(at)
    session.add_all([item, meeting])
    session.flush()
    return item


def _deals_before_the_committee(session: Session, deal_ids: Sequence[UUID]) -> list[Deal]:
    """Lock deals against edits, in the order of their ids, and give them in the order they are named."""
    if len(set(deal_ids)) != len(deal_ids):
        raise ValueNotAllowed("A deal is listed once.", field="deal_ids")
    query = select(Deal).where(col(Deal.id).in_(deal_ids)).order_by(col(Deal.id)).with_for_update()
    found = {deal.id: deal for deal in session.exec(query.execution_options(populate_existing=True))}
    for deal_id in deal_ids:
        deal = found.get(deal_id)
        if deal is None or deal.stage is not DealStage.COMMITTEE or deal.merged_into_id is not None:
            raise ValueNotAllowed("Only deals that stand before the committee can be listed.", field="deal_ids")
    return [found[deal_id] for deal_id in deal_ids]


def _refuse_listed_elsewhere(session: Session, meeting_id: UUID, deal_ids: Collection[UUID]) -> None:
    elsewhere = (
        select(CommitteeMeeting.title)
        .join(AgendaItem, col(AgendaItem.meeting_id) == col(CommitteeMeeting.id))
        .where(
            col(AgendaItem.deal_id).in_(deal_ids),
            AgendaItem.state == ItemState.PENDING,
            CommitteeMeeting.id != meeting_id,
        )
    )
    title = session.exec(elsewhere).first()
    if title is not None:
        raise RecordConflicts("One of the deals waits on the agenda of another meeting: {title}.", title=title)
