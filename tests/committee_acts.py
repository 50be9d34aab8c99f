"""What the committee does, written straight into the database as its walls let it: listed, voted on, then decided."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, SQLModel

from models.clock import utc_now
from models.committee import AgendaItem, CommitteeVote, ItemState, VoteChoice
from models.identity import new_id
from models.person import Person, PersonRole, Role
from models.vehicle import PolicyConfirmation, PolicyValue


def somebody() -> Person:
    """Make a person whom no other row names."""
    return Person(email=f"{new_id().hex}@example.org", name="위원", password_hash="none")  # noqa: S106 - no secret


def vote_of(item: AgendaItem, voter: Person, choice: VoteChoice = VoteChoice.FOR) -> CommitteeVote:
    """Make a vote on the terms of an item."""
    return CommitteeVote(
        item_id=item.id, human_id=voter.human_id, person_id=voter.id, choice=choice, terms_digest=item.terms_digest
    )


def decide(
    session: Session,
    item: AgendaItem,
    state: ItemState = ItemState.APPROVED,
    *,
    at: datetime | None = None,
    by_id: UUID | None = None,
) -> AgendaItem:
    """List an item as pending, have two people vote for what is approved, and take it to a state; not committed."""
    session.add(item)
    session.flush()
    if state in {ItemState.APPROVED, ItemState.VOIDED}:
        voters = [somebody(), somebody()]
        session.add_all(voters)
        session.flush()
        session.add_all(vote_of(item, voter) for voter in voters)
        session.flush()
    if state is ItemState.PENDING:
        return item
    item.decided_at, item.decided_by_id = at or utc_now(), by_id
    item.state = ItemState.APPROVED if state is ItemState.VOIDED else state
    session.flush()
    item.state = state
    session.flush()
    return item


def figure_of_policy(name: str, *, at: datetime | None = None, **amount: int) -> list[SQLModel]:
    """Make the rows of a figure of policy that one member of the committee proposed and another confirmed, in order."""
    members = [somebody(), somebody()]
    value = PolicyValue(name=name, set_by_id=members[0].id, reason="시험", recorded_at=at or utc_now(), **amount)
    return [
        *members,
        *(PersonRole(person_id=member.id, role=Role.COMMITTEE_MEMBER) for member in members),
        value,
        PolicyConfirmation(policy_value_id=value.id, confirmed_by_id=members[1].id, confirmed_at=at or utc_now()),
    ]
