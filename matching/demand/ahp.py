"""Weights from pairwise comparisons of several reviewers: the analytic hierarchy process, with its consistency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RANDOM_INDEX = {3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49}
"""Mean consistency index of random judgements on Saaty's scale, by number of criteria (Saaty, 1980)."""
MOST_CRITERIA = 10
"""More cannot be compared by people with any consistency; group them into a hierarchy."""
STRONGEST = 9.0
"""The end of Saaty's scale: one criterion counts nine times as much as another."""
CONSISTENT = 0.10
"""Largest consistency ratio that is acceptable (Saaty, 1980)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One judgement: ``first`` counts ``ratio`` times as much as ``second``."""

    first: str
    second: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InconsistentTriple:
    """The three judgements that contradict each other most, and what the last would be if it followed from the others.

    ``first`` over ``second`` and ``second`` over ``third`` make ``implied`` of ``first`` over ``third``; it is said to
    be ``stated``.
    """

    first: str
    second: str
    third: str
    stated: float
    implied: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one set of comparisons amounts to: weights that sum to one, and how well they hang together."""

    weights: Mapping[str, float]
    consistency_ratio: float
    worst: InconsistentTriple | None
    """Named where the ratio is above ``CONSISTENT``: what to look at again."""

    @property
    def consistent(self) -> bool:
        """Whether the weights may be used."""
        return self.consistency_ratio <= CONSISTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJudgement:
    """The judgement of all reviewers together, beside each one's own."""

    together: Judgement
    reviewers: Mapping[str, Judgement]

    @property
    def to_revise(self) -> tuple[str, ...]:
        """Reviewers whose own comparisons contradict each other too much, by key."""
        return tuple(key for key, judgement in self.reviewers.items() if not judgement.consistent)


def judge(criteria: Sequence[str], comparisons: Mapping[str, Sequence[Comparison]]) -> GroupJudgement:
    """Derive weights from the comparisons of each reviewer, and of all together.

    Weights are the principal eigenvector (Saaty, 1980). Reviewers are put together by the geometric mean of their
    judgements, the only way to keep them reciprocal (Aczél and Saaty, 1983); the consistency ratio is ``CI / RI`` with
    ``CI = (eigenvalue - n) / (n - 1)``. Nobody is left out: whose comparisons are too inconsistent is flagged, to look
    at them again.

    Parameters
    ----------
    criteria : sequence of str
        What is weighed, two to ten.
    comparisons : mapping
        By reviewer; each compares every pair once, in either direction.

    Raises
    ------
    ValueError
        When nobody compared, criteria are too many or repeated, or a reviewer's comparisons leave out a pair, repeat
        one, name something else, or lie outside 1/9 to 9.
    """
    names = tuple(sorted(set(criteria)))
    if len(names) != len(criteria) or not 1 < len(names) <= MOST_CRITERIA:
        raise ValueError(f"two to {MOST_CRITERIA} different criteria are weighed at a time")
    if not comparisons:
        raise ValueError("at least one reviewer compares the criteria")
    tables = {reviewer: _table(reviewer, said, names) for reviewer, said in sorted(comparisons.items())}
    mean = np.exp(np.mean([np.log(table) for table in tables.values()], axis=0))
    return GroupJudgement(
        together=_judgement(mean, names),
        reviewers={reviewer: _judgement(table, names) for reviewer, table in tables.items()},
    )


def _table(reviewer: str, said: Sequence[Comparison], names: Sequence[str]) -> Floats:
    places = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(names), len(names)))
    np.fill_diagonal(table, 1.0)
    for one in said:
        if one.first not in places or one.second not in places or one.first == one.second:
            raise ValueError(f"{reviewer} compares {one.first} with {one.second}: two different criteria are compared")
        first, second = places[one.first], places[one.second]
        if table[first, second]:
            raise ValueError(f"{reviewer} compares {one.first} with {one.second} more than once")
        if not 1 / STRONGEST <= one.ratio <= STRONGEST:
            raise ValueError(f"{reviewer} compares {one.first} with {one.second} outside 1/9 to 9")
        table[first, second], table[second, first] = one.ratio, 1 / one.ratio
    missing = [f"{names[i]} with {names[j]}" for i, j in combinations(range(len(names)), 2) if not table[i, j]]
    if missing:
        raise ValueError(f"{reviewer} does not compare {', '.join(missing)}")
    return table


def _judgement(table: Floats, names: Sequence[str]) -> Judgement:
    eigenvalues, vectors = np.linalg.eig(table)
    principal = int(np.argmax(eigenvalues.real))
    weights = np.abs(vectors[:, principal].real)
    count = len(names)
    ratio = 0.0
    if count in RANDOM_INDEX:  # two criteria cannot contradict each other
        ratio = max(0.0, float(eigenvalues[principal].real) - count) / (count - 1) / RANDOM_INDEX[count]
    return Judgement(
        weights=dict(zip(names, (weights / weights.sum()).tolist(), strict=True)),
        consistency_ratio=ratio,
        worst=_worst_triple(table, names) if ratio > CONSISTENT else None,
    )


def _worst_triple(table: Floats, names: Sequence[str]) -> InconsistentTriple:
    """Find the triple whose stated and implied ratios lie farthest apart (after Koczkodaj, 1993)."""
    logs = np.log(table)

    def apart(triple: tuple[int, int, int]) -> float:
        i, j, k = triple
        return round(float(abs(logs[i, j] + logs[j, k] - logs[i, k])), 12)

    i, j, k = max(combinations(range(len(names)), 3), key=apart)
    return InconsistentTriple(
        first=names[i],
        second=names[j],
        third=names[k],
        stated=float(table[i, k]),
        implied=float(table[i, j] * table[j, k]),
    )
