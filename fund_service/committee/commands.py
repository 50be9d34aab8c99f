"""Writes of meetings: when and where, and who is called."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, delete, select

from fund_service.committee.bodies import MeetingIn
from fund_service.committee.queries import find_meeting
from models.committee import (
    CommitteeMeeting,
    MeetingMember,
    MeetingState,
)
from models.errors import (
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
