"""What a sweep over all pairs reads, keeps and finds, as named arrays that compiled code can take."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BAR_STEPS = 512
"""Steps in which the bar of a list rises: powers of two, so that a bar is a whole number of them exactly."""


OUT_OF_REACH = 2.0
"""A score that no pair has."""


class Lists(NamedTuple):
    """What is known of many lists of best scores: no score is ever sorted, they are counted by step.

    Attributes
    ----------
    tally : uint16 array (owners, BAR_STEPS)
        Scores of each step beyond the bar.
    above : int32 array (owners,)
        How many scores lie beyond the bar.
    bars : float32 array (owners,)
        What a score must reach to be on the list.
    """

    tally: NDArray[np.uint16]
    above: NDArray[np.int32]
    bars: NDArray[np.float32]

    @classmethod
    def empty(cls, owners: int) -> "Lists":
        """Return lists that any score can join."""
        tally = np.zeros((owners, BAR_STEPS), dtype=np.uint16)
        return cls(tally, np.zeros(owners, dtype=np.int32), np.zeros(owners, dtype=np.float32))

    @classmethod
    def closed(cls, owners: int) -> "Lists":
        """Return lists that no score can join."""
        nothing = np.zeros((owners, 1), dtype=np.uint16)
        return cls(nothing, np.zeros(owners, dtype=np.int32), np.full(owners, OUT_OF_REACH, dtype=np.float32))


class AllLists(NamedTuple):
    """The lists that a sweep fills: of eligible pairs by signal and by project, of near misses by signal."""

    of_signals: Lists
    of_projects: Lists
    near_misses: Lists


class Found(NamedTuple):
    """Pairs that may be among the best.

    ``project`` is -1 - row for a near miss; ``most`` is the most that the score can be, ``rest`` that without the
    dense leg, which adds ``factor`` times its worth; ``sure`` says that the text is good enough for a list.
    """

    signal: NDArray[np.int32]
    project: NDArray[np.int32]
    most: NDArray[np.float32]
    rest: NDArray[np.float32]
    factor: NDArray[np.float32]
    sure: NDArray[np.bool_]

    @classmethod
    def room(cls, pairs: int) -> "Found":
        """Return room for some pairs."""
        whole, single = np.empty((2, pairs), dtype=np.int32), np.empty((3, pairs), dtype=np.float32)
        return cls(whole[0], whole[1], single[0], single[1], single[2], np.empty(pairs, dtype=np.bool_))

    def with_room(self, pairs: int, *, count: int) -> "Found":
        """Return the first ``count`` pairs with room for more of them."""
        if len(self.signal) >= count + pairs:
            return self
        roomy = Found.room(2 * (count + pairs))
        for old, new in zip(self, roomy, strict=True):
            new[:count] = old[:count]
        return roomy


class ProjectBounds(NamedTuple):
    """Arrays by which a sweep bounds the pairs of each project of a shard: see ``VectorCodes`` and ``leg_shares``."""

    total: NDArray[np.int32]
    step: NDArray[np.float32]
    error: NDArray[np.float32]
    dense_share: NDArray[np.float32]
    lexical_share: NDArray[np.float32]


class Limits(NamedTuple):
    """The weight of the text in a score, the least a listed text is worth, and how long the lists are."""

    text_weight: np.float32
    least: np.float32
    top: int
    near: int
