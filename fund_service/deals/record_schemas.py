"""What crosses the wire of one deal: the page of its record, and deals that look like it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.consultations.schemas import HoldView
from fund_service.deals.heads import DealHead
from fund_service.deals.schemas import Party
from fund_service.paging import Listing
from fund_service.plan.schemas import Choice
from models.deal import DealStage, DeclineReason
from models.timeline import ActivityKind


class StepTaker(StrEnum):
    """Who takes a step."""

    PERSON = "person"
    """A fund manager, by hand."""
    COMMITTEE = "committee"
    """The committee's decision."""
    LEDGER = "ledger"
    """A posting on the ledger."""


class MissingView(BaseModel):
    """One thing that a step lacks."""

    code: str
    sentence: str


class GateView(BaseModel):
    """A step that leads on, and what it lacks."""

    stage: DealStage
    taken_by: StepTaker
    missing: list[MissingView]


class StageView(BaseModel):
    """One step that a deal took."""

    from_stage: DealStage | None
    to_stage: DealStage
    person_name: str | None
    reason: DeclineReason | None
    words: str
    at: datetime


class ActivityView(BaseModel):
    """One thing that happened to a deal, or to one that was merged into it."""

    id: UUID
    kind: ActivityKind
    person_name: str | None
    words: str
    subject_id: UUID | None
    to_stage: DealStage | None = Field(description="Where a step led.")
    deal_id: UUID = Field(description="The deal it happened to; another one where that was merged into this.")
    at: datetime


class MergeView(BaseModel):
    """A deal that was merged into this one and stays so."""

    merge_id: UUID
    deal_id: UUID
    title_ko: str | None
    title_en: str | None
    words: str
    person_name: str
    at: datetime


class Origin(BaseModel):
    """Where a deal came from: the match, and the demand signal it answered."""

    signal_id: UUID
    signal_readable: bool = Field(description="Whether the reader may read the signal; else nothing is said of it.")
    organisation_name_ko: str | None
    organisation_name_en: str | None
    match_id: UUID | None
    match_score: float | None
    match_stands: bool = Field(description="Whether that match is still stored; matching anew replaces matches.")
    match_now_id: UUID | None = Field(description="The match of the same signal and project as it is stored now.")


class DealView(Listing):
    """A deal, whole; ``items`` is its timeline, newest first."""

    deal: DealHead
    version: int
    summary: str
    project: Party | None
    origin: Origin | None
    lead: Party
    vehicle: Party | None
    project_budget_krw: int | None
    private_krw: int
    other_public_krw: int
    main_purpose: bool
    region: Choice | None
    initiative: Choice | None
    additionality: str
    decline_reason: DeclineReason | None
    decline_words: str | None
    days_in_stage: int
    gates: list[GateView]
    holds: list[HoldView] = Field(description="Regulatory consultations that its steps wait or waited for.")
    stages: list[StageView]
    items: list[ActivityView]
    merged: list[MergeView]
    terms_digest: str = Field(description="Sha256 of the terms that an approval binds to.")
    source: str
    external_id: str | None
    recorded_at: datetime
    updated_at: datetime


class DuplicateGround(StrEnum):
    """Why two deals look the same."""

    SAME_COMPANY = "same_company"
    """Of the same company (business registration number)."""
    SAME_PROJECT = "same_project"
    """For the same R&D project."""
    SIMILAR_TEXT = "similar_text"
    """In nearly the same words."""


class DuplicateCandidate(BaseModel):
    """An open deal that may be the same."""

    deal_id: UUID
    title_ko: str | None
    title_en: str | None
    stage: DealStage
    amount_krw: int
    company: Party
    grounds: list[DuplicateGround]
    likeness: float | None = Field(description="Share of letter triples in common, in [0, 1], where words are alike.")
