"""What crosses the wire of priorities; figures of demand are ranks, places and whole percents, of published themes."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from models.priorities import Criterion, WeightsOrigin

Shares = dict[Criterion, int]


class WeightsView(BaseModel):
    """Weights of a round as they were set once."""

    number: int = Field(description="Counts how often they were set; 0: the service's own.")
    shares: Shares = Field(description="Whole percents by criterion.")
    origin: WeightsOrigin | None = None
    set_by: str | None = None
    set_at: datetime | None = None


class StepView(BaseModel):
    """Places that one step won (above zero) or lost for a theme."""

    evidence: int = Field(description="By all voices in full.")
    caps: int = Field(description="By capping them.")
    surety: int = Field(description="By letting those rise alone that surely do.")
    bound: int = Field(description="By letting nobody move farther than a round allows.")


class ThemePriorityView(BaseModel):
    """Where a theme stands."""

    label_ko: str
    label_en: str
    field_code: str
    rank: int
    low_rank: int = Field(description="Best rank of the 90 % interval.")
    high_rank: int = Field(description="Worst rank of it.")
    previous_rank: int | None = Field(description="Where it stood; none: it is new, or this is the first ranking.")
    improves: int | None = Field(description="Percent of certainty that it ranks better than it stood.")
    shares: Shares = Field(description="How it compares with the other themes by each criterion, of 100.")
    previous_place: int
    place: int = Field(description="Its place by demand alone.")
    steps: StepView


class StandingView(BaseModel):
    """Where a candidate stands: as the best of its themes does."""

    place: int = Field(description="The best place among the candidates that demand alone justifies.")
    label_ko: str = Field(description="That theme.")
    label_en: str
    rank: int = Field(description="Rank of that theme among all published ones.")
    low_rank: int
    high_rank: int
    previous_rank: int | None
    improves: int | None


class RankingView(BaseModel):
    """The themes of a round by the place that demand alone justifies."""

    frozen_at: datetime | None = Field(description="None while the round proposes: it changes with the weights.")
    previous_round_id: UUID | None
    previous_title_ko: str | None
    previous_title_en: str | None
    shares: Shares
    surety: int
    most_places: int
    themes: list[ThemePriorityView]


class FieldFit(BaseModel):
    """What of the plan names a technology field."""

    field_code: str
    percent: int
    pillars: int
    targets: int
    initiatives_ko: list[str]
    initiatives_en: list[str]


class TripleView(BaseModel):
    """Three comparisons that contradict each other most."""

    first: Criterion
    second: Criterion
    third: Criterion
    stated: float = Field(description="How often the first counts the third, as it was said.")
    implied: float = Field(description="As it follows from the two others.")


class JudgementView(BaseModel):
    """What comparisons amount to."""

    shares: Shares
    consistency: float = Field(description="Consistency ratio; up to 0.10 the weights may be used.")
    consistent: bool
    worst: TripleView | None


class ReviewerJudgement(BaseModel):
    """The comparisons of one reviewer."""

    reviewer: str
    own: bool
    at: datetime
    judgement: JudgementView
