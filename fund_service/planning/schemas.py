"""What crosses the wire of planning rounds."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.paging import Listing
from fund_service.plan.schemas import Choice
from fund_service.priorities.schemas import RankingView, StandingView
from models.planning import (
    CandidateOrigin,
    DecisionReason,
    PlanningOutcome,
    PlanningStage,
    SignalOutcome,
)
from models.project import ProjectType


class RoundFile(StrEnum):
    """The files a round comes as."""

    PDF = "pdf"
    """To read and hand out."""
    XLSX = "xlsx"
    """An Excel workbook."""
    CSV = "csv"
    """Comma-separated values."""


class PlanningHead(BaseModel):
    """A round in a list."""

    id: UUID
    title_ko: str
    title_en: str | None
    stage: PlanningStage
    field_codes: list[str]
    collects_until: date
    least_reviews: int
    objection_days: int
    objections_until: date | None = Field(description="Last day for objections, once it is published.")
    version: int
    opened_at: datetime
    opened_by: str
    published_at: datetime | None
    published_by: str | None


class PlanningPage(Listing):
    """Rounds, the newest first."""

    items: list[PlanningHead]


class ThemeTaken(BaseModel):
    """A theme of the market demand, as far as it may be told."""

    id: UUID
    label_ko: str
    label_en: str
    groups: str = Field(description="Ownership groups behind it, as a band.")


class Judgement(BaseModel):
    """What the reviewers think together, each criterion from 1 to 5."""

    reviews: int
    strategic: float | None
    market: float | None
    commercial: float | None
    score: float | None = Field(description="Mean of the three criteria, of 100.")


class ReviewView(BaseModel):
    """What one reviewer thinks."""

    reviewer: str
    strategic: int
    market: int
    commercial: int
    words: str
    at: datetime


class DecisionView(BaseModel):
    """What was decided, and why."""

    outcome: PlanningOutcome
    reason: DecisionReason
    words_ko: str
    words_en: str | None
    place: int | None
    merged_into_id: UUID | None
    merged_into_number: int | None
    decided_by: str
    decided_at: datetime
    approved_by: str | None = Field(description="Who stands for a decision by policy.")


class CandidateView(BaseModel):
    """A candidate with its themes, and what is thought and decided of it."""

    id: UUID
    round_id: UUID
    number: int
    origin: CandidateOrigin
    field_code: str
    region_code: str | None
    project_type: ProjectType
    title_ko: str
    title_en: str | None
    rationale_ko: str
    rationale_en: str | None
    budget_krw: int | None
    version: int
    themes: list[ThemeTaken]
    judgement: Judgement
    standing: StandingView | None = Field(
        description="Where the best of its themes stands; none before the round deliberates, and without a theme."
    )
    decision: DecisionView | None


class ObjectionView(BaseModel):
    """An objection, and its reply."""

    id: UUID
    answer_id: UUID
    candidate_number: int | None
    words: str
    filed_at: datetime
    reply: str | None
    replied_by: str | None
    replied_at: datetime | None


class PlanningView(PlanningHead):
    """A round with its candidates: adopted ones by their place first, then by number."""

    summary_as_of: date | None = Field(description="Day of the market demand it rests on.")
    candidates: list[CandidateView]
    ranking: RankingView | None = Field(description="Its themes by priority, frozen when it began to deliberate.")
    next_stages: list[PlanningStage] = Field(description="Where it may go from here.")
    objections: list[ObjectionView] = Field(description="Told to those who run or audit rounds.")
    open_objections: int


class CandidateDetail(CandidateView):
    """A candidate on its own page."""

    round: PlanningHead
    reviews: list[ReviewView] = Field(description="Told to those who judge, run or audit rounds.")
    own_review: ReviewView | None
    others: list["CandidateName"] = Field(description="Other candidates of the round.")


class CandidateName(BaseModel):
    """A candidate by its number and title."""

    id: UUID
    number: int
    title_ko: str
    title_en: str | None


class AnswerView(BaseModel):
    """What a round answered one signal, made from the record of the decision."""

    id: UUID
    round_id: UUID
    round_title_ko: str
    round_title_en: str | None
    signal_id: UUID
    signal_text: str
    outcome: SignalOutcome
    candidate_number: int | None
    candidate_id: UUID | None
    candidate_title_ko: str | None
    candidate_title_en: str | None
    reason: DecisionReason | None
    words_ko: str | None
    words_en: str | None
    place: int | None
    merged_into_number: int | None
    next_ko: str = Field(description="What comes next.")
    next_en: str
    answered_at: datetime
    objections_until: date | None
    may_object: bool
    objection: ObjectionView | None


class AnswersPage(Listing):
    """What the reader's organisation was answered, the newest first."""

    items: list[AnswerView]


class RoundForm(BaseModel):
    """The form to open or edit a planning round."""

    round_id: UUID | None = None
    version: int | None = None
    fields: Sequence[Choice]
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class CandidateForm(BaseModel):
    """The form to add or word a candidate."""

    round: PlanningHead
    candidate_id: UUID | None = None
    version: int | None = None
    fields: Sequence[Choice]
    regions: Sequence[Choice]
    themes: Sequence[Choice] = ()
    project_types: Sequence[ProjectType] = tuple(ProjectType)
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class JudgingForm(BaseModel):
    """The form to review or decide a candidate."""

    candidate: CandidateDetail
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class ObjectionForm(BaseModel):
    """The form to object to an answer."""

    answer: AnswerView
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class ReplyForm(BaseModel):
    """The form to reply to an objection."""

    round: PlanningHead
    objection: ObjectionView
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
