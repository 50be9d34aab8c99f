"""One valid row of every table of the commitment ladder, and what breaks each of their CHECKs."""

from datetime import date, timedelta

from sqlmodel import SQLModel

from models.commitment import (
    MAX_EVIDENCE_BYTES,
    CommitmentDecision,
    CommitmentEvidence,
    CommitmentRevocation,
    CommitmentStep,
    RevokingSide,
    StepOutcome,
)
from models.money import MAX_KRW
from models.person import Person
from models.signal import CommitmentLevel, DemandSignal

COMMITMENT_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_commitment_decision_borne_out_when_verified": (
        "outcome = 'refused', words = 'x', instruction_id = (SELECT id FROM instruction LIMIT 1)",
    ),
    "ck_commitment_decision_refused_for_a_reason": ("outcome = 'refused', words = NULL",),
    "ck_commitment_decision_words_not_empty": ("words = ''",),
    "ck_commitment_revocation_reason_not_empty": ("reason = ''",),
    "ck_commitment_step_a_rung_above_the_ground": ("level = 'L0', due_on = NULL",),
    "ck_commitment_step_amount_krw_range": ("amount_krw = 0", "amount_krw = -1", f"amount_krw = {MAX_KRW + 1}"),
    "ck_commitment_step_conditional_on_something": (
        "level = 'L3'",
        "level = 'L3', conditions = 'x'",
        "level = 'L3', round_share_bp = 1",
        "conditions = 'x', round_share_bp = 1",
    ),
    "ck_commitment_step_dates_in_order": ("expires_on = '2026-01-01'",),
    "ck_commitment_step_due_after_its_date": ("due_on = '2026-01-01'",),
    "ck_commitment_step_number_from_one": ("number = 0",),
    "ck_commitment_step_promises_fall_due": ("due_on = NULL", "level = 'L1'", "level = 'L4'", "level = 'L5'"),
    "ck_commitment_step_round_share_range": ("round_share_bp = 0", "round_share_bp = 10001"),
    "ck_commitment_step_size_range": ("size_bytes = 0", f"size_bytes = {MAX_EVIDENCE_BYTES + 1}"),
}


def commitment_rows(person: Person, signal: DemandSignal) -> list[SQLModel]:
    """Make the rows, parents before children."""
    on = date(2026, 11, 1)
    step = CommitmentStep(
        signal_id=signal.id,
        level=CommitmentLevel.LETTER_OF_INTENT,
        number=1,
        amount_krw=1,
        dated_on=on,
        due_on=on + timedelta(days=365),
        expires_on=on + timedelta(days=90),
        statement_digest="0" * 64,
        claimed_by_id=person.id,
        document_name="letter.pdf",
        media_type="application/pdf",
        size_bytes=1,
        sha256="0" * 64,
    )
    return [
        step,
        CommitmentEvidence(step_id=step.id, content=b"%"),
        CommitmentDecision(
            step_id=step.id, outcome=StepOutcome.VERIFIED, decided_by_id=person.id, evidence_sha256="0" * 64
        ),
        CommitmentRevocation(step_id=step.id, side=RevokingSide.ORGANISATION, revoked_by_id=person.id, reason="철회"),
    ]
