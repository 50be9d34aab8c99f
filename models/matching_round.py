"""Matching rounds: who is to look at what, within the quotas of both sides, drawn up, confirmed and then frozen."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.base import Row, VersionedRow, by_value
from models.clock import UtcDateTime
from models.errors import StepNotAllowed
from models.money import MAX_KRW
from models.signal import Confidentiality

MAX_MEETINGS = 10_000
"""Projects an investor looks at, or investors who look at a project, at most."""


class RoundState(StrEnum):
    """Where a matching round stands."""

    DRAFT = "draft"
    """Drawn up: its quotas can be changed, and what would come of it is looked at beforehand."""
    CONFIRMED = "confirmed"
    """Confirmed: assignments are on record and nothing of it changes any more."""
    CANCELLED = "cancelled"
    """Called off before it was confirmed."""


class MatchingRound(VersionedRow, table=True):
    """A round in which investors are assigned projects to look at.

    The database lets one begin as a draft alone, and lets nothing of it change once it is confirmed or called off.
    """

    __tablename__ = "matching_round"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("min_exposure BETWEEN 0 AND 100", name="min_exposure_range"),
        CheckConstraint("regional_exposure BETWEEN 0 AND 100", name="regional_exposure_range"),
        CheckConstraint("attention BETWEEN 1 AND 1000", name="attention_range"),
        CheckConstraint("most_bp BETWEEN 1 AND 10000", name="most_bp_range"),
        CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed_at_a_moment"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody"),
    )

    name: str = Field(max_length=200)
    state: RoundState = Field(default=RoundState.DRAFT, sa_type=by_value(RoundState), index=True)
    field_codes: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(2)), nullable=False, server_default="{}")
    )
    """Technology fields whose signals take part; none: all."""
    attention: int = 5
    """Projects that an investor looks at where its quota says nothing else."""
    min_exposure: int = 1
    """Investors that every project taking part should be looked at by at least."""
    regional_exposure: int = 0
    """The same for region-specific projects alone; the higher of the two counts for them."""
    most_bp: int | None = None
    """The most likely that any one pair may be, in basis points, when pairs are drawn by lot; none: no lot."""
    opened_by_id: UUID = Field(foreign_key="person.id")
    confirmed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def require_draft(self) -> None:
        """Let only a draft be changed, confirmed or called off.

        Raises
        ------
        StepNotAllowed
            When it is confirmed or called off.
        """
        if self.state is not RoundState.DRAFT:
            raise StepNotAllowed("This round is no draft any more; nothing of it can be changed.")


class RoundInvestor(SQLModel, table=True):
    """What an investor brings to a round.

    An organisation's open and confidential signals stand apart: who may read the one may not know of the other.
    """

    __tablename__ = "round_investor"
    __table_args__ = (
        CheckConstraint(f"attention BETWEEN 0 AND {MAX_MEETINGS}", name="attention_range"),
        CheckConstraint(f"money_krw BETWEEN 0 AND {MAX_KRW}", name="money_krw_range"),
    )

    round_id: UUID = Field(foreign_key="matching_round.id", primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", primary_key=True, index=True)
    confidentiality: Confidentiality = Field(
        sa_type=by_value(Confidentiality, name="round_investor_confidentiality"), primary_key=True
    )
    attention: int
    """Projects to look at; 0 leaves the investor out."""
    money_krw: int | None = Field(default=None, sa_type=BigInteger)
    """Won that the smallest tickets of all its meetings may come to; none: no limit."""


class RoundProject(SQLModel, table=True):
    """What a project takes in a round."""

    __tablename__ = "round_project"
    __table_args__ = (
        CheckConstraint(f"places BETWEEN 0 AND {MAX_MEETINGS}", name="places_range"),
        CheckConstraint(f"need_krw BETWEEN 0 AND {MAX_KRW}", name="need_krw_range"),
    )

    round_id: UUID = Field(foreign_key="matching_round.id", primary_key=True)
    project_id: UUID = Field(foreign_key="rnd_project.id", primary_key=True, index=True)
    places: int | None = None
    """Investors who may look; 0 leaves the project out, none: no limit."""
    need_krw: int | None = Field(default=None, sa_type=BigInteger)
    """Won that the smallest tickets of all its meetings may come to; none: no limit."""


class RoundAssignment(Row, table=True):
    """An investor is to look at a project: why, how likely that was, and the ticket set aside. Never changed."""

    __tablename__ = "round_assignment"
    __table_args__ = (
        UniqueConstraint("round_id", "organisation_id", "project_id"),
        ForeignKeyConstraint(
            ["round_id", "project_id"],
            ["round_project.round_id", "round_project.project_id"],
            name="fk_round_assignment_project",
        ),
        CheckConstraint("value BETWEEN 0 AND 1", name="value_range"),
        CheckConstraint("chance > 0 AND chance <= 1", name="chance_range"),
        CheckConstraint(f"ticket_krw BETWEEN 0 AND {MAX_KRW}", name="ticket_krw_range"),
    )

    round_id: UUID = Field(foreign_key="matching_round.id")
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    confidentiality: Confidentiality = Field(sa_type=by_value(Confidentiality, name="round_assignment_confidentiality"))
    project_id: UUID = Field(index=True)
    signal_id: UUID = Field(foreign_key="demand_signal.id", index=True)
    """The signal of the investor's that answers the project best."""
    value: float
    """How likely both sides accept, as the models in use said on that day."""
    chance: float
    """How likely the pair was to be drawn; 1 without a lot."""
    ticket_krw: int = Field(sa_type=BigInteger)
    """The signal's smallest ticket, set aside of the investor's money and the project's need; 0: none stated."""


class RoundResult(SQLModel, table=True):
    """What a round came to, as it was confirmed. Never changed."""

    __tablename__ = "round_result"

    round_id: UUID = Field(foreign_key="matching_round.id", primary_key=True)
    seed: int | None = Field(default=None, sa_type=BigInteger)
    """What the lot was drawn with, taken at the moment of confirming; with it the draw can be repeated."""
    inputs_digest: str = Field(max_length=64)
    """sha256 over quotas, pairs, values and tickets that the assignment by open signals was made from."""
    figures: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """What it came to by open signals; nothing here is of confidential ones."""
    shortages: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    """Quotas that kept projects below the floor, with whose they are."""
