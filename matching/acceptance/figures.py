"""Figures that say how good probabilities are, as answers have shown."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

DEPTH = 10
"""Ranks that count in nDCG."""

BINS = 10
"""Bins of equal mass in which calibration is looked at."""


def log_losses(accepted: NDArray[np.bool_], probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return minus the log of the probability given to what was answered, row by row."""
    losses: NDArray[np.float64] = -xlogy(1.0, np.where(accepted, probability, 1.0 - probability))
    return losses


def brier_losses(accepted: NDArray[np.bool_], probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared distance between the probability and the answer, row by row (Brier, 1950)."""
    return (probability - accepted) ** 2


def mass_bins(probability: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return in which of ``BINS`` bins of equal mass each probability falls; equal probabilities fall in one bin."""
    ordered = np.sort(probability)
    places = (np.searchsorted(ordered, probability, "left") + np.searchsorted(ordered, probability, "right") - 1) // 2
    return places * BINS // max(len(probability), 1)


def calibration_error(
    accepted: NDArray[np.bool_], probability: NDArray[np.float64], weight: NDArray[np.float64] | None = None
) -> float:
    """Return the expected calibration error: how far the mean probability of a bin lies from the share accepted there.

    Bins have equal mass and count by their weight (Naeini et al., 2015, with equal-mass bins as in Nixon et al., 2019).
    0 where there is nothing.
    """
    weights = np.ones(len(probability)) if weight is None else weight
    excess = np.bincount(mass_bins(probability), weights * (probability - accepted), minlength=BINS)
    total = weights.sum()
    return float(np.abs(excess).sum() / total) if total > 0 else 0.0


def ndcg(accepted: NDArray[np.bool_] | NDArray[np.float64], probability: NDArray[np.float64]) -> float:
    """Return nDCG@``DEPTH`` of a list ranked by probability, gain 1 for what was accepted; NaN when nothing was.

    Järvelin and Kekäläinen (2002). Equal probabilities share the mean gain of their places (McSherry and Najork, 2008),
    so the order of the rows does not matter.
    """
    gains = accepted.astype(np.float64)
    discounts = np.zeros(len(gains))
    depth = min(DEPTH, len(gains))
    discounts[:depth] = 1.0 / np.log2(np.arange(2, depth + 2))
    ideal = float((np.sort(gains)[::-1] * discounts).sum())
    if ideal == 0.0:
        return float("nan")
    tied = np.unique(-probability, return_inverse=True)[1]
    mean_gain = (np.bincount(tied, gains) / np.bincount(tied))[tied]
    return float((mean_gain[np.argsort(tied, kind="stable")] * discounts).sum()) / ideal
