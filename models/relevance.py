"""The relevance watch: what each run found of running projects, and what people made of what it flagged.

Every row is added once and never changed: a run and its figures, the reviews it opened, what was proposed, decided and
contributed. Nothing here is the state of a project or a deal, and nothing here changes one.
"""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.money import MAX_KRW


class RelevanceFinding(StrEnum):
    """What a run found of a project; only the last three of the flags open a review."""

    NONE = "none"
    """Nothing that chance and the field's own trend could not explain."""
    COLLAPSED = "collapsed"
    """Demand is surely below half of what it was, for two quarters."""
    DECLINING = "declining"
    """Demand has run below what was expected for months, little by little."""
    NOT_ENOUGH_DATA = "not_enough_data"
    """A decline could not be told from chance."""


class DataMissing(StrEnum):
    """What a decline could not be told for."""

    APPROVAL = "approval"
    """No day is recorded on which the project was approved or began."""
    BASE_MONTHS = "base_months"
    """Demand was not recorded for long enough before the approval."""
    WATCHED_MONTHS = "watched_months"
    """Too little time has passed since the approval."""
    EVENTS = "events"
    """Too few ownership groups asked for it before the approval."""


class ReviewCause(StrEnum):
    """Why a review was opened."""

    COLLAPSED = "collapsed"
    """Demand is surely below half of what it was, for two quarters."""
    DECLINING = "declining"
    """Demand has run below what was expected for months, little by little."""
    WITHDRAWN = "withdrawn"
    """A named commitment that stood behind it was withdrawn."""


class ReviewCourse(StrEnum):
    """What is proposed for a project under review."""

    CONTINUE = "continue"
    """Go on as agreed."""
    REVISE = "revise"
    """Change the scope, the budget, the period or the agreement."""
    DISCONTINUE = "discontinue"
    """Stop, and settle what was paid."""


class ProposalOutcome(StrEnum):
    """What another person made of a proposal."""

    APPROVED = "approved"
    """It is what shall be done; the review ends."""
    RETURNED = "returned"
    """Not so; something else can be proposed."""


class RelevanceRun(Row, table=True):
    """One look at all running projects together, as of the end of a quarter."""

    __tablename__ = "relevance_run"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("projects >= 0", name="projects_not_negative"),
    )

    number: int
    """Counted from one without a gap."""
    as_of: date
    """Last day of the last month that is counted."""
    input_digest: str = Field(max_length=64, index=True)
    """sha256 of everything it was made from: a run of the same inputs as the one before is not made."""
    parameters: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    projects: int
    """Running projects looked at; the database takes so many figures and no more."""


class RelevanceFigure(SQLModel, table=True):
    """What a run saw of one project, exactly; what of it readers are told is decided where it is read."""

    __tablename__ = "relevance_figure"
    __table_args__ = (
        CheckConstraint("(finding = 'not_enough_data') = (missing IS NOT NULL)", name="missing_where_not_enough"),
        CheckConstraint("missing_months >= 1", name="missing_months_from_one"),
        CheckConstraint(
            "(missing_months IS NOT NULL) = (missing IS NOT NULL AND missing IN ('base_months', 'watched_months'))",
            name="missing_months_counted",
        ),
        CheckConstraint(
            "num_nonnulls(ratio, probability, probability_quarter_ago, cusum) IN (0, 4)", name="looked_at_whole"
        ),
        CheckConstraint("finding = 'not_enough_data' OR ratio IS NOT NULL", name="found_in_figures"),
        CheckConstraint("base_months BETWEEN 0 AND cardinality(events)", name="base_within_months"),
        CheckConstraint(
            "cardinality(field_events) = cardinality(events) AND cardinality(all_events) = cardinality(events)",
            name="months_alike",
        ),
        CheckConstraint("share_at_approval_ppm BETWEEN 0 AND 1000000", name="share_at_approval_range"),
        CheckConstraint("share_now_ppm BETWEEN 0 AND 1000000", name="share_now_range"),
        CheckConstraint("withdrawn_groups >= 0", name="withdrawn_groups_not_negative"),
    )

    run_id: UUID = Field(foreign_key="relevance_run.id", primary_key=True)
    project_id: UUID = Field(foreign_key="rnd_project.id", primary_key=True, index=True)
    finding: RelevanceFinding = Field(sa_type=by_value(RelevanceFinding))
    missing: DataMissing | None = Field(default=None, sa_type=by_value(DataMissing))
    missing_months: int | None = None
    approved_on: date | None = None
    base_months: int = 0
    """How many of the months lie before the month of the approval."""
    events: list[int] = Field(default=[], sa_column=Column(ARRAY(Integer), nullable=False))
    """Ownership groups heard in each month that the project answers; the last month is that of the run."""
    field_events: list[int] = Field(default=[], sa_column=Column(ARRAY(Integer), nullable=False))
    """Ownership groups heard in each month in the project's technology fields."""
    all_events: list[int] = Field(default=[], sa_column=Column(ARRAY(Integer), nullable=False))
    """Ownership groups heard in each month."""
    share_at_approval_ppm: int = 0
    """Its part of all demand in the months before the approval, in millionths."""
    share_now_ppm: int = 0
    """Its part of all demand in the last months, in millionths."""
    ratio: float | None = None
    probability: float | None = None
    probability_quarter_ago: float | None = None
    cusum: float | None = None
    withdrawn_groups: int = 0
    """Ownership groups that withdrew a named commitment behind it, where that may be told."""
    shared_with: list[UUID] = Field(default=[], sa_column=Column(ARRAY(Uuid), nullable=False))
    """Other running projects that enough of the same ownership groups' demand asks for, most of it first."""


class RelevanceReview(Row, table=True):
    """That people have to look at a project; while one of a project is undecided, no other is opened."""

    __tablename__ = "relevance_review"
    __table_args__ = (
        ForeignKeyConstraint(
            ["run_id", "project_id"],
            ["relevance_figure.run_id", "relevance_figure.project_id"],
            name="fk_relevance_review_relevance_figure",
        ),
    )

    run_id: UUID = Field(index=True)
    project_id: UUID = Field(index=True)
    cause: ReviewCause = Field(sa_type=by_value(ReviewCause))


class RelevanceProposal(Row, table=True):
    """What somebody proposes for a project under review; one at a time waits for another person."""

    __tablename__ = "relevance_proposal"
    __table_args__ = (
        CheckConstraint("words <> ''", name="words_not_empty"),
        CheckConstraint(f"budget_krw BETWEEN 1 AND {MAX_KRW}", name="budget_krw_range"),
        CheckConstraint(
            "(course = 'revise') = (num_nonnulls(scope, budget_krw, ends_on, agreement) >= 1)",
            name="revised_in_something",
        ),
    )

    review_id: UUID = Field(foreign_key="relevance_review.id", index=True)
    course: ReviewCourse = Field(sa_type=by_value(ReviewCourse))
    words: str = Field(max_length=4_000)
    """Why."""
    scope: str | None = Field(default=None, max_length=2_000)
    """What of the work is added, changed or left out."""
    budget_krw: int | None = Field(default=None, sa_type=BigInteger)
    """The whole budget it shall have."""
    ends_on: date | None = None
    """The day it shall end."""
    agreement: str | None = Field(default=None, max_length=2_000)
    """What else of the agreement changes."""
    proposed_by_id: UUID = Field(foreign_key="person.id", index=True)


class RelevanceDecision(Row, table=True):
    """What another human being made of a proposal; where money is committed, the committee in session."""

    __tablename__ = "relevance_decision"
    __table_args__ = (CheckConstraint("words <> ''", name="words_not_empty"),)

    proposal_id: UUID = Field(foreign_key="relevance_proposal.id", unique=True)
    outcome: ProposalOutcome = Field(sa_type=by_value(ProposalOutcome))
    words: str = Field(max_length=4_000)
    decided_by_id: UUID = Field(foreign_key="person.id", index=True)
    meeting_id: UUID | None = Field(default=None, foreign_key="committee_meeting.id", index=True)
    """The meeting that decided, recorded by its chair."""


class RelevanceContribution(Row, table=True):
    """What the project's own team says to a review while it is open."""

    __tablename__ = "relevance_contribution"
    __table_args__ = (CheckConstraint("words <> ''", name="words_not_empty"),)

    review_id: UUID = Field(foreign_key="relevance_review.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    words: str = Field(max_length=4_000)
