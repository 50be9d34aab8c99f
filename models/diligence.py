"""Due diligence: reviews on a rubric, the checklist, and what a deal does for its region."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.clock import UtcDateTime
from models.money import MAX_KRW


class Criterion(StrEnum):
    """What reviewers score, each from 1 (poor) to 5 (excellent)."""

    TECHNOLOGY = "technology"
    """Does it work, is it new, is it protected (기술성)."""
    MARKET = "market"
    """Is there demand, and who pays (시장성)."""
    TEAM = "team"
    """Can these people do it (역량)."""
    TERMS = "terms"
    """Are price and terms fair (투자조건)."""
    POLICY = "policy"
    """Does it serve the fund's purpose (정책 부합성)."""


class DealReview(Row, table=True):
    """One person's review of a deal; a later one by the same person replaces it."""

    __tablename__ = "deal_review"
    __table_args__ = (UniqueConstraint("deal_id", "person_id"),)

    deal_id: UUID = Field(foreign_key="deal.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    words: str = Field(max_length=4_000)


class ReviewScore(SQLModel, table=True):
    """A review's score on one criterion."""

    __tablename__ = "review_score"
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score_range"),)

    review_id: UUID = Field(foreign_key="deal_review.id", primary_key=True, ondelete="CASCADE")
    criterion: Criterion = Field(sa_type=by_value(Criterion), primary_key=True)
    score: int


class ChecklistItem(Row, table=True):
    """One thing to be looked into before the committee, with who does it and by when."""

    __tablename__ = "checklist_item"
    __table_args__ = (
        UniqueConstraint("deal_id", "title"),
        CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done_by_somebody"),
    )

    deal_id: UUID = Field(foreign_key="deal.id", index=True)
    title: str = Field(max_length=300)
    required: bool = True
    owner_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    due_on: date | None = None
    finding: str = Field(default="", max_length=2_000)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class SpilloverAssessment(Row, table=True):
    """What a deal is expected to do for its region (지역 파급효과): a later one replaces it."""

    __tablename__ = "spillover_assessment"
    __table_args__ = (
        UniqueConstraint("deal_id"),
        CheckConstraint(f"investment_krw BETWEEN 0 AND {MAX_KRW}", name="investment_krw_range"),
        CheckConstraint("jobs BETWEEN 0 AND 1000000", name="jobs_range"),
        CheckConstraint(f"production_krw BETWEEN 0 AND {MAX_KRW}", name="production_krw_range"),
        CheckConstraint("base_year BETWEEN 2000 AND 2100", name="base_year_range"),
    )

    deal_id: UUID = Field(foreign_key="deal.id")
    region_code: str = Field(foreign_key="region.code")
    investment_krw: int = Field(sa_type=BigInteger)
    """Investment in the region."""
    jobs: int
    """Persons employed, directly and induced (취업유발)."""
    production_krw: int = Field(sa_type=BigInteger)
    """Production induced (생산유발)."""
    method: str = Field(max_length=500)
    """The method and tables, such as the Bank of Korea's regional input-output tables with their edition."""
    base_year: int
    person_id: UUID = Field(foreign_key="person.id")


class DealTask(Row, table=True):
    """Something somebody is to do for a deal by a date."""

    __tablename__ = "deal_task"
    __table_args__ = (CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done_by_somebody"),)

    deal_id: UUID = Field(foreign_key="deal.id", index=True)
    text: str = Field(max_length=500)
    owner_id: UUID = Field(foreign_key="person.id", index=True)
    due_on: date | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_by_id: UUID | None = Field(default=None, foreign_key="person.id")
