"""Planning rounds: demand becomes candidates, these are judged and decided, and everybody who spoke is answered."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, ForeignKeyConstraint, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Row, VersionedRow, by_value
from models.clock import UtcDateTime, business_date, utc_now
from models.errors import StepNotAllowed
from models.money import MAX_KRW
from models.project import ProjectType

MOST_CANDIDATES = 500
"""Candidates that one round judges at most."""


class PlanningStage(StrEnum):
    """Where a planning round stands."""

    COLLECTING = "collecting"
    """Signals are asked for until a day (기술수요조사)."""
    PROPOSING = "proposing"
    """Candidates are drafted from themes and edited (기획대상 후보과제)."""
    DELIBERATING = "deliberating"
    """Several reviewers judge each candidate."""
    DECIDING = "deciding"
    """Each candidate is adopted, merged, deferred or declined, with a reason."""
    PUBLISHED = "published"
    """Frozen and open to everybody; every submitter has an answer; objections are heard."""
    ANSWERED = "answered"
    """Every objection has its reply; the round is over."""
    CANCELLED = "cancelled"
    """Called off before it was published."""


PLANNING_STEPS: Mapping[PlanningStage, frozenset[PlanningStage]] = MappingProxyType({
    PlanningStage.COLLECTING: frozenset({PlanningStage.PROPOSING, PlanningStage.CANCELLED}),
    PlanningStage.PROPOSING: frozenset({PlanningStage.DELIBERATING, PlanningStage.CANCELLED}),
    PlanningStage.DELIBERATING: frozenset({PlanningStage.DECIDING, PlanningStage.CANCELLED}),
    PlanningStage.DECIDING: frozenset({PlanningStage.PUBLISHED, PlanningStage.CANCELLED}),
    PlanningStage.PUBLISHED: frozenset({PlanningStage.ANSWERED}),
    PlanningStage.ANSWERED: frozenset(),
    PlanningStage.CANCELLED: frozenset(),
})  # fmt: skip
"""Where a round may go from each stage; the database keeps the same steps."""

PUBLIC_STAGES = (PlanningStage.PUBLISHED, PlanningStage.ANSWERED)
"""Stages in which everybody signed in may read what was decided."""


class CandidateOrigin(StrEnum):
    """What a candidate was drafted from."""

    THEME = "theme"
    """A theme of the market demand that the round rests on."""
    HAND = "hand"
    """A planner's own proposal."""


class PlanningOutcome(StrEnum):
    """What was decided on a candidate."""

    ADOPTED = "adopted"
    """It is planned, at its place among the priorities."""
    MERGED = "merged"
    """It goes into another candidate, which is adopted."""
    DEFERRED = "deferred"
    """It is taken up again in a later round."""
    DECLINED = "declined"
    """It is not planned."""


class DecisionReason(StrEnum):
    """Why; each belongs to one outcome."""

    DEMAND = "demand"
    """Adopted: broad demand that little answers yet."""
    REVIEW = "review"
    """Adopted: judged well by the reviewers, whatever its demand."""
    POLICY = "policy"
    """Adopted by policy against demand or judgement: somebody else has to approve it by name."""
    SAME_NEED = "same_need"
    """Merged: another candidate asks for the same."""
    THIN_EVIDENCE = "thin_evidence"
    """Deferred: too few have asked, or with too little behind their words."""
    NO_BUDGET = "no_budget"
    """Deferred: it is wanted, and there is no money for it this time."""
    REGULATION = "regulation"
    """Deferred: a rule has to change first."""
    ANSWERED_ALREADY = "answered_already"
    """Declined: projects that run or are planned answer it."""
    NOT_FEASIBLE = "not_feasible"
    """Declined: not within reach of research and development now."""
    OUT_OF_REMIT = "out_of_remit"
    """Declined: not for this fund or this ministry."""


REASONS: Mapping[PlanningOutcome, tuple[DecisionReason, ...]] = MappingProxyType({
    PlanningOutcome.ADOPTED: (DecisionReason.DEMAND, DecisionReason.REVIEW, DecisionReason.POLICY),
    PlanningOutcome.MERGED: (DecisionReason.SAME_NEED,),
    PlanningOutcome.DEFERRED: (DecisionReason.THIN_EVIDENCE, DecisionReason.NO_BUDGET, DecisionReason.REGULATION),
    PlanningOutcome.DECLINED: (
        DecisionReason.ANSWERED_ALREADY, DecisionReason.NOT_FEASIBLE, DecisionReason.OUT_OF_REMIT,
    ),
})  # fmt: skip


class SignalOutcome(StrEnum):
    """What became of a signal in a round."""

    ADOPTED = "adopted"
    """The candidate it stands behind is planned."""
    MERGED = "merged"
    """The candidate it stands behind went into another one that is planned."""
    DEFERRED = "deferred"
    """The candidate it stands behind is taken up again later."""
    DECLINED = "declined"
    """The candidate it stands behind is not planned."""
    NOT_TAKEN_UP = "not_taken_up"
    """Its theme led to no candidate."""
    UNCLASSIFIED = "unclassified"
    """It fell into no theme; the next round reads it again."""
    LATE = "late"
    """It came after the last day of collecting; the next round reads it."""


class PlanningRound(VersionedRow, table=True):
    """A planning round (기획 라운드). The database keeps its steps, and nothing of it changes once it is published."""

    __tablename__ = "planning_round"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("least_reviews BETWEEN 1 AND 20", name="least_reviews_range"),
        CheckConstraint("objection_days BETWEEN 1 AND 90", name="objection_days_range"),
        CheckConstraint("stage IN ('collecting', 'cancelled') OR summary_id IS NOT NULL", name="rests_on_a_summary"),
        CheckConstraint("(summary_id IS NULL) = (release_id IS NULL)", name="rests_on_a_release"),
        CheckConstraint(
            "(stage IN ('published', 'answered')) = (published_at IS NOT NULL)", name="published_at_a_moment"
        ),
        CheckConstraint("(published_at IS NULL) = (published_by_id IS NULL)", name="published_by_somebody"),
    )

    title_ko: str = Field(max_length=200)
    title_en: str | None = Field(default=None, max_length=200)
    stage: PlanningStage = Field(default=PlanningStage.COLLECTING, sa_type=by_value(PlanningStage), index=True)
    field_codes: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String(2)), nullable=False, server_default="{}")
    )
    """Technology fields it plans; none: all."""
    collects_until: date
    """Last day in Seoul on which a signal is heard in this round."""
    least_reviews: int = 2
    """Reviewers who must have judged each candidate."""
    objection_days: int = 14
    """Days after publishing on which an objection can be filed."""
    summary_id: UUID | None = Field(default=None, foreign_key="market_summary.id")
    """The market demand it rests on, from the end of collecting: whose signals it answers."""
    release_id: UUID | None = Field(default=None, foreign_key="market_release.id")
    """What was published of that demand: all that its makers see of it."""
    opened_by_id: UUID = Field(foreign_key="person.id")
    published_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def objections_until(self) -> date | None:
        """Last day in Seoul on which an objection can be filed; none before publishing."""
        return None if self.published_at is None else business_date(self.published_at) + timedelta(self.objection_days)

    def require_step(self, stage: PlanningStage) -> None:
        """Let the round go to a stage to which a step leads alone.

        Raises
        ------
        StepNotAllowed
            When no step leads there from where it stands.
        """
        if stage not in PLANNING_STEPS[self.stage]:
            raise StepNotAllowed("This round cannot go there from where it stands.")

    def require(self, stage: PlanningStage) -> None:
        """Let something be done in one stage alone.

        Raises
        ------
        StepNotAllowed
            When the round stands elsewhere.
        """
        if self.stage is not stage:
            raise StepNotAllowed("This round is not at the stage in which that can be done.")


class PlanningCandidate(VersionedRow, table=True):
    """A candidate for planning (기획대상 후보과제)."""

    __tablename__ = "planning_candidate"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("id", "round_id"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint(f"number BETWEEN 1 AND {MOST_CANDIDATES}", name="number_range"),
        CheckConstraint(f"budget_krw BETWEEN 1 AND {MAX_KRW}", name="budget_krw_range"),
        CheckConstraint("project_type = 'nationwide' OR region_code IS NOT NULL", name="region_specific_somewhere"),
    )

    round_id: UUID = Field(foreign_key="planning_round.id", index=True)
    number: int
    origin: CandidateOrigin = Field(sa_type=by_value(CandidateOrigin))
    field_code: str = Field(foreign_key="technology_field.code")
    region_code: str | None = Field(default=None, foreign_key="region.code")
    """The province whose project it would be; none: the whole country."""
    project_type: ProjectType = Field(default=ProjectType.NATIONWIDE, sa_type=by_value(ProjectType))
    title_ko: str = Field(max_length=500)
    title_en: str | None = Field(default=None, max_length=500)
    rationale_ko: str = Field(max_length=8_000)
    rationale_en: str | None = Field(default=None, max_length=8_000)
    budget_krw: int | None = Field(default=None, sa_type=BigInteger)


def _of_candidate(table: str) -> ForeignKeyConstraint:
    """Tie a row to a candidate of the same round."""
    return ForeignKeyConstraint(
        ["candidate_id", "round_id"],
        ["planning_candidate.id", "planning_candidate.round_id"],
        name=f"fk_{table}_candidate",
        ondelete="CASCADE",
    )


class CandidateTheme(SQLModel, table=True):
    """A theme that a candidate takes up; one theme leads to one candidate, so that its signals get one answer."""

    __tablename__ = "candidate_theme"
    __table_args__ = (_of_candidate("candidate_theme"),)

    round_id: UUID = Field(primary_key=True)
    theme_id: UUID = Field(foreign_key="demand_theme.id", primary_key=True)
    candidate_id: UUID = Field(index=True)


class CandidateReview(Row, table=True):
    """What one reviewer thinks of a candidate, by the three official criteria, from 1 (poor) to 5 (excellent)."""

    __tablename__ = "candidate_review"
    __table_args__ = (
        _of_candidate("candidate_review"),
        UniqueConstraint("candidate_id", "reviewer_id"),
        CheckConstraint("strategic BETWEEN 1 AND 5", name="strategic_range"),
        CheckConstraint("market BETWEEN 1 AND 5", name="market_range"),
        CheckConstraint("commercial BETWEEN 1 AND 5", name="commercial_range"),
        CheckConstraint("length(words) >= 1", name="words_not_empty"),
    )

    round_id: UUID
    candidate_id: UUID
    reviewer_id: UUID = Field(foreign_key="person.id", index=True)
    strategic: int
    """Strategic importance (전략적 중요성)."""
    market: int
    """Market potential (시장성)."""
    commercial: int
    """Potential to be commercialised (사업화 가능성)."""
    words: str = Field(max_length=2_000)


class CandidateDecision(SQLModel, table=True):
    """What was decided on a candidate, and why."""

    __tablename__ = "candidate_decision"
    __table_args__ = (
        _of_candidate("candidate_decision"),
        CheckConstraint("(outcome = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_one"),
        CheckConstraint("merged_into_id <> candidate_id", name="merged_into_another"),
        CheckConstraint("(outcome = 'adopted') = (place IS NOT NULL)", name="adopted_at_a_place"),
        CheckConstraint(f"place BETWEEN 1 AND {MOST_CANDIDATES}", name="place_range"),
        CheckConstraint("approved_by_id IS NULL OR reason = 'policy'", name="approved_where_policy"),
        CheckConstraint("approved_by_id <> decided_by_id", name="approved_by_another"),
        CheckConstraint("length(words_ko) >= 1", name="words_ko_not_empty"),
        ForeignKeyConstraint(
            ["merged_into_id", "round_id"],
            ["planning_candidate.id", "planning_candidate.round_id"],
            name="fk_candidate_decision_merged_into",
        ),
        UniqueConstraint("round_id", "place"),
    )

    candidate_id: UUID = Field(primary_key=True)
    round_id: UUID
    outcome: PlanningOutcome = Field(sa_type=by_value(PlanningOutcome))
    reason: DecisionReason = Field(sa_type=by_value(DecisionReason))
    words_ko: str = Field(max_length=2_000)
    words_en: str | None = Field(default=None, max_length=2_000)
    place: int | None = None
    """Place among the priorities; 1 is first."""
    merged_into_id: UUID | None = None
    decided_by_id: UUID = Field(foreign_key="person.id")
    decided_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    approved_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    """Who stands for a decision by policy; never the one who decided."""


class PlanningAnswer(Row, table=True):
    """What a round answers one signal; the words are those of the decision. Never changed."""

    __tablename__ = "planning_answer"
    __table_args__ = (
        UniqueConstraint("round_id", "signal_id"),
        ForeignKeyConstraint(
            ["candidate_id", "round_id"],
            ["planning_candidate.id", "planning_candidate.round_id"],
            name="fk_planning_answer_candidate",
        ),
        CheckConstraint(
            "(outcome IN ('adopted', 'merged', 'deferred', 'declined')) = (candidate_id IS NOT NULL)",
            name="of_a_candidate_where_decided",
        ),
    )

    round_id: UUID = Field(foreign_key="planning_round.id")
    signal_id: UUID = Field(foreign_key="demand_signal.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    """Whose signal it was on that day."""
    outcome: SignalOutcome = Field(sa_type=by_value(SignalOutcome))
    candidate_id: UUID | None = None


class PlanningObjection(Row, table=True):
    """An objection to an answer, and its reply."""

    __tablename__ = "planning_objection"
    __table_args__ = (
        UniqueConstraint("answer_id"),
        CheckConstraint("length(words) >= 1", name="words_not_empty"),
        CheckConstraint("(reply IS NULL) = (replied_at IS NULL)", name="replied_at_a_moment"),
        CheckConstraint("(reply IS NULL) = (replied_by_id IS NULL)", name="replied_by_somebody"),
        CheckConstraint("replied_by_id <> filed_by_id", name="replied_by_another"),
    )

    round_id: UUID = Field(foreign_key="planning_round.id", index=True)
    answer_id: UUID = Field(foreign_key="planning_answer.id")
    filed_by_id: UUID = Field(foreign_key="person.id")
    words: str = Field(max_length=2_000)
    reply: str | None = Field(default=None, max_length=2_000)
    replied_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    replied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
