"""What the settlement tab of a deal shows."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.deals.heads import DealHead
from fund_service.settlement.draw_schemas import DrawSummary
from fund_service.settlement.schemas import ClaimView, DealSettlement
from fund_service.settlement.tranche_schemas import CommitmentLeft, EvidenceChoice


class Unspent(BaseModel):
    """What a vehicle paid to the team that is neither settled nor in review: what may be taken back."""

    vehicle_id: UUID
    amount_krw: int


class DealSettlementPage(BaseModel):
    """The settlement tab of a deal."""

    deal: DealHead
    settlement: DealSettlement
    commitments: list[CommitmentLeft]
    unspent: list[Unspent]
    documents: list[EvidenceChoice]
    draws: list[DrawSummary]
    claims: list[ClaimView]
    undrawn: int = Field(description="Self-settled claims that were not drawn yet.")
    sample_share_bp: int
    threshold_krw: int
    today: date
