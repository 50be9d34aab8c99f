"""The choice as a mixed-integer program: rules as rows of whole numbers, and the same rows scaled for the solver.

A share of what is chosen is linear once multiplied out: "at least s of the won go to region g" is
``sum((s - 10000 [i in g]) a_i x_i) <= 10000 before_g - s before``, in whole numbers. A row is divided by the greatest
common divisor of its coefficients and its bound cut down, which changes no set and keeps numbers small.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fund_service.portfolio.problem import (
    BASIS_POINTS,
    CONCENTRATION,
    MONEY,
    Position,
    Problem,
    Rule,
    RuleKind,
    in_scope,
    qualifies,
)

LARGEST_COEFFICIENT = 10_000.0
"""Rows are scaled to this: the solver's tolerances are absolute."""
NEGLIGIBLE = 1e-3
"""Scaled coefficients below this, a ten-millionth of the largest, break the solver and are left out of what it sees;
what it then gives is checked, as ever, in whole numbers."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """One row, ``sum(coefficients[j] x_j) <= bound``, exactly; ``subject`` is the company or group it is about.

    ``units_of_won`` of it are one won: won over a limit, or won missing from a share at the sum that is committed.
    """

    rule: str
    subject: str
    columns: tuple[int, ...]
    coefficients: tuple[int, ...]
    bound: int
    units_of_won: float

    def load(self, chosen: Sequence[bool] | NDArray[np.bool_]) -> int:
        """Sum the row for a set."""
        return sum(
            coefficient for column, coefficient in zip(self.columns, self.coefficients, strict=True) if chosen[column]
        )


@dataclass(frozen=True)
class Model:
    """All rows that could bind, over the candidates in the order of their keys."""

    candidates: tuple[Position, ...]
    rows: tuple[Row, ...]

    @cached_property
    def scales(self) -> Floats:
        """The factor that each row is multiplied with for the solver: its largest coefficient becomes 10,000."""
        largest = [max(abs(coefficient) for coefficient in row.coefficients) for row in self.rows]
        return np.array([min(1.0, LARGEST_COEFFICIENT / size) for size in largest])

    @cached_property
    def matrix(self) -> csr_array:
        """The scaled coefficients, rows x candidates."""
        counts = [len(row.columns) for row in self.rows]
        data = np.array([float(value) for row in self.rows for value in row.coefficients])
        columns = np.array([column for row in self.rows for column in row.columns], dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        data *= np.repeat(self.scales, counts)
        data[np.abs(data) < NEGLIGIBLE] = 0.0
        return csr_array((data, columns, starts), shape=(len(self.rows), len(self.candidates)))

    @cached_property
    def neglected(self) -> Floats:
        """What each scaled row's neglected coefficients could take off it: its bound is that much higher."""
        off = [
            -sum(value for value in row.coefficients if value < 0 and -value * scale < NEGLIGIBLE)
            for row, scale in zip(self.rows, self.scales, strict=True)
        ]
        return np.array(off, dtype=np.float64) * self.scales

    @cached_property
    def columns_rows(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each candidate the rows it stands in, with its coefficient there."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.candidates]
        for number, row in enumerate(self.rows):
            for column, coefficient in zip(row.columns, row.coefficients, strict=True):
                found[column].append((number, coefficient))
        return tuple(map(tuple, found))

    @cached_property
    def values(self) -> tuple[int, ...]:
        """What each candidate is worth."""
        return tuple(candidate.value for candidate in self.candidates)

    def excesses(self, chosen: Sequence[bool] | NDArray[np.bool_]) -> list[int]:
        """Give by how much a set breaks each row, exactly, in units of the row; zero where it does not."""
        return [max(0, row.load(chosen) - row.bound) for row in self.rows]

    def worth(self, chosen: Sequence[bool] | NDArray[np.bool_], values: Sequence[int] | None = None) -> int:
        """Sum what a set is worth."""
        counted = self.values if values is None else values
        return sum(value for value, taken in zip(counted, chosen, strict=True) if taken)


def build(problem: Problem, *, divided: bool = True) -> Model:
    """Turn the rules that are held into rows; rows that no set of the candidates could break are left out.

    Rows that are not divided tell by how many won they are broken; those that are lose the odd won of their bound.
    """
    rows = [
        reduced
        for rule in problem.rules
        if rule.held
        for row in _rows(rule, problem)
        if (reduced := _reduced(row, divided=divided)) is not None
    ]
    return Model(candidates=problem.candidates, rows=tuple(rows))


def _rows(rule: Rule, problem: Problem) -> Iterator[Row]:
    counted = [(column, it) for column, it in enumerate(problem.candidates) if in_scope(rule, it)]
    if rule.kind in MONEY:
        yield _ceiling(rule, "", counted, rule.number)
    elif rule.kind in CONCENTRATION:
        yield from _concentration(rule, counted, problem)
    else:
        yield _floor(rule, counted, problem)


def _concentration(rule: Rule, counted: Sequence[tuple[int, Position]], problem: Problem) -> Iterator[Row]:
    most = rule.number * rule.size_krw // BASIS_POINTS
    before: dict[str, int] = {}
    for position in problem.funded:
        if in_scope(rule, position):
            subject = party(rule, position)
            before[subject] = before.get(subject, 0) + position.amount_krw
    asking: dict[str, list[tuple[int, Position]]] = {}
    for column, candidate in counted:
        asking.setdefault(party(rule, candidate), []).append((column, candidate))
    for subject, theirs in sorted(asking.items()):
        yield _ceiling(rule, subject, theirs, most - before.get(subject, 0))


def party(rule: Rule, position: Position) -> str:
    """Name the company or the ownership group that a concentration rule counts a deal for."""
    return position.company if rule.kind is RuleKind.COMPANY_CONCENTRATION else position.group


def _ceiling(rule: Rule, subject: str, counted: Sequence[tuple[int, Position]], room_krw: int) -> Row:
    columns = tuple(column for column, _ in counted)
    return Row(rule.key, subject, columns, tuple(it.amount_krw for _, it in counted), room_krw, 1.0)


def _floor(rule: Rule, counted: Sequence[tuple[int, Position]], problem: Problem) -> Row:
    before = [position for position in problem.funded if in_scope(rule, position)]
    return Row(
        rule.key,
        "",
        tuple(column for column, _ in counted),
        tuple(_missing(rule, candidate) for _, candidate in counted),
        -sum(_missing(rule, position) for position in before),
        float(BASIS_POINTS),
    )


def _missing(rule: Rule, position: Position) -> int:
    """Give what a deal adds to what is missing from a share, in ten-thousandths of a won."""
    return (rule.number - BASIS_POINTS * qualifies(rule, position)) * position.amount_krw


def _reduced(row: Row, *, divided: bool) -> Row | None:
    """Cut a row down to what matters in it; nothing where no set could break it or no candidate stands in it."""
    kept = [(column, value) for column, value in zip(row.columns, row.coefficients, strict=True) if value]
    if sum(max(0, value) for _, value in kept) <= row.bound or not kept:
        return None
    divisor = gcd(*(value for _, value in kept)) if divided else 1
    return Row(
        row.rule,
        row.subject,
        tuple(column for column, _ in kept),
        tuple(value // divisor for _, value in kept),
        row.bound // divisor,
        row.units_of_won / divisor,
    )


def mask(model: Model, keys: frozenset[str]) -> NDArray[np.bool_]:
    """Say of each candidate whether it is among the keys."""
    return np.array([candidate.key in keys for candidate in model.candidates], dtype=np.bool_)


def named(model: Model, chosen: Sequence[bool] | NDArray[np.bool_]) -> frozenset[str]:
    """Give the keys of a set."""
    return frozenset(it.key for it, taken in zip(model.candidates, chosen, strict=True) if taken)


def violation_krw(model: Model, excesses: Sequence[int]) -> float:
    """Add up excesses in won: a won over a ceiling weighs as much as a won missing from a share."""
    return sum(excess / row.units_of_won for row, excess in zip(model.rows, excesses, strict=True) if excess)
