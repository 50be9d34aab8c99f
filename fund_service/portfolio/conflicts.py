"""Clashes: where wishes and rules cannot all be kept, a smallest set of them that cannot, found by deletion."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fund_service.portfolio.choice import Broken, solve
from fund_service.portfolio.greedy import Chosen
from fund_service.portfolio.model import Model, Row, mask
from fund_service.portfolio.problem import Problem

MOST_CLASHES = 5
"""Clashes named at most; each is found after the rules of those before are let go."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Rules (each with the company or group it is about) and wishes that cannot all be kept; without any one they can.

    A clash without wishes is of rules that what is already funded breaks. A company or group over its limit with no
    candidate is part of none: no set makes that better or worse.
    """

    rules: tuple[tuple[str, str], ...]
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]


def clashes(problem: Problem, model: Model) -> list[Clash]:
    """Name the clashes of a problem, 5 at most; none where all its rules and wishes can be kept."""
    found: list[Clash] = []
    let_go: set[int] = set()
    while len(found) < MOST_CLASHES:
        clash = _clash(problem, model, let_go)
        if clash is None:
            break
        found.append(clash)
        named = set(clash.rules)
        let_go |= {number for number, row in enumerate(model.rows) if (row.rule, row.subject) in named}
    return found


def _clash(problem: Problem, model: Model, let_go: set[int]) -> Clash | None:
    wishes = [("in", key) for key in sorted(problem.wanted)] + [("out", key) for key in sorted(problem.unwanted)]
    rows = [("row", str(number)) for number in range(len(model.rows)) if number not in let_go]

    def impossible(kept: Sequence[tuple[str, str]]) -> bool:
        return not _possible(
            model,
            rows={int(key) for kind, key in kept if kind == "row"},
            wanted=mask(model, frozenset(key for kind, key in kept if kind == "in")),
            unwanted=mask(model, frozenset(key for kind, key in kept if kind == "out")),
        )

    if not impossible([*wishes, *rows]):
        return None
    # Wishes are let go first, so that a clash of the rules alone is told as one.
    smallest = minimal([*wishes, *rows], impossible)
    return Clash(
        rules=tuple(
            (model.rows[int(key)].rule, model.rows[int(key)].subject) for kind, key in smallest if kind == "row"
        ),
        wanted=tuple(key for kind, key in smallest if kind == "in"),
        unwanted=tuple(key for kind, key in smallest if kind == "out"),
    )


def minimal(
    elements: Sequence[tuple[str, str]], impossible: Callable[[Sequence[tuple[str, str]]], bool]
) -> list[tuple[str, str]]:
    """Reduce elements that are impossible together to a smallest set that still is: no one of it can be spared.

    The deletion filter (Chinneck and Dravnieks 1991), in chunks that are halved until they are single elements.
    """
    kept = list(elements)
    size = len(kept)
    while size >= 1:
        start = 0
        while start < len(kept):
            fewer = kept[:start] + kept[start + size :]
            if impossible(fewer):
                kept = fewer
            else:
                start += size
        size //= 2
    return kept


def blocking(model: Model, column: int, *, wanted: Chosen, unwanted: Chosen, broken: Broken) -> list[tuple[str, str]]:
    """Name a smallest set of rules that keep one deal out whatever else is chosen, beside what is wanted."""
    with_it = wanted.copy()
    with_it[column] = True
    room = [row.bound + broken.get((row.rule, row.subject), 0) for row in model.rows]
    alone = [
        number
        for number, row in enumerate(model.rows)
        if _least_load(row, with_it, unwanted) > room[number] and column in row.columns
    ]
    if alone:
        return [(model.rows[alone[0]].rule, model.rows[alone[0]].subject)]

    def impossible(kept: Sequence[tuple[str, str]]) -> bool:
        rows = {int(key) for _, key in kept}
        return not _possible(model, rows=rows, wanted=with_it, unwanted=unwanted, broken=broken)

    numbers = [("row", str(number)) for number in range(len(model.rows))]
    return [(model.rows[int(key)].rule, model.rows[int(key)].subject) for _, key in minimal(numbers, impossible)]


def _least_load(row: Row, wanted: Chosen, unwanted: Chosen) -> int:
    """Give the least that a row can come to."""
    return sum(
        value
        for column, value in zip(row.columns, row.coefficients, strict=True)
        if wanted[column] or (value < 0 and not unwanted[column])
    )


def _possible(model: Model, *, rows: set[int], wanted: Chosen, unwanted: Chosen, broken: Broken | None = None) -> bool:
    """Say whether some set fulfils some of the rows."""
    known = broken or {}
    kept = Model(model.candidates, tuple(row for number, row in enumerate(model.rows) if number in rows))
    if all(_least_load(row, wanted, unwanted) <= _room(row, known) for row in kept.rows) and _plain(
        kept, wanted, unwanted, known
    ):
        return True
    nothing = [0] * len(model.candidates)
    return solve(kept, wanted=wanted, unwanted=unwanted, broken=known, values=nothing) is not None


def _room(row: Row, broken: Broken) -> int:
    return row.bound + broken.get((row.rule, row.subject), 0)


def _plain(model: Model, wanted: Chosen, unwanted: Chosen, broken: Broken) -> bool:
    """Say whether what is wanted, alone or with everything that only helps, is such a set."""
    helps = np.array([all(value <= 0 for _, value in entries) for entries in model.columns_rows], dtype=np.bool_)
    chosen = wanted | (helps & ~unwanted)
    return all(row.load(chosen) <= _room(row, broken) for row in model.rows)
