"""Caps solved exactly: no group above its share of a theme, no unverified words above theirs, whatever anybody says.

A theme's total T solves T = min(sum min(b + u, c), sum min(b, c) + l) with backed voices b, spoken voices u, the cap of
a group c = s (T + A), the cap of all words l = r (T + A), and a phantom voice A that stays silent (it keeps a theme of
few groups from being nothing). Both sides are concave in T and above zero at T = 0, so there is one solution, the
smaller one of the two sides; and since both rise with every b, so does T: nobody's commitment ever lowers a theme.

A sum of minima is the least of the lines "the k loudest at the cap, the rest whole", so each side has the closed form

    T = min over k of (rest_k + (k s + e) A) / (1 - k s - e),    e = 0 or r, k s + e < 1

which is computed in whole numbers, rounded down: exact, and monotone to the last digit.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.demand.policy import WHOLE_BP, DemandPolicy

Ints = NDArray[np.int64]
NEVER = np.int64(2**62)
"""More than any total: a line that meets no solution."""


def solve(rest: Ints, at_cap: Ints, extra_bp: int, *, policy: DemandPolicy) -> Ints:
    """Solve one side along the last axis: ``rest`` whole voices beside ``at_cap`` groups that stand at the cap."""
    slope = at_cap * policy.group_cap_bp + extra_bp
    above = WHOLE_BP - slope
    lines = (rest * WHOLE_BP + slope * policy.phantom_micro) // np.maximum(above, 1)
    solved: Ints = np.where(above > 0, lines, NEVER).min(axis=-1)
    return solved


def rest_after(voices: Ints, depth: int) -> Ints:
    """Give what remains of each theme (rows) without its 0, 1, ... ``depth`` loudest groups (columns)."""
    silent = np.zeros((len(voices), depth), dtype=np.int64)
    loudest = np.partition(np.hstack([silent, voices]), -depth, axis=1)[:, -depth:]
    taken = np.cumsum(np.sort(loudest, axis=1)[:, ::-1], axis=1)
    rest: Ints = voices.sum(axis=1)[:, None] - np.hstack([np.zeros((len(voices), 1), dtype=np.int64), taken])
    return rest


@dataclass(frozen=True, slots=True, eq=False)
class Caps:
    """The totals of some themes, and what one group can do to them.

    Attributes
    ----------
    total : int64 array, shape (themes,)
        The capped voices of the theme, in millionths.
    group_cap : int64 array, shape (themes,)
        The most that a group counts, before words as a whole are limited.
    lowest, highest : int64 array, shape (themes,)
        Between these the total stays whatever one group does: leave, come with any money, speak of something else.
    rest_all, rest_backed : int64 array, shape (themes, most_capped + 2)
        What remains without the loudest groups: of all voices, and of the backed ones.
    """

    total: Ints
    group_cap: Ints
    lowest: Ints
    highest: Ints
    rest_all: Ints
    rest_backed: Ints

    @classmethod
    def of(cls, backed: Ints, spoken: Ints, *, policy: DemandPolicy) -> Self:
        """Solve the caps of themes (rows) in which groups (columns) have these voices."""
        most = policy.most_capped
        rest_all = rest_after(backed + spoken, most + 1)
        rest_backed = rest_after(backed, most + 1)
        count = np.arange(most + 1)

        def both(first: int, newcomers: int) -> tuple[Ints, Ints]:
            whole = slice(first, first + most + 1)
            return (
                solve(rest_all[:, whole], count + newcomers, 0, policy=policy),
                solve(rest_backed[:, whole], count + newcomers, policy.spoken_cap_bp, policy=policy),
            )

        everybody = both(0, 0)
        return cls(
            total=np.minimum(*everybody),
            group_cap=policy.group_cap_bp * (everybody[0] + policy.phantom_micro) // WHOLE_BP,
            lowest=np.minimum(*both(1, 0)),
            highest=np.minimum(*both(0, 1)),
            rest_all=rest_all,
            rest_backed=rest_backed,
        )

    def without(self, theme: Ints, backed: Ints, spoken: Ints, *, policy: DemandPolicy) -> Ints:
        """Solve a theme again without one group: an entry each, with the position of the theme and the group's voices.

        Without a voice v the rest after k groups is rest_k - v, or rest_(k+1) where v is itself among the k loudest:
        the larger of the two.
        """
        count = np.arange(policy.most_capped + 1)
        sides = []
        for rest, voice, extra in (
            (self.rest_all, backed + spoken, 0),
            (self.rest_backed, backed, policy.spoken_cap_bp),
        ):
            solved = np.full(len(theme), NEVER)
            for k in count:
                left = np.maximum(rest[theme, k + 1], rest[theme, k] - voice)
                solved = np.minimum(solved, solve(left[:, None], count[k : k + 1], extra, policy=policy))
            sides.append(solved)
        return np.minimum(*sides)
