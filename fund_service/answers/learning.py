"""Learning from answers: a candidate for each side, tried on answers it has not seen, adopted only if it did better."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from fund_service.answers.evidence import Evidence, evidence_of
from fund_service.answers.live import LiveModel, live_models
from matching.acceptance import AcceptanceModel, fit_acceptance
from matching.acceptance.comparison import LEAST_HELD_BACK, Comparison, compare, held_back
from matching.acceptance.learning import LEAST_ANSWERS
from models.answer import AcceptanceRecord, AdoptionCause, AnswerSide, ModelAdoption
from models.match import SignalMatching

HELD_BACK_SHARE = 0.25
"""Of the answers, how many of the latest a candidate is tried on."""
LEAST_TO_LEARN = LEAST_ANSWERS + LEAST_HELD_BACK
"""Answers of a side from which on there is a candidate: enough to learn from, and enough to try it on."""


LEAST_GROUPS = 3
"""Ownership groups of a side whose answers let a model rank by itself: what one or two said, however often, would
decide what everybody else is shown."""


class LearningOutcome(StrEnum):
    """What came of learning for a side."""

    TOO_FEW = "too_few"
    """Too few answers say anything of a pair; the prior weights stay."""
    UNCHANGED = "unchanged"
    """No answer has come that changes what would be learned."""
    NOT_BETTER = "not_better"
    """The candidate did not do better than the model in use, which stays."""
    HELD = "held"
    """The candidate did better, but a manager has rolled back: it waits to be adopted by hand."""
    FEW_GROUPS = "few_groups"
    """The candidate did better, but too few ownership groups have answered: it waits to be adopted by hand."""
    ADOPTED = "adopted"
    """The candidate did better and ranks from now on."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of learning for a side, and from how many answers."""

    side: AnswerSide
    outcome: LearningOutcome
    answers: int
    """Answers that say yes or no to a pair."""
    accepted: int
    """How many of them say yes."""


def learn(session: Session, *, at: datetime) -> list[Learned]:
    """Learn a candidate for each side from the answers given so far; flushes, never commits."""
    return [_learn_side(session, side, at=at) for side in AnswerSide]


def _learn_side(session: Session, side: AnswerSide, *, at: datetime) -> Learned:
    """Learn from the earlier answers and try on the later ones; what is adopted is the very model that was tried.

    The model in use has learned from answers that were earlier still. Where a side has changed its mind since, that
    model knows what was said before, which can only help it.
    """
    lock_adoptions(session, side)
    evidence = evidence_of(session, side)
    accepted = int(evidence.accepted.sum())

    def came(outcome: LearningOutcome) -> Learned:
        return Learned(side, outcome, len(evidence), accepted)

    if len(evidence) < LEAST_TO_LEARN:
        return came(LearningOutcome.TOO_FEW)
    later = held_back(evidence.moments, share=max(HELD_BACK_SHARE, LEAST_HELD_BACK / len(evidence)))
    if (~later).sum() < LEAST_ANSWERS:
        return came(LearningOutcome.TOO_FEW)
    candidate = _fit(evidence, ~later)
    digest = candidate.digest
    known = select(AcceptanceRecord.id).where(AcceptanceRecord.side == side, AcceptanceRecord.digest == digest)
    if session.exec(known).first() is not None:
        return came(LearningOutcome.UNCHANGED)
    live = live_models(session)[side]
    comparison = compare(
        live.model,
        candidate,
        evidence.features[later],
        evidence.accepted[later],
        groups=np.array(evidence.groups)[later],
    )
    record = _keep(session, side, candidate, comparison=comparison, live=live, at=at)
    record.accepted = int(evidence.accepted[~later].sum())
    session.add(record)
    session.flush()
    outcome = _outcome(comparison, live, groups=len(set(evidence.groups)))
    if outcome is LearningOutcome.ADOPTED:
        number = live.number + 1
        session.add(
            ModelAdoption(recorded_at=at, side=side, number=number, model_id=record.id, cause=AdoptionCause.BETTER)
        )
        session.flush()
    return came(outcome)


def _outcome(comparison: Comparison, live: LiveModel, *, groups: int) -> LearningOutcome:
    """Say what becomes of a candidate that was compared."""
    if not comparison.better:
        return LearningOutcome.NOT_BETTER
    if live.held:
        return LearningOutcome.HELD
    return LearningOutcome.FEW_GROUPS if groups < LEAST_GROUPS else LearningOutcome.ADOPTED


def lock_adoptions(session: Session, side: AnswerSide) -> None:
    """Wait until nobody else learns or adopts for a side; held until the transaction ends."""
    session.connection().execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"acceptance\n{side}"}
    )


def _fit(evidence: Evidence, rows: NDArray[np.bool_]) -> AcceptanceModel:
    return fit_acceptance(
        evidence.features[rows],
        evidence.accepted[rows],
        shown_rank=evidence.positions[rows],
        groups=np.array(evidence.groups)[rows],
    )


def _keep(
    session: Session,
    side: AnswerSide,
    candidate: AcceptanceModel,
    *,
    comparison: Comparison,
    live: LiveModel,
    at: datetime,
) -> AcceptanceRecord:
    method_digest = session.exec(
        select(SignalMatching.method_digest).order_by(col(SignalMatching.matched_at).desc()).limit(1)
    ).first()
    return AcceptanceRecord(
        recorded_at=at,
        side=side,
        kind=candidate.kind.value,
        content=candidate.to_dict(),
        digest=candidate.digest,
        answers=candidate.answers,
        accepted=0,
        method_digest=method_digest,
        against_id=live.record_id,
        better=comparison.better,
        comparison=comparison.to_dict(),
    )
