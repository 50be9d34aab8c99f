"""The best pairs of many owners, packed into sorted whole numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.matcher import SCORE_STEPS, ScoredPair

_ROW_BITS, _SCORE_BITS = 24, 14
"""Rows and scores are sorted as one whole number: up to 16 million signals and projects."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The best pairs of many owners: by owner, falling score, then the other side's key.

    Attributes
    ----------
    starts : int64 array (owners + 1,)
        The pairs of owner ``o`` stand from ``starts[o]`` to ``starts[o + 1]``.
    others : int64 array (pairs,)
        Row of the other side.
    scores : float64 array (pairs,)
        Scores to four decimals.
    """

    starts: Rows
    others: Rows
    scores: NDArray[np.float64]

    @classmethod
    def of(cls, numbers: Rows, owners: int) -> "Ranking":
        """Unpack sorted pairs."""
        starts = np.searchsorted(numbers >> (_ROW_BITS + _SCORE_BITS), np.arange(owners + 1))
        steps = SCORE_STEPS - ((numbers >> _ROW_BITS) & ((1 << _SCORE_BITS) - 1))
        return cls(starts=starts, others=numbers & ((1 << _ROW_BITS) - 1), scores=steps / SCORE_STEPS)

    def owners(self) -> NDArray[np.int64]:
        """Return the row of each pair's owner."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def best(self, owner: int) -> list[tuple[int, float]]:
        """Return the rows and scores of an owner's best, the best first."""
        mine = slice(int(self.starts[owner]), int(self.starts[owner + 1]))
        return list(zip(self.others[mine].tolist(), self.scores[mine].tolist(), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class BestPairs:
    """The best of all pairs.

    Rows count signals as ``signal_keys`` and projects as ``project_keys``, both in the order of their keys.
    """

    signal_keys: tuple[str, ...]
    project_keys: tuple[str, ...]
    projects_for: Ranking
    near_misses_for: Ranking
    signals_for: Ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPairs:
    """The best eligible pairs of a signal and its best near misses, by falling score, then project key."""

    signal_key: str
    eligible: tuple[ScoredPair, ...]
    near_misses: tuple[ScoredPair, ...]


def best_numbers(owners: NDArray[np.int32], others: NDArray[np.int32], steps: Rows, *, count: int) -> Rows:
    """Return the ``count`` best pairs of each owner as sorted whole numbers: owner, score falling, other."""
    numbers = (((owners.astype(np.int64) << _SCORE_BITS) | (SCORE_STEPS - steps)) << _ROW_BITS) | others
    numbers.sort()
    owner = numbers >> (_ROW_BITS + _SCORE_BITS)
    rank = np.arange(len(numbers)) - np.searchsorted(owner, owner)
    best: Rows = numbers[rank < count]
    return best
