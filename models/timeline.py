"""What happened to a deal: its stage log, its timeline, its notes."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.base import Row, by_value
from models.deal import DealStage


class DealStageChange(Row, table=True):
    """One step of a deal: the stage log."""

    __tablename__ = "deal_stage_change"

    deal_id: UUID = Field(foreign_key="deal.id", index=True)
    from_stage: DealStage | None = Field(default=None, sa_type=by_value(DealStage, name="from_stage"))
    to_stage: DealStage = Field(sa_type=by_value(DealStage, name="to_stage"))
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    words: str = Field(default="", max_length=2_000)


class ActivityKind(StrEnum):
    """What happened to a deal."""

    CREATED = "created"
    """It was made."""
    EDITED = "edited"
    """Its facts or terms were changed."""
    STAGE = "stage"
    """It took a step."""
    NOTE = "note"
    """Somebody wrote a note."""
    TASK = "task"
    """A task was set or done."""
    DOCUMENT = "document"
    """A document was filed."""
    REVIEW = "review"
    """A review was given."""
    CHECKLIST = "checklist"
    """A due-diligence item was set, done or reopened."""
    COMMITTEE = "committee"
    """The committee dealt with it."""
    MONEY = "money"
    """Money was asked for, moved or refused."""
    SETTLEMENT = "settlement"
    """Expenses were claimed or settled."""
    MERGE = "merge"
    """It was merged with another, or that was undone."""


class DealActivity(Row, table=True):
    """One thing that happened to a deal: the timeline, written with what happened and never changed."""

    __tablename__ = "deal_activity"
    __table_args__ = (CheckConstraint("(sentence IS NULL) = (facts IS NULL)", name="sentence_of_facts"),)

    deal_id: UUID = Field(foreign_key="deal.id", index=True)
    kind: ActivityKind = Field(sa_type=by_value(ActivityKind))
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    subject_id: UUID | None = None
    """The row it is about: note, document, review, instruction, agenda item ..."""
    words: str = Field(default="", max_length=2_000)
    """What somebody wrote; of what the service says, how it was said to whoever acted."""
    sentence: str | None = Field(default=None, max_length=300)
    """What the service says happened: a message id of its catalogues, with ``facts`` in what it leaves open."""
    facts: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    merged_from_id: UUID | None = Field(default=None, foreign_key="deal.id")
    """The deal it came from, where that one was merged into this."""


class DealNote(Row, table=True):
    """A note on a deal."""

    __tablename__ = "deal_note"
    __table_args__ = (CheckConstraint("text <> ''", name="text_not_empty"),)

    deal_id: UUID = Field(foreign_key="deal.id", index=True)
    person_id: UUID = Field(foreign_key="person.id")
    text: str = Field(max_length=8_000)
