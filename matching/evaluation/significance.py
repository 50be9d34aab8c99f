"""How sure a mean over queries is, and whether two settings differ: seeded, so that a figure is always the same."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
SEED = 20_260_122
CONFIDENCE = 0.95
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Bounds between which a mean lies with 95 % confidence."""

    low: float
    high: float


def bootstrap_interval(values: NDArray[np.float64]) -> Interval:
    """Return the percentile bootstrap interval of the mean (Efron 1979), queries drawn anew with replacement.

    Raises
    ------
    ValueError
        When there is no value.
    """
    if len(values) == 0:
        raise ValueError("no query, no interval")
    chance = np.random.default_rng(SEED)
    means = np.concatenate(
        [
            values[chance.integers(len(values), size=(_AT_ONCE, len(values)))].mean(axis=1)
            for _ in range(RESAMPLES // _AT_ONCE)
        ]
    )
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail]).tolist()
    return Interval(low=low, high=high)


def randomisation_p(differences: NDArray[np.float64]) -> float:
    """Return the two-sided p of a mean difference of pairs, by Fisher's randomisation test (Smucker et al. 2007).

    Were both settings the same, each query's difference could as well have the other sign; p is the share of random
    signs whose mean is at least as far from 0, the one that was seen counted in.
    """
    seen = abs(differences.sum())
    chance = np.random.default_rng(SEED)
    as_far = 1
    for _ in range(RESAMPLES // _AT_ONCE):
        signs = chance.integers(0, 2, size=(_AT_ONCE, len(differences))) * 2 - 1
        as_far += int((np.abs(signs @ differences) >= seen - 1e-12).sum())
    return as_far / (RESAMPLES + 1)
