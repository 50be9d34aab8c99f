"""Demand signals: what an investor or a demand-side company wants funded (수요신호)."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, Numeric, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import VersionedRow, by_value
from models.clock import business_date, utc_now
from models.money import MAX_KRW
from models.project import DevelopmentStage


class CommitmentLevel(StrEnum):
    """How far words have become money; each level includes the ones below."""

    VIEW = "L0"
    """An opinion or general interest."""
    NAMED_INTEREST = "L1"
    """Named interest with a ticket range (관심)."""
    LETTER_OF_INTENT = "L2"
    """Letter of intent on file (의향서)."""
    CONDITIONAL = "L3"
    """Conditional commitment (확약)."""
    SIGNED = "L4"
    """Signed agreement (약정)."""
    CASH_CALLED = "L5"
    """Cash called (납입)."""


VERIFIED_LEVELS = (
    CommitmentLevel.LETTER_OF_INTENT,
    CommitmentLevel.CONDITIONAL,
    CommitmentLevel.SIGNED,
    CommitmentLevel.CASH_CALLED,
)
"""The levels that rest on a document with money in it: verified, their amounts count as such; all others do not."""


class Confidentiality(StrEnum):
    """Who may read a signal."""

    OPEN = "open"
    """Fund managers, committee members and auditors may read it, besides its own organisation; teams of projects that
    its investor shows interest in read it from then on."""
    CONFIDENTIAL = "confidential"
    """Counts in aggregates; read only by its own organisation and by auditors."""


class SignalState(StrEnum):
    """Whether a signal still speaks."""

    LIVE = "live"
    """In force until it expires."""
    WITHDRAWN = "withdrawn"
    """Taken back by its organisation."""


class SignalOrigin(StrEnum):
    """Where a signal comes from."""

    SUBMITTED = "submitted"
    """Its organisation submitted it, or a file brought it."""
    ANCHOR = "anchor"
    """A statement of demand of a Leap project's anchor company; the service wrote it from the statement."""


_STAGES = ", ".join(f"'{stage.value}'" for stage in DevelopmentStage)


class DemandSignal(VersionedRow, table=True):
    """What an organisation would fund: in words, and in the limits it sets."""

    __tablename__ = "demand_signal"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("length(text) >= 1", name="text_not_empty"),
        CheckConstraint("trl_min BETWEEN 1 AND 9", name="trl_min_range"),
        CheckConstraint("trl_max BETWEEN 1 AND 9", name="trl_max_range"),
        CheckConstraint("trl_min <= trl_max", name="trl_in_order"),
        CheckConstraint(f"ticket_min_krw BETWEEN 1 AND {MAX_KRW}", name="ticket_min_krw_range"),
        CheckConstraint(f"ticket_max_krw BETWEEN 1 AND {MAX_KRW}", name="ticket_max_krw_range"),
        CheckConstraint("ticket_min_krw <= ticket_max_krw", name="ticket_in_order"),
        CheckConstraint("ticket_min_krw <= available_krw", name="ticket_within_available"),
        CheckConstraint(f"available_krw BETWEEN 1 AND {MAX_KRW}", name="available_krw_range"),
        CheckConstraint("horizon_months BETWEEN 1 AND 240", name="horizon_months_range"),
        CheckConstraint("exchange_rate > 0", name="exchange_rate_positive"),
        CheckConstraint(f"stages <@ ARRAY[{_STAGES}]::varchar[]", name="stages_known"),
    )

    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    submitted_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    text: str = Field(max_length=8_000)
    trl_min: int | None = None
    trl_max: int | None = None
    ticket_min_krw: int | None = Field(default=None, sa_type=BigInteger)
    """Smallest cheque the investor writes into one project."""
    ticket_max_krw: int | None = Field(default=None, sa_type=BigInteger)
    available_krw: int | None = Field(default=None, sa_type=BigInteger)
    """All the money set aside for this demand."""
    amount_as_stated: str | None = Field(default=None, max_length=100)
    exchange_rate: Decimal | None = Field(default=None, sa_type=Numeric(18, 6))
    horizon_months: int | None = None
    """How soon the money should be at work."""
    received_on: date = Field(default_factory=lambda: business_date(utc_now()), index=True)
    expires_on: date | None = None
    """Last day in Seoul on which the signal speaks; none: until withdrawn."""
    excluded_terms: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(100)), nullable=False, server_default="{}")
    )
    """Words whose appearance in a project rules it out."""
    region_bound: bool = False
    """Law or statute binds the money to the signal's regions; otherwise they are a wish."""
    stages: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(32)), nullable=False, server_default="{}")
    )
    """Stages of development (``DevelopmentStage``) that the rules of the money allow; none: all."""
    anchor_wanted: bool = False
    """The consortium should have an anchor company."""
    region_specific_wanted: bool = False
    """The project should be region-specific: made for its regions, not merely carried out there."""
    origin: SignalOrigin = Field(default=SignalOrigin.SUBMITTED, sa_type=by_value(SignalOrigin))
    claimed_level: CommitmentLevel = Field(
        default=CommitmentLevel.VIEW, sa_type=by_value(CommitmentLevel, name="claimed_level")
    )
    """What its submitter or a file says of it, and nobody has verified; where it stands is what its steps say
    (`models.ladder.standing_on`)."""
    confidentiality: Confidentiality = Field(default=Confidentiality.CONFIDENTIAL, sa_type=by_value(Confidentiality))
    state: SignalState = Field(default=SignalState.LIVE, sa_type=by_value(SignalState), index=True)


def stated_amount(available_krw: int | None, ticket_max_krw: int | None, ticket_min_krw: int | None) -> int:
    """Give the money a signal stands for: what is set aside, else its largest cheque, else its smallest, else none.

    A signal that says nothing of money is an interest: it counts as a voice and adds no won.
    """
    return next((amount for amount in (available_krw, ticket_max_krw, ticket_min_krw) if amount is not None), 0)


class SignalField(SQLModel, table=True):
    """A technology field that a signal wants."""

    __tablename__ = "signal_field"

    signal_id: UUID = Field(foreign_key="demand_signal.id", primary_key=True, ondelete="CASCADE")
    field_code: str = Field(foreign_key="technology_field.code", primary_key=True)


class SignalExcludedField(SQLModel, table=True):
    """A technology field that a signal rules out."""

    __tablename__ = "signal_excluded_field"

    signal_id: UUID = Field(foreign_key="demand_signal.id", primary_key=True, ondelete="CASCADE")
    field_code: str = Field(foreign_key="technology_field.code", primary_key=True)


class SignalRegion(SQLModel, table=True):
    """A province that a signal wants, or is bound to; a signal without any speaks for the whole country."""

    __tablename__ = "signal_region"

    signal_id: UUID = Field(foreign_key="demand_signal.id", primary_key=True, ondelete="CASCADE")
    region_code: str = Field(foreign_key="region.code", primary_key=True)
