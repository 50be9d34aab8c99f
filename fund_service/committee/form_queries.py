"""Forms of the committee: what may be chosen and what stands now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.committee.agenda import condition_views, item_views, listed_deals
from fund_service.committee.form_schemas import AgendaForm, CancelForm, EvidenceForm, MeetingForm
from fund_service.committee.queries import documents_of, find_meeting
from fund_service.committee.schemas import ItemView
from fund_service.deals.heads import deal_head
from fund_service.plan.schemas import Choice
from models.clock import SEOUL
from models.committee import AgendaItem, CommitteeMeeting, ConditionPrecedent, ItemState, MeetingMember
from models.deal import Deal, DealStage
from models.errors import RecordNotFound
from models.person import Person, PersonRole, Role

MAX_OFFERED = 500
"""Deals that a form of an agenda offers."""


def meeting_form(session: Session, meeting_id: UUID | None = None) -> MeetingForm:
    """Prepare the form to call a meeting or, with one, to edit it.

    Raises
    ------
    RecordNotFound
        When there is no such meeting.
    """
    form = MeetingForm(members=_members_offered(session))
    if meeting_id is None:
        standard = CommitteeMeeting.model_fields
        shares = {name: str(standard[name].default) for name in ("quorum_bp", "approval_bp")}
        return form.model_copy(update={"values": shares})
    meeting = find_meeting(session, meeting_id)
    called = session.exec(select(MeetingMember.person_id).where(MeetingMember.meeting_id == meeting_id)).all()
    values: dict[str, str | list[str]] = {
        "title": meeting.title,
        "meets_at": meeting.meets_at.astimezone(SEOUL).strftime("%Y-%m-%dT%H:%M"),
        "place": meeting.place,
        "chair_id": str(meeting.chair_id),
        "member_ids": [str(person_id) for person_id in called],
        "quorum_bp": str(meeting.quorum_bp),
        "approval_bp": str(meeting.approval_bp),
    }
    return form.model_copy(update={"meeting_id": meeting.id, "version": meeting.version, "values": values})


def _members_offered(session: Session) -> Sequence[Choice]:
    rows = session.exec(
        select(Person.id, Person.name)
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(PersonRole.role == Role.COMMITTEE_MEMBER, Person.active)
        .order_by(col(Person.name), col(Person.id))
    ).all()
    return [Choice(code=str(person_id), name_ko=name, name_en=name) for person_id, name in rows]


def agenda_form(session: Session, meeting_id: UUID) -> AgendaForm:
    """Prepare the form of an agenda: all deals before the committee that wait on no other one.

    Raises
    ------
    RecordNotFound
        When there is no such meeting.
    """
    meeting = find_meeting(session, meeting_id)
    listed = {
        item.deal_id: item
        for item in session.exec(
            select(AgendaItem).where(AgendaItem.meeting_id == meeting_id).order_by(col(AgendaItem.position))
        )
    }
    elsewhere = select(AgendaItem.deal_id).where(
        AgendaItem.state == ItemState.PENDING, AgendaItem.meeting_id != meeting_id
    )
    offered = session.exec(
        select(Deal)
        .where(
            Deal.stage == DealStage.COMMITTEE,
            col(Deal.merged_into_id).is_(None),
            col(Deal.id).not_in(elsewhere),
        )
        .order_by(col(Deal.stage_since), col(Deal.id))
        .limit(MAX_OFFERED)
    ).all()
    places = {deal_id: item.position for deal_id, item in listed.items()}
    deals = sorted(offered, key=lambda deal: places.get(deal.id, MAX_OFFERED))
    return AgendaForm(
        meeting_id=meeting.id,
        version=meeting.version,
        title=meeting.title,
        deals=listed_deals(session, deals),
        outdated=[
            deal.id for deal in deals if deal.id in listed and listed[deal.id].terms_digest != deal.terms_digest()
        ],
        values={f"place-{deal_id}": str(position) for deal_id, position in places.items()},
    )


def cancel_form(session: Session, meeting_id: UUID) -> CancelForm:
    """Prepare the form to cancel a meeting.

    Raises
    ------
    RecordNotFound
        When there is no such meeting.
    """
    meeting = find_meeting(session, meeting_id)
    return CancelForm(meeting_id=meeting.id, title=meeting.title)


def item_view(session: Session, item_id: UUID, *, reader: Caller, at: datetime) -> ItemView:
    """Show one agenda item.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    [view] = item_views(session, [find_item(session, item_id)], reader=reader, at=at)
    return view


def evidence_form(session: Session, condition: ConditionPrecedent) -> EvidenceForm:
    """Prepare the form to confirm a condition."""
    item = find_item(session, condition.item_id)
    [[view]] = condition_views(session, col(ConditionPrecedent.id) == condition.id).values()
    return EvidenceForm(
        deal=deal_head(session, item.deal_id), condition=view, documents=documents_of(session, item.deal_id)
    )


def find_item(session: Session, item_id: UUID) -> AgendaItem:
    """Find an agenda item.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    item = session.get(AgendaItem, item_id)
    if item is None:
        raise RecordNotFound("There is no such agenda item.")
    return item
