"""Covers: deals that break a row together, forbidden in numbers so small that no tolerance lets them through."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint

from fund_service.portfolio.greedy import Chosen
from fund_service.portfolio.model import Floats, Row


@dataclass(frozen=True, slots=True)
class Cover:
    """Deals not all of which can be in, unless one of those that would help the row is in as well."""

    together: tuple[int, ...]
    helping: tuple[int, ...]


def cover_of(row: Row, chosen: Chosen, allowed: int) -> Cover | None:
    """Give a smallest cover by which a set breaks a row more than allowed, in whole numbers; none where it does not.

    With all of ``together`` in and none of ``helping``, the row comes to at least what it comes to here, since every
    other deal that helps it is counted as in: such a set breaks the row too, so forbidding it loses nothing.
    """
    over = row.load(chosen) - row.bound - allowed
    if over <= 0:
        return None
    entries = sorted(zip(row.coefficients, row.columns, strict=True))
    together = []
    for value, column in entries:
        if value > 0 and chosen[column]:
            if over > value:
                over -= value
            else:
                together.append(column)
    helping = [column for value, column in entries if value < 0 and not chosen[column]]
    return Cover(tuple(together), tuple(helping))


def forbid(covers: Sequence[Cover], deals: int) -> LinearConstraint:
    """Write covers as rows: at most all but one of those together, and one more for each that helps."""
    matrix: Floats = np.zeros((len(covers), deals))
    for number, cover in enumerate(covers):
        matrix[number, list(cover.together)] = 1.0
        matrix[number, list(cover.helping)] = -1.0
    return LinearConstraint(matrix, ub=np.array([len(cover.together) - 1.0 for cover in covers]))
