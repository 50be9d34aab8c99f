"""The rule of the commitment ladder: what the steps of a signal make of its level on a day, and nothing else does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from models.signal import VERIFIED_LEVELS, CommitmentLevel

RUNGS = tuple(level for level in CommitmentLevel if level is not CommitmentLevel.VIEW)
"""The rungs that are climbed, lowest first; a view needs no proof."""
PROMISES = (CommitmentLevel.LETTER_OF_INTENT, CommitmentLevel.CONDITIONAL)
"""Rungs that promise money without moving any."""
DEAL_LEVELS = (CommitmentLevel.SIGNED, CommitmentLevel.CASH_CALLED)
"""Rungs that the ledger may bear out."""
LONGEST_DAYS: Mapping[CommitmentLevel, int] = MappingProxyType(
    {
        CommitmentLevel.NAMED_INTEREST: 731,
        CommitmentLevel.LETTER_OF_INTENT: 731,
        CommitmentLevel.CONDITIONAL: 731,
        CommitmentLevel.SIGNED: 3_653,
        CommitmentLevel.CASH_CALLED: 3_653,
    }
)
"""How long a step may hold at most, in days from when it is claimed: two years for words, ten for contracts."""
DEFAULT_HORIZON_MONTHS = 24
"""When a letter is due whose signal names no horizon."""


class StepState(StrEnum):
    """Where a step stands on a day."""

    CLAIMED = "claimed"
    """Waits for a verifier."""
    VERIFIED = "verified"
    """Verified, and in force."""
    EXPIRED = "expired"
    """Its last day has passed, verified or not."""
    REFUSED = "refused"
    """Refused by a verifier."""
    REVOKED = "revoked"
    """Taken back."""
    OUTDATED = "outdated"
    """The signal's words or money have changed since: the document vouches for what is no longer said."""
    RENEWED = "renewed"
    """A newer one on the same rung was verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """What the rule reads of a step."""

    id: UUID
    level: CommitmentLevel
    number: int
    amount_krw: int
    dated_on: date
    due_on: date | None
    expires_on: date
    vouches: bool = True
    """Whether the signal still says what its document vouches for."""
    verified_on: date | None = None
    refused_on: date | None = None
    revoked_on: date | None = None
    struck: bool = False
    """Taken back by the fund, and so no promise that anybody broke."""

    def verified_by(self, day: date) -> bool:
        """Whether it had been verified by a day, whatever became of it since."""
        return self.verified_on is not None and self.verified_on <= day

    def revoked_by(self, day: date) -> bool:
        """Whether it had been taken back by a day."""
        return self.revoked_on is not None and self.revoked_on <= day

    def holds_on(self, day: date) -> bool:
        """Whether it is verified and in force on a day: not expired, not taken back, and still about what is said."""
        return self.verified_by(day) and not self.revoked_by(day) and day <= self.expires_on and self.vouches

    def waits_on(self, day: date) -> bool:
        """Whether it can still be verified on a day."""
        decided = self.verified_by(day) or (self.refused_on is not None and self.refused_on <= day)
        return not decided and not self.revoked_by(day) and day <= self.expires_on and self.vouches


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a signal has reached on a day."""

    level: CommitmentLevel = CommitmentLevel.VIEW
    verified_krw: int = 0
    """The largest amount of the rungs it stands on from the letter of intent up; 0 below that."""
    renew_by: date | None = None
    """The day on which the first of those rungs expires: after it the level falls."""
    evidence_on: date | None = None
    """The date of the newest document among those rungs."""


def newest_verified(steps: Iterable[StepFacts], rung: CommitmentLevel, day: date) -> StepFacts | None:
    """Give the step that speaks for a rung on a day: the newest that had been verified, in force or not.

    An older one does not come back when the newer one falls, or a promise taken back could not be taken back whole.
    """
    found = [step for step in steps if step.level is rung and step.verified_by(day)]
    return max(found, key=lambda step: step.number, default=None)


def standing_on(steps: Sequence[StepFacts], day: date) -> Standing:
    """Say how high a signal stands on a day in Seoul: on the highest rung that holds with all rungs below it.

    A rung holds while the step that speaks for it holds, so levels fall by themselves at midnight after an expiry.
    """
    held: dict[CommitmentLevel, StepFacts] = {}
    for rung in RUNGS:
        step = newest_verified(steps, rung, day)
        if step is None or not step.holds_on(day):
            break
        held[rung] = step
    return Standing(
        level=max(held, default=CommitmentLevel.VIEW),
        verified_krw=max((step.amount_krw for rung, step in held.items() if rung in VERIFIED_LEVELS), default=0),
        renew_by=min((step.expires_on for step in held.values()), default=None),
        evidence_on=max((step.dated_on for step in held.values()), default=None),
    )


def state_on(step: StepFacts, steps: Iterable[StepFacts], day: date) -> StepState:
    """Say where one of a signal's steps stands on a day; of several endings, the one that somebody chose."""
    if step.revoked_by(day):
        return StepState.REVOKED
    if step.refused_on is not None and step.refused_on <= day:
        return StepState.REFUSED
    if step.verified_by(day) and newest_verified(steps, step.level, day) is not step:
        return StepState.RENEWED
    if day > step.expires_on:
        return StepState.EXPIRED
    if not step.vouches:
        return StepState.OUTDATED
    return StepState.VERIFIED if step.verified_by(day) else StepState.CLAIMED


def missing_below(
    steps: Sequence[StepFacts], rung: CommitmentLevel, day: date, *, claims_count: bool
) -> list[CommitmentLevel]:
    """Name the rungs below one that are not there on a day; with ``claims_count``, those that wait are there too."""
    there = {
        step.level
        for step in steps
        if (newest_verified(steps, step.level, day) is step and step.holds_on(day))
        or (claims_count and step.waits_on(day))
    }
    return [below for below in RUNGS if below < rung and below not in there]
