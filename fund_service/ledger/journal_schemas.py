"""What crosses the wire of the journal: entries, lines, balances."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.ledger.schemas import CheckView, LineView, Party
from fund_service.paging import Listing
from models.instruction import InstructionKind
from models.ledger import AccountKind


class EntryFilters(BaseModel):
    """What the journal is narrowed to."""

    vehicle_id: UUID | None = None
    envelope_id: UUID | None = None
    deal_id: UUID | None = None
    account_id: UUID | None = None
    account_kind: AccountKind | None = None
    kind: InstructionKind | None = None
    since: date | None = None
    until: date | None = None


class EntryItem(BaseModel):
    """An entry in the journal."""

    id: UUID
    number: int
    effective_on: date
    recorded_at: datetime
    instruction_id: UUID
    kind: InstructionKind
    words: str
    amount_krw: int
    vehicle: Party | None
    envelope: Party | None
    deal: Party | None
    reverses_number: int | None
    reversed_by_number: int | None


class EntriesPage(Listing):
    """A page of the journal, last entry first."""

    items: list[EntryItem]
    filters: EntryFilters
    vehicles: Sequence[Party]
    account_kinds: Sequence[AccountKind] = tuple(AccountKind)
    kinds: Sequence[InstructionKind] = tuple(InstructionKind)


class EntryView(EntryItem):
    """An entry, whole."""

    lines: Sequence[LineView]
    digest: str
    previous_digest: str
    reverses_id: UUID | None
    reversed_by_id: UUID | None
    made_by: Party
    checks: Sequence[CheckView]
    may_reverse: bool


class BalanceView(BaseModel):
    """What the accounts of a kind in one book come to, over all deals and children unless narrowed to one deal."""

    kind: AccountKind
    balance_krw: int = Field(description="Debit positive, credit negative.")
    accounts: int
    lines: int


class BookView(BaseModel):
    """A vehicle's or envelope's accounts."""

    vehicle: Party | None
    envelope: Party | None
    balances: Sequence[BalanceView]


class BalanceFilters(BaseModel):
    """Whose balances, and when."""

    vehicle_id: UUID | None = None
    envelope_id: UUID | None = None
    deal_id: UUID | None = None
    as_of: date | None = None


class BalancesPage(BaseModel):
    """Balances, book by book, as sums of the lines that count on or before a date."""

    filters: BalanceFilters
    as_of: date
    books: Sequence[BookView]
    vehicles: Sequence[Party]
