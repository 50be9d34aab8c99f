"""Whether probabilities came true: what was said beforehand of a side, against what it then answered."""

import math
from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.answers.acceptance_schemas import ReliabilityBin
from fund_service.answers.evidence import says_of_pair
from fund_service.answers.latest import is_latest
from models.answer import AnswerSide, MatchAnswer

PER_BIN = 10
"""Answers a bin has at least: a share of fewer says nothing."""
MOST_BINS = 10
Z_95 = 1.959964


def reliability(session: Session, side: AnswerSide, *, model_id: UUID | None) -> list[ReliabilityBin]:
    """Put the answers that were given while a model ranked into bins of equal size, by what it had said of them.

    What it had said was written down with each answer, so no model has seen what it is judged by.
    """
    answers = session.exec(
        select(MatchAnswer).where(
            MatchAnswer.side == side,
            MatchAnswer.model_id == model_id,
            col(MatchAnswer.probability).is_not(None),
            is_latest(),
        )
    )
    judged = [
        (answer.probability, says)
        for answer in answers
        if answer.probability is not None and (says := says_of_pair(answer)) is not None
    ]
    return in_bins(judged)


def in_bins(judged: Sequence[tuple[float, bool]]) -> list[ReliabilityBin]:
    """Put pairs of probability and outcome into at most ``MOST_BINS`` bins of ``PER_BIN`` or more; none of too few."""
    count = min(MOST_BINS, len(judged) // PER_BIN)
    ordered = sorted(judged)
    cuts = [len(ordered) * number // count for number in range(count + 1)] if count else []
    bins = []
    for start, end in pairwise(cuts):
        members = ordered[start:end]
        accepted = sum(says for _, says in members)
        low, high = wilson(accepted, len(members))
        bins.append(
            ReliabilityBin(
                predicted=sum(probability for probability, _ in members) / len(members),
                observed=accepted / len(members),
                low=low,
                high=high,
                answers=len(members),
            )
        )
    return bins


def wilson(accepted: int, answers: int) -> tuple[float, float]:
    """Give the interval in which a share lies with 95 % confidence (Wilson, 1927)."""
    share, z2 = accepted / answers, Z_95**2
    centre = (share + z2 / (2 * answers)) / (1 + z2 / answers)
    half = Z_95 * math.sqrt(share * (1 - share) / answers + z2 / (4 * answers**2)) / (1 + z2 / answers)
    return max(0.0, centre - half), min(1.0, centre + half)
