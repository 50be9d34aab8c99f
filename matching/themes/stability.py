"""How far themes hang on who happens to speak: how well each is found again when some texts are left out."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

STABLE_FROM = 0.75
"""Mean best Jaccard index from which a theme is stable (Hennig, 2007)."""

DOUBTFUL_FROM = 0.6
"""Below it a theme is an accident of who spoke, and should not be published (the same)."""


class Standing(StrEnum):
    """Whether a theme stands however a few signals come or go."""

    STABLE = "stable"
    """Found again nearly whole in most resamples."""
    DOUBTFUL = "doubtful"
    """There is something, but where it ends is not certain."""
    DISSOLVES = "dissolves"
    """It dissolves when some signals are left out: not to be published."""


def standing_of(stability: float) -> Standing:
    """Say a stability in words."""
    if stability >= STABLE_FROM:
        return Standing.STABLE
    return Standing.DOUBTFUL if stability >= DOUBTFUL_FROM else Standing.DISSOLVES


def recovery(parts: Sequence[Sequence[int]], rounds: Sequence[NDArray[np.int64]]) -> list[float]:
    """Return for each part its mean best Jaccard index over resamples (Hennig, 2007).

    ``parts`` are disjoint lists of places, ``rounds`` the cluster of each place in each resample, -1 where it was left
    out. A part is compared as far as it was not left out; a resample without any of it says nothing of it.
    """
    return [_mean([_best_jaccard(np.asarray(part), labels) for labels in rounds]) for part in parts]


def _best_jaccard(part: NDArray[np.int64], labels: NDArray[np.int64]) -> float | None:
    """Return the greatest Jaccard index of a part with any cluster, ``None`` where all of it was left out."""
    met = labels[part]
    met = met[met >= 0]
    if not len(met):
        return None
    shared = np.bincount(met)
    sizes = np.bincount(labels[labels >= 0])[: len(shared)]
    return float((shared / (len(met) + sizes - shared)).max())


def _mean(found: Sequence[float | None]) -> float:
    heard = [one for one in found if one is not None]
    return round(sum(heard) / len(heard), 4) if heard else 0.0
