"""Writes of the ladder: a claimed step (`claiming`) is verified or refused by the fund, or taken back."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service import jobs, locales
from fund_service.accounts.administration import refuse_unconfirmed
from fund_service.accounts.callers import Caller
from fund_service.commitments.bearing import ledger_word
from fund_service.commitments.queries import find_step
from fund_service.commitments.reading import facts_of
from fund_service.commitments.schemas import DecisionIn, RevocationIn
from fund_service.commitments.views import one, state_of
from fund_service.commitments.walls import check_verifier
from fund_service.notices.telling import settle, speakers_of, tell
from models.clock import business_date
from models.commitment import (
    CommitmentDecision,
    CommitmentRevocation,
    CommitmentStep,
    RevokingSide,
    StepOutcome,
)
from models.errors import GateClosed, RecordChanged, StepNotAllowed
from models.ladder import StepFacts, StepState, missing_below
from models.notice import NoticeKind
from models.person import Person, Role
from models.signal import DemandSignal, SignalState

STANDING = (StepState.CLAIMED, StepState.VERIFIED, StepState.OUTDATED)
"""States from which a step can be taken back: the others have ended already."""
ENDED_UNSEEN = (StepState.EXPIRED, StepState.OUTDATED)
"""How a claim may end before anybody looks at it."""


def decide_step(
    session: Session, step_id: UUID, data: DecisionIn, *, caller: Caller, at: datetime
) -> CommitmentDecision:
    """Verify or refuse a claimed step; verified, it counts from today on, in the demand of the market too.

    Raises
    ------
    RecordNotFound
        When there is no such step among those the caller may see.
    FourEyesNeeded
        When the caller claimed it, is of the same ownership group, or has an interest in its organisation.
    StepNotAllowed
        When it no longer waits.
    GateClosed
        When it is to be verified and a rung below is not, or the ledger does not bear it out and no word says how it
        was checked.
    RecordChanged
        When the document is not the one that was seen.
    """
    step, signal = _lock(session, step_id, caller=caller)
    check_verifier(session, step, signal, caller=caller, today=business_date(at))
    refuse_unconfirmed(session.get_one(Person, caller.person_id))
    steps = facts_of(session, col(CommitmentStep.signal_id) == signal.id)[signal.id]
    _check_undecided(step, steps, data.outcome, today=business_date(at))
    if data.evidence_sha256 != step.sha256:
        raise RecordChanged("This is not the document on file; load the page again and look at it.")
    borne_out = None
    if data.outcome is StepOutcome.VERIFIED:
        if signal.state is not SignalState.LIVE:
            raise StepNotAllowed("The signal has been withdrawn: nothing of it can be verified.")
        _check_below(step, steps, today=business_date(at))
        borne_out = _borne_out(session, step, words=data.words)
    decision = CommitmentDecision(
        step_id=step.id,
        outcome=data.outcome,
        decided_by_id=caller.person_id,
        words=data.words,
        evidence_sha256=step.sha256,
        instruction_id=borne_out,
        recorded_at=at,
    )
    session.add(decision)
    session.flush()
    settle(session, NoticeKind.STEP_TO_VERIFY, subject=step.id, at=at)
    tell(session, NoticeKind.STEP_DECIDED, subject=step.id, to=speakers_of([signal.organisation_id]), at=at)
    jobs.queue_summary(session)
    return decision


def revoke_step(
    session: Session, step_id: UUID, data: RevocationIn, *, caller: Caller, at: datetime
) -> CommitmentRevocation:
    """Take a step back, as its organisation or as the fund; what it said stays on record.

    Raises
    ------
    RecordNotFound
        When there is no such step among those the caller may see.
    StepNotAllowed
        When it has ended already.
    """
    step, signal = _lock(session, step_id, caller=caller)
    steps = facts_of(session, col(CommitmentStep.signal_id) == signal.id)[signal.id]
    state = state_of(step.id, steps, business_date(at))
    if state not in STANDING:
        raise StepNotAllowed("This step has ended already: {state}.", state=locales.label(state))
    side = RevokingSide.ORGANISATION if caller.has(Role.INVESTOR) else RevokingSide.FUND
    if side is RevokingSide.FUND and state is StepState.CLAIMED:
        raise StepNotAllowed("A claim that waits is verified or refused.")
    revocation = CommitmentRevocation(
        step_id=step.id, side=side, revoked_by_id=caller.person_id, reason=data.reason, recorded_at=at
    )
    session.add(revocation)
    session.flush()
    settle(session, NoticeKind.STEP_TO_VERIFY, subject=step.id, at=at)
    jobs.queue_summary(session)
    return revocation


def _check_undecided(step: CommitmentStep, steps: Sequence[StepFacts], outcome: StepOutcome, *, today: date) -> None:
    """Refuse to decide twice; what ended by itself before anybody looked may still be refused, with the reason."""
    state = state_of(step.id, steps, today)
    refusable = outcome is StepOutcome.REFUSED and one(step.id, steps).verified_on is None and state in ENDED_UNSEEN
    if not (state is StepState.CLAIMED or refusable):
        raise StepNotAllowed("This step does not wait for a verifier: {state}.", state=locales.label(state))


def _check_below(step: CommitmentStep, steps: Sequence[StepFacts], *, today: date) -> None:
    missing = missing_below(steps, step.level, today, claims_count=False)
    if missing:
        raise GateClosed("Verify {level} first: no rung is skipped.", level=" · ".join(map(locales.label, missing)))


def _borne_out(session: Session, step: CommitmentStep, *, words: str | None) -> UUID | None:
    """Give the instruction that bears a signature or a payment out; without one somebody says how it was checked."""
    word = ledger_word(session, step.signal_id, step.level)
    if word is None or word.instruction_id is not None:
        return None if word is None else word.instruction_id
    if words is None:
        raise GateClosed("The ledger does not bear this out: say how you checked it.")
    return None


def _lock(session: Session, step_id: UUID, *, caller: Caller) -> tuple[CommitmentStep, DemandSignal]:
    """Find a step that the caller may see, and hold its signal until the transaction ends."""
    step = find_step(session, step_id, caller=caller)
    signal = session.exec(
        select(DemandSignal)
        .where(DemandSignal.id == step.signal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return step, signal
