"""The components of a pair as a matrix of numbers, unknown ones completed the way the score does it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.blend import weight_of
from matching.parameters import MatchParameters

FEATURES = ("dense", "lexical", "field", "region", "trl", "ticket", "consortium")
"""The components an acceptance model looks at, in the order of its columns. NaN says that one is not known."""

_LEGS = 2  # the first two columns are the legs of the text


def score_weights(parameters: MatchParameters) -> NDArray[np.float64]:
    """Return what each of ``FEATURES`` weighs in the matcher's score, together 1."""
    legs = np.array([parameters.dense_share, 1.0 - parameters.dense_share]) * weight_of("text", parameters)
    fits = [weight_of(name, parameters) for name in FEATURES[_LEGS:]]
    weights: NDArray[np.float64] = np.concatenate([legs, fits])
    weights /= weights.sum()
    return weights


def feature_matrix(features: ArrayLike) -> NDArray[np.float64]:
    """Return the features as float64, shape (pairs, len(FEATURES)).

    Raises
    ------
    ValueError
        For another shape or an infinite value.
    """
    matrix = np.asarray(features, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[1] != len(FEATURES):  # noqa: PLR2004 - rows and columns
        raise ValueError(f"features must have shape (pairs, {len(FEATURES)}), not {matrix.shape}")
    if np.isinf(matrix).any():
        raise ValueError("features must be numbers or NaN, not infinite")
    return matrix


def has_text(features: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where the texts of a pair could be compared, by either leg."""
    return ~np.isnan(features[:, 0]) | ~np.isnan(features[:, 1])


def completed(features: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return features without NaN, so that an unknown component neither lifts nor lowers a pair.

    The score is a weighted mean over what is known. It stays the same when an unknown leg of the text takes the value
    of the other leg, and an unknown component that of the score itself; so they do. Then ``completed @ weights`` is the
    score, without its rounding. Where no leg of the text is known everything is 0, like the score: facts alone make no
    match. No value falls when a known one rises.
    """
    complete = features.copy()
    legs = complete[:, :_LEGS]
    legs[:, 0] = np.where(np.isnan(legs[:, 0]), legs[:, 1], legs[:, 0])
    legs[:, 1] = np.where(np.isnan(legs[:, 1]), legs[:, 0], legs[:, 1])
    total, known_weight = np.zeros(len(features)), np.zeros(len(features))
    for column, weight in zip(complete.T, weights.tolist(), strict=True):
        known = ~np.isnan(column)
        total += np.where(known, weight * np.where(known, column, 0.0), 0.0)
        known_weight += np.where(known, weight, 0.0)
    score = np.divide(total, known_weight, out=np.zeros(len(features)), where=known_weight > 0)
    complete = np.where(np.isnan(complete), score[:, np.newaxis], complete)
    return np.where(has_text(features)[:, np.newaxis], complete, 0.0)
