"""What crosses the wire of the thread."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.deals.thread import DealsThread
from models.planning import PlanningOutcome, PlanningStage


class ThreadStart(StrEnum):
    """Where the thread is taken up."""

    CANDIDATE = "candidate"
    """A candidate of a planning round, or the priority it became."""
    SIGNAL = "signal"
    """A demand signal."""
    MATCH = "match"
    """A match of a signal and a project."""
    DEAL = "deal"
    """A deal."""


class PriorityNode(BaseModel):
    """A candidate that takes the demand up."""

    id: UUID
    number: int
    title_ko: str
    title_en: str | None
    round_id: UUID
    round_title_ko: str
    round_title_en: str | None
    stage: PlanningStage
    outcome: PlanningOutcome | None
    place: int | None


class SignalNode(BaseModel):
    """A signal that the reader may read."""

    id: UUID
    text: str


class MatchNode(BaseModel):
    """A match of one of those signals."""

    id: UUID
    signal_id: UUID
    project_id: UUID
    title_ko: str | None
    title_en: str | None
    score: float


class ThreadView(BaseModel):
    """The thread, taken up at one record: what lies above it and what came of it."""

    start: ThreadStart
    record_id: UUID
    priorities: list[PriorityNode]
    groups: str | None = Field(
        description="Ownership groups behind a candidate, as a band; none: too few to be told, or none asked."
    )
    signals: list[SignalNode] = Field(description="Those that the reader may read; the first of them.")
    signal_count: int = Field(description="How many the reader may read.")
    projects: int | None = Field(description="Projects that answer the demand; none: not to be told.")
    matches: list[MatchNode] = Field(description="The best matches of the signals that the reader may read.")
    deals: DealsThread | None = Field(description="None: not to be told.")
    committed_krw: int | None = Field(description="Won committed to those deals; none: not to be told.")
    paid_krw: int | None = Field(description="Won paid to those deals; none: not to be told.")
    rounded: bool = Field(
        description="Whether the won are cut down to 1 billion, because the deals are not the reader's to read."
    )
