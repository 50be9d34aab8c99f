"""Weights as whole percents, in which they are set, kept and shown."""

from collections.abc import Mapping
from dataclasses import asdict

from matching.demand.priority import PriorityWeights
from models.priorities import PERCENT, Criterion


def whole_percents(weights: Mapping[str, float]) -> dict[Criterion, int]:
    """Round shares of one to whole percents that still sum to a hundred: the largest remainders round up (Hamilton).

    Equal remainders go by the order of the criteria's names.
    """
    exact = {criterion: weights[criterion] * PERCENT for criterion in sorted(Criterion)}
    whole = {criterion: int(share) for criterion, share in exact.items()}
    short = PERCENT - sum(whole.values())
    for criterion in sorted(exact, key=lambda one: whole[one] - exact[one])[:short]:
        whole[criterion] += 1
    return whole


DEFAULT_SHARES = whole_percents(asdict(PriorityWeights()))
"""Of a round whose weights nobody set."""


def weights_of(shares: Mapping[Criterion, int]) -> PriorityWeights:
    """Give whole percents to the ranking."""
    return PriorityWeights(**{criterion.value: float(share) for criterion, share in shares.items()})
