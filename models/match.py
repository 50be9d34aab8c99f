"""Matches: scored pairs of a signal and a project, the runs that made them, and how fresh they are."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.clock import UtcDateTime, utc_now


class RunState(StrEnum):
    """How a match run ended, or that it has not yet."""

    RUNNING = "running"
    """At work, or killed: a later run takes up what is left."""
    DONE = "done"
    """Everything due was matched."""
    FAILED = "failed"
    """Stopped by an error, kept in ``failure``."""


class RunStep(IntEnum):
    """What is done in a part of a run; a step begins when every part of the steps before it is done."""

    ENCODE = 1
    """Give the texts of some projects and signals their vectors."""
    SPLIT = 2
    """Load the corpus, find what is due, and cut it into parts."""
    MATCH = 3
    """Match some signals with all projects."""
    NOTE = 4
    """Note what some projects looked like when the run took them into account."""


class MatchRun(Row, table=True):
    """One pass of the matcher; every match names the run, and so the encoder and parameters, it was made with."""

    __tablename__ = "match_run"
    __table_args__ = (
        CheckConstraint("signals_due >= 0", name="signals_due_not_negative"),
        CheckConstraint("signals_matched BETWEEN 0 AND signals_due", name="signals_matched_within_due"),
        CheckConstraint("projects >= 1", name="projects_from_one"),
        CheckConstraint(
            "(yardstick_id IS NULL) = (method_digest = '') AND (state <> 'done' OR yardstick_id IS NOT NULL)",
            name="method_known_when_done",
        ),
    )

    state: RunState = Field(default=RunState.RUNNING, sa_type=by_value(RunState))
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    encoder: str = Field(max_length=200)
    revision: str = Field(max_length=64)
    parameters: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    method_digest: str = Field(default="", max_length=64, index=True)
    """sha256 over encoder, revision, parameters and yardstick: equal digests make comparable scores. Empty, as the
    yardstick, until every text has its vector."""
    yardstick_id: UUID | None = Field(default=None, foreign_key="yardstick.id")
    everything: bool = False
    """Match every signal anew, not only what changed."""
    signals_due: int = 0
    signals_matched: int = 0
    projects: int
    failure: str | None = Field(default=None, max_length=2_000)


class MatchPart(SQLModel, table=True):
    """A part of a run, small enough to be done in seconds: whoever locks the row does it, and commits it as done.

    The parts go when their run ends.
    """

    __tablename__ = "match_part"
    __table_args__ = (CheckConstraint("step BETWEEN 1 AND 4", name="step_range"),)

    run_id: UUID = Field(foreign_key="match_run.id", primary_key=True, ondelete="CASCADE")
    step: int = Field(primary_key=True, sa_type=SmallInteger)
    """A `RunStep`."""
    number: int = Field(primary_key=True)
    items: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    """What the part is about, as its step reads it."""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignalMatching(SQLModel, table=True):
    """What a signal's stored matches were made from; they are fresh only while this still holds."""

    __tablename__ = "signal_matching"
    __table_args__ = (CheckConstraint("signal_version >= 1", name="signal_version_from_one"),)

    signal_id: UUID = Field(foreign_key="demand_signal.id", primary_key=True, ondelete="CASCADE")
    run_id: UUID = Field(foreign_key="match_run.id")
    signal_version: int
    signal_digest: str = Field(max_length=64)
    """sha256 over everything of the signal that the matcher reads, whether it speaks on that day included."""
    method_digest: str = Field(max_length=64)
    matched_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ProjectMatching(SQLModel, table=True):
    """What a project looked like when stored matches last took it into account."""

    __tablename__ = "project_matching"

    project_id: UUID = Field(foreign_key="rnd_project.id", primary_key=True, ondelete="CASCADE")
    project_digest: str = Field(max_length=64)
    method_digest: str = Field(max_length=64)


class Match(Row, table=True):
    """A signal and a project that answers it, or nearly does: then one gate stands between them."""

    __tablename__ = "match"
    __table_args__ = (
        UniqueConstraint("signal_id", "project_id"),
        CheckConstraint("score BETWEEN 0 AND 1", name="score_range"),
        CheckConstraint("rank >= 1", name="rank_from_one"),
    )

    signal_id: UUID = Field(foreign_key="demand_signal.id", index=True, ondelete="CASCADE")
    project_id: UUID = Field(foreign_key="rnd_project.id", index=True, ondelete="CASCADE")
    run_id: UUID = Field(foreign_key="match_run.id", index=True)
    eligible: bool
    """Every gate passed; a near miss has exactly one that did not."""
    rank: int
    """Place among the signal's eligible matches, or among its near misses; 1 is best."""
    score: float
    """Blended score in [0, 1], to four decimals, comparable across signals of one method."""
    components: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    reasons: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
