"""An investor's side: the vector of a signal, drawn towards the projects that its owner has already said yes to."""

import numpy as np
from numpy.typing import NDArray

from matching.dense import is_present
from matching.parameters import MatchParameters


def profiled(
    signal: NDArray[np.float32], accepted: NDArray[np.float32], parameters: MatchParameters
) -> NDArray[np.float32]:
    """Return the unit vector of a signal and its accepted projects, or the signal's own where there are none.

    ``signal`` has shape (dimensions,), ``accepted`` (projects, dimensions) in the order of their keys; rows of zeros
    are absent. A signal that the encoder cannot read stays absent: a taste alone asks for nothing.
    """
    known = accepted[is_present(accepted)].astype(np.float64)
    if not len(known) or not signal.any():
        return signal
    centre = known.sum(axis=0)
    share = parameters.profile_share
    drawn = (1 - share) * signal + share * centre / np.sqrt(np.square(centre).sum())
    unit: NDArray[np.float32] = (drawn / np.sqrt(np.square(drawn).sum())).astype(np.float32)
    return unit
