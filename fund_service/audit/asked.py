"""What is read of an instruction to audit it."""

from datetime import date, datetime
from typing import Any, NamedTuple

from models.instruction import InstructionKind


class Asked(NamedTuple):
    """An instruction, as `models.instruction.Instruction.digest_of_terms` reads it."""

    id: str
    kind: InstructionKind
    vehicle_id: str | None
    envelope_id: str | None
    deal_id: str | None
    amount_krw: int
    effective_on: date
    terms: dict[str, Any]
    words: str
    made_by_id: str
    checks_needed: int
    terms_digest: str
    recorded_at: datetime
    posted: bool = True
