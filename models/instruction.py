"""Instructions to move money, made by one person and checked by others; and the instruments they create."""

import hashlib
import json
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.clock import UtcDateTime, utc_now
from models.money import MAX_KRW


class InstructionKind(StrEnum):
    """What an instruction asks the ledger to do."""

    FUND_SIZE = "fund_size"
    """Set up the mother fund with its won."""
    ENVELOPE_BUDGET = "envelope_budget"
    """Give won to an envelope."""
    VEHICLE_COMMITMENT = "vehicle_commitment"
    """Promise won of a vehicle to a child vehicle (출자약정)."""
    DEAL_COMMITMENT = "deal_commitment"
    """Promise won of a vehicle to a deal (투자약정)."""
    COMMITMENT_RELEASE = "commitment_release"
    """Give back what a deal has not drawn of its commitment."""
    CAPITAL_CALL = "capital_call"
    """Call capital into a vehicle, with its purpose item by item (캐피탈콜)."""
    CALL_RECEIPT = "call_receipt"
    """Record what came in on a call, all or a part."""
    DISBURSEMENT = "disbursement"
    """Pay a tranche to a deal (분할지급)."""
    EXPENSE = "expense"
    """Pay a fee or expense of a vehicle."""
    DISTRIBUTION = "distribution"
    """Pay out of a vehicle to those who paid in, a part of it recallable (분배)."""
    PROCEEDS = "proceeds"
    """Record what came back from a deal at exit: cost returned and gain (회수)."""
    REPAYMENT = "repayment"
    """Record money a deal paid back (상환)."""
    ROYALTY = "royalty"
    """Record a royalty (기술료)."""
    WRITE_OFF = "write_off"
    """Write off cost that will not come back (상각)."""
    VALUATION = "valuation"
    """Set a deal's fair value (공정가치 평가)."""
    SETTLEMENT = "settlement"
    """Settle a research team's claim against what it was paid (정산); no cash moves."""
    UNSPENT_RETURN = "unspent_return"
    """Take back what a research team has not spent, into cash and envelope (잔액 반납)."""
    REVERSAL = "reversal"
    """Take back an entry by one that mirrors it (역분개)."""


class InstructionState(StrEnum):
    """Where an instruction stands."""

    PENDING = "pending"
    """Waits for checkers; holds nothing back, so that nobody can block money alone."""
    POSTED = "posted"
    """Its entry is on the ledger."""
    VOID = "void"
    """Given up or refused; never posts."""


class Instruction(Row, table=True):
    """An instruction: what is asked, in full, and who asks. What it asks never changes; ``terms_digest`` names it."""

    __tablename__ = "instruction"
    __table_args__ = (
        CheckConstraint(f"amount_krw BETWEEN 0 AND {MAX_KRW}", name="amount_krw_range"),
        CheckConstraint("amount_krw > 0 OR kind = 'valuation'", name="only_a_value_may_be_nothing"),
        CheckConstraint(
            "checks_needed BETWEEN 1 AND 2 OR (checks_needed = 0 AND kind = 'settlement')", name="checks_needed_range"
        ),
        CheckConstraint("(state = 'void') = (void_reason IS NOT NULL)", name="void_has_a_reason"),
        CheckConstraint("(state = 'pending') = (resolved_at IS NULL)", name="resolved_when_not_pending"),
        CheckConstraint("num_nonnulls(vehicle_id, envelope_id) >= 1", name="names_its_book"),
    )

    kind: InstructionKind = Field(sa_type=by_value(InstructionKind), index=True)
    state: InstructionState = Field(default=InstructionState.PENDING, sa_type=by_value(InstructionState), index=True)
    vehicle_id: UUID | None = Field(default=None, foreign_key="vehicle.id", index=True)
    envelope_id: UUID | None = Field(default=None, foreign_key="envelope.id", index=True)
    deal_id: UUID | None = Field(default=None, foreign_key="deal.id", index=True)
    amount_krw: int = Field(sa_type=BigInteger)
    effective_on: date
    terms: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    """What the kind needs beyond the columns: purpose items, tranche, call, parts of proceeds, reversed entry ..."""
    terms_digest: str = Field(max_length=64)
    words: str = Field(max_length=500)
    """Why, in the maker's words."""
    made_by_id: UUID = Field(foreign_key="person.id", index=True)
    checks_needed: int = 1
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    void_reason: str | None = Field(default=None, max_length=500)

    def digest_of_terms(self) -> str:
        """Give the sha256 of everything that is asked, as canonical JSON: what a checker's approval binds to."""
        asked = [
            self.kind.value,
            *(None if key is None else str(key) for key in (self.vehicle_id, self.envelope_id, self.deal_id)),
            self.amount_krw,
            self.effective_on.isoformat(),
            self.terms,
            self.words,
            str(self.made_by_id),
            self.checks_needed,
        ]
        canonical = json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


class InstructionCheck(SQLModel, table=True):
    """A checker's approval of an instruction as it read; one for each human being, never of the maker.

    The database refuses one by the maker, under whatever account, and one of other terms.
    """

    __tablename__ = "instruction_check"

    instruction_id: UUID = Field(foreign_key="instruction.id", primary_key=True)
    human_id: UUID = Field(primary_key=True)
    """The human being behind the account (`models.person.Person.human_id`)."""
    person_id: UUID = Field(foreign_key="person.id", index=True)
    terms_digest: str = Field(max_length=64)
    checked_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Commitment(Row, table=True):
    """A promise of won to a deal, posted by an instruction; what is drawn of it is on the ledger."""

    __tablename__ = "commitment"
    __table_args__ = (CheckConstraint(f"amount_krw BETWEEN 1 AND {MAX_KRW}", name="amount_krw_range"),)

    deal_id: UUID = Field(foreign_key="deal.id", index=True)
    vehicle_id: UUID = Field(foreign_key="vehicle.id", index=True)
    instruction_id: UUID = Field(foreign_key="instruction.id", unique=True)
    amount_krw: int = Field(sa_type=BigInteger)
    approval_digest: str = Field(max_length=64)
    """Digest of the deal's terms that the committee approved and this commitment carries out."""


class EnvelopeDraw(SQLModel, table=True):
    """What a commitment drew from an envelope."""

    __tablename__ = "envelope_draw"
    __table_args__ = (CheckConstraint(f"amount_krw BETWEEN 1 AND {MAX_KRW}", name="amount_krw_range"),)

    commitment_id: UUID = Field(foreign_key="commitment.id", primary_key=True)
    envelope_id: UUID = Field(foreign_key="envelope.id", primary_key=True, index=True)
    amount_krw: int = Field(sa_type=BigInteger)


class CallPurpose(StrEnum):
    """What called capital is for, as reporting templates ask."""

    INVESTMENT = "investment"
    """To invest in deals."""
    MANAGEMENT_FEE = "management_fee"
    """The manager's fee (관리보수)."""
    EXPENSE = "expense"
    """Costs of the vehicle."""


class CapitalCall(Row, table=True):
    """A posted capital call; what has come in on it is the sum of its receipts."""

    __tablename__ = "capital_call"
    __table_args__ = (CheckConstraint(f"amount_krw BETWEEN 1 AND {MAX_KRW}", name="amount_krw_range"),)

    vehicle_id: UUID = Field(foreign_key="vehicle.id", index=True)
    instruction_id: UUID = Field(foreign_key="instruction.id", unique=True)
    amount_krw: int = Field(sa_type=BigInteger)
    due_on: date


class CapitalCallItem(SQLModel, table=True):
    """A part of a call with its purpose; the items sum to the call."""

    __tablename__ = "capital_call_item"
    __table_args__ = (CheckConstraint(f"amount_krw BETWEEN 1 AND {MAX_KRW}", name="amount_krw_range"),)

    call_id: UUID = Field(foreign_key="capital_call.id", primary_key=True)
    purpose: CallPurpose = Field(sa_type=by_value(CallPurpose), primary_key=True)
    amount_krw: int = Field(sa_type=BigInteger)


class CapitalCallReceipt(Row, table=True):
    """What came in on a call, all or a part."""

    __tablename__ = "capital_call_receipt"
    __table_args__ = (CheckConstraint(f"amount_krw BETWEEN 1 AND {MAX_KRW}", name="amount_krw_range"),)

    call_id: UUID = Field(foreign_key="capital_call.id", index=True)
    instruction_id: UUID = Field(foreign_key="instruction.id", unique=True)
    amount_krw: int = Field(sa_type=BigInteger)


class TrancheState(StrEnum):
    """Where a tranche stands."""

    PLANNED = "planned"
    """Its milestone is not met."""
    MET = "met"
    """Its milestone is met and the evidence is on file; it may be paid."""
    PAID = "paid"
    """Paid by a posted disbursement."""
    CANCELLED = "cancelled"
    """Will not be paid."""


class Tranche(Row, table=True):
    """A part of a commitment, paid when its milestone is met (분할지급)."""

    __tablename__ = "tranche"
    __table_args__ = (
        UniqueConstraint("commitment_id", "position"),
        CheckConstraint("position >= 1", name="position_from_one"),
        CheckConstraint(f"amount_krw BETWEEN 1 AND {MAX_KRW}", name="amount_krw_range"),
        CheckConstraint("state NOT IN ('met', 'paid') OR evidence_document_id IS NOT NULL", name="met_with_evidence"),
        CheckConstraint("(state = 'paid') = (instruction_id IS NOT NULL)", name="paid_by_an_instruction"),
    )

    commitment_id: UUID = Field(foreign_key="commitment.id", index=True)
    position: int
    milestone: str = Field(max_length=500)
    due_on: date | None = None
    amount_krw: int = Field(sa_type=BigInteger)
    state: TrancheState = Field(default=TrancheState.PLANNED, sa_type=by_value(TrancheState))
    evidence_document_id: UUID | None = Field(default=None, foreign_key="deal_document.id")
    met_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    instruction_id: UUID | None = Field(default=None, foreign_key="instruction.id", unique=True)


class IdempotencyKey(SQLModel, table=True):
    """A request that has had its effect, and what was answered; stored in the transaction of the effect."""

    __tablename__ = "idempotency_key"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    operation: str = Field(max_length=100, primary_key=True)
    key: str = Field(max_length=255, primary_key=True)
    fingerprint: str = Field(max_length=64)
    """Sha256 of path, query and body: the same key with another request is refused."""
    status: int
    location: str | None = Field(default=None, max_length=500)
    body: str
    """The answer as it left, JSON."""
    recorded_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
