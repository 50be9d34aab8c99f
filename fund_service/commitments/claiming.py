"""Claims of steps: what an organisation may claim for its signal, and on which document."""

import calendar
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.commitments.ladder import may_climb
from fund_service.commitments.reading import facts_of
from fund_service.commitments.schemas import StepIn
from fund_service.diligence.documents import examine
from fund_service.notices.telling import holders_of, tell
from fund_service.settlement.receipts import Upload
from fund_service.signals.queries import find_own_signal
from models.clock import business_date
from models.commitment import (
    CommitmentDecision,
    CommitmentEvidence,
    CommitmentRevocation,
    CommitmentStep,
    StepOutcome,
)
from models.errors import RecordConflicts, StepNotAllowed, ValueNotAllowed
from models.ladder import DEFAULT_HORIZON_MONTHS, LONGEST_DAYS, PROMISES, missing_below
from models.notice import NoticeKind
from models.person import Role
from models.signal import CommitmentLevel, Confidentiality, DemandSignal, stated_amount


def claim_step(
    session: Session, signal_id: UUID, data: StepIn, *, upload: Upload, caller: Caller, at: datetime
) -> CommitmentStep:
    """Claim a rung for a signal of the caller's organisation, on a document that is kept as it is.

    Raises
    ------
    RecordNotFound
        When there is no such signal of theirs.
    StepNotAllowed
        When the signal no longer speaks, a claim of this rung waits already, or a rung below is missing.
    ValueNotAllowed
        When the document is not taken, or the claim is not one that it could bear.
    RecordConflicts
        When the document stands for another signal.
    """
    signal = find_own_signal(session, signal_id, caller=caller, to_change=True)
    today = business_date(at)
    if not may_climb(signal, caller=caller, today=today):
        raise StepNotAllowed("This signal no longer speaks; submit a new one instead.")
    _check_rung(session, signal, data.level, today=today)
    amount = _amount(signal, data)
    _check_days(data, today=today)
    if signal.confidentiality is Confidentiality.CONFIDENTIAL and not data.shown_to_verifier:
        raise ValueNotAllowed(
            "The signal is confidential: nobody can verify a document that you do not show.", field="shown_to_verifier"
        )
    step = _step_of(session, signal, data, amount_krw=amount, upload=upload)
    step.claimed_by_id, step.recorded_at = caller.person_id, at
    _refuse_used(session, step)
    session.add(step)
    session.flush()
    session.add(CommitmentEvidence(step_id=step.id, content=upload.content, recorded_at=at))
    session.flush()
    tell(session, NoticeKind.STEP_TO_VERIFY, subject=step.id, to=holders_of(Role.FUND_MANAGER), at=at)
    return step


def _check_rung(session: Session, signal: DemandSignal, rung: CommitmentLevel, *, today: date) -> None:
    steps = facts_of(session, col(CommitmentStep.signal_id) == signal.id).get(signal.id, [])
    if any(step.level is rung and step.waits_on(today) for step in steps):
        raise StepNotAllowed("A claim of this level waits already; take it back first.", field="level")
    missing = missing_below(steps, rung, today, claims_count=True)
    if missing:
        raise StepNotAllowed(
            "Claim {level} first: no rung is skipped.", field="level", level=" · ".join(map(locales.label, missing))
        )


def _amount(signal: DemandSignal, data: StepIn) -> int:
    """Give the amount that is claimed: never more than the signal states."""
    if data.level is CommitmentLevel.NAMED_INTEREST:
        if signal.ticket_min_krw is None or signal.ticket_max_krw is None:
            raise StepNotAllowed("Named interest has a ticket range: state both ends in the signal first.")
        if data.amount_krw not in {None, signal.ticket_max_krw}:
            raise ValueNotAllowed(
                "Named interest is about the signal's own ticket; leave this open.", field="amount_krw"
            )
        return signal.ticket_max_krw
    stated = stated_amount(signal.available_krw, signal.ticket_max_krw, signal.ticket_min_krw)
    if data.amount_krw is None or data.amount_krw > stated:
        raise ValueNotAllowed(
            "The signal speaks of {stated} won; change it first if the document says more.",
            field="amount_krw",
            stated=f"{stated:,}",
        )
    return data.amount_krw


def _check_days(data: StepIn, *, today: date) -> None:
    if data.dated_on > today:
        raise ValueNotAllowed("A document is not of tomorrow.", field="dated_on")
    last = today + timedelta(days=LONGEST_DAYS[data.level])
    if not today <= data.expires_on <= last:
        raise ValueNotAllowed(
            "It must hold today, and until {last} at most; renew it then.", field="expires_on", last=last.isoformat()
        )


def _step_of(
    session: Session, signal: DemandSignal, data: StepIn, *, amount_krw: int, upload: Upload
) -> CommitmentStep:
    try:
        document = examine(name=upload.name, media_type=upload.media_type, content=upload.content)
    except ValueNotAllowed as refusal:
        refusal.field = "document"  # as claims call it
        raise
    before = session.exec(
        select(func.coalesce(func.max(CommitmentStep.number), 0)).where(CommitmentStep.signal_id == signal.id)
    ).one()
    due_on = months_after(data.dated_on, signal.horizon_months or DEFAULT_HORIZON_MONTHS)
    return CommitmentStep(
        signal_id=signal.id,
        number=before + 1,
        amount_krw=amount_krw,
        due_on=due_on if data.level in PROMISES else None,
        statement_digest="",  # the database copies what the signal says
        document_name=document.name,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        **data.model_dump(exclude={"amount_krw", "document"}),
    )


def _refuse_used(session: Session, step: CommitmentStep) -> None:
    """Refuse a document that stands for another signal: one letter would else count wherever it is shown."""
    decided_against = sa.and_(
        col(CommitmentDecision.step_id) == col(CommitmentStep.id),
        col(CommitmentDecision.outcome) == StepOutcome.REFUSED,
    )
    used = session.exec(
        select(CommitmentStep.id)
        .join(CommitmentDecision, decided_against, isouter=True)
        .join(CommitmentRevocation, col(CommitmentRevocation.step_id) == col(CommitmentStep.id), isouter=True)
        .where(
            CommitmentStep.sha256 == step.sha256,
            CommitmentStep.signal_id != step.signal_id,
            col(CommitmentDecision.id).is_(None),
            col(CommitmentRevocation.id).is_(None),
        )
    ).first()
    if used is not None:
        raise RecordConflicts("This document stands for another signal already.", field="document")


def months_after(day: date, months: int) -> date:
    """Give the same day so many months later, or the last of its month; the calendar of a request ends in 2100."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
