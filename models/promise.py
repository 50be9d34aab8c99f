"""Promises kept (약속 이행률): which letters and conditional commitments of a group became signed and called money.

A signal's letters and conditional commitments are one promise, however often renewed: it is as large as the largest of
them and falls due on the earliest of the day that the first of them names, the day the last of them expires, and the
day its organisation takes it back. What the fund struck was never a promise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models.ladder import PROMISES, StepFacts
from models.signal import CommitmentLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a signal promised, and what had become of it."""

    amount_krw: int
    due_on: date
    signed_krw: int
    """What was signed, at most what was promised."""
    called_krw: int
    """What was called, at most what was promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRecord:
    """How a group has kept its promises that came due by a day."""

    due: int = 0
    signed: int = 0
    called: int = 0
    due_krw: int = 0
    signed_krw: int = 0
    called_krw: int = 0


def promise_of(steps: Sequence[StepFacts], as_of: date) -> Promise | None:
    """Give what a signal's verified letters and conditional commitments promised, as known on a day; none: nothing."""
    said = [step for step in steps if step.level in PROMISES and step.verified_by(as_of) and not step.struck]
    if not said:
        return None
    taken_back = [step.revoked_on for step in said if step.revoked_on is not None and step.revoked_on <= as_of]
    first_due = min(step.due_on for step in said if step.due_on is not None)
    amount = max(step.amount_krw for step in said)
    return Promise(
        amount_krw=amount,
        due_on=min(first_due, max(step.expires_on for step in said), *taken_back),
        signed_krw=min(amount, _reached(steps, (CommitmentLevel.SIGNED, CommitmentLevel.CASH_CALLED), as_of)),
        called_krw=min(amount, _reached(steps, (CommitmentLevel.CASH_CALLED,), as_of)),
    )


def record_of(promises: Iterable[Promise], as_of: date) -> PromiseRecord:
    """Sum up the promises that had come due before a day; one that is still open says nothing yet."""
    due = [promise for promise in promises if promise.due_on < as_of]
    return PromiseRecord(
        due=len(due),
        signed=sum(promise.signed_krw > 0 for promise in due),
        called=sum(promise.called_krw > 0 for promise in due),
        due_krw=sum(promise.amount_krw for promise in due),
        signed_krw=sum(promise.signed_krw for promise in due),
        called_krw=sum(promise.called_krw for promise in due),
    )


def _reached(steps: Iterable[StepFacts], rungs: Sequence[CommitmentLevel], as_of: date) -> int:
    """Give the largest amount that was verified on one of the rungs and not taken back; expiry undoes no payment."""
    return max(
        (
            step.amount_krw
            for step in steps
            if step.level in rungs and step.verified_by(as_of) and not step.revoked_by(as_of)
        ),
        default=0,
    )
