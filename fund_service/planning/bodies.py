"""What planning rounds are sent: a round, its steps, candidates, reviews, decisions, objections and replies."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from fund_service.wire import (
    ClosedModel,
    Day,
    FieldCode,
    Name,
    RegionCode,
    Score,
    Title,
    Won,
    clean_text,
    whole_number,
)
from models.planning import MOST_CANDIDATES, REASONS, DecisionReason, PlanningOutcome, PlanningStage
from models.project import ProjectType

Reviews = Annotated[int, Field(ge=1, le=20), BeforeValidator(whole_number)]
ObjectionDays = Annotated[int, Field(ge=1, le=90), BeforeValidator(whole_number)]
Place = Annotated[
    int, Field(ge=1, le=MOST_CANDIDATES, description="Place among the priorities; 1 is first."),
    BeforeValidator(whole_number),
]  # fmt: skip
Rationale = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000), AfterValidator(clean_text)
]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(clean_text)
]


class PlanningRoundIn(ClosedModel):
    """How a planning round is opened."""

    title_ko: Name
    title_en: Name | None = None
    field_codes: list[FieldCode] = Field(default=[], max_length=12, description="Fields it plans; none: all.")
    collects_until: Day = Field(description="Last day in Seoul on which a signal is heard.")
    least_reviews: Reviews = Field(default=2, description="Reviewers who must have judged each candidate.")
    objection_days: ObjectionDays = Field(default=14, description="Days on which objections can be filed.")


class StepIn(ClosedModel):
    """The stage that a round goes on to."""

    to: PlanningStage


class CandidateIn(ClosedModel):
    """A candidate as planners word it."""

    field_code: FieldCode
    region_code: RegionCode | None = Field(default=None, description="The province it would be in; none: any.")
    project_type: ProjectType = Field(
        default=ProjectType.NATIONWIDE, description="A region-specific type asks for a province."
    )
    title_ko: Title
    title_en: Title | None = None
    rationale_ko: Rationale
    rationale_en: Rationale | None = None
    budget_krw: Won | None = None

    @model_validator(mode="after")
    def check_type(self) -> Self:
        """Ask a region-specific candidate for its province."""
        if self.project_type is not ProjectType.NATIONWIDE and self.region_code is None:
            raise PydanticCustomError(
                "province_missing", "Choose the province that a region-specific candidate is made for."
            )
        return self


class ThemesIn(ClosedModel):
    """The themes that a candidate takes up."""

    theme_ids: list[UUID] = Field(max_length=100)


class ReviewIn(ClosedModel):
    """What a reviewer thinks of a candidate."""

    strategic: Score
    market: Score
    commercial: Score
    words: Words


class DecisionIn(ClosedModel):
    """What is decided on a candidate."""

    outcome: PlanningOutcome
    reason: DecisionReason
    words_ko: Words
    words_en: Words | None = None
    place: Place | None = None
    merged_into_id: UUID | None = Field(default=None, description="The candidate that takes it up.")

    @model_validator(mode="after")
    def check_outcome(self) -> Self:
        """Ask for the reason, the place and the goal that belong to the outcome."""
        if self.reason not in REASONS[self.outcome]:
            raise PydanticCustomError("reason_of_another", "This reason belongs to another outcome; choose one of it.")
        if (self.outcome is PlanningOutcome.ADOPTED) != (self.place is not None):
            raise PydanticCustomError("place_of_adopted", "An adopted candidate has a place, and no other has one.")
        if (self.outcome is PlanningOutcome.MERGED) != (self.merged_into_id is not None):
            raise PydanticCustomError(
                "goal_of_merged", "A merged candidate names the one that takes it up, and no other does."
            )
        return self


class ObjectionIn(ClosedModel):
    """What somebody objects to in the answer they were given."""

    words: Words


class ReplyIn(ClosedModel):
    """What an objection is answered."""

    words: Words
