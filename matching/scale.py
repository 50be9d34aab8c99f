"""A straight scale on which the raw values of a leg are read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A straight line from ``low``, worth 0, to ``full``, worth 1."""

    low: float
    full: float

    def worth(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what raw values of a leg are worth, each in [0, 1]."""
        return np.clip((values - self.low) / (self.full - self.low), 0.0, 1.0)
