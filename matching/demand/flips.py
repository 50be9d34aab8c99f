"""The flip test: the rank of every theme without each group, beside what one group can do at most."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Flips:
    """For each theme, what its largest move of rank is when one group falls silent.

    Attributes
    ----------
    rank : int64 array, shape (themes,)
        Its rank without that group; its own rank where no group moves it.
    group : int64 array, shape (themes,)
        Position of that group; -1 where no group moves it.
    worst : int64 array, shape (themes,)
        The last rank it has without any one group, at least its own.
    """

    rank: Ints
    group: Ints
    worst: Ints


def ranks_of(totals: Ints) -> Ints:
    """Rank themes by their totals, 1 for the largest; equal totals share the better rank."""
    ranks: Ints = 1 + len(totals) - np.searchsorted(np.sort(totals), totals, side="right")
    return ranks


def flip_test(totals: Ints, group: Ints, theme: Ints, without: Ints) -> Flips:
    """Rank all themes again without each group in turn.

    Parameters
    ----------
    totals : int64 array, shape (themes,)
        The capped totals with everybody.
    group, theme : int64 array, shape (entries,)
        Who speaks of what.
    without : int64 array, shape (entries,)
        The total of that theme without that group.

    Returns
    -------
    Flips
        Of several groups that move a theme equally far, the first by position.
    """
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(group.max(initial=-1) + 2))
    ranks = ranks_of(totals)
    best, worst, moved_by = ranks.copy(), ranks.copy(), np.full(len(totals), -1, dtype=np.int64)
    for at in range(len(ends) - 1):
        spoken_of = order[ends[at] : ends[at + 1]]
        changed = totals.copy()
        changed[theme[spoken_of]] = without[spoken_of]
        now = ranks_of(changed)
        worst = np.maximum(worst, now)
        farther = np.abs(now - ranks) > np.abs(best - ranks)
        best[farther], moved_by[farther] = now[farther], at
    return Flips(rank=best, group=moved_by, worst=worst)


def rank_bounds(totals: Ints, lowest: Ints, highest: Ints) -> Ints:
    """Bound how many ranks any act of one group moves each theme, whatever it says or withdraws and on how many.

    One act keeps each total within [``lowest``, ``highest``]. A theme can only pass one above it that may come down to
    where it may go up, and only be passed by one that may go up to above where it may come down. So the move is at
    most the larger of both counts, and no group's identity or money enters the bound.
    """
    ordered, low, high = np.sort(totals), np.sort(lowest), np.sort(highest)
    # of those above, all but those that stay above even my highest; the ones whose lowest is above it lie above me
    above = len(totals) - np.searchsorted(ordered, totals, side="right")
    stay_above = len(totals) - np.searchsorted(low, highest, side="right")
    # of those not above, the ones that may come above my lowest; whoever is above me has its highest above it too
    may_come = len(totals) - np.searchsorted(high, lowest, side="right") - above
    itself = highest > lowest
    bounds: Ints = np.maximum(above - stay_above, may_come - itself)
    return bounds
