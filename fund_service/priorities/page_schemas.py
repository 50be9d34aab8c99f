"""The pages of priorities: a round's ranking with its weights, and its reviewers' comparisons."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from fund_service.planning.schemas import PlanningHead
from fund_service.priorities.schemas import FieldFit, JudgementView, RankingView, ReviewerJudgement, WeightsView
from models.priorities import Criterion


class PrioritiesView(BaseModel):
    """The priorities of a round: its ranking, its weights, and who set them."""

    round: PlanningHead
    ranking: RankingView | None = Field(description="None before the round proposes, or where it was never ranked.")
    weights: WeightsView
    history: list[WeightsView] = Field(description="Told to those who make rounds, the newest first.")
    fits: list[FieldFit]
    may_change: bool


class ComparisonsView(BaseModel):
    """The reviewers' comparisons of the criteria, each alone and all together."""

    round: PlanningHead
    weights: WeightsView
    together: JudgementView | None = Field(default=None, description="None while nobody has compared.")
    reviewers: list[ReviewerJudgement] = []
    to_revise: list[str] = Field(
        default=[], description="Reviewers whose own comparisons contradict each other too much."
    )


class WeightsForm(BaseModel):
    """The form to set the weights of a round."""

    round: PlanningHead
    version: int
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class ComparisonsForm(BaseModel):
    """The form to compare the criteria."""

    round: PlanningHead
    pairs: Sequence[tuple[Criterion, Criterion]]
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
