"""What crosses the wire of acceptance models: which one ranks each side, why, and how well it has done."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from fund_service.answers.schemas import Words
from fund_service.wire import ClosedModel, whole_number
from models.answer import AdoptionCause, AnswerSide, PassReason


class AdoptionIn(ClosedModel):
    """The decision to let another model rank a side."""

    side: AnswerSide
    model_id: UUID | None = Field(default=None, description="The model to rank from now on; none: the prior weights.")
    standing: Annotated[int, Field(ge=0), BeforeValidator(whole_number)] = Field(
        description="``number`` of the adoption that the decision was made about; 0 before there was any."
    )
    reason: Words = Field(description="Why; kept with the name and the time.")


class Interval(BaseModel):
    """A figure of both models on the same answers, and how sure their difference is."""

    name: str
    live: float
    candidate: float
    low: float = Field(description="The difference, candidate less live, lies above this with 95 % confidence.")
    high: float


class ModelView(BaseModel):
    """A model learned from answers, and how it did against the one that ranked then."""

    id: UUID
    side: AnswerSide
    kind: str
    learned_at: datetime
    answers: int = Field(description="Answers it was learned from.")
    accepted: int = Field(description="How many of them said yes.")
    digest: str
    against_id: UUID | None = Field(description="What it was compared with; none: the prior weights.")
    held_back: int = Field(description="Answers both were tried on, which neither had seen.")
    people: int = Field(description="Ownership groups that gave those.")
    figures: list[Interval] = Field(description="Smaller is better but for nDCG; none where too few people answered.")
    verdict: str
    better: bool
    ranks: bool = Field(description="Whether it ranks now.")
    ranked_before: bool
    content: dict[str, Any] = Field(description="The model itself, as plain numbers.")


class AdoptionView(BaseModel):
    """That another model ranked from a moment on."""

    number: int
    adopted_at: datetime
    model_id: UUID | None
    kind: str | None
    answers: int | None
    cause: AdoptionCause
    person_name: str | None
    reason: str | None


class Weight(BaseModel):
    """How much a component of the score counts, as a share of all."""

    name: str
    prior: float
    live: float


class ReliabilityBin(BaseModel):
    """Answers that were given about the same probability, and how many of them said yes."""

    predicted: float
    observed: float
    low: float = Field(description="The share that says yes lies above this with 95 % confidence (Wilson).")
    high: float
    answers: int


class SideModel(BaseModel):
    """One side: what ranks it, what it rests on, and what could take over."""

    side: AnswerSide
    number: int = Field(description="Number of the adoption that stands; send back as ``standing``.")
    learned: bool = Field(description="False while the prior weights rank.")
    live: ModelView | None = Field(description="The model that ranks; none: the prior weights.")
    unreadable: bool = Field(description="It was written by another version, so the prior weights stand in.")
    held: bool = Field(description="A manager rolled back: none takes over until one is adopted by hand.")
    answers: int = Field(
        description="Answers that count today, those to confidential signals too: models are learned from all of them."
    )
    usable: int = Field(description="Those among them that say yes or no to the pair.")
    accepted: int
    passes: dict[PassReason, int] = Field(description="Why it passed, on signals that the reader may read.")
    needed: int = Field(description="Usable answers from which on a model is learned.")
    weights: list[Weight]
    reliability: list[ReliabilityBin] = Field(description="What was said beforehand and what was then answered.")
    chart: dict[str, Any] | None
    models: list[ModelView] = Field(description="The newest models learned.")
    history: list[AdoptionView] = Field(description="Which ranked when, the newest first.")


class AcceptanceView(BaseModel):
    """The models of both sides."""

    sides: list[SideModel]


class AdoptionForm(BaseModel):
    """The form to let another model rank, with what is at stake."""

    side: AnswerSide
    standing: int
    cause: AdoptionCause
    live: ModelView | None
    model: ModelView | None = Field(description="What would rank; none: the prior weights.")
    values: dict[str, str | list[str]] = Field(default_factory=dict)
    faults: dict[str, str] = Field(default_factory=dict)
