"""A learned estimate of how likely one side accepts a pair, kept as plain numbers."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from matching.acceptance.features import FEATURES, completed, feature_matrix
from matching.acceptance.trees import Tree, summed

FORMAT = 1
"""Version of what ``to_dict`` writes."""

SURENESS = 15.0
"""Log odds are kept within this distance of 0, so that no probability reaches 0 or 1 (3 in 10 million)."""


class Side(StrEnum):
    """Whose acceptance a model estimates."""

    INVESTOR = "investor"
    """Those who look for projects."""
    PROJECT = "project"
    """Those who look for investors."""


class ModelKind(StrEnum):
    """What a model was learned with."""

    PRIOR = "prior"
    """The weights of the score; answers have moved the general inclination at most."""
    LOGISTIC = "logistic"
    """Logistic regression shrunk to the weights of the score."""
    BOOSTING = "boosting"
    """Monotone gradient boosting over what the logistic regression says and the components."""


class ModelFormatError(ValueError):
    """A stored model cannot be read by this version; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceModel:
    """An estimate of the probability that a pair is accepted, which never falls when a component rises.

    With x the completed components (``features.completed``):
    ``log odds = offset + slope * (intercept + coefficients . x) + tree_slope * trees(x, line)``.

    Attributes
    ----------
    kind, answers
        How it was learned, and from how many answers.
    weights : one a feature
        Weights of the score by which unknown components are completed.
    intercept, coefficients
        The line, coefficients not negative.
    trees
        Empty except for boosting; they look at x and, in the column behind, at the line.
    offset, slope, tree_slope
        The sigmoid calibration (Platt, 1999), slopes not negative.
    """

    kind: ModelKind
    answers: int
    weights: tuple[float, ...]
    intercept: float
    coefficients: tuple[float, ...]
    trees: tuple[Tree, ...] = ()
    offset: float = 0.0
    slope: float = 1.0
    tree_slope: float = 0.0

    def probability(self, features: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of acceptance of each pair, shape (pairs,), inside (0, 1).

        What a pair gets depends on its own row alone, to the last bit.

        Raises
        ------
        ValueError
            When ``features`` does not have shape (pairs, len(FEATURES)) or holds an infinite value.
        """
        matrix = completed(feature_matrix(features), np.array(self.weights))
        line = np.full(len(matrix), self.intercept)
        for column, coefficient in zip(matrix.T, self.coefficients, strict=True):
            line += coefficient * column  # column by column: a product of matrices may differ with the number of rows
        odds = self.offset + self.slope * line
        odds += self.tree_slope * summed(self.trees, np.column_stack([matrix, line]))
        probabilities: NDArray[np.float64] = expit(np.clip(odds, -SURENESS, SURENESS))
        return probabilities

    @property
    def digest(self) -> str:
        """SHA-256 of everything in the model, in hexadecimal."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the model as plain JSON values; written and read again it is the same to the last bit."""
        return {
            "format": FORMAT,
            "features": list(FEATURES),
            "kind": self.kind.value,
            "answers": self.answers,
            "weights": list(self.weights),
            "intercept": self.intercept,
            "coefficients": list(self.coefficients),
            "trees": [tree.to_dict() for tree in self.trees],
            "offset": self.offset,
            "slope": self.slope,
            "tree_slope": self.tree_slope,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return the model that ``to_dict`` wrote.

        Raises
        ------
        ModelFormatError
            When it was written in another format, learned from other components, or does not hold what it should.
        """
        if stored.get("format") != FORMAT:
            raise ModelFormatError(f"the model has format {stored.get('format')!r}, expected {FORMAT}")
        if tuple(stored.get("features", ())) != FEATURES:
            raise ModelFormatError(f"the model was learned from {stored.get('features')}, expected {list(FEATURES)}")
        try:
            model = cls(
                kind=ModelKind(stored["kind"]),
                answers=int(stored["answers"]),
                weights=tuple(map(float, stored["weights"])),
                intercept=float(stored["intercept"]),
                coefficients=tuple(map(float, stored["coefficients"])),
                trees=tuple(Tree.from_dict(tree) for tree in stored["trees"]),
                offset=float(stored["offset"]),
                slope=float(stored["slope"]),
                tree_slope=float(stored["tree_slope"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFormatError(f"the model cannot be read: {error!r}") from error
        if not len(model.weights) == len(model.coefficients) == len(FEATURES):
            raise ModelFormatError(f"the model must hold {len(FEATURES)} weights and coefficients")
        return model
