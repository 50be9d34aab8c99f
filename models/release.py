"""Releases of market demand: numbered tables, frozen after disclosure control; nothing else of demand is published."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Row, by_value


class CellState(StrEnum):
    """Whether an amount of a release is published, and why not; readers are told the first alone."""

    PUBLISHED = "published"
    """It is."""
    UNSAFE = "unsafe"
    """It rests on too few ownership groups, or one or two of them could be told from it."""
    PROTECTING = "protecting"
    """It could stand by itself, but others would follow from it, or too few groups changed for it to appear."""


class MarketRelease(Row, table=True):
    """Market demand as of one day as everybody may read it; once made it never changes."""

    __tablename__ = "market_release"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("waiting >= 0", name="waiting_not_negative"),
    )

    number: int
    """Counted from one without a gap."""
    as_of: date
    """Day of the summary it was made from."""
    summary_id: UUID = Field(foreign_key="market_summary.id", index=True)
    made_by_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    """Who made it; none: made at the shell."""
    method: int
    """Version of the rules it was made by."""
    digest: str = Field(max_length=64)
    """sha256 of everything it says."""
    waiting: int
    """Signals whose change waits for a later release; told to nobody as a number."""


class ReleaseCell(SQLModel, table=True):
    """What a release says of one place: a field and a region, either of them all (``*``), or a theme."""

    __tablename__ = "release_cell"
    __table_args__ = (
        CheckConstraint("(stated_state = 'published') = (stated_krw IS NOT NULL)", name="stated_krw_if_published"),
        CheckConstraint(
            "(verified_state = 'published') = (verified_krw IS NOT NULL)", name="verified_krw_if_published"
        ),
        CheckConstraint("verified_krw IS NULL OR verified_krw <= stated_krw", name="verified_within_stated"),
        CheckConstraint("stated_krw >= 0 AND stated_krw % 1000000000 = 0", name="stated_krw_rounded"),
        CheckConstraint("verified_krw >= 0 AND verified_krw % 1000000000 = 0", name="verified_krw_rounded"),
        CheckConstraint("groups IS NOT NULL OR stated_krw IS NULL", name="money_of_enough_groups"),
        CheckConstraint("theme = '*' OR (field_code = '*' AND region_code = '*')", name="themes_stand_apart"),
        CheckConstraint("since >= 1", name="since_from_one"),
    )

    release_id: UUID = Field(foreign_key="market_release.id", primary_key=True)
    field_code: str = Field(max_length=16, primary_key=True)
    region_code: str = Field(max_length=16, primary_key=True)
    theme: str = Field(max_length=40, primary_key=True)
    label_ko: str = Field(default="", max_length=200)
    """Name of a theme, where the theme is published."""
    label_en: str = Field(default="", max_length=200)
    theme_field_code: str | None = Field(default=None, foreign_key="technology_field.code")
    """Technology field of a theme."""
    groups: str | None = Field(default=None, max_length=8)
    """Band in which the number of ownership groups lies; none: fewer than five, or nobody."""
    stated_state: CellState = Field(sa_type=by_value(CellState, name="stated_state"))
    stated_krw: int | None = Field(default=None, sa_type=BigInteger)
    verified_state: CellState = Field(sa_type=by_value(CellState, name="verified_state"))
    verified_krw: int | None = Field(default=None, sa_type=BigInteger)
    since: int
    """Number of the release that first said this."""


class ReleaseSignal(SQLModel, table=True):
    """A signal that a release counts, as it stood in a summary: the last, or an earlier one while its change waits."""

    __tablename__ = "release_signal"
    __table_args__ = (
        ForeignKeyConstraint(
            ["summary_id", "signal_id"],
            ["counted_signal.summary_id", "counted_signal.signal_id"],
            name="fk_release_signal_counted_signal",
        ),
    )

    release_id: UUID = Field(foreign_key="market_release.id", primary_key=True)
    signal_id: UUID = Field(primary_key=True)
    summary_id: UUID


class ReleasePull(Row, table=True):
    """That somebody read a release: who, when, which, in what form."""

    __tablename__ = "release_pull"

    release_id: UUID = Field(foreign_key="market_release.id", index=True)
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    """None: at the shell."""
    kind: str = Field(max_length=16)
    """``page``, or the kind of file."""
    breakdown: str = Field(max_length=16)
