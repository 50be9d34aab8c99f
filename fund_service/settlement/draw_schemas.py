"""What crosses the wire of the random sample: draws of lots, and all that somebody needs to repeat them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.deals.heads import DealHead
from models.settlement import ClaimState, ExpenseCategory


class LotView(BaseModel):
    """A claim among those lots were drawn from."""

    claim_id: UUID
    lot: str = Field(description="sha256 of the seed, a colon and the claim's id; the smallest are drawn.")
    drawn: bool
    amount_krw: int
    category: ExpenseCategory
    spent_on: date
    state: ClaimState


class DrawSummary(BaseModel):
    """A draw of lots in brief."""

    id: UUID
    seed: int
    share_bp: int
    candidates: int
    drawn: int
    claims_digest: str
    drawn_by: str
    recorded_at: datetime


class DrawView(DrawSummary):
    """A draw of lots with everything somebody needs to repeat it."""

    deal_id: UUID
    lots: list[LotView] = Field(description="Those drawn from, the smallest lot first.")
    repeats: bool = Field(description="Repeating the draw from the stored candidates gives the same, and their digest.")


class DrawPage(BaseModel):
    """A draw of lots with the deal it is about."""

    deal: DealHead
    draw: DrawView
