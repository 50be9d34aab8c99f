"""Steps of the commitment ladder: what was claimed on which document, who verified or refused it, what was taken back.

Every row is added once and never changed. What they make of a signal's level on a day is worked out by `models.ladder`.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Row, by_value
from models.money import MAX_KRW
from models.signal import CommitmentLevel

MAX_EVIDENCE_BYTES = 10 * 2**20


class StepOutcome(StrEnum):
    """What a verifier found of a claimed step."""

    VERIFIED = "verified"
    """The document says what was claimed."""
    REFUSED = "refused"
    """It does not; the reason is for the claimant to read."""


class RevokingSide(StrEnum):
    """Who took a step back."""

    ORGANISATION = "organisation"
    """The organisation that had claimed it: a promise withdrawn."""
    FUND = "fund"
    """The fund, which should not have verified it or learned that it no longer holds: no promise of the investor's."""


class CommitmentStep(Row, table=True):
    """A claim that a signal has reached a rung, on a document; a replaced file or a renewal is a step of its own.

    The database counts the steps of a signal, copies what the signal says (``statement_digest``), refuses whoever does
    not speak for the signal's organisation, and a document that stands for another signal already.
    """

    __tablename__ = "commitment_step"
    __table_args__ = (
        UniqueConstraint("signal_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("level <> 'L0'", name="a_rung_above_the_ground"),
        CheckConstraint(f"amount_krw BETWEEN 1 AND {MAX_KRW}", name="amount_krw_range"),
        CheckConstraint("round_share_bp BETWEEN 1 AND 10000", name="round_share_range"),
        CheckConstraint(
            "(level = 'L3') = (conditions IS NOT NULL AND round_share_bp IS NOT NULL)", name="conditional_on_something"
        ),
        CheckConstraint("dated_on <= expires_on", name="dates_in_order"),
        CheckConstraint("(level IN ('L2', 'L3')) = (due_on IS NOT NULL)", name="promises_fall_due"),
        CheckConstraint("dated_on <= due_on", name="due_after_its_date"),
        CheckConstraint(f"size_bytes BETWEEN 1 AND {MAX_EVIDENCE_BYTES}", name="size_range"),
    )

    signal_id: UUID = Field(foreign_key="demand_signal.id", index=True)
    level: CommitmentLevel = Field(sa_type=by_value(CommitmentLevel))
    number: int
    """Counts the steps of a signal: of two on one rung the higher number is the newer one."""
    amount_krw: int = Field(sa_type=BigInteger)
    """What the document speaks of; of named interest the largest ticket."""
    conditions: str | None = Field(default=None, max_length=2_000)
    """What a conditional commitment (확약) waits for."""
    round_share_bp: int | None = None
    """The share of the round that it would take, in basis points."""
    dated_on: date
    """The date of the document."""
    due_on: date | None = None
    """When a letter or conditional commitment should have become money: its date and the signal's horizon."""
    expires_on: date
    """Last day in Seoul on which it holds."""
    statement_digest: str = Field(max_length=64)
    """The words and the money of the signal that the document vouches for; the database copies it."""
    shown_to_verifier: bool = False
    """The organisation lets the fund's verifiers see the document, its amount and dates, though the signal itself is
    confidential and stays so."""
    claimed_by_id: UUID = Field(foreign_key="person.id", index=True)
    document_name: str = Field(max_length=255)
    media_type: str = Field(max_length=100)
    size_bytes: int
    sha256: str = Field(max_length=64, index=True)


class CommitmentEvidence(Row, table=True):
    """The bytes of a step's document, apart, so that lists do not read them; the database holds them to its sha256."""

    __tablename__ = "commitment_evidence"

    step_id: UUID = Field(foreign_key="commitment_step.id", unique=True)
    content: bytes


class CommitmentDecision(Row, table=True):
    """What a fund manager found of a step: one for each, by nobody who claimed it or is of the same ownership group."""

    __tablename__ = "commitment_decision"
    __table_args__ = (
        CheckConstraint("outcome = 'verified' OR words IS NOT NULL", name="refused_for_a_reason"),
        CheckConstraint("outcome = 'verified' OR instruction_id IS NULL", name="borne_out_when_verified"),
        CheckConstraint("words <> ''", name="words_not_empty"),
    )

    step_id: UUID = Field(foreign_key="commitment_step.id", unique=True)
    outcome: StepOutcome = Field(sa_type=by_value(StepOutcome))
    decided_by_id: UUID = Field(foreign_key="person.id", index=True)
    words: str | None = Field(default=None, max_length=1_000)
    """Why it is refused; or how a signature or a payment was checked that the ledger does not know."""
    evidence_sha256: str = Field(max_length=64)
    """The document as the verifier saw it."""
    instruction_id: UUID | None = Field(default=None, foreign_key="instruction.id", index=True)
    """The entry's instruction that bears it out on the ledger, where a deal came of the signal."""


class CommitmentRevocation(Row, table=True):
    """That a step was taken back, and why; what it said stays on record."""

    __tablename__ = "commitment_revocation"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason_not_empty"),)

    step_id: UUID = Field(foreign_key="commitment_step.id", unique=True)
    side: RevokingSide = Field(sa_type=by_value(RevokingSide))
    revoked_by_id: UUID = Field(foreign_key="person.id", index=True)
    reason: str = Field(max_length=1_000)
