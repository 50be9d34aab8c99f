"""Attacks on published tables that know nothing of how they were made: bounds by linear programs."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

Sums = Sequence[tuple[str, Sequence[str]]]
Bounds = dict[str, tuple[float, float]]
MILLION = 1e6


def bounds(
    known: Mapping[str, float],
    sums: Sums,
    wanted: Sequence[str],
    *,
    slack: float = 0,
    least: Mapping[str, float] | None = None,
) -> Bounds:
    """Bound amounts that were not published, by what was: each known to within ``slack``, none below ``least`` or zero.

    ``sums`` says which amount is the sum of which; amounts are in won.
    """
    names = sorted({name for total, parts in sums for name in (total, *parts)} | set(wanted))
    place = {name: number for number, name in enumerate(names)}
    rows, columns, signs = [], [], []
    for row, (total, parts) in enumerate(sums):
        for name, sign in ((total, -1.0), *((part, 1.0) for part in parts)):
            rows.append(row)
            columns.append(place[name])
            signs.append(sign)
    matrix = sparse.csc_array((signs, (rows, columns)), shape=(len(sums), len(names)))
    own = least or {}
    low = np.array([max(known.get(name, 0) - slack, own.get(name, 0), 0) for name in names]) / MILLION
    high = np.array([known[name] + slack if name in known else np.inf for name in names]) / MILLION
    return {name: _both_ends(place[name], matrix, low, high) for name in wanted}


def _both_ends(
    target: int, matrix: sparse.csc_array, low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[float, float]:
    ends = []
    for sign in (1.0, -1.0):
        costs = np.zeros(matrix.shape[1])
        costs[target] = sign
        found = linprog(
            costs, A_eq=matrix, b_eq=np.zeros(matrix.shape[0]), bounds=np.column_stack([low, high]), method="highs"
        )
        if found.status == 3:  # unbounded
            ends.append(-sign * float("inf"))
            continue
        assert found.success, found.message
        ends.append(float(found.x[target]) * MILLION)
    return ends[0], ends[1]


def width(true: float, interval: tuple[float, float]) -> float:
    """Give how far the nearer end of an interval lies from the truth, as a share of it."""
    low, high = interval
    return min(true - low, high - true) / true
