"""Reads of the committee: meetings, agendas as the reader may see them, and what waits for the reader's vote."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.committee.agenda import item_views
from fund_service.committee.approvals import standing_approval
from fund_service.committee.proceedings import manages, read_proceedings, seat_of
from fund_service.committee.schemas import (
    DealCommitteeView,
    MeetingItem,
    MeetingsPage,
    MeetingView,
    PendingVote,
)
from fund_service.deals.heads import deal_head
from fund_service.paging import MAX_LIMIT, Cursor, cut_page
from fund_service.plan.schemas import Choice
from models.committee import AgendaItem, CommitteeMeeting, ItemState, MeetingMember, MeetingState
from models.deal import Deal
from models.document import DealDocument
from models.errors import RecordNotFound
from models.person import Person, Role

COMING = (MeetingState.PLANNED, MeetingState.OPEN)
"""Meetings that are not over and not called off."""


def find_meeting(session: Session, meeting_id: UUID, *, to_change: bool = False) -> CommitteeMeeting:
    """Find a meeting, locked where it is to be changed.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    query = select(CommitteeMeeting).where(CommitteeMeeting.id == meeting_id)
    if to_change:
        # What was read before the lock may have changed while waiting for it.
        query = query.with_for_update().execution_options(populate_existing=True)
    meeting = session.exec(query).first()
    if meeting is None:
        raise RecordNotFound("There is no such meeting.")
    return meeting


def list_meetings(session: Session, *, reader: Caller, after: Cursor | None, limit: int, at: datetime) -> MeetingsPage:
    """List the meetings: those to come with the next first, then a page of those that are over, newest first."""
    coming = meeting_rows().where(col(CommitteeMeeting.state).in_(COMING))
    coming = coming.order_by(col(CommitteeMeeting.meets_at), col(CommitteeMeeting.id)).limit(MAX_LIMIT)
    over = meeting_rows().where(col(CommitteeMeeting.state).not_in(COMING))
    over = over.order_by(col(CommitteeMeeting.id).desc()).limit(limit + 1)
    if after is not None:
        over = over.where(col(CommitteeMeeting.id) < after.after)
    page, next_cursor = cut_page(meeting_items(session, over), limit, key=lambda meeting: meeting.id)
    return MeetingsPage(
        upcoming=meeting_items(session, coming),
        items=list(page),
        next_cursor=next_cursor,
        my_votes=pending_votes(session, reader, at=at),
    )


def meeting_rows() -> sa.Select[Any]:
    """Select the columns of a list of meetings."""
    listed = sa.select(func.count()).where(col(AgendaItem.meeting_id) == col(CommitteeMeeting.id))
    called = sa.select(func.count()).where(col(MeetingMember.meeting_id) == col(CommitteeMeeting.id))
    decided = listed.where(col(AgendaItem.state) != ItemState.PENDING)
    return sa.select(
        col(CommitteeMeeting.id),
        col(CommitteeMeeting.title),
        col(CommitteeMeeting.meets_at),
        col(CommitteeMeeting.place),
        col(CommitteeMeeting.state),
        col(Person.name).label("chair_name"),
        called.scalar_subquery().label("members"),
        listed.scalar_subquery().label("items"),
        decided.scalar_subquery().label("decided"),
    ).join(Person, col(Person.id) == col(CommitteeMeeting.chair_id))


def meeting_items(session: Session, query: sa.Select[Any]) -> list[MeetingItem]:
    """Read selected meetings."""
    return [MeetingItem(**row) for row in session.connection().execute(query).mappings()]


def pending_votes(session: Session, reader: Caller, *, at: datetime) -> list[PendingVote]:
    """List the items of open meetings that the reader may vote on and has not, in the order of the meetings."""
    if not reader.has(Role.COMMITTEE_MEMBER):
        return []
    items = session.exec(
        select(AgendaItem)
        .join(CommitteeMeeting, col(CommitteeMeeting.id) == col(AgendaItem.meeting_id))
        .join(MeetingMember, col(MeetingMember.meeting_id) == col(CommitteeMeeting.id))
        .where(
            CommitteeMeeting.state == MeetingState.OPEN,
            AgendaItem.state == ItemState.PENDING,
            MeetingMember.person_id == reader.person_id,
        )
        .order_by(col(CommitteeMeeting.meets_at), col(AgendaItem.meeting_id), col(AgendaItem.position))
        .limit(MAX_LIMIT)
    ).all()
    seat = seat_of(session, reader)
    return [
        PendingVote(
            item_id=one.item.id,
            meeting_id=one.meeting.id,
            meeting_title=one.meeting.title,
            title_ko=one.deal.title_ko,
            title_en=one.deal.title_en,
        )
        for one in read_proceedings(session, items, at=at)
        if one.refusal_to_vote(seat) is None
    ]


def meeting_view(session: Session, meeting_id: UUID, *, reader: Caller | None, at: datetime) -> MeetingView:
    """Show a meeting with its agenda; without a reader, as anybody may see it who has no part in it.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    meeting = find_meeting(session, meeting_id)
    items = session.exec(
        select(AgendaItem).where(AgendaItem.meeting_id == meeting_id).order_by(col(AgendaItem.position))
    ).all()
    names = dict(
        session.exec(
            select(Person.id, Person.name)
            .join(MeetingMember, col(MeetingMember.person_id) == col(Person.id))
            .where(MeetingMember.meeting_id == meeting_id)
            .order_by(col(Person.name), col(Person.id))
        ).all()
    )
    views = item_views(session, items, reader=reader, at=at)
    leads = reader is not None and any(view.reader_leads for view in views)
    presides = reader is not None and (reader.person_id == meeting.chair_id or (manages(reader) and not leads))
    return MeetingView(
        **meeting.model_dump(include=set(MeetingView.model_fields) - {"members", "items", "may_preside", "choices"}),
        chair_name=names.get(meeting.chair_id, ""),
        members=list(names.values()),
        items=views,
        may_preside=presides,
    )


def deal_committee_view(session: Session, deal_id: UUID, *, reader: Caller, at: datetime) -> DealCommitteeView:
    """Show what the committee did with a deal, the newest item first.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    head = deal_head(session, deal_id)
    items = session.exec(
        select(AgendaItem).where(AgendaItem.deal_id == deal_id).order_by(col(AgendaItem.id).desc()).limit(MAX_LIMIT)
    ).all()
    views = item_views(session, items, reader=reader, at=at)
    deal = session.get_one(Deal, deal_id)
    standing = standing_approval(session, deal)
    return DealCommitteeView(
        deal=head,
        items=views,
        standing=None if standing is None else standing.id,
        documents=documents_of(session, deal_id),
        may_confirm=manages(reader) and any(not view.reader_recused for view in views),
    )


def documents_of(session: Session, deal_id: UUID) -> Sequence[Choice]:
    """List the documents on a deal's file, the newest first, to choose evidence from."""
    rows = session.exec(
        select(DealDocument.id, DealDocument.name)
        .where(DealDocument.deal_id == deal_id)
        .order_by(col(DealDocument.id).desc())
        .limit(MAX_LIMIT)
    ).all()
    return [Choice(code=str(document_id), name_ko=name, name_en=name) for document_id, name in rows]
