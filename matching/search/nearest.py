"""Find the nearest of very many vectors exactly: bytes first, the exact cosines of the few that can win afterwards."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from matching.dense import exact_cosines, on_grid
from matching.search.byte_products import TARGETS_ABREAST, Words, packed_queries, packed_targets, products, whole
from matching.search.vector_codes import QUERY_SHIFT, VectorCodes

VECTORS_A_BLOCK = 65_536
QUERIES_AT_ONCE = 96


class NearestVectors:
    """Vectors kept as bytes for bounding and in the given precision for the exact cosines of those that remain.

    Parameters
    ----------
    vectors : float32 or float16 array (vectors, dimensions)
        Kept as it is, not copied. Cosines are exact for the numbers given: ranks are those of half-precision vectors
        where these are given.
    threads : int, optional
        Every processor this process may use when left out. Changes no result.
    """

    def __init__(self, vectors: NDArray[np.float32] | NDArray[np.float16], *, threads: int | None = None) -> None:
        self._vectors = vectors
        self._threads = threads or len(os.sched_getaffinity(0))
        self._blocks: list[tuple[Words, VectorCodes]] = []
        for start in range(0, len(vectors), VECTORS_A_BLOCK):
            codes = VectorCodes.of(_single(vectors[start : start + VECTORS_A_BLOCK]))
            self._blocks.append((packed_targets(codes.codes), codes.without_codes()))

    def search(self, queries: NDArray[np.float32], count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the rows and cosines of the ``count`` nearest vectors of each query, the nearest first.

        Shapes (queries, min(count, vectors)); equal cosines stand in the order of their rows. Queries are unit vectors.
        """
        count = min(count, len(self._vectors))
        rows = np.empty((len(queries), count), dtype=np.int64)
        cosines = np.empty((len(queries), count))
        if count == 0:
            return rows, cosines
        grid = on_grid(queries)
        with ThreadPoolExecutor(self._threads) as pool:
            for start in range(0, len(queries), QUERIES_AT_ONCE):
                some = grid[start : start + QUERIES_AT_ONCE]
                codes = VectorCodes.of(some)
                words = packed_queries(codes.shifted())
                bounds = list(pool.map(lambda block: _bounds(words, codes, *block, count=count), self._blocks))  # noqa: B023 - called at once
                for at, query in enumerate(some):
                    candidates = _candidates([block[at] for block in bounds], count)
                    exact = exact_cosines(query[None], on_grid(_single(self._vectors[candidates])))[0]
                    best = np.lexsort((candidates, -exact))[:count]
                    rows[start + at], cosines[start + at] = candidates[best], exact[best]
        return rows, cosines


Bound = tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]
"""Places within a block that may be among the nearest, and the least and the most that their cosines can be."""


def _bounds(words: Words, codes: VectorCodes, targets: Words, of_targets: VectorCodes, *, count: int) -> list[Bound]:
    """Return for each query what a block of vectors has to offer."""
    size = len(of_targets.step)
    totals = np.empty((len(words), whole(size, TARGETS_ABREAST)), dtype=np.int32)
    products(words, targets, totals)
    found = []
    for row in range(len(codes.step)):
        middle = (totals[row, :size] - of_targets.total * QUERY_SHIFT) * (of_targets.step * codes.step[row])
        width = of_targets.error * (1 + codes.error[row]) + codes.error[row] + np.float32(1e-5)
        least, most = middle - width, middle + width
        bar = np.partition(least, size - count)[size - count] if size > count else np.float32(-np.inf)
        places = np.flatnonzero(most >= bar)
        found.append((places, least[places], most[places]))
    return found


def _candidates(bounds: list[Bound], count: int) -> NDArray[np.int64]:
    """Return the rows, over all blocks, that may be among the nearest."""
    starts = range(0, len(bounds) * VECTORS_A_BLOCK, VECTORS_A_BLOCK)
    rows = np.concatenate([places + start for start, (places, _, _) in zip(starts, bounds, strict=True)])
    least = np.concatenate([block[1] for block in bounds])
    most = np.concatenate([block[2] for block in bounds])
    chosen: NDArray[np.int64] = rows[most >= np.partition(least, len(least) - count)[len(least) - count]]
    return chosen


def _single(vectors: NDArray[np.float32] | NDArray[np.float16]) -> NDArray[np.float32]:
    """Return vectors in single precision."""
    return vectors.astype(np.float32, copy=False)
