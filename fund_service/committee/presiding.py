"""Presiding over a meeting: it is opened and closed, or cancelled before it opens."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, delete, func, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.committee.bodies import CancelIn
from fund_service.committee.proceedings import manages, read_proceedings, seat_of
from fund_service.committee.queries import find_meeting
from fund_service.deals.leads import led_by
from fund_service.deals.steps import lock_any_deal
from fund_service.deals.timeline import record_activity
from fund_service.sentences import sentence
from models.committee import AgendaItem, CommitteeMeeting, ItemState, MeetingState
from models.errors import FourEyesNeeded, GateClosed, RecordChanged, StepNotAllowed
from models.timeline import ActivityKind


def open_meeting(session: Session, meeting_id: UUID, *, caller: Caller, at: datetime) -> CommitteeMeeting:
    """Open a planned meeting, so that votes are taken; who is called and what is listed is settled from now on.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    StepNotAllowed
        When it is not planned.
    FourEyesNeeded
        When the caller may not preside.
    GateClosed
        When nothing is listed, or a deal was edited since.
    """
    meeting = _to_preside(session, meeting_id, MeetingState.PLANNED, caller=caller)
    items = session.exec(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)).all()
    if not items:
        raise GateClosed("Nothing is on the agenda yet.")
    outdated = [one for one in read_proceedings(session, items, at=at) if one.outdated]
    if outdated:
        names = ", ".join(one.deal.title_ko or one.deal.title_en or "" for one in outdated)
        raise GateClosed("These deals were edited since they were listed; list them anew: {names}", names=names)
    return _move(session, meeting, MeetingState.OPEN, at=at)


def close_meeting(session: Session, meeting_id: UUID, *, caller: Caller, at: datetime) -> CommitteeMeeting:
    """Close an open meeting, every item of which is decided or deferred.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    StepNotAllowed
        When it is not open.
    FourEyesNeeded
        When the caller may not preside.
    GateClosed
        When items are pending.
    """
    meeting = _to_preside(session, meeting_id, MeetingState.OPEN, caller=caller)
    pending = session.exec(
        select(func.count())
        .select_from(AgendaItem)
        .where(AgendaItem.meeting_id == meeting.id, AgendaItem.state == ItemState.PENDING)
    ).one()
    if pending:
        raise GateClosed("Items not decided yet: {count}. Decide or defer them first.", count=pending)
    return _move(session, meeting, MeetingState.CLOSED, at=at)


def cancel_meeting(
    session: Session, meeting_id: UUID, *, data: CancelIn, caller: Caller, at: datetime
) -> CommitteeMeeting:
    """Cancel a planned meeting; its deals wait on no agenda any more, and their timelines are told why.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    StepNotAllowed
        When it is not planned.
    FourEyesNeeded
        When the caller may not preside.
    RecordChanged
        When the agenda was changed meanwhile.
    """
    listed = select(AgendaItem.deal_id).where(AgendaItem.meeting_id == meeting_id)
    deal_ids = sorted(session.exec(listed).all())
    # Deals before the meeting, as wherever both are locked.
    for deal_id in deal_ids:
        lock_any_deal(session, deal_id)
    meeting = _to_preside(session, meeting_id, MeetingState.PLANNED, caller=caller)
    if sorted(session.exec(listed).all()) != deal_ids:
        raise RecordChanged("This meeting was changed since you opened it; load it again and repeat your change.")
    session.exec(delete(AgendaItem).where(col(AgendaItem.meeting_id) == meeting.id))
    words = sentence("The meeting was cancelled: {title}. {reason}", title=meeting.title, reason=data.reason)
    for deal_id in deal_ids:
        record_activity(session, deal_id, ActivityKind.COMMITTEE, person_id=caller.person_id, words=words, at=at)
    meeting.cancel_reason = data.reason
    return _move(session, meeting, MeetingState.CANCELLED, at=at)


def _move(session: Session, meeting: CommitteeMeeting, state: MeetingState, *, at: datetime) -> CommitteeMeeting:
    meeting.state = state
    meeting.mark_edited(at)
    session.add(meeting)
    session.flush()
    return meeting


def _to_preside(session: Session, meeting_id: UUID, state: MeetingState, *, caller: Caller) -> CommitteeMeeting:
    """Lock a meeting for its chair, or for a fund manager who leads none of its deals."""
    meeting = find_meeting(session, meeting_id, to_change=True)
    if caller.person_id != meeting.chair_id and not (
        manages(caller) and not _leads_a_deal(session, meeting_id, caller)
    ):
        raise FourEyesNeeded(
            "A meeting is opened, closed and cancelled by its chair, or by a fund manager who never led a deal of it."
        )
    if meeting.state is not state:
        raise StepNotAllowed("This meeting is {state}.", state=locales.label(meeting.state))
    return meeting


def _leads_a_deal(session: Session, meeting_id: UUID, caller: Caller) -> bool:
    """Say whether the caller leads a deal of the meeting, or ever led it, under whatever account."""
    human_id = seat_of(session, caller).human_id
    led = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting_id, led_by(col(AgendaItem.deal_id), human_id))
    return session.exec(led.limit(1)).first() is not None
