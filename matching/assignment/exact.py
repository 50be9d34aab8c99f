"""The best choice of meetings under counts and money together, searched through or, in larger rounds, relaxed.

Money beside counts makes knapsacks of a flow, so this is branch and bound, or its linear relaxation, by HiGHS
(``scipy.optimize.milp``). Its tolerance may let a row slip by a won; such a choice is not taken for exact.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, eye_array, hstack, vstack

from matching.assignment.problem import NO_LIMIT, VALUE_UNIT, Instance, Ints, Mask

MOST_PAIRS = 400
"""Pairs up to which the search is tried: 200 pairs with money on both sides take .1 s, 1,000 take 1 to 3 s."""
NODES = 200
"""Branches after which the search gives up, a bound that does not depend on the clock."""
MOST_RELAXED = 60_000
"""Pairs up to which the relaxation is solved: 60,000 with money on both sides take 1.5 s."""
SHORT = 100.0
"""What a look missing from a floor costs in the relaxation; a pair is worth 1 at most."""
ROUNDING = 1e-6
"""How far from whole a part may be by rounding."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """The pairs that the linear relaxation takes whole, and its value in millionths."""

    whole: Mask
    bound: int


def best_choice(instance: Instance, floors: Ints) -> Mask | None:
    """Give the choice with the least missing from the floors, and of those the one of most value.

    Nothing where the search did not end in the branches there are, or where what it found does not hold to the won.
    """
    pairs = len(instance)
    rows = _rows(instance, floors)
    missing, value = _costs(instance)
    bounds = Bounds(0.0, np.concatenate([np.ones(pairs), floors]))
    options = {"mip_rel_gap": 0.0, "node_limit": NODES}
    whole = np.ones(len(missing))
    least = milp(missing, integrality=whole, bounds=bounds, constraints=rows, options=options)
    if not least.success:
        return None
    short = round(float(least.fun))
    no_more = LinearConstraint(csr_array(missing.reshape(1, -1)), ub=[short])
    found = milp(value, integrality=whole, bounds=bounds, constraints=[*rows, no_more], options=options)
    if not found.success:
        return None
    chosen = np.asarray(found.x[:pairs]) > 0.5  # noqa: PLR2004 - what is not zero is one
    lifted = int(np.maximum(floors - instance.held(chosen)[1], 0).sum()) <= short
    return chosen if lifted and holds(instance, chosen) else None


def relaxed(instance: Instance, floors: Ints) -> Relaxed:
    """Solve the relaxation, in which pairs may be taken in part and what is missing from a floor is paid for."""
    missing, value = _costs(instance)
    bounds = Bounds(0.0, np.concatenate([np.ones(len(instance)), floors]))
    result = milp(value + SHORT * missing, bounds=bounds, constraints=_rows(instance, floors))
    if not result.success:
        raise RuntimeError(f"the relaxation was not solved: {result.message}")
    parts = np.asarray(result.x[: len(instance)])
    return Relaxed(whole=parts > 1 - ROUNDING, bound=math.ceil(-float(result.fun) * VALUE_UNIT * (1 + ROUNDING)))


def holds(instance: Instance, chosen: Mask) -> bool:
    """Say whether a choice is within every quota, counted in whole numbers."""
    for node, side in ((instance.investor, instance.investors), (instance.project, instance.projects)):
        sums = np.zeros(len(side.keys), dtype=np.int64)
        np.add.at(sums, node[chosen], instance.ticket[chosen])
        meetings = np.bincount(node[chosen], minlength=len(side.keys))
        if bool(np.any(sums > side.krw)) or bool(np.any(meetings > side.meetings)):
            return False
    return True


def _rows(instance: Instance, floors: Ints) -> list[LinearConstraint]:
    """Give a row for every quota and floor; money is counted in the quota itself, so that all rows are of one size."""
    matrices, limits = [], []
    for node, side in ((instance.investor, instance.investors), (instance.project, instance.projects)):
        size = len(side.keys)
        matrices.append(_incidence(node, np.ones(len(instance)), size))
        limits.append(np.minimum(side.meetings, len(instance)).astype(np.float64))
        limited = side.krw < NO_LIMIT
        share = np.where(limited[node], instance.ticket / np.maximum(side.krw[node], 1), 0.0)
        matrices.append(_incidence(node, share, size))
        limits.append(np.ones(size))
    matrix = vstack(matrices, format="csr")
    size = len(instance.projects.keys)
    empty = csr_array((matrix.shape[0], size))
    lifted = _incidence(instance.project, np.ones(len(instance)), size)
    return [
        LinearConstraint(hstack([matrix, empty], format="csr"), ub=np.concatenate(limits)),
        LinearConstraint(hstack([lifted, eye_array(size)], format="csr"), lb=floors),
    ]


def _costs(instance: Instance) -> tuple[Floats, Floats]:
    """Give what is to be made little of, a column for each pair and for what each project misses: looks, and value."""
    size = len(instance.projects.keys)
    missing = np.concatenate([np.zeros(len(instance)), np.ones(size)])
    value = np.concatenate([-instance.value / VALUE_UNIT, np.zeros(size)])
    return missing, value


def _incidence(node: Ints, weight: Floats, size: int) -> csr_array:
    return coo_array((weight, (node, np.arange(len(node)))), shape=(size, len(node))).tocsr()
