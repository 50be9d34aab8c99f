"""Market demand: the themes that live signals form, frozen in a summary that planners can cite."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, REAL, BigInteger, CheckConstraint, Column, String, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.signal import CommitmentLevel


class MarketSummary(Row, table=True):
    """Market demand as of one day; once made it never changes."""

    __tablename__ = "market_summary"
    __table_args__ = (
        CheckConstraint("signals >= 0", name="signals_not_negative"),
        CheckConstraint("groups BETWEEN 0 AND signals", name="groups_within_signals"),
        CheckConstraint("unclassified BETWEEN 0 AND signals", name="unclassified_within_signals"),
    )

    as_of: date
    input_digest: str = Field(max_length=64, index=True)
    """sha256 over everything the summary was computed from: equal inputs are not summarised twice."""
    parameters: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    signals: int
    groups: int
    unclassified: int
    """Live signals that fell into no theme."""


class DemandTheme(Row, table=True):
    """A theme of one summary with its own figures; whether they may be shown is decided where they are read."""

    __tablename__ = "demand_theme"
    __table_args__ = (
        UniqueConstraint("summary_id", "code"),
        CheckConstraint("groups BETWEEN 0 AND signals", name="groups_within_signals"),
        CheckConstraint("stated_krw >= 0", name="stated_krw_not_negative"),
        CheckConstraint("verified_krw BETWEEN 0 AND stated_krw", name="verified_within_stated"),
        CheckConstraint("groups_recent >= 0", name="groups_recent_not_negative"),
        CheckConstraint("groups_before >= 0", name="groups_before_not_negative"),
        CheckConstraint("answering_projects >= 0", name="answering_projects_not_negative"),
        CheckConstraint("stability_bp BETWEEN 0 AND 10000", name="stability_within_all"),
    )

    summary_id: UUID = Field(foreign_key="market_summary.id", index=True, ondelete="CASCADE")
    theme_id: UUID | None = Field(default=None, foreign_key="theme.id", index=True)
    """The theme it is, from summary to summary; none in summaries made before themes had an identity."""
    code: str = Field(max_length=32)
    field_code: str = Field(foreign_key="technology_field.code")
    label_ko: str = Field(max_length=200)
    label_en: str = Field(max_length=200)
    terms_ko: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    terms_en: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    signals: int
    groups: int
    """Distinct ownership groups behind the theme's signals."""
    stated_krw: int = Field(sa_type=BigInteger)
    """Money set aside by all its signals."""
    verified_krw: int = Field(sa_type=BigInteger)
    """The part of it that rests on a document (L2 and above)."""
    groups_recent: int
    """Groups heard in the twelve months up to the day of the summary."""
    groups_before: int
    """Groups heard in the twelve months before those."""
    answering_projects: int
    """Planned or running projects with an eligible match to one of its signals."""
    stability_bp: int | None = None
    """How well it is found again when some signals are left out (mean best Jaccard index), in basis points."""
    centroid: list[float] = Field(default=[], sa_column=Column(ARRAY(REAL), nullable=False))
    """Mean of its members' vectors at unit length; empty where no text could be encoded."""


class CountedSignal(SQLModel, table=True):
    """What one signal brought into a summary, as it stood that day; every figure is a sum over these rows."""

    __tablename__ = "counted_signal"
    __table_args__ = (
        CheckConstraint("stated_krw >= 0", name="stated_krw_not_negative"),
        CheckConstraint("verified_krw BETWEEN 0 AND stated_krw", name="verified_within_stated"),
        CheckConstraint("repeats_id IS NULL OR stated_krw = 0", name="repeats_add_nothing"),
        CheckConstraint("verified_krw = 0 OR level >= 'L2'", name="verified_on_its_rung"),
    )

    summary_id: UUID = Field(foreign_key="market_summary.id", primary_key=True, ondelete="CASCADE")
    signal_id: UUID = Field(foreign_key="demand_signal.id", primary_key=True, index=True)
    theme_id: UUID | None = Field(default=None, foreign_key="demand_theme.id", index=True, ondelete="CASCADE")
    """The theme it fell into; none: unclassified."""
    ownership_group_id: UUID = Field(foreign_key="ownership_group.id")
    """The group of its organisation on that day."""
    received_on: date
    speaks: bool
    """Whether it still spoke that day; one that had expired counts in the trend alone."""
    repeats_id: UUID | None = Field(default=None, foreign_key="demand_signal.id")
    """The signal that stands for it: of the same group, in the same words; it is not counted again."""
    stated_krw: int = Field(sa_type=BigInteger)
    """What it adds to the stated money; nothing when it repeats another signal of its group."""
    verified_krw: int = Field(sa_type=BigInteger)
    """The part of it that rests on a document."""
    level: CommitmentLevel = Field(default=CommitmentLevel.VIEW, sa_type=by_value(CommitmentLevel))
    """The highest rung that verified steps held on that day."""
    said_on: date
    """The day of its words, or of the newest document verified for them."""
    field_codes: list[str] = Field(sa_column=Column(ARRAY(String(2)), nullable=False))
    region_codes: list[str] = Field(sa_column=Column(ARRAY(String(2)), nullable=False))
    """The provinces it was limited to; none: the whole country."""
    answered_by: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    """Open projects with an eligible match to it at or above the summary's score threshold."""
