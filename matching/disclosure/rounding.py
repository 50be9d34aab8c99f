"""Rounding that keeps sums: published amounts in steps, and counts of groups in bands."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

STEP_KRW = 1_000_000_000
"""Amounts are published in multiples of 10억 won."""
BANDS = ((5, 9), (10, 19), (20, 49), (50, 99), (100, None))
"""Counts of ownership groups are published as the band they lie in."""
BROKEN_SUM = 1000.0
"""Cost of a sum that does not hold by one step, far above what any rounding costs."""

Key = TypeVar("Key", bound=Hashable)


def band_of(groups: int) -> str | None:
    """Name the band of a count, ``5-9`` or ``100+``; below the first there is none."""
    for low, high in BANDS:
        if groups >= low and (high is None or groups <= high):
            return f"{low}+" if high is None else f"{low}-{high}"
    return None


def round_together(
    amounts: Mapping[Key, int],
    sums: Sequence[tuple[Key, Sequence[Key]]],
    *,
    least: Mapping[Key, int],
    fixed: Mapping[Key, int],
) -> dict[Key, int]:
    """Round published amounts to steps so that what adds up still does, with the least change in all.

    Only published amounts are looked at, so that what is seen tells nothing of what is withheld beyond what the exact
    amounts would tell. ``sums`` are (total, parts), all published; ``least`` are won below which an amount may not be
    rounded, ``fixed`` such as were published before and are repeated. Each is a linear program over a network, whose
    corners are whole steps (controlled rounding: Cox, 1987, here with amounts free to move more than a step where sums
    ask for it). A sum that fixed amounts contradict is let go.
    """
    keys = list(amounts)
    place = {key: number for number, key in enumerate(keys)}
    count, extra = len(keys), len(sums)
    low = np.array([max(amounts[key] // STEP_KRW, least.get(key, 0) // STEP_KRW) for key in keys], dtype=np.int64)
    part = np.array([amounts[key] / STEP_KRW for key in keys]) - low
    up_first = np.where(part > 0, 1.0, 0.0)
    down = np.array([value - least.get(key, 0) // STEP_KRW for key, value in zip(keys, low, strict=True)], dtype=float)
    room = np.full(count, np.inf)
    for key, krw in fixed.items():
        here = place[key]
        low[here], up_first[here], down[here], room[here] = krw // STEP_KRW, 0.0, 0.0, 0.0
    if not extra:
        nearest = low + ((part >= 0.5) & (up_first > 0))  # noqa: PLR2004 - the half that is rounded up
        return {key: int(value) * STEP_KRW for key, value in zip(keys, nearest, strict=True)}
    rows, columns, signs = [], [], []
    for row, (total, parts) in enumerate(sums):
        rows += [row] * (1 + len(parts))
        columns += [place[total], *(place[key] for key in parts)]
        signs += [-1.0, *[1.0] * len(parts)]
    sums_of = sparse.csc_array((signs, (rows, columns)), shape=(extra, count))
    slack = sparse.eye_array(extra, format="csc")
    found = linprog(
        np.concatenate([1 - 2 * part, np.ones(2 * count), np.full(2 * extra, BROKEN_SUM)]),
        A_eq=sparse.hstack([sums_of, sums_of, -sums_of, slack, -slack]).tocsc(),
        b_eq=-(sums_of @ low),
        bounds=np.column_stack(
            [np.zeros(3 * count + 2 * extra), np.concatenate([up_first, room, down, np.full(2 * extra, np.inf)])]
        ),
        method="highs-ds",
    )
    first, more, less = np.rint(found.x[: 3 * count]).astype(np.int64).reshape(3, count)
    return {key: int(value) * STEP_KRW for key, value in zip(keys, low + first + more - less, strict=True)}
