"""What the forms of instructions show: choices, what was typed, what would be posted."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from fund_service.ledger.deal_schemas import TrancheView
from fund_service.ledger.journal_schemas import EntryItem
from fund_service.ledger.schemas import InstructionIn, InstructionView, Party, PreviewLine, TermView
from fund_service.ledger.splitting import SPLIT_DAYS
from fund_service.ledger.terms import ASKED_BY_HAND
from models.instruction import InstructionKind


class InstructionForm(BaseModel):
    """The form to ask something of the ledger: what may be chosen, what was typed, what is at fault."""

    kind: InstructionKind
    kinds: Sequence[InstructionKind] = ASKED_BY_HAND
    today: date
    vehicles: Sequence[Party] = ()
    children: Sequence[Party] = ()
    envelopes: Sequence[Party] = ()
    deal: Party | None = None
    deals: Sequence[Party] = ()
    calls: Sequence[Party] = ()
    tranches: Sequence[TrancheView] = ()
    entry: EntryItem | None = None
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class ReviewPage(BaseModel):
    """What an instruction would post, to be read before it is made."""

    asked: InstructionIn
    vehicle: Party | None
    envelope: Party | None
    deal: Party | None
    amount_krw: int
    effective_on: date
    said: Sequence[TermView]
    checks_needed: int
    beside_krw: int
    """What else is asked of the same kind and parties at the same time: it counts towards the second checker."""
    split_days: int = SPLIT_DAYS
    lines: Sequence[PreviewLine]
    values: dict[str, str | list[str]] = {}


class ResolveForm(BaseModel):
    """The page on which a check is given, or an instruction voided, after one more look."""

    instruction: InstructionView
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
