"""Unit vectors as bytes: a quarter of the memory, with the most that the rounding can move a cosine."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

LARGEST_CODE = 127
QUERY_SHIFT = 128
"""Queries are shifted to numbers without a sign, as the processor multiplies them."""

_ROWS_AT_ONCE = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorCodes:
    """Vectors rounded to whole multiples of a step of their own.

    Attributes
    ----------
    codes : int8 array (vectors, dimensions)
    step : float32 array (vectors,)
        What a code counts; 0 for an all-zero vector.
    error : float32 array (vectors,)
        Length of what the rounding took away: by Cauchy and Schwarz, no product with a unit vector moves by more.
    total : int32 array (vectors,)
        Sum of the codes, by which products with shifted queries are put right.
    """

    codes: NDArray[np.int8]
    step: NDArray[np.float32]
    error: NDArray[np.float32]
    total: NDArray[np.int32]

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> Self:
        """Round vectors."""
        count = len(vectors)
        codes = np.empty(vectors.shape, dtype=np.int8)
        step, error = np.empty(count, dtype=np.float32), np.empty(count, dtype=np.float32)
        total = np.empty(count, dtype=np.int32)
        for start in range(0, count, _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            some = vectors[rows]
            step[rows] = np.abs(some).max(axis=1, initial=0) / LARGEST_CODE
            whole = np.rint(some / np.where(step[rows] > 0, step[rows], 1)[:, None])
            lost = some - whole * step[rows][:, None]
            codes[rows] = whole
            error[rows] = np.nextafter(np.sqrt(np.einsum("ij,ij->i", lost, lost)), np.float32(np.inf))
            total[rows] = whole.sum(axis=1)
        return cls(codes=codes, step=step, error=error, total=total)

    def shifted(self) -> NDArray[np.uint8]:
        """Return the codes as numbers without a sign."""
        return (self.codes.astype(np.int16) + QUERY_SHIFT).astype(np.uint8)

    def without_codes(self) -> Self:
        """Return everything but the codes, for whoever keeps them packed."""
        return replace(self, codes=self.codes[:0])
