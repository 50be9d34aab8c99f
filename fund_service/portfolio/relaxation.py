"""The linear relaxation: a bound on any set's value, what one more won of each rule would bring, and deals settled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from fund_service.portfolio.greedy import Chosen
from fund_service.portfolio.model import Floats, Model

OBJECTIVE_SCALE = 10_000.0
"""The largest value as the solver sees it: its tolerances are absolute."""
ROUNDING = 1e-9
"""What floating point leaves of a zero."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The best share of each deal when deals could be cut: its value bounds that of any set from above.

    ``prices`` are of a row's unit, ``losses`` what forcing the deal to the other side costs at least, both in value.
    """

    shares: Floats
    bound: float
    prices: Floats
    losses: Floats


def relax(
    model: Model, values: Sequence[int], *, wanted: Chosen, unwanted: Chosen, allowed: Sequence[int]
) -> Relaxation | None:
    """Solve the relaxation with HiGHS; nothing where even cut deals cannot fulfil the rows."""
    scale = OBJECTIVE_SCALE / max(1, *values, 1)
    costs = -np.array(values, dtype=np.float64) * scale
    bounds = np.column_stack([wanted.astype(float), 1.0 - unwanted.astype(float)])
    if not model.rows:
        shares = bounds[:, 1]
        return Relaxation(shares, float(-costs @ shares) / scale, np.zeros(0), -costs / scale)
    result = linprog(costs, A_ub=model.matrix, b_ub=limits(model, allowed), bounds=bounds, method="highs")
    if result.x is None or result.status != 0:
        return None
    return Relaxation(
        shares=result.x,
        bound=-float(result.fun) / scale,
        prices=-np.asarray(result.ineqlin.marginals) * model.scales / scale,
        losses=np.maximum(result.lower.marginals, -np.asarray(result.upper.marginals)) / scale,
    )


def limits(model: Model, allowed: Sequence[int]) -> Floats:
    """Give the right-hand sides as the solver sees them."""
    exact = [row.bound + more for row, more in zip(model.rows, allowed, strict=True)]
    return np.array(exact, dtype=np.float64) * model.scales + model.neglected


def settled(relaxation: Relaxation, value: int, *, wanted: Chosen, unwanted: Chosen) -> tuple[Chosen, Chosen]:
    """Add to what is wanted and unwanted the deals on whose other side no set is worth as much as one known.

    Reduced-cost fixing (Dantzig, Fulkerson and Johnson 1954): it loses no set worth more than ``value``.
    """
    hopeless = relaxation.bound - relaxation.losses < value * (1 - ROUNDING) - 1
    return wanted | (hopeless & (relaxation.shares > 1 - ROUNDING)), unwanted | (
        hopeless & (relaxation.shares < ROUNDING)
    )
