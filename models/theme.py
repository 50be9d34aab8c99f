"""Themes of demand that keep their identity from summary to summary, and the names people give them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Row, by_value
from models.clock import UtcDateTime, utc_now


class ThemeStepKind(StrEnum):
    """What became of a theme from one summary to the next."""

    CONTINUES = "continues"
    """It goes on, and from nothing else."""
    SPLIT = "split"
    """It is one of several that came from the same one."""
    MERGED = "merged"
    """It came from several."""
    NEW = "new"
    """It came from none."""
    ENDED = "ended"
    """Nothing came from it."""


class NamingKind(StrEnum):
    """What a person did with the name of a theme."""

    LOCKED = "locked"
    """Gave it a name that later summaries leave alone."""
    UNLOCKED = "unlocked"
    """Left it to later summaries again."""


class Theme(Row, table=True):
    """A theme as such: its rows in the summaries are what it was on a day. A locked name survives every summary."""

    __tablename__ = "theme"
    __table_args__ = (
        CheckConstraint("(locked_by_id IS NULL) = (locked_at IS NULL)", name="locked_by_somebody"),
        CheckConstraint("length(name_ko) >= 1 AND length(name_en) >= 1", name="named"),
        CheckConstraint("version >= 1", name="version_from_one"),
    )

    field_code: str = Field(foreign_key="technology_field.code", index=True)
    name_ko: str = Field(max_length=200)
    name_en: str = Field(max_length=200)
    version: int = 1
    """Counts the edits by people, and is the strong ETag; a summary that names it anew is no edit."""
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    locked_by_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    locked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def lock(self, *, name_ko: str, name_en: str, by: UUID, at: datetime) -> None:
        """Give it a name that later summaries leave alone."""
        self.name_ko, self.name_en = name_ko, name_en
        self.locked_by_id, self.locked_at = by, at
        self._mark_edited(at)

    def unlock(self, *, at: datetime) -> None:
        """Leave its name to later summaries."""
        self.locked_by_id = self.locked_at = None
        self._mark_edited(at)

    def _mark_edited(self, at: datetime) -> None:
        self.version += 1
        self.updated_at = at


class ThemeStep(Row, table=True):
    """A line from a theme to what a summary found it to be; it never changes."""

    __tablename__ = "theme_step"
    __table_args__ = (
        UniqueConstraint("summary_id", "old_theme_id", "new_theme_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("(kind = 'new') = (old_theme_id IS NULL)", name="new_from_none"),
        CheckConstraint("(kind = 'ended') = (new_theme_id IS NULL)", name="ended_in_none"),
        CheckConstraint("shared_bp BETWEEN 0 AND 10000", name="shared_within_all"),
    )

    summary_id: UUID = Field(foreign_key="market_summary.id", index=True, ondelete="CASCADE")
    kind: ThemeStepKind = Field(sa_type=by_value(ThemeStepKind))
    old_theme_id: UUID | None = Field(default=None, foreign_key="theme.id", index=True)
    new_theme_id: UUID | None = Field(default=None, foreign_key="theme.id", index=True)
    """The same as the old one where its identity goes on."""
    shared_bp: int
    """Share of the signals of both that are in both (Jaccard index), in basis points."""


class ThemeNaming(Row, table=True):
    """That a person named a theme, or left its name to the summaries again, and why; it never changes."""

    __tablename__ = "theme_naming"
    __table_args__ = (CheckConstraint("length(reason) >= 1", name="reason_not_empty"),)

    theme_id: UUID = Field(foreign_key="theme.id", index=True)
    kind: NamingKind = Field(sa_type=by_value(NamingKind))
    name_ko: str = Field(max_length=200)
    name_en: str = Field(max_length=200)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    reason: str = Field(max_length=1_000)
