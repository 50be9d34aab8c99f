"""What crosses the wire of matches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.answers.schemas import ChanceView, PairAnswers
from fund_service.deals.thread import DealsThread
from fund_service.matches.contradictions_schemas import ContradictionView
from fund_service.matches.readiness import SentenceReading
from fund_service.signals.schemas import MatchingStatus, SignalView
from matching.explaining.counterfactuals import Supposition
from matching.facts.gates import GateChange, GateCode, GateStatus
from matching.language.text import Language
from models.project import ProjectState, ProjectType


class GateView(BaseModel):
    """What one hard gate says of a pair: codes and numbers, and the same in words."""

    code: GateCode
    status: GateStatus
    signal_value: Any = None
    project_value: Any = None
    shortfall: Any = Field(default=None, description="By how much or by what the gate was missed.")
    change: GateChange | None = Field(default=None, description="The one change that would let the project in.")
    sentence_ko: str
    sentence_en: str


class MatchedProject(BaseModel):
    """The project of a match, in brief."""

    id: UUID
    title_ko: str | None
    title_en: str | None
    abstract_ko: str | None
    abstract_en: str | None
    region_code: str | None
    trl_now: int | None
    trl_target: int | None
    need_krw: int | None
    state: ProjectState
    project_type: ProjectType
    host_region_codes: list[str]
    field_codes: list[str]
    type_ko: str | None = Field(default=None, description="Of a region-specific project: its type and for whom it is.")
    type_en: str | None = None


class MatchView(BaseModel):
    """A signal and a project that answers it, with everything the score was made of."""

    id: UUID
    signal_id: UUID
    project: MatchedProject
    eligible: bool = Field(description="Every gate passed; otherwise exactly one did not: a near miss.")
    rank: int
    place: int | None = Field(default=None, description="Where it stands in the list, by the chance that both say yes.")
    chance: ChanceView | None = Field(default=None, description="How likely both sides say yes, by the models in use.")
    answers: PairAnswers | None = Field(default=None, description="What both sides say, as far as the reader may know.")
    score: float = Field(description="Blended score in [0, 1], comparable across signals of one method.")
    components: dict[str, float | None] = Field(description="Each component in [0, 1]; null: unknown on one side.")
    shares: dict[str, float] = Field(description="What part of the score each component made; they sum to 1.")
    gates: list[GateView]
    evidence: dict[str, Any] = Field(description="Shared terms and carrying sentences, with their places in the texts.")
    run_id: UUID
    method_digest: str = Field(description="Encoder, parameters and yardstick the score was made with.")
    matched_at: datetime


class SignalMatchesView(BaseModel):
    """The matches of a signal: what answers it, what nearly does, and whether that still holds."""

    signal: SignalView
    status: MatchingStatus
    encoder: str | None
    matched_at: datetime | None
    eligible: list[MatchView]
    near_misses: list[MatchView]


class PassageView(BaseModel):
    """A text as the matcher reads it; the places in a match's evidence count its characters."""

    language: Language
    text: str


class SentenceView(BaseModel):
    """A sentence where it stands in a text."""

    passage: int
    start: int
    end: int
    text: str


class SentencePairView(BaseModel):
    """A sentence of the signal and the sentence of the project that answers it."""

    key: str = Field(description="Digest of both sentences; names the pair where somebody contradicts it.")
    signal: SentenceView
    project: SentenceView
    cosine: float = Field(description="Nearness in meaning, by the model that scored the match; 1 is the same.")


class WhatIfView(BaseModel):
    """What the match would score if something were otherwise."""

    component: str
    supposition: Supposition
    score: float
    rank: int | None = Field(description="Rank by score among the signal's listed matches; none for a near miss.")
    sentence_ko: str
    sentence_en: str


class MatchDetail(BaseModel):
    """One match beside the signal it answers, with both texts as the matcher read them."""

    signal: SignalView
    status: MatchingStatus
    encoder: str
    parameters: dict[str, Any]
    match: MatchView
    signal_passages: list[PassageView]
    project_passages: list[PassageView]
    accepted_projects: int = Field(
        description="Projects that the signal's owner said yes to; they draw what the signal means."
    )
    sentence_pairs: list[SentencePairView] = Field(description="Sentences that answer each other, the nearest first.")
    sentence_reading: SentenceReading = Field(description="Whether sentences were compared; if not, see the evidence.")
    what_ifs: list[WhatIfView] = Field(description="What would change the score; worked out by the matcher itself.")
    rank_if_open: int | None = Field(description="Rank by score that a near miss would take if its gate were open.")
    contradictions: list[ContradictionView] = Field(
        description="What people said against these reasons: all to fund managers and auditors, else one's own."
    )
    deals: DealsThread = Field(description="Deals made of it; to an investor only their stages.")


class RefusedContradiction(MatchDetail):
    """A match's page again, with a contradiction that was refused: what was typed and what is at fault."""

    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
