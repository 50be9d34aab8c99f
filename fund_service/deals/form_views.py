"""What the forms of deals show: what may be chosen, what was typed, what is at fault."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.deals.heads import DealHead
from fund_service.deals.record_schemas import DuplicateCandidate, GateView
from fund_service.deals.schemas import DealChoices, Party
from models.deal import DeclineReason, InvestmentInstrument


class MatchInBrief(BaseModel):
    """The match that a deal is to be made of."""

    match_id: UUID
    project: Party


class DealForm(BaseModel):
    """The form to make or edit a deal: what may be chosen, what was typed, what is at fault."""

    deal: DealHead | None = None
    match: MatchInBrief | None = None
    instruments: Sequence[InvestmentInstrument] = tuple(InvestmentInstrument)
    choices: DealChoices
    candidates: Sequence[DuplicateCandidate] = ()
    voids_approval: bool = Field(default=False, description="Whether saving other terms voids an approval.")
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class StepForm(BaseModel):
    """The form to take a step: where it may lead, what that lacks, what was typed, what is at fault."""

    deal: DealHead
    gates: list[GateView]
    reasons: Sequence[DeclineReason] = tuple(DeclineReason)
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class MergeForm(BaseModel):
    """The form to merge a deal into another: which look the same, what was typed, what is at fault."""

    deal: DealHead
    candidates: Sequence[DuplicateCandidate]
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
