"""What crosses the wire of the ledger."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationInfo, field_validator

from fund_service.ledger.terms import TERMS, Words
from fund_service.paging import Listing
from fund_service.wire import ClosedModel, Day, WonOrNone, clean_text
from models.instruction import InstructionKind, InstructionState
from models.ledger import AccountKind

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500), AfterValidator(clean_text)
]


class InstructionIn(ClosedModel):
    """What is asked of the ledger. Which records and terms it names follows from its kind."""

    kind: InstructionKind
    vehicle_id: UUID | None = Field(default=None, description="For a deal, its own vehicle when left out.")
    envelope_id: UUID | None = None
    deal_id: UUID | None = None
    amount_krw: WonOrNone | None = Field(default=None, description="Of a reversal it is that of the entry.")
    effective_on: Day | None = Field(default=None, description="Business date in Seoul; today when left out.")
    words: Words = Field(description="Why.")
    terms: dict[str, Any] = Field(default_factory=dict, description="What the kind needs beyond the rest.")

    @field_validator("terms", mode="after")
    @classmethod
    def check_terms(cls, terms: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """Read the terms as those of the kind, and keep them as they are stored."""
        kind = info.data.get("kind")
        return terms if kind is None else TERMS[kind].model_validate(terms).model_dump(mode="json")


class CheckIn(ClosedModel):
    """A checker's approval of what they read."""

    terms_digest: Digest = Field(description="``terms_digest`` of the instruction as it was read.")


class VoidIn(ClosedModel):
    """Why an instruction is given up or refused."""

    reason: Reason


class Party(BaseModel):
    """A vehicle, envelope, deal or person by name."""

    id: UUID
    name_ko: str | None
    name_en: str | None


class AccountView(BaseModel):
    """An account by what it is."""

    id: UUID | None = Field(description="None: it is opened with its first line.")
    kind: AccountKind
    vehicle: Party | None
    envelope: Party | None
    deal: Party | None
    child: Party | None


class PreviewLine(BaseModel):
    """A line that would be posted, and what it would do to its account."""

    account: AccountView
    amount_krw: int = Field(description="Debit positive, credit negative.")
    before_krw: int
    after_krw: int


class LineView(BaseModel):
    """A line of an entry."""

    position: int
    account: AccountView
    amount_krw: int = Field(description="Debit positive, credit negative.")


class CheckView(BaseModel):
    """A checker's approval."""

    person: Party
    checked_at: datetime


class TermView(BaseModel):
    """A term of an instruction as people read it."""

    name: str
    value: str | int | None = Field(description="Won where the name ends in _krw.")
    link: str | None = None


class InstructionItem(BaseModel):
    """An instruction in a list."""

    id: UUID
    kind: InstructionKind
    state: InstructionState
    vehicle: Party | None
    envelope: Party | None
    deal: Party | None
    amount_krw: int
    effective_on: date
    words: str
    made_by: Party
    recorded_at: datetime
    checks_needed: int
    checks_given: int
    entry_id: UUID | None
    entry_number: int | None


class InstructionView(InstructionItem):
    """An instruction, whole."""

    terms: dict[str, Any]
    terms_digest: str
    said: Sequence[TermView] = Field(description="The terms, with names for ids.")
    checks: Sequence[CheckView]
    resolved_at: datetime | None
    resolved_by: Party | None
    void_reason: str | None
    lines: Sequence[PreviewLine] = Field(description="What posting it now would do; empty once resolved.")
    posted: Sequence[LineView] = Field(description="The lines of its entry.")
    refusal: str | None = Field(description="Why it could not be posted now.")
    may_check: bool
    may_void: bool
    no_check_because: str | None = Field(description="Why the reader may not check it.")


class InstructionReceipt(BaseModel):
    """How an instruction stands after it was made, checked or voided; it is read whole at its own address."""

    id: UUID
    kind: InstructionKind
    state: InstructionState
    amount_krw: int
    effective_on: date
    terms_digest: str = Field(description="What a checker sends back with the check.")
    checks_needed: int
    checks_given: int
    entry_id: UUID | None = Field(description="Of the entry that posted it.")
    entry_number: int | None
    resolved_at: datetime | None = Field(description="When it was posted or voided.")
    void_reason: str | None


class InstructionFilters(BaseModel):
    """What a list of instructions is narrowed to."""

    state: InstructionState | None = None
    kind: InstructionKind | None = None
    vehicle_id: UUID | None = None
    deal_id: UUID | None = None


class InstructionsPage(Listing):
    """A page of instructions, newest first; on the first page those that wait for the reader stand above."""

    waiting: list[InstructionItem] = Field(description="Pending, and the reader may check them; oldest first.")
    items: list[InstructionItem]
    filters: InstructionFilters
    counts: Mapping[InstructionState, int]
    vehicles: Sequence[Party]
    kinds: Sequence[InstructionKind] = tuple(InstructionKind)
