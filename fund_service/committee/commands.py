"""Writes of meetings: who is called, and when votes can be taken."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, delete, func, select

from fund_service.accounts.callers import Caller
from fund_service.committee.bodies import MeetingIn
from fund_service.committee.proceedings import manages, read_proceedings, seat_of
from fund_service.committee.queries import find_meeting
from models.committee import (
    AgendaItem,
    CommitteeMeeting,
    ItemState,
    MeetingMember,
    MeetingState,
)
from models.deal import Deal
from models.errors import (
    FourEyesNeeded,
    GateClosed,
    RecordChanged,
    StepNotAllowed,
    ValueNotAllowed,
)
from models.person import Person, PersonRole, Role


def call_meeting(session: Session, data: MeetingIn, *, at: datetime) -> CommitteeMeeting:
    """Call a meeting.

    Raises
    ------
    ValueNotAllowed
        When somebody called is not of the committee, two are one human being, or the chair is not called.
    """
    _check_members(session, data)
    meeting = CommitteeMeeting(**_columns(data), recorded_at=at, updated_at=at)
    session.add(meeting)
    session.flush()
    _call(session, meeting.id, data.member_ids)
    return meeting


def edit_meeting(
    session: Session, meeting_id: UUID, data: MeetingIn, *, version: int, at: datetime
) -> CommitteeMeeting:
    """Replace what is said of a planned meeting and who is called to it.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody changed it since ``version``.
    StepNotAllowed
        When it has been opened.
    ValueNotAllowed
        As for a new one.
    """
    meeting = planned_meeting(session, meeting_id, version=version)
    _check_members(session, data)
    for name, value in _columns(data).items():
        setattr(meeting, name, value)
    meeting.mark_edited(at)
    session.exec(delete(MeetingMember).where(col(MeetingMember.meeting_id) == meeting.id))
    _call(session, meeting.id, data.member_ids)
    return meeting


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
        raise FourEyesNeeded("A meeting is opened and closed by its chair, or by a fund manager who leads none of it.")
    if meeting.state is not state:
        raise StepNotAllowed("This meeting is {state}.", state=meeting.state.value)
    return meeting


def _leads_a_deal(session: Session, meeting_id: UUID, caller: Caller) -> bool:
    human_id = seat_of(session, caller).human_id
    led = (
        select(AgendaItem.id)
        .join(Deal, col(Deal.id) == col(AgendaItem.deal_id))
        .join(Person, col(Person.id) == col(Deal.lead_id))
        .where(AgendaItem.meeting_id == meeting_id, Person.human_id == human_id)
    )
    return session.exec(led).first() is not None


def planned_meeting(session: Session, meeting_id: UUID, *, version: int) -> CommitteeMeeting:
    """Find and lock a meeting that can still be changed.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody changed it since ``version``.
    StepNotAllowed
        When it has been opened.
    """
    meeting = find_meeting(session, meeting_id, to_change=True)
    if meeting.version != version:
        raise RecordChanged("This meeting was changed since you opened it; load it again and repeat your change.")
    if meeting.state is not MeetingState.PLANNED:
        raise StepNotAllowed("Only a meeting that is not open yet can be changed.")
    return meeting


def _columns(data: MeetingIn) -> dict[str, Any]:
    return data.model_dump(exclude={"member_ids"}) | {"place": data.place or ""}


def _call(session: Session, meeting_id: UUID, person_ids: Collection[UUID]) -> None:
    session.add_all(MeetingMember(meeting_id=meeting_id, person_id=person_id) for person_id in sorted(set(person_ids)))
    session.flush()


def _check_members(session: Session, data: MeetingIn) -> None:
    members = session.exec(
        select(Person.id, Person.human_id)
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(col(Person.id).in_(data.member_ids), Person.active, PersonRole.role == Role.COMMITTEE_MEMBER)
    ).all()
    if {person_id for person_id, _ in members} != set(data.member_ids):
        raise ValueNotAllowed("Only members of the investment committee can be called.", field="member_ids")
    if len({human_id for _, human_id in members}) != len(members):
        raise ValueNotAllowed("Two of these accounts belong to one human being; call one of them.", field="member_ids")
    if data.chair_id not in data.member_ids:
        raise ValueNotAllowed("The chair is one of the members called.", field="chair_id")
