"""What crosses the wire of answers: what a side says, what readers may know of it, and how likely both sides are."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from fund_service.deals.thread import DealTrace
from fund_service.paging import Listing
from fund_service.wire import ClosedModel, clean_text
from matching.acceptance.likelihood import Likelihood
from models.answer import AnswerKind, AnswerSide, PassReason

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), AfterValidator(clean_text)
]


class AnswerIn(ClosedModel):
    """What a side says to a pair of a signal and a project."""

    kind: AnswerKind
    reason: PassReason | None = Field(
        default=None, validate_default=True, description="Why not; for ``passed``, and for nothing else."
    )
    words: Words | None = Field(
        default=None, validate_default=True, description="In one's own words; needed where the reason is ``other``."
    )

    @field_validator("reason")
    @classmethod
    def check_reason(cls, reason: PassReason | None, info: ValidationInfo) -> PassReason | None:
        """Refuse a pass without a reason, and a reason without a pass."""
        passed = info.data.get("kind") is AnswerKind.PASSED
        if passed and reason is None:
            raise PydanticCustomError("reason_needed", "Choose why you pass.")
        if reason is not None and not passed:
            raise PydanticCustomError("reason_without_pass", "A reason belongs to a pass only.")
        return reason

    @field_validator("words")
    @classmethod
    def check_words(cls, words: str | None, info: ValidationInfo) -> str | None:
        """Refuse another reason that is not said in words."""
        if words is None and info.data.get("reason") is PassReason.OTHER:
            raise PydanticCustomError("words_needed", "Say in words what the other reason is.")
        return words


class SideChance(BaseModel):
    """How likely one side says yes to a pair, and what that rests on."""

    probability: float = Field(description="Between 0 and 1; calibrated as far as the answers behind it allow.")
    likelihood: Likelihood = Field(description="The same in words.")
    answers: int = Field(description="Answers the model was learned from; 0: the prior weights.")
    learned: bool = Field(description="False while too few have answered: the prior weights of the score stand in.")


class ChanceView(BaseModel):
    """How likely both sides say yes: the product of the two, by which lists are ordered."""

    probability: float
    likelihood: Likelihood
    investor: SideChance
    project: SideChance


class AnswerBrief(BaseModel):
    """What a side says at present."""

    kind: AnswerKind
    answered_at: datetime
    reason: PassReason | None = Field(default=None, description="Told to one's own side and to readers of the fund.")
    words: str | None = Field(default=None, description="Told to one's own side and to readers of the fund.")


class PairAnswers(BaseModel):
    """What both sides say at present, as far as the reader may know; a side that is absent has not answered."""

    investor: AnswerBrief | None = None
    project: AnswerBrief | None = None
    answering: AnswerSide | None = Field(default=None, description="The side for which the reader may answer.")


class AnswerView(AnswerBrief):
    """An answer as it was given, with what the matcher said at that moment."""

    id: UUID
    number: int = Field(description="Counts the answers of this side to this pair; the highest counts.")
    side: AnswerSide
    signal_id: UUID
    project_id: UUID
    person_name: str
    position: int | None = Field(description="Where the pair stood in the list the person saw last; none: not in one.")
    score: float | None = Field(description="What the matcher said of the pair; none: it had not proposed it.")
    probability: float | None = Field(description="What the model in use then said of this side.")
    method_digest: str | None


class PairPage(BaseModel):
    """A pair, what a side has said to it so far, and the form to say something else."""

    signal_id: UUID
    signal_text: str
    organisation_name_ko: str | None = Field(description="Whose signal it is; none: not told to this reader.")
    organisation_name_en: str | None
    project_id: UUID
    project_title_ko: str | None
    project_title_en: str | None
    match_id: UUID | None = Field(description="The stored match of the two; none: the matcher has not proposed them.")
    answers: PairAnswers
    history: list[AnswerView] = Field(description="The newest first; nothing in it is ever changed.")
    values: dict[str, str | list[str]] = Field(default_factory=dict)
    faults: dict[str, str] = Field(default_factory=dict)


class GivenAnswer(AnswerView):
    """An answer that counts, with what became of the pair."""

    signal_excerpt: str
    project_title_ko: str | None
    project_title_en: str | None
    match_id: UUID | None
    project_side: AnswerBrief | None = Field(description="What the project's team says; none: nothing yet.")
    deals: list[DealTrace] = Field(description="The deals that came of the pair, as far as an investor learns of them.")


class AnswerFilters(BaseModel):
    """What a list of answers is narrowed to."""

    kind: AnswerKind | None = None


class GivenAnswers(Listing):
    """The answers of an investor's organisation that count, newest first."""

    items: list[GivenAnswer]
    counts: dict[AnswerKind, int] = Field(description="How many of each there are in all.")
    filters: AnswerFilters


class Demand(BaseModel):
    """A signal whose investor has shown interest in a team's project, as far as a team may know it."""

    signal_id: UUID
    text: str
    field_codes: list[str]
    region_codes: list[str]
    trl_min: int | None
    trl_max: int | None
    ticket_min_krw: int | None
    ticket_max_krw: int | None
    received_on: date
    expires_on: date | None
    organisation_name_ko: str | None = Field(description="Told while the investor shows interest.")
    organisation_name_en: str | None
    proposed: bool = Field(description="Whether the matcher proposes it today; else the investor came by itself.")
    position: int
    score: float | None
    chance: ChanceView | None
    shared_terms: list[str]
    answers: PairAnswers


class TeamDemand(BaseModel):
    """What answers one project of a team, best first."""

    project_id: UUID
    project_title_ko: str | None
    project_title_en: str | None
    items: list[Demand]
    more: int = Field(description="How many more there are than are listed.")


class TeamDemands(Listing):
    """The projects of a team with the demand that answers each."""

    items: list[TeamDemand]
    counts: dict[AnswerKind, int] = Field(description="How many of the team's own answers there are of each kind.")
