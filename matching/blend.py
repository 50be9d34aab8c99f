"""Blend legs into the worth of a text, and text and facts into one score."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.parameters import MatchParameters

FIT_COMPONENTS = ("field", "region", "trl", "ticket", "consortium")
"""The components beside the text, in the order in which they are added up."""


class Part(NamedTuple):
    """One part of a score for many pairs: its worth in [0, 1], and where both sides have what it compares."""

    worth: NDArray[np.float64]
    known: NDArray[np.bool_]

    def at(self, rows: NDArray[np.intp]) -> "Part":
        """Return the part of some pairs."""
        return Part(self.worth[rows], self.known[rows])


def weight_of(component: str, parameters: MatchParameters) -> float:
    """Return the declared weight of the text or of a component beside it."""
    return float(getattr(parameters, f"{component}_weight"))


def weighted_mean(parts: Mapping[str, tuple[Part, float]], *, size: int) -> Part:
    """Return the weighted mean of parts, pair by pair over the parts known there; 0 and unknown where none is."""
    total, weights = np.zeros(size), np.zeros(size)
    for part, weight in parts.values():
        total += np.where(part.known, weight * part.worth, 0.0)
        weights += np.where(part.known, weight, 0.0)
    return Part(np.divide(total, weights, out=np.zeros(size), where=weights > 0), weights > 0)


def text_worth(dense: Part, lexical: Part, parameters: MatchParameters) -> Part:
    """Return the worth of a pair's texts: the blend of both legs, or the one that can be compared."""
    share = parameters.dense_share
    return weighted_mean({"dense": (dense, share), "lexical": (lexical, 1 - share)}, size=len(dense.worth))


def score(text: Part, fits: Mapping[str, Part], parameters: MatchParameters) -> NDArray[np.float64]:
    """Return the score of each pair, 0 where the texts cannot be compared: facts alone make no match."""
    parts = {"text": text, **{name: fits[name] for name in FIT_COMPONENTS if name in fits}}
    weighed = {name: (part, weight_of(name, parameters)) for name, part in parts.items()}
    return np.where(text.known, weighted_mean(weighed, size=len(text.worth)).worth, 0.0)
