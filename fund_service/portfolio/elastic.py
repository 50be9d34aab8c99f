"""Elastic rows: where not all rules can hold together, by how much each must be broken at the least, and for what.

Two programs in turn, both with a slack on every row counted in won: the least sum of slacks, then, with that sum as a
row of its own, the most value. The excesses of the set found are then allowed in every later solve.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, diags_array, hstack, vstack

from fund_service.portfolio.greedy import Chosen, holds
from fund_service.portfolio.model import Floats, Model, violation_krw
from fund_service.portfolio.relaxation import OBJECTIVE_SCALE, limits

CLEARLY_FEWER_KRW = 0.5
"""Sums of won that differ by less are the same: a slack is a whole number of won, a missing share a fraction."""


def least_violation(model: Model, *, wanted: Chosen, unwanted: Chosen, gap: float, seconds: float) -> Chosen:
    """Give the set worth most among those that break the rules least; what is wanted, where that breaks none.

    The set is a start for the choice, which is then held to exactly the breaks of this one.

    Raises
    ------
    TimeoutError
        When the solver finds no set at all in the time given.
    """
    if holds(model, wanted, [0] * len(model.rows)):
        return wanted
    limit = {"mip_rel_gap": gap, "time_limit": seconds}
    first = _solve(model, wanted=wanted, unwanted=unwanted, at_most=None, limit=limit)
    if first is None:
        raise TimeoutError("no set was found in the time given")
    least = violation_krw(model, model.excesses(first))
    if least <= 0:
        return first
    second = _solve(model, wanted=wanted, unwanted=unwanted, at_most=least, limit=limit)
    if second is None or violation_krw(model, model.excesses(second)) >= least + CLEARLY_FEWER_KRW:
        return first
    return second


def _solve(
    model: Model, *, wanted: Chosen, unwanted: Chosen, at_most: float | None, limit: Mapping[str, float]
) -> Chosen | None:
    """Minimise the violation, or maximise the value where the violation is bounded; slacks follow the deals."""
    deals, rows = len(model.candidates), len(model.rows)
    weights = _won_for_slack(model)
    unit = float(weights.max())
    matrix = hstack([model.matrix, diags_array(np.full(rows, -1.0))], format="csr")
    bounds = Bounds(
        np.concatenate([wanted.astype(float), np.zeros(rows)]),
        np.concatenate([1.0 - unwanted.astype(float), np.full(rows, np.inf)]),
    )
    costs = np.concatenate([np.zeros(deals), weights / unit])
    upper = limits(model, [0] * rows)
    if at_most is not None:
        matrix = vstack([matrix, csr_array(costs[None, :])], format="csr")
        upper = np.append(upper, at_most / unit)
        costs = np.concatenate([_objective(model.values), np.zeros(rows)])
    result = milp(
        costs,
        integrality=np.concatenate([np.ones(deals), np.zeros(rows)]),
        bounds=bounds,
        constraints=LinearConstraint(matrix, ub=upper),
        options=dict(limit),
    )
    return None if result.x is None else np.asarray(result.x[:deals]) > 0.5  # noqa: PLR2004 - what is not zero is one


def _won_for_slack(model: Model) -> Floats:
    """Give the won in one unit of each row's slack, as the scaled row counts it."""
    return np.array([1.0 / row.units_of_won for row in model.rows]) / model.scales


def _objective(values: Sequence[int]) -> Floats:
    return -np.array(values, dtype=np.float64) * (OBJECTIVE_SCALE / max(1, *values, 1))
