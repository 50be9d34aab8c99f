"""Spillover of projects into their regions, and the demand anchor companies state; rows are added and never changed."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Row
from models.money import MAX_KRW

LEAST_ASSESSORS = 2
"""Assessors who must have assessed a project's spillover before it counts."""

SPILLOVER_CRITERIA = ("investment", "jobs", "production")
"""What the plan names: effects on investment, jobs and production."""

MAX_STATEMENT_BYTES = 10 * 2**20


class SpilloverReview(Row, table=True):
    """What one assessor expects a project to do for its region (지역 파급효과), from 1 (little) to 5 (much).

    A later one of the same assessor replaces it and leaves it on record. The database counts the editions and refuses
    whoever belongs to the project's consortium, to its investors, or to an ownership group of theirs.
    """

    __tablename__ = "spillover_review"
    __table_args__ = (
        UniqueConstraint("project_id", "assessor_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        *(CheckConstraint(f"{name} BETWEEN 1 AND 5", name=f"{name}_range") for name in SPILLOVER_CRITERIA),
        CheckConstraint("length(words) >= 1", name="words_not_empty"),
    )

    project_id: UUID = Field(foreign_key="rnd_project.id", index=True)
    assessor_id: UUID = Field(foreign_key="person.id", index=True)
    number: int
    """Counts the assessor's editions."""
    assessed_on: date
    """The day in Seoul of the assessment."""
    investment: int
    """Investment that follows in the region (투자)."""
    jobs: int
    """Employment in the region (고용)."""
    production: int
    """Production in the region (생산)."""
    words: str = Field(max_length=2_000)
    """On what the scores rest."""

    @property
    def mean(self) -> float:
        """The mean of its criteria."""
        total: int = self.investment + self.jobs + self.production
        return total / len(SPILLOVER_CRITERIA)


def spread_of(scores: Sequence[float]) -> float:
    """Give how far the highest of some scores lies from the lowest; there must be one at least."""
    return max(scores) - min(scores)


class AnchorDemand(Row, table=True):
    """What the anchor company of a Leap project states that it means to buy; a later statement replaces it.

    The database asks that whoever states it speaks for the project's anchor company, and that its signal is that
    company's own, says the same words and is marked as of an anchor.
    """

    __tablename__ = "anchor_demand"
    __table_args__ = (
        UniqueConstraint("signal_id"),
        UniqueConstraint("project_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("length(text) >= 1", name="text_not_empty"),
        CheckConstraint(f"volume_krw BETWEEN 1 AND {MAX_KRW}", name="volume_krw_range"),
        CheckConstraint(f"size_bytes BETWEEN 1 AND {MAX_STATEMENT_BYTES}", name="size_range"),
    )

    project_id: UUID = Field(foreign_key="rnd_project.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    signal_id: UUID = Field(foreign_key="demand_signal.id")
    number: int
    """Counts the statements of a project."""
    text: str = Field(max_length=8_000)
    volume_krw: int = Field(sa_type=BigInteger)
    """What it means to buy, in won: a purchase and no investment, so it is never added to money for R&D."""
    stated_on: date
    """The date of the document."""
    stated_by_id: UUID = Field(foreign_key="person.id")
    document_name: str = Field(max_length=255)
    media_type: str = Field(max_length=100)
    size_bytes: int
    sha256: str = Field(max_length=64, index=True)


class AnchorDemandEvidence(Row, table=True):
    """The bytes of a statement's document, apart, so that lists do not read them; held to its sha256."""

    __tablename__ = "anchor_demand_evidence"

    demand_id: UUID = Field(foreign_key="anchor_demand.id", unique=True)
    content: bytes
