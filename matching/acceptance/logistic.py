"""Logistic regression with a Gaussian prior and coefficients that may not fall below a bound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

_HALVINGS = 30
_CLOSE = 1e-14  # twice what the next step would still take off the loss


@dataclass(frozen=True, slots=True, kw_only=True)
class GaussianPrior:
    """What is believed of coefficients before any answer: around ``centre``, with inverse covariance ``precision``.

    None of them lies below its bound in ``least``.
    """

    centre: NDArray[np.float64]
    precision: NDArray[np.float64]
    least: NDArray[np.float64]


def most_probable(
    design: NDArray[np.float64],
    accepted: NDArray[np.bool_],
    *,
    weight: NDArray[np.float64],
    prior: GaussianPrior,
    start: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the coefficients with the largest posterior density (MAP); ``start`` holds log odds known already.

    They minimise ``sum_i w_i log(1 + exp(-y_i (start_i + d_i . b))) + (b - c)' P (b - c) / 2`` with y in {-1, 1} and
    b >= least: convex, with one solution as P is positive definite. Found by Newton steps on the coefficients that no
    bound holds, projected on the bounds (Bertsekas, 1982). Sums over rows run in row order without BLAS, so that
    threads do not change a bit.
    """
    sign = np.where(accepted, 1.0, -1.0)
    known = np.zeros(len(design)) if start is None else start

    def loss(found: NDArray[np.float64]) -> float:
        away = found - prior.centre
        margin = sign * (known + np.einsum("ij,j->i", design, found))
        return float((weight * np.logaddexp(0.0, -margin)).sum() + 0.5 * (away @ prior.precision @ away))

    found = np.maximum(prior.centre, prior.least)
    while True:
        chance = expit(known + np.einsum("ij,j->i", design, found))
        gradient = np.einsum("i,ij->j", weight * (chance - accepted), design)
        gradient += prior.precision @ (found - prior.centre)
        curvature = np.einsum("i,ij,ik->jk", weight * chance * (1.0 - chance), design, design) + prior.precision
        free = (found > prior.least) | (gradient < 0)
        step = np.zeros(len(found))
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        now = loss(found)
        shorter = (np.maximum(found - step * 0.5**halving, prior.least) for halving in range(_HALVINGS))
        better = next((tried for tried in shorter if loss(tried) < now), None) if gradient @ step > _CLOSE else None
        if better is None:
            return found
        found = better
