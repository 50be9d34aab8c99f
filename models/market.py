"""Market demand: the themes that live signals form, frozen in a summary that planners can cite."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.base import Row


class MarketSummary(Row, table=True):
    """Market demand as of one day; once made it never changes."""

    __tablename__ = "market_summary"

    as_of: date
    input_digest: str = Field(max_length=64, index=True)
    """sha256 over everything the summary was computed from: equal inputs are not summarised twice."""
    parameters: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    signals: int = Field(ge=0)
    groups: int = Field(ge=0)
    unclassified: int = Field(ge=0)
    """Live signals that fell into no theme."""


class DemandTheme(Row, table=True):
    """A theme of one summary with its own figures; whether they may be shown is decided where they are read."""

    __tablename__ = "demand_theme"
    __table_args__ = (
        UniqueConstraint("summary_id", "code"),
        CheckConstraint("verified_krw <= stated_krw", name="verified_within_stated"),
    )

    summary_id: UUID = Field(foreign_key="market_summary.id", index=True, ondelete="CASCADE")
    code: str = Field(max_length=32)
    field_code: str = Field(foreign_key="technology_field.code")
    label_ko: str = Field(max_length=200)
    label_en: str = Field(max_length=200)
    terms_ko: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    terms_en: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    signals: int = Field(ge=0)
    groups: int = Field(ge=0)
    """Distinct ownership groups behind the theme's signals."""
    stated_krw: int = Field(sa_type=BigInteger, ge=0)
    """Money set aside by all its signals."""
    verified_krw: int = Field(sa_type=BigInteger, ge=0)
    """The part of it that rests on a document (L2 and above)."""
    groups_recent: int = Field(ge=0)
    """Groups heard in the twelve months up to the day of the summary."""
    groups_before: int = Field(ge=0)
    """Groups heard in the twelve months before those."""
    answering_projects: int = Field(ge=0)
    """Planned or running projects with an eligible match to one of its signals."""


class ThemeMember(SQLModel, table=True):
    """A signal's place in a theme: the derived row names what it was derived from."""

    __tablename__ = "theme_member"

    theme_id: UUID = Field(foreign_key="demand_theme.id", primary_key=True, ondelete="CASCADE")
    signal_id: UUID = Field(foreign_key="demand_signal.id", primary_key=True, index=True, ondelete="CASCADE")
