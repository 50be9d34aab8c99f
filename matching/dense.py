"""Compare unit vectors so that the same two always give the same cosine."""

import numpy as np
from numpy.typing import NDArray

_GRID = 2.0**22


def on_grid(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors moved to the nearest multiples of 2^-22 (1.2e-7, the noise of a float32 encoder).

    Products of two such numbers are multiples of 2^-44 and their sums stay below 2, so float64 holds every partial sum
    exactly: no order of adding, block size or number of threads can move a cosine.
    """
    moved: NDArray[np.float32] = (np.rint(vectors.astype(np.float64) * _GRID) / _GRID).astype(np.float32)
    return moved


def is_present(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows hold a vector; an all-zero row stands for a text no encoder could read."""
    present: NDArray[np.bool_] = np.any(vectors != 0, axis=1)
    return present


def exact_cosines(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the cosines of every row of ``left`` with every row of ``right``, both on the grid."""
    return left.astype(np.float64) @ right.astype(np.float64).T
