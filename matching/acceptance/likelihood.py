"""Probabilities as people say them."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Likelihood(StrEnum):
    """How likely something is, in the words of the IPCC's guidance note on uncertainty (Mastrandrea et al., 2010)."""

    VERY_UNLIKELY = "very_unlikely"
    """Below 10 %."""
    UNLIKELY = "unlikely"
    """From 10 % to below 33 %."""
    ABOUT_EVEN = "about_even"
    """From 33 % to below 66 %."""
    LIKELY = "likely"
    """From 66 % to below 90 %."""
    VERY_LIKELY = "very_likely"
    """90 % and more."""


LIKELIHOOD_FROM = {
    Likelihood.VERY_LIKELY: 0.90,
    Likelihood.LIKELY: 0.66,
    Likelihood.ABOUT_EVEN: 0.33,
    Likelihood.UNLIKELY: 0.10,
    Likelihood.VERY_UNLIKELY: 0.0,
}
"""The least probability that a word stands for, the greatest first."""


def in_words(probability: float) -> Likelihood:
    """Return the word for a probability; ``ValueError`` when it does not lie in [0, 1]."""
    if not 0.0 <= probability <= 1.0:
        raise ValueError(f"a probability lies in [0, 1], {probability} does not")
    return next(word for word, least in LIKELIHOOD_FROM.items() if probability >= least)


def mutual(investor: NDArray[np.float64], project: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability that both sides accept, pair by pair: the product of their calibrated probabilities.

    Summed over pairs it is the number of matches to expect when the sides decide independently of each other; see
    Palomares et al., "Reciprocal Recommender Systems" (2021), on ways to fuse both sides.
    """
    return investor * project
