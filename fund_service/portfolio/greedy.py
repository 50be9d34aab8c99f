"""The plain way to choose: by what a deal is worth for each won, taking whatever still fits; yardstick and start."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fund_service.portfolio.model import Model

Chosen = NDArray[np.bool_]


def fill_by_ratio(
    model: Model,
    values: Sequence[int],
    *,
    start: Chosen,
    unwanted: Chosen,
    allowed: Sequence[int],
) -> Chosen:
    """Add deals to a set by value per won, the best first and the lower key among equals, while every row holds.

    Goes over the deals until nothing more fits, since a deal that counts towards a share makes room for others.
    ``allowed`` is by how much each row may be broken; a start that breaks a row more is only added to where that does
    not break it further.
    """
    chosen = start.copy()
    room = [row.bound + more - row.load(chosen) for row, more in zip(model.rows, allowed, strict=True)]
    amounts = [candidate.amount_krw for candidate in model.candidates]
    order = sorted(range(len(values)), key=lambda column: (-(values[column] / amounts[column]), column))
    waiting = [column for column in order if not chosen[column] and not unwanted[column] and values[column] > 0]
    while True:
        left = []
        for column in waiting:
            entries = model.columns_rows[column]
            if all(coefficient <= max(0, room[row]) or coefficient <= 0 for row, coefficient in entries):
                chosen[column] = True
                for row, coefficient in entries:
                    room[row] -= coefficient
            else:
                left.append(column)
        if len(left) == len(waiting):
            return chosen
        waiting = left


def holds(model: Model, chosen: Chosen, allowed: Sequence[int]) -> bool:
    """Say whether a set breaks no row by more than is allowed."""
    return all(excess <= more for excess, more in zip(model.excesses(chosen), allowed, strict=True))
