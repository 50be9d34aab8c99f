"""The ladder of a signal: six rungs, what holds on each, and which of them its organisation may claim now."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col

from fund_service.accounts.callers import Caller
from fund_service.commitments.reading import facts_of
from fund_service.commitments.schemas import LadderView, RungState, RungView
from fund_service.commitments.views import select_steps, step_views
from models.commitment import CommitmentStep
from models.ladder import RUNGS, Standing, StepFacts, missing_below, newest_verified, standing_on
from models.person import Role
from models.signal import CommitmentLevel, DemandSignal, SignalState


def ladder_of(session: Session, signal: DemandSignal, *, caller: Caller, today: date) -> LadderView:
    """Show the ladder of a signal that the caller may read, in three statements."""
    steps = facts_of(session, col(CommitmentStep.signal_id) == signal.id).get(signal.id, [])
    standing = standing_on(steps, today)
    may_claim = may_climb(signal, caller=caller, today=today)
    query = select_steps(col(CommitmentStep.signal_id) == signal.id).order_by(col(CommitmentStep.number).desc())
    ground = RungView(
        level=CommitmentLevel.VIEW,
        state=RungState.HELD,
        reached=True,
        expires_on=signal.expires_on,
        amount_krw=None,
        waiting=False,
        may_claim=False,
    )
    rungs = [_rung(rung, steps, standing=standing, today=today, may_claim=may_claim) for rung in RUNGS]
    return LadderView(
        level=standing.level,
        verified_krw=standing.verified_krw,
        renew_by=standing.renew_by,
        rungs=[ground, *rungs],
        steps=step_views(session, query, caller=caller, today=today),
    )


def may_climb(signal: DemandSignal, *, caller: Caller, today: date) -> bool:
    """Whether the caller may claim steps of a signal: it is their organisation's, and it speaks."""
    own = caller.has(Role.INVESTOR) and signal.organisation_id == caller.organisation_id
    speaks = signal.state is SignalState.LIVE and (signal.expires_on is None or signal.expires_on >= today)
    return own and speaks


def claimable(steps: Sequence[StepFacts], today: date) -> list[CommitmentLevel]:
    """Name the rungs that may be claimed now: nothing waits on them, and none below them is missing."""
    waiting = {step.level for step in steps if step.waits_on(today)}
    return [rung for rung in RUNGS if rung not in waiting and not missing_below(steps, rung, today, claims_count=True)]


def _rung(
    rung: CommitmentLevel, steps: Sequence[StepFacts], *, standing: Standing, today: date, may_claim: bool
) -> RungView:
    speaks = newest_verified(steps, rung, today)
    waiting = any(step.level is rung and step.waits_on(today) for step in steps)
    if speaks is not None and speaks.holds_on(today):
        state = RungState.HELD
    elif waiting:
        state = RungState.WAITING
    else:
        state = RungState.OPEN if speaks is None else RungState.FALLEN
    return RungView(
        level=rung,
        state=state,
        reached=rung <= standing.level,
        expires_on=None if speaks is None else speaks.expires_on,
        amount_krw=None if speaks is None else speaks.amount_krw,
        waiting=waiting,
        may_claim=may_claim and rung in claimable(steps, today),
    )
