"""Meetings drawn by lot from fractions: every pair with its own probability, every count held in every draw.

Dependent rounding (Gandhi, Khuller, Parthasarathy and Srinivasan 2006) in halves: fractions are whole numbers of
1/1024, and from the smallest binary digit up the pairs that have the digit are joined into trails, along which they
are rounded up and down in turn by the toss of one fair coin. Pairs keep their expectation exactly, and the sum at a
node never leaves the two whole numbers around it.
"""

import numpy as np

from matching.assignment.problem import Ints, Mask

DIGITS = 10
WHOLE = 1 << DIGITS
"""Parts of one meeting."""


def draw(investor: Ints, project: Ints, parts: Ints, *, rng: np.random.Generator) -> Mask:
    """Draw pairs, each with probability ``parts / WHOLE``; ``investor`` and ``project`` are its two ends.

    Every node gets the sum of its probabilities, rounded down or up.
    """
    left = parts.copy()
    for digit in range(DIGITS):
        unit = 1 << digit
        odd = np.flatnonzero(left & unit)
        if len(odd):
            left[odd] += unit * _turns(investor[odd], project[odd], rng=rng)
    return left >= WHOLE


def _turns(investor: Ints, project: Ints, *, rng: np.random.Generator) -> Ints:
    """Say for each pair whether it goes up (1) or down (-1): opposite ways for two neighbours of a trail."""
    beside = (_neighbours(investor), _neighbours(project))
    turns = np.zeros(len(investor), dtype=np.int64)
    for start in range(len(investor)):
        if turns[start]:
            continue
        coin = 1 if rng.integers(2) else -1
        turns[start] = coin
        for end in (0, 1):
            _follow(turns, beside, start=start, end=end)
    return turns


def _follow(turns: Ints, beside: tuple[dict[int, int], dict[int, int]], *, start: int, end: int) -> None:
    """Walk a trail from one end of a pair, turning each further pair the other way, until it ends or closes."""
    here, side = start, end
    while (there := beside[side].get(here)) is not None and turns[there] == 0:
        turns[there] = -turns[here]
        here, side = there, 1 - side


def _neighbours(node: Ints) -> dict[int, int]:
    """Pair off the pairs at each node; one is left alone where they are an odd number."""
    waiting: dict[int, int] = {}
    beside: dict[int, int] = {}
    for pair, at in enumerate(node.tolist()):
        other = waiting.pop(at, None)
        if other is None:
            waiting[at] = pair
        else:
            beside[pair], beside[other] = other, pair
    return beside
