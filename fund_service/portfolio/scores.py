"""What a deal is worth: its reviews as one score, the score times its won, and how surely the reviewers know it.

A review's score is the weighted mean of its criteria, 1 to 5. To a deal's reviews one more is added in the middle of
the scale, so that a single glowing review does not beat five good ones, and a deal nobody reviewed stands in the
middle. The value is the won asked for, times where the score stands between 1 and 5: value is counted in won, a deal
scored 5 is worth all its won, one scored 1 nothing, and a price says what share of a won one more won would bring.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType

import numpy as np

from models.diligence import Criterion

LOWEST, MIDDLE, HIGHEST = 1.0, 3.0, 5.0
SCALE_BP = 10_000
WEIGHTS: Mapping[Criterion, int] = MappingProxyType(dict.fromkeys(Criterion, 1))
"""How much each criterion weighs in a review: all the same."""
UNKNOWN_VARIANCE = 1.0
"""The squared spread of reviews that is assumed before any is read: one point."""
SEED = 20_261_122
"""Of the samples; the same for everybody, so that two readers see the same."""


@dataclass(frozen=True, slots=True)
class Score:
    """A deal's score from 1 to 5, how uncertain it is (standard error), and how many reviews it rests on."""

    mean: float
    error: float
    reviews: int


def review_score(scores: Mapping[Criterion, int]) -> float:
    """Give the weighted mean of a review's criteria; one that scores none stands in the middle."""
    weight = sum(WEIGHTS[criterion] for criterion in scores)
    return sum(WEIGHTS[criterion] * score for criterion, score in scores.items()) / weight if weight else MIDDLE


def deal_score(reviews: Sequence[float]) -> Score:
    """Give a deal's score from its reviews, drawn towards the middle by one review that is added there.

    The error is that of a mean, from the reviews' deviations with one squared point added for what is not known.
    """
    counted = [*reviews, MIDDLE]
    mean = sum(counted) / len(counted)
    variance = (sum((score - mean) ** 2 for score in counted) + UNKNOWN_VARIANCE) / len(counted)
    return Score(mean=mean, error=sqrt(variance / len(counted)), reviews=len(reviews))


def value_krw(amount_krw: int, score: float) -> int:
    """Give what a deal with a score is worth, in whole won, cut down."""
    share_bp = round((min(HIGHEST, max(LOWEST, score)) - LOWEST) / (HIGHEST - LOWEST) * SCALE_BP)
    return amount_krw * share_bp // SCALE_BP


def sampled_values(amounts_krw: Sequence[int], scores: Sequence[Score], *, samples: int) -> list[list[int]]:
    """Draw values as the scores might as well have fallen: normal around each score with its error, seeded."""
    draw = np.random.default_rng(SEED)
    noise = draw.standard_normal((samples, len(scores)))
    return [
        [
            value_krw(amount, score.mean + score.error * float(step))
            for amount, score, step in zip(amounts_krw, scores, row, strict=True)
        ]
        for row in noise
    ]
