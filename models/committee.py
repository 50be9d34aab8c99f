"""The investment committee (투자심의위원회): who sits, who may not vote on what, how they voted, on which terms."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Row, VersionedRow, by_value
from models.clock import UtcDateTime, utc_now


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PLANNED = "planned"
    """Called; the agenda can still change."""
    OPEN = "open"
    """In session; votes are taken."""
    CLOSED = "closed"
    """Over; its decisions stand."""
    CANCELLED = "cancelled"
    """Called off before it opened; what was listed can be listed elsewhere."""


class CommitteeMeeting(VersionedRow, table=True):
    """A meeting of the committee."""

    __tablename__ = "committee_meeting"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("quorum_bp BETWEEN 1 AND 10000", name="quorum_range"),
        CheckConstraint("approval_bp BETWEEN 1 AND 10000", name="approval_range"),
        CheckConstraint("(state = 'cancelled') = (cancel_reason IS NOT NULL)", name="cancelled_with_a_reason"),
    )

    title: str = Field(max_length=200)
    meets_at: datetime = Field(sa_type=UtcDateTime)
    place: str = Field(default="", max_length=200)
    state: MeetingState = Field(default=MeetingState.PLANNED, sa_type=by_value(MeetingState), index=True)
    chair_id: UUID = Field(foreign_key="person.id")
    quorum_bp: int = 5_001
    """Share of the members not recused on an item who must have voted on it, in basis points: more than half."""
    approval_bp: int = 6_667
    """Share of the votes for or against that must be for, in basis points: two thirds."""
    cancel_reason: str | None = Field(default=None, max_length=1_000)


class MeetingMember(SQLModel, table=True):
    """A member called to a meeting."""

    __tablename__ = "meeting_member"

    meeting_id: UUID = Field(foreign_key="committee_meeting.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)


class ItemState(StrEnum):
    """What became of an agenda item."""

    PENDING = "pending"
    """Not decided."""
    APPROVED = "approved"
    """Approved on the terms of ``terms_digest``."""
    REJECTED = "rejected"
    """Turned down."""
    DEFERRED = "deferred"
    """Put off: no quorum, or the committee wants to know more."""
    VOIDED = "voided"
    """Approved, and then the deal's terms were changed: the approval is gone."""


class AgendaItem(Row, table=True):
    """A deal on a meeting's agenda, with the terms that are voted on.

    The database lets one begin as pending alone, and become approved only by the votes of two human beings on its
    terms; once its vote is closed, it takes none.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (
        UniqueConstraint("meeting_id", "deal_id"),
        UniqueConstraint("meeting_id", "position"),
        CheckConstraint("position >= 1", name="position_from_one"),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided_when_not_pending"),
        CheckConstraint("(vote_closed_at IS NULL) = (vote_closed_by_id IS NULL)", name="vote_closed_by_somebody"),
    )

    meeting_id: UUID = Field(foreign_key="committee_meeting.id")
    deal_id: UUID = Field(foreign_key="deal.id", index=True)
    position: int
    terms_digest: str = Field(max_length=64)
    """`Deal.terms_digest` of what is voted on; a deal edited since must be put on the agenda anew."""
    state: ItemState = Field(default=ItemState.PENDING, sa_type=by_value(ItemState))
    vote_closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the chair closed the vote before all had voted; the votes are shown from then on."""
    vote_closed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    words: str = Field(default="", max_length=4_000)
    """The decision's reasoning, for the minutes."""


class VoteChoice(StrEnum):
    """How a member votes."""

    FOR = "for"
    """For."""
    AGAINST = "against"
    """Against."""
    ABSTAIN = "abstain"
    """Present, neither for nor against."""


class CommitteeVote(SQLModel, table=True):
    """A vote: one for each human being and item, in the database."""

    __tablename__ = "committee_vote"

    item_id: UUID = Field(foreign_key="agenda_item.id", primary_key=True)
    human_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    choice: VoteChoice = Field(sa_type=by_value(VoteChoice))
    terms_digest: str = Field(max_length=64)
    words: str = Field(default="", max_length=2_000)
    cast_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class InterestKind(StrEnum):
    """How somebody is bound to an organisation."""

    PERSONAL = "personal"
    """Owns, advises or is owed by it."""
    EMPLOYER = "employer"
    """Works there, or did within two years."""
    OWNERSHIP_GROUP = "ownership_group"
    """Bound to its whole ownership group."""
    FAMILY = "family"
    """A relative is bound to it."""


class DeclaredInterest(Row, table=True):
    """An interest a person declared (사적 이해관계 신고); it recuses by itself from all that concerns it.

    ``known_on`` is when it began to exist, which may lie before it was declared: decisions between are flagged.
    """

    __tablename__ = "declared_interest"
    __table_args__ = (
        CheckConstraint("num_nonnulls(organisation_id, ownership_group_id) = 1", name="names_one_party"),
        CheckConstraint("known_on <= ends_on", name="period_in_order"),
    )

    person_id: UUID = Field(foreign_key="person.id", index=True)
    kind: InterestKind = Field(sa_type=by_value(InterestKind))
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    ownership_group_id: UUID | None = Field(default=None, foreign_key="ownership_group.id", index=True)
    known_on: date
    ends_on: date | None = None
    words: str = Field(max_length=1_000)


class DecisionFlag(Row, table=True):
    """A decision taken by somebody whose interest became known only later; somebody must look at it."""

    __tablename__ = "decision_flag"
    __table_args__ = (
        CheckConstraint("num_nonnulls(item_id, instruction_id, review_id) = 1", name="one_decision"),
        CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name="resolved_with_words"),
    )

    interest_id: UUID = Field(foreign_key="declared_interest.id", index=True)
    item_id: UUID | None = Field(default=None, foreign_key="agenda_item.id", index=True)
    instruction_id: UUID | None = Field(default=None, foreign_key="instruction.id", index=True)
    review_id: UUID | None = Field(default=None, foreign_key="deal_review.id", index=True)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    resolution: str | None = Field(default=None, max_length=2_000)


class ConditionPrecedent(Row, table=True):
    """A condition the committee set; until it is met, the first payment is refused (선행조건)."""

    __tablename__ = "condition_precedent"
    __table_args__ = (CheckConstraint("(met_at IS NULL) = (met_by_id IS NULL)", name="met_by_somebody"),)

    item_id: UUID = Field(foreign_key="agenda_item.id", index=True)
    words: str = Field(max_length=1_000)
    evidence_document_id: UUID | None = Field(default=None, foreign_key="deal_document.id")
    met_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    met_by_id: UUID | None = Field(default=None, foreign_key="person.id")
