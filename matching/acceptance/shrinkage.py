"""A line over the components, drawn to the weights of the score as far as the answers do not speak against it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.acceptance.logistic import GaussianPrior, most_probable
from matching.acceptance.model import AcceptanceModel

FREEDOMS = (0.03, 0.1, 0.3, 1.0, 3.0)
"""Standard deviations, in log odds for a standard deviation of a component, that its coefficient may lie off the
score's. Which one is used is chosen by cross-fitting: a single .3 left 1 % of nDCG@10 at 200 answers where the
preference differs, a single .6 lost 3 % where it is the score's; without .03 .4 % is lost there at 50 answers."""

AMPLITUDE_SPREAD = 1.0
"""Standard deviation of the factor by which all coefficients of the score may be too large or too small together. .3
and 3 changed nothing at 200 answers; 3 cost 1 % of nDCG@10 at 50."""

LEVEL_SPREAD = 2.0
"""Standard deviation of the general inclination, in log odds. 1 and 4 changed nothing."""

POSITION_SPREAD = 0.3
"""Standard deviation of what a place on the list does to the answer, in log odds for a factor e in the rank. Where
people say yes more readily at the top (.4 a factor e) the calibration error fell from .058 to .055 at 200 answers and
from .064 to .054 at 1,000; 1 gave little more, and cost .6 % of nDCG@10 where the place only decides what is looked
at. Inverse propensity weights, clipped at 5, changed nothing there and made the first case slightly worse: which pairs
are answered depends on the place, the place on the components, and those are in the model."""

LEAST_SPREAD = 0.05
"""A component that varies less than this counts as varying this much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Answers ready to learn from.

    Attributes
    ----------
    components : float64 array, shape (answers, features)
        Completed components.
    place : float64 array, shape (answers,)
        Log of the rank shown less its mean over the answers, 0 where the rank is not known.
    accepted, weight
        What was answered and what it counts.
    """

    components: NDArray[np.float64]
    place: NDArray[np.float64]
    accepted: NDArray[np.bool_]
    weight: NDArray[np.float64]

    def loss(self, log_odds: NDArray[np.float64]) -> float:
        """Return the log loss of log odds, all answers together."""
        return float((self.weight * np.logaddexp(0.0, np.where(self.accepted, -log_odds, log_odds))).sum())

    def only(self, rows: NDArray[np.bool_]) -> "Evidence":
        """Return some of the evidence."""
        return Evidence(
            components=self.components[rows],
            place=self.place[rows],
            accepted=self.accepted[rows],
            weight=self.weight[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Log odds ``intercept + coefficients . components + slope_of_place * place``, coefficients not negative."""

    intercept: float
    coefficients: NDArray[np.float64]
    slope_of_place: float

    def log_odds(self, evidence: Evidence) -> NDArray[np.float64]:
        """Return the log odds of what was answered, at the place where it was shown."""
        return self.values(evidence.components) + self.slope_of_place * evidence.place

    def values(self, components: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of pairs at a middling place.

        Column by column: a product of matrices may differ in the last bit with the number of rows.
        """
        values = np.full(len(components), self.intercept)
        for column, coefficient in zip(components.T, self.coefficients.tolist(), strict=True):
            values += coefficient * column
        return values


def fit_line(evidence: Evidence, prior: AcceptanceModel, *, freedom: float) -> Line:
    """Return the most probable line, with Gaussian beliefs around the prior model's.

    The coefficients b of components with standard deviations s have covariance
    ``diag(freedom / s)^2 + AMPLITUDE_SPREAD^2 b0 b0'`` around the prior's b0: drawn to the ranking of the score more
    than to how steep it is. The place is a nuisance: people say yes more readily to what stands at the top, and the
    score put it there. With it in the line the components do not have to explain that; it is left out of predictions.
    """
    count = len(prior.coefficients)
    around = evidence.components.mean(axis=0)
    spread = np.maximum(np.sqrt(((evidence.components - around) ** 2).mean(axis=0)), LEAST_SPREAD)
    slopes = np.array(prior.coefficients)
    covariance = np.zeros((count + 2, count + 2))
    covariance[:count, :count] = np.diag((freedom / spread) ** 2) + AMPLITUDE_SPREAD**2 * np.outer(slopes, slopes)
    covariance[count, count] = LEVEL_SPREAD**2
    covariance[count + 1, count + 1] = POSITION_SPREAD**2
    ones = np.ones(len(evidence.components))
    found = most_probable(
        np.column_stack([evidence.components - around, ones, evidence.place]),
        evidence.accepted,
        weight=evidence.weight,
        prior=GaussianPrior(
            centre=np.array([*slopes, prior.intercept + float((around * slopes).sum()), 0.0]),
            precision=np.linalg.inv(covariance).astype(np.float64),
            least=np.array([0.0] * count + [-np.inf, -np.inf]),
        ),
    )
    coefficients = found[:count]
    return Line(
        intercept=float(found[count] - (around * coefficients).sum()),
        coefficients=coefficients,
        slope_of_place=float(found[count + 1]),
    )
