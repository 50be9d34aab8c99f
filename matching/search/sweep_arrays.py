"""What a sweep over all pairs reads, keeps and finds, as named arrays that compiled code can take."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SCORE_UNITS = 16_000
"""Units of a score in which bounds are kept: two bytes hold a score, and by their sign whether it is a near miss's."""

BAR_SHIFT = 5
"""Bars of lists rise in steps of this many powers of two of a unit."""

BAR_STEPS = 512
"""Steps that no score is beyond."""

OUT_OF_REACH = np.iinfo(np.int16).max
"""Units of a score that no pair has."""

LEXICAL_UNITS = 65_534
"""Units in which the most that a lexical leg can be worth is kept; one more is added, and two bytes hold it."""


class Lists(NamedTuple):
    """What is known of many lists of best scores: no score is ever sorted, they are counted by step.

    Attributes
    ----------
    tally : uint16 array (owners, BAR_STEPS)
        Scores of each step beyond the bar.
    above : int32 array (owners,)
        How many scores lie beyond the bar.
    bars : int16 array (owners,)
        Units that a score must reach to be on the list, at least 1.
    """

    tally: NDArray[np.uint16]
    above: NDArray[np.int32]
    bars: NDArray[np.int16]

    @classmethod
    def empty(cls, owners: int) -> "Lists":
        """Return lists that any score can join."""
        tally = np.zeros((owners, BAR_STEPS), dtype=np.uint16)
        return cls(tally, np.zeros(owners, dtype=np.int32), np.ones(owners, dtype=np.int16))

    @classmethod
    def closed(cls, owners: int) -> "Lists":
        """Return lists that no score can join."""
        nothing = np.zeros((owners, 1), dtype=np.uint16)
        return cls(nothing, np.zeros(owners, dtype=np.int32), np.full(owners, OUT_OF_REACH, dtype=np.int16))


class AllLists(NamedTuple):
    """The lists that a sweep fills: of eligible pairs by signal and by project, of near misses by signal."""

    of_signals: Lists
    of_projects: Lists
    near_misses: Lists


class Bounds(NamedTuple):
    """What bounds say of the pairs of some signals (rows) and a shard of projects (columns).

    Attributes
    ----------
    ceilings, floors : int16 arrays (signals, projects)
        Units that the score cannot be beyond, and that it does reach: below 0 for a near miss, 0 for a pair that can
        be on no list. The floor is 0 too where the text may not be good enough for a list.
    lexical : uint16 array (signals, projects)
        The most that the lexical leg can be worth.
    """

    ceilings: NDArray[np.int16]
    floors: NDArray[np.int16]
    lexical: NDArray[np.uint16]

    @classmethod
    def room(cls, signals: int, projects: int) -> "Bounds":
        """Return room for the bounds of some pairs."""
        ceilings, floors = np.zeros((2, signals, projects), dtype=np.int16)
        return cls(ceilings, floors, np.zeros((signals, projects), dtype=np.uint16))

    def rows(self, first: int, last: int) -> "Bounds":
        """Return the bounds of some of the signals."""
        return Bounds(self.ceilings[first:last], self.floors[first:last], self.lexical[first:last])


class Found(NamedTuple):
    """Pairs that may be among the best.

    ``project`` is -1 - row for a near miss; ``most`` are the units that its score cannot be beyond; ``cosine`` is
    exact.
    """

    signal: NDArray[np.int32]
    project: NDArray[np.int32]
    most: NDArray[np.int16]
    cosine: NDArray[np.float64]

    @classmethod
    def room(cls, pairs: int) -> "Found":
        """Return room for some pairs."""
        whole = np.empty((2, pairs), dtype=np.int32)
        return cls(whole[0], whole[1], np.empty(pairs, dtype=np.int16), np.empty(pairs))

    def with_room(self, pairs: int, *, count: int) -> "Found":
        """Return the first ``count`` pairs with room for more of them."""
        if len(self.signal) >= count + pairs:
            return self
        roomy = Found.room(2 * (count + pairs))
        roomy.signal[:count], roomy.project[:count] = self.signal[:count], self.project[:count]
        roomy.most[:count], roomy.cosine[:count] = self.most[:count], self.cosine[:count]
        return roomy

    def only(self, rows: NDArray[np.intp] | slice) -> "Found":
        """Return some of the pairs."""
        return Found(self.signal[rows], self.project[rows], self.most[rows], self.cosine[rows])

    def reaching(self, bars: NDArray[np.int16], near_bars: NDArray[np.int16]) -> "Found":
        """Return those that may still be on their signal's list, given the bars of both its lists."""
        return self.only(
            np.flatnonzero(self.most >= np.where(self.project < 0, near_bars[self.signal], bars[self.signal]))
        )

    @classmethod
    def together(cls, parts: Sequence["Found"]) -> "Found":
        """Return the pairs of several lots one after another."""
        whole = [cls.room(0), *parts]
        return cls(
            np.concatenate([part.signal for part in whole]),
            np.concatenate([part.project for part in whole]),
            np.concatenate([part.most for part in whole]),
            np.concatenate([part.cosine for part in whole]),
        )


class ProjectBounds(NamedTuple):
    """Arrays by which a sweep bounds the pairs of each project of a shard: see ``VectorCodes`` and ``leg_shares``."""

    total: NDArray[np.int32]
    step: NDArray[np.float32]
    error: NDArray[np.float32]
    dense_share: NDArray[np.float32]
    lexical_share: NDArray[np.float32]


class Vectors(NamedTuple):
    """The vectors of both sides, on the grid of ``dense.on_grid``, and the scale on which their cosines are read."""

    signals: NDArray[np.float32]
    projects: NDArray[np.float32]
    low: float
    full: float


class Limits(NamedTuple):
    """The weight of the text in a score, the least a listed text is worth, and how long the lists are."""

    text_weight: np.float32
    least: np.float32
    top: int
    near: int
