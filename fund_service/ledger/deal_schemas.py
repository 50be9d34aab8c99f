"""What crosses the wire of a deal's money: commitments, tranches, figures, what there is to draw on."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.deals.heads import DealHead
from fund_service.ledger.journal_schemas import EntryItem
from fund_service.ledger.schemas import InstructionItem, Party
from models.instruction import TrancheState


class TrancheView(BaseModel):
    """A tranche."""

    id: UUID
    position: int
    milestone: str
    due_on: date | None
    amount_krw: int
    state: TrancheState
    evidence_document_id: UUID | None
    evidence_name: str | None
    instruction_id: UUID | None
    pending_instruction_id: UUID | None = Field(description="A disbursement of it that waits for checkers.")


class CommitmentView(BaseModel):
    """A commitment to a deal, and where its won are."""

    id: UUID
    vehicle: Party
    instruction_id: UUID
    amount_krw: int
    recorded_at: datetime
    approval_digest: str
    envelopes: Sequence[Party]
    tranches: Sequence[TrancheView]
    live: bool = Field(description="The latest of its vehicle; earlier ones were released.")


class DealFigures(BaseModel):
    """A deal's won, as the ledger has them, over all vehicles."""

    committed_krw: int
    drawn_krw: int
    undrawn_krw: int
    invested_krw: int
    fair_value_krw: int
    returned_krw: int
    royalties_krw: int
    written_off_krw: int
    unsettled_krw: int
    settled_krw: int


class Available(BaseModel):
    """What there is for a deal to draw on."""

    vehicle: Party
    uncommitted_krw: int
    cash_krw: int
    envelopes: Sequence[tuple[Party, int]]


class DealMoneyPage(BaseModel):
    """The money of a deal."""

    deal: DealHead
    grant: bool = Field(description="Settled by the research team.")
    figures: DealFigures
    available: Available | None
    commitments: Sequence[CommitmentView]
    pending: Sequence[InstructionItem]
    entries: Sequence[EntryItem]
