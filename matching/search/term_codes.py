"""The lexical leg in whole numbers: frequent terms as bytes to be multiplied, rare ones as lists to be walked."""

# ruff: noqa: ANN001, ANN202, PLR0917 - numba types compiled functions by what they are called with
# mypy: disable-error-code="no-untyped-def, untyped-decorator, no-untyped-call"

from dataclasses import dataclass
from typing import Self

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.search.byte_products import Words, packed_queries, packed_targets

FREQUENT_SHARE = 0.04
"""Share of the projects from which on a term is frequent. Multiplying bytes costs the same for every project, walking
a list only where the term stands; measured with 5,994 topics and 27,872 awards: .02, .04 and .06 take as long."""

LARGEST_WEIGHT = 127
LARGEST_COUNT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class TermTables:
    """The terms of projects in one language, project by project.

    Attributes
    ----------
    starts, terms, weights : int64, uint32, float64 arrays
        The terms of project ``p`` and their exact weights stand from ``starts[p]`` to ``starts[p + 1]``.
    place : int32 array (vocabulary,)
        Number of each term here: the commonest first, so that what is read often lies together.
    columns : int
        Terms before this one are frequent.
    largest : float64 array (vocabulary,)
        Largest weight of each term in any project.
    rounding : float64 array (vocabulary,)
        The most by which a weight of a term, as a byte, is off.
    """

    starts: NDArray[np.int64]
    terms: NDArray[np.uint32]
    weights: NDArray[np.float64]
    place: NDArray[np.int32]
    columns: int
    largest: NDArray[np.float64]
    rounding: NDArray[np.float64]

    @classmethod
    def of(cls, weights: sparse.csr_array) -> Self:
        """Turn weights of terms (rows) in projects (columns) round."""
        vocabulary, projects = weights.shape
        holding = np.diff(weights.indptr)
        largest = np.zeros(vocabulary)
        held = holding > 0
        largest[held] = np.maximum.reduceat(weights.data, weights.indptr[:-1][held]) if held.any() else 0
        smallest = np.zeros(vocabulary)
        smallest[held] = np.minimum.reduceat(weights.data, weights.indptr[:-1][held]) if held.any() else 0
        order = np.argsort(-holding, kind="stable")
        place = np.empty(vocabulary, dtype=np.int32)
        place[order] = np.arange(vocabulary)
        by_project = weights.T.tocsr()
        return cls(
            starts=by_project.indptr.astype(np.int64),
            terms=place[by_project.indices].astype(np.uint32),
            weights=by_project.data,
            place=place,
            columns=int((holding > max(FREQUENT_SHARE * projects, 1)).sum()),
            largest=largest[order],
            rounding=np.where(2 * LARGEST_WEIGHT * smallest[order] < largest[order], 1.0, 0.5),
        )

    def shard(self, first: int, last: int) -> "TermShard":
        """Return some projects ready to be multiplied and walked."""
        size = last - first
        dense = np.zeros((size, self.columns), dtype=np.int8)
        ends = np.zeros(len(self.place) + 1, dtype=np.int32)
        bounds = slice(self.starts[first], self.starts[last])
        room = max(int(self.starts[last] - self.starts[first]), 1)
        projects, weights = np.empty(room, dtype=np.uint16), np.empty(room, dtype=np.float32)
        _spread(
            self.starts[first : last + 1] - self.starts[first],
            self.terms[bounds],
            self.weights[bounds],
            self.largest,
            dense,
            ends,
            projects,
            weights,
        )
        return TermShard(bytes=packed_targets(dense), starts=ends, projects=projects, weights=weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermShard:
    """Some projects' terms: frequent ones as packed bytes, rare ones as a list of projects for each term."""

    bytes: Words
    starts: NDArray[np.int32]
    projects: NDArray[np.uint16]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermQueries:
    """Signals in one language, ready to meet projects in one language.

    A product in whole numbers times ``unit`` is the sum of shared weights, give or take ``error``.

    Attributes
    ----------
    bytes : packed words
        Counts of frequent terms.
    starts, terms, counts : int64, int32, float32 arrays
        The rare terms of each signal and their counts, in units.
    unit, error : float32 arrays (signals,)
    """

    bytes: Words
    starts: NDArray[np.int64]
    terms: NDArray[np.int32]
    counts: NDArray[np.float32]
    unit: NDArray[np.float32]
    error: NDArray[np.float32]

    @classmethod
    def of(cls, counts: sparse.csr_array, tables: TermTables) -> Self:
        """Round the counts of signals (rows) by terms (columns)."""
        signals = counts.shape[0]
        dense = np.zeros((signals, tables.columns), dtype=np.uint8)
        unit, error = np.ones(signals, dtype=np.float32), np.zeros(signals, dtype=np.float32)
        starts = np.zeros(signals + 1, dtype=np.int64)
        terms, rare = np.empty(counts.nnz, dtype=np.int32), np.empty(counts.nnz, dtype=np.float32)
        _round(
            counts.indptr.astype(np.int64),
            tables.place[counts.indices],
            counts.data,
            tables.largest,
            tables.rounding,
            dense,
            starts,
            terms,
            rare,
            unit,
            error,
        )
        return cls(bytes=packed_queries(dense), starts=starts, terms=terms, counts=rare, unit=unit, error=error)


@numba.njit(nogil=True, cache=True)
def _spread(starts, terms, weights, largest, dense, ends, projects, rare):
    """Fill ``dense`` with frequent terms, and ``ends``, ``projects`` and ``rare`` with lists of the others by term."""
    for place in range(len(terms)):
        if terms[place] >= dense.shape[1]:
            ends[terms[place] + 1] += 1
    for term in range(len(ends) - 1):
        ends[term + 1] += ends[term]
    for project in range(len(starts) - 1):
        for place in range(starts[project], starts[project + 1]):
            term = terms[place]
            if term < dense.shape[1]:
                if weights[place] > 0:  # never rounded to nothing: that a term is shared must be seen
                    dense[project, term] = max(np.rint(weights[place] / largest[term] * LARGEST_WEIGHT), 1)
            else:
                projects[ends[term]] = project
                rare[ends[term]] = weights[place]
                ends[term] += 1
    for term in range(len(ends) - 1, 0, -1):
        ends[term] = ends[term - 1]
    ends[0] = 0


@numba.njit(nogil=True, cache=True)
def _round(starts, terms, counts, largest, rounding, dense, ends, rare_terms, rare, unit, error):
    """Fill ``dense`` and ``rare`` with the counts of each signal in its own ``unit``, and bound the ``error``."""
    filled = 0
    for signal in range(len(starts) - 1):
        most = 0.0
        for place in range(starts[signal], starts[signal + 1]):
            if terms[place] < dense.shape[1]:
                most = max(most, counts[place] * largest[terms[place]])
        step = most / (LARGEST_WEIGHT * LARGEST_COUNT) if most > 0 else 1.0 / 65536
        unit[signal] = step
        lost = 0.0
        for place in range(starts[signal], starts[signal + 1]):
            term = terms[place]
            if term < dense.shape[1]:
                exact = counts[place] * largest[term] / LARGEST_WEIGHT / step
                code = max(np.rint(exact), 1) if exact > 0 else 0.0
                dense[signal, term] = code
                lost += abs(exact - code) * LARGEST_WEIGHT + code * rounding[term]
            elif largest[term] > 0:
                rare_terms[filled] = term
                rare[filled] = counts[place] / step
                filled += 1
                lost += 1
        error[signal] = lost * step
        ends[signal + 1] = filled
