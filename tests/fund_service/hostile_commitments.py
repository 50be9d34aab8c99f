"""Steps of the commitment ladder with a text of one's choice in all that people write of them."""

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from fund_service.commitments.reading import statement_digest
from models.clock import business_date, utc_now
from models.commitment import (
    CommitmentDecision,
    CommitmentEvidence,
    CommitmentRevocation,
    CommitmentStep,
    RevokingSide,
    StepOutcome,
)
from models.person import Person, Role
from models.signal import CommitmentLevel, DemandSignal


def hostile_steps(people: Mapping[Role, Person], signal: DemandSignal, text: str) -> list[SQLModel]:
    """Make a step of the ladder that was verified and taken back, and after it one that waits."""
    today = business_date(utc_now())
    said = sa.select(statement_digest()).where(col(DemandSignal.id) == signal.id).scalar_subquery()
    taken_back, waiting = (
        CommitmentStep(
            signal_id=signal.id, level=CommitmentLevel.CONDITIONAL, number=number, amount_krw=1, conditions=text,
            round_share_bp=1, dated_on=today, due_on=today, expires_on=today + timedelta(30),
            statement_digest=said, claimed_by_id=people[Role.INVESTOR].id, document_name=text[:255],
            media_type="application/pdf", size_bytes=1, sha256=f"{number}" * 64,
        )
        for number in (1, 2)
    )  # fmt: skip
    return [
        taken_back,
        CommitmentEvidence(step_id=taken_back.id, content=b"%"),
        CommitmentDecision(
            step_id=taken_back.id, outcome=StepOutcome.VERIFIED, decided_by_id=people[Role.FUND_MANAGER].id, words=text,
            evidence_sha256="1" * 64,
        ),
        CommitmentRevocation(
            step_id=taken_back.id, side=RevokingSide.ORGANISATION, revoked_by_id=people[Role.INVESTOR].id, reason=text
        ),
        waiting,
        CommitmentEvidence(step_id=waiting.id, content=b"%"),
    ]  # fmt: skip
