"""Contradictions: a person says that a reason given for a match is wrong."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Row, by_value


class ReasonKind(StrEnum):
    """What kind of reason is contradicted."""

    TERM = "term"
    """A word that both texts are said to share."""
    SENTENCES = "sentences"
    """Two sentences that are said to answer each other."""
    COMPONENT = "component"
    """A component of the score."""
    GATE = "gate"
    """A condition, said to be met or not."""


class Contradiction(Row, table=True):
    """One person's word against one reason of a pair; matching anew replaces the match, and leaves this."""

    __tablename__ = "contradiction"
    __table_args__ = (
        UniqueConstraint("signal_id", "project_id", "person_id", "kind", "reason"),
        CheckConstraint("length(reason) >= 1", name="reason_not_empty"),
        CheckConstraint("length(words) >= 1", name="words_not_empty"),
    )

    signal_id: UUID = Field(foreign_key="demand_signal.id", index=True)
    project_id: UUID = Field(foreign_key="rnd_project.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    kind: ReasonKind = Field(sa_type=by_value(ReasonKind))
    reason: str = Field(max_length=200)
    """The term, the component, the gate's code, or the digest of the two sentences."""
    quoted: str = Field(default="", max_length=2_000)
    """The reason as it was shown."""
    words: str = Field(max_length=1_000)
    """Why it is wrong."""
    score: float
    method_digest: str = Field(max_length=64)
    """The method that gave the reason."""
