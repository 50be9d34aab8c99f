"""Turn what a model says of answers it has not learned from into calibrated log odds."""

import numpy as np
from numpy.typing import NDArray

from matching.acceptance.logistic import GaussianPrior, most_probable
from matching.acceptance.model import AcceptanceModel
from matching.acceptance.shrinkage import LEVEL_SPREAD, Evidence

CALIBRATION_SPREAD = 0.3
"""Standard deviation of offset and slopes around 0 and equal parts of 1. .02, .1 and 1 gave the same calibration error
at 200 answers, within .001: the line is well calibrated by its own Gaussian prior."""

LEAST_SLOPE = 0.05
"""The calibration may flatten the line this much and no further: it must not undo the ranking."""


def calibrated(evidence: Evidence, *said: NDArray[np.float64]) -> list[float]:
    """Return the offset and one slope for each model that spoke of the answers, slopes not negative.

    The sigmoid of Platt (1999), with a Gaussian prior in place of his smoothed targets: yes alone or no alone still
    leaves it finite. For more than one model it weighs them as it calibrates them (stacking, Wolpert, 1992).
    """
    models = len(said)
    found = most_probable(
        np.column_stack([np.ones(len(evidence.accepted)), *said]),
        evidence.accepted,
        weight=evidence.weight,
        prior=GaussianPrior(
            centre=np.array([0.0] + [1.0 / models] * models),
            precision=np.eye(models + 1) / CALIBRATION_SPREAD**2,
            least=np.array([-np.inf, LEAST_SLOPE] + [0.0] * (models - 1)),
        ),
    )
    return [float(value) for value in found]


def inclination(evidence: Evidence, prior: AcceptanceModel) -> float:
    """Return what to add to the prior's log odds so that they fit how readily people said yes.

    Drawn to 0 by a Gaussian prior, so that it is 0 without answers and finite after yes or no alone.
    """
    found = most_probable(
        np.ones((len(evidence.accepted), 1)),
        evidence.accepted,
        weight=evidence.weight,
        prior=GaussianPrior(centre=np.zeros(1), precision=np.eye(1) / LEVEL_SPREAD**2, least=np.array([-np.inf])),
        start=prior.intercept + np.einsum("ij,j->i", evidence.components, np.array(prior.coefficients)),
    )
    return float(found[0])
