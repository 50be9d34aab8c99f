"""What crosses the wire of settlement: expense claims, their reviews, and where grants stand."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from fund_service.paging import Listing
from fund_service.wire import ClosedModel, Day, Name, Title, Won
from models.errors import ValueNotAllowed
from models.instruction import TrancheState
from models.settlement import ClaimState, ExpenseCategory

MAX_ENCODED = 14_000_000
"""Characters of a document in base64; the request itself ends before it."""


class DocumentIn(ClosedModel):
    """A document as a program sends it."""

    name: Name
    media_type: Annotated[str, StringConstraints(max_length=100)] = "application/octet-stream"
    content_base64: Annotated[str, StringConstraints(min_length=4, max_length=MAX_ENCODED)]


class ClaimIn(ClosedModel):
    """An expense that a research team settles against a paid tranche."""

    tranche_id: UUID
    category: ExpenseCategory
    amount_krw: Won
    spent_on: Day
    words: Title = Field(description="What was bought, from whom, for what.")
    document: DocumentIn | None = Field(default=None, description="Needed from the threshold on.")


class ClaimsFileIn(ClosedModel):
    """What a file of claims is claimed against."""

    tranche_id: UUID


class ReviewIn(ClosedModel):
    """What a fund manager finds of a claim."""

    outcome: Literal[ClaimState.ACCEPTED, ClaimState.REFUSED]
    words: Title | None = Field(default=None, description="Needed for a refusal.")

    @model_validator(mode="after")
    def check_words(self) -> Self:
        """Refuse a refusal without a reason."""
        if self.outcome is ClaimState.REFUSED and not self.words:
            raise ValueNotAllowed("Say why the claim is refused.", field="words")
        return self


class TrancheView(BaseModel):
    """A tranche, and how far it has been settled."""

    id: UUID
    deal_id: UUID
    commitment_id: UUID
    vehicle_id: UUID
    position: int
    milestone: str
    due_on: date | None
    amount_krw: int
    state: TrancheState
    evidence_document_id: UUID | None
    evidence_name: str | None
    evidence_sha256: str | None
    met_by: str | None
    settled_krw: int
    in_review_krw: int = Field(description="Claimed, waiting for a review before it counts.")
    left_krw: int = Field(description="What may still be claimed: neither settled, in review nor returned.")


class DealSettlement(BaseModel):
    """How far what a research team was paid has been settled; `settled_krw` and `unsettled_krw` sum to `paid_krw`."""

    deal_id: UUID
    title_ko: str | None
    title_en: str | None
    company_name_ko: str | None
    company_name_en: str | None
    paid_krw: int = Field(description="Paid to the team, less what it returned.")
    settled_krw: int
    unsettled_krw: int
    in_review_krw: int
    left_krw: int = Field(description="Paid, neither settled nor in review.")
    tranches: list[TrancheView]


class ClaimFilters(BaseModel):
    """What a list of claims is narrowed to."""

    deal_id: UUID | None = None
    tranche_id: UUID | None = None
    state: ClaimState | None = None
    category: ExpenseCategory | None = None
    waiting: bool | None = Field(default=None, description="Those that wait for a review, or for their documents.")


class ClaimView(BaseModel):
    """A claim, whole."""

    id: UUID
    deal_id: UUID
    title_ko: str | None
    title_en: str | None
    company_name_ko: str | None
    company_name_en: str | None
    tranche_id: UUID
    tranche_position: int
    category: ExpenseCategory
    amount_krw: int
    spent_on: date
    words: str
    state: ClaimState
    counts: bool = Field(description="Settled on the ledger.")
    needs_document: bool = Field(description="Cannot be accepted before a document is on file.")
    threshold_krw: int
    document_id: UUID | None
    document_name: str | None
    document_sha256: str | None
    claimed_by: str
    recorded_at: datetime
    instruction_id: UUID | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    review_words: str | None


class SettlementHome(Listing):
    """Where the grants that the reader may see stand in settlement, the newest deal first."""

    items: list[DealSettlement]
    threshold_krw: int
    waiting: int = Field(description="Claims that wait for a review or for their documents.")
    newest: list[ClaimView]


class ClaimsPage(Listing):
    """A page of claims, newest first."""

    items: list[ClaimView]
    filters: ClaimFilters


class SettlementDesk(BaseModel):
    """For research teams: what is left of what they were paid, and what is asked of them."""

    grants: int
    left_krw: int = Field(description="Paid, neither settled nor in review.")
    documents_asked: int = Field(description="Claims that need a document before they can be accepted.")


class ClaimPage(BaseModel):
    """A claim with what the reader may do about it, and the form to do it."""

    claim: ClaimView
    may_review: bool
    may_attach: bool
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class OpenTranche(BaseModel):
    """A paid tranche that expenses may be claimed against."""

    id: UUID
    title_ko: str | None
    title_en: str | None
    position: int
    left_krw: int
    starts_on: date | None
    ends_on: date | None


class ClaimForm(BaseModel):
    """The form to claim an expense, with the rule beside it."""

    tranches: Sequence[OpenTranche]
    categories: Sequence[ExpenseCategory]
    threshold_krw: int
    today: date
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
