"""The choice itself: the set worth most under all rules, first with the least violation, then with the most value.

Solved by HiGHS through ``scipy.optimize.milp``. A set the solver gives is checked in whole numbers; where its tolerance
let a row slip, the deals that broke it are forbidden together and it is solved again, so no set is ever given that
breaks a rule by one won. The
result depends on nothing but the problem: candidates stand in the order of their keys, HiGHS runs with its fixed random
seed, effort is bounded by nodes before seconds, and among deals that differ in nothing the lower keys are taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from fund_service.portfolio.covers import Cover, cover_of, forbid
from fund_service.portfolio.elastic import least_violation
from fund_service.portfolio.greedy import Chosen, fill_by_ratio, holds
from fund_service.portfolio.model import Model, build, mask, named
from fund_service.portfolio.problem import Problem
from fund_service.portfolio.relaxation import OBJECTIVE_SCALE, ROUNDING, Relaxation, limits, relax, settled

MOST_ROUNDS = 100
"""How often sets that slipped through the solver's tolerance are forbidden and the problem solved again."""
INFEASIBLE = 2
"""The status with which `milp` says that no set fulfils the rows."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How far the solver goes: the gap it may leave, and what it may spend."""

    gap: float = 0.0
    nodes: int = 50_000
    seconds: float = 20.0


EXACT = Effort()
CLOSE = Effort(gap=1e-3)
"""Within a thousandth of the best, for many candidates and for samples."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A set that breaks no row more than allowed, and a bound that no such set's value exceeds."""

    chosen: Chosen
    value: int
    bound: float

    @property
    def gap(self) -> float:
        """The share of the bound by which a better set could still exceed this one."""
        missing = self.bound - self.value
        return missing / self.bound if missing > ROUNDING * self.bound else 0.0


Broken = Mapping[tuple[str, str], int]
"""By how many units each row, by rule and subject, may be broken because not all rules can hold."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The set to fund: its keys, what it is worth, and what it had to break."""

    problem: Problem
    model: Model
    chosen: frozenset[str]
    value: int
    gap: float
    broken: Broken


def choose(problem: Problem, *, effort: Effort = EXACT) -> Choice:
    """Choose the set worth most; where not all rules can hold, the set worth most among those that break least.

    The violation is counted in won: won over a ceiling, won missing from a share. It is at least as much worth as
    what the plain choice by value per won gives.
    """
    model = build(problem)
    wanted, unwanted = mask(model, problem.wanted), mask(model, problem.unwanted)
    in_won = build(problem, divided=False)
    known = least_violation(in_won, wanted=wanted, unwanted=unwanted, gap=effort.gap, seconds=effort.seconds)
    broken = {
        (row.rule, row.subject): excess
        for row, excess in zip(model.rows, model.excesses(known), strict=True)
        if excess > 0
    }
    found = solve(model, wanted=wanted, unwanted=unwanted, broken=broken, effort=effort, known=known)
    if found is None:
        raise RuntimeError("the set with the least violation was not found again")
    return Choice(
        problem=problem,
        model=model,
        chosen=named(model, found.chosen),
        value=found.value,
        gap=found.gap,
        broken=broken,
    )


def solve(
    model: Model,
    *,
    wanted: Chosen,
    unwanted: Chosen,
    broken: Broken | None = None,
    values: Sequence[int] | None = None,
    effort: Effort = EXACT,
    known: Chosen | None = None,
) -> Solution | None:
    """Find the set worth most that breaks no row by more than ``broken`` says; nothing where there is none.

    ``known`` is a set that breaks none; the search begins there as well.

    Raises
    ------
    TimeoutError
        When the effort is spent before one set is found.
    """
    worths = model.values if values is None else values
    allowed = [(broken or {}).get((row.rule, row.subject), 0) for row in model.rows]
    relaxation = relax(model, worths, wanted=wanted, unwanted=unwanted, allowed=allowed)
    if relaxation is None:
        return None
    start = _start(model, worths, relaxation, known=known, wanted=wanted, unwanted=unwanted, allowed=allowed)
    if start is not None and relaxation.bound - start.value <= effort.gap * relaxation.bound:
        return start
    fixed = (wanted, unwanted)
    if start is not None:
        fixed = settled(relaxation, start.value, wanted=wanted, unwanted=unwanted)
    try:
        found = _branch(model, worths, fixed=fixed, allowed=allowed, effort=effort)
    except TimeoutError:
        if start is None:
            raise
        return start
    if found is not None and (start is None or found.value >= start.value):
        bound = min(relaxation.bound, max(found.bound, float(found.value)))
        return Solution(found.chosen, found.value, bound)
    if start is None:
        return None
    proven = found is not None and found.bound <= start.value
    return Solution(start.chosen, start.value, float(start.value) if proven else relaxation.bound)


def _start(
    model: Model,
    values: Sequence[int],
    relaxation: Relaxation,
    *,
    known: Chosen | None,
    wanted: Chosen,
    unwanted: Chosen,
    allowed: Sequence[int],
) -> Solution | None:
    """Give the best of the plain choices: filled by ratio from what is wanted, taken whole, or known to hold."""
    best: Solution | None = None
    for start in (wanted, wanted | (relaxation.shares > 1 - ROUNDING), *([] if known is None else [known])):
        chosen = fill_by_ratio(model, values, start=start, unwanted=unwanted, allowed=allowed)
        if holds(model, chosen, allowed):
            chosen = first_of_equals(model, values, chosen, wanted=wanted, unwanted=unwanted)
            value = model.worth(chosen, values)
            if best is None or value > best.value:
                best = Solution(chosen, value, relaxation.bound)
    return best


def _branch(
    model: Model,
    values: Sequence[int],
    *,
    fixed: tuple[Chosen, Chosen],
    allowed: Sequence[int],
    effort: Effort,
) -> Solution | None:
    """Branch and bound, again with what the rounded set broke forbidden, until it breaks nothing."""
    wanted, unwanted = fixed
    covers: list[Cover] = []
    for _ in range(MOST_ROUNDS):
        result = _milp(model, values, fixed=fixed, allowed=allowed, covers=covers, effort=effort)
        if result.x is None:
            if result.status != INFEASIBLE:
                raise TimeoutError("no set was found with the effort given")
            return None
        chosen = np.asarray(result.x) > 0.5  # noqa: PLR2004 - what is not zero is one
        broken = [cover_of(row, chosen, more) for row, more in zip(model.rows, allowed, strict=True)]
        found = [cover for cover in broken if cover is not None]
        if not found:
            chosen = first_of_equals(model, values, chosen, wanted=wanted, unwanted=unwanted)
            value = model.worth(chosen, values)
            dual = result.mip_dual_bound
            return Solution(chosen, value, float(value) if dual is None else -float(dual) * _unit(values))
        covers += found
    raise TimeoutError("no set that keeps every won was found in the rounds there are")


def _milp(
    model: Model,
    values: Sequence[int],
    *,
    fixed: tuple[Chosen, Chosen],
    allowed: Sequence[int],
    covers: Sequence[Cover],
    effort: Effort,
) -> Any:  # noqa: ANN401 - scipy ships no types
    wanted, unwanted = fixed
    rows = [LinearConstraint(model.matrix, ub=limits(model, allowed))] if model.rows else []
    if covers:
        rows.append(forbid(covers, len(values)))
    return milp(
        -np.array(values, dtype=np.float64) / _unit(values),
        integrality=np.ones(len(values)),
        bounds=Bounds(wanted.astype(float), 1.0 - unwanted.astype(float)),
        constraints=rows,
        options={"mip_rel_gap": effort.gap, "node_limit": effort.nodes, "time_limit": effort.seconds},
    )


def _unit(values: Sequence[int]) -> float:
    """Give the value that the solver counts as one."""
    return max(1, *values, 1) / OBJECTIVE_SCALE


def first_of_equals(model: Model, values: Sequence[int], chosen: Chosen, *, wanted: Chosen, unwanted: Chosen) -> Chosen:
    """Take, among deals that differ in nothing the rows or the value see, those with the lower keys."""
    alike: dict[object, list[int]] = {}
    for column, entries in enumerate(model.columns_rows):
        if not wanted[column] and not unwanted[column]:
            alike.setdefault((values[column], entries), []).append(column)
    settled_set = chosen.copy()
    for columns in alike.values():
        count = int(chosen[columns].sum())
        settled_set[columns] = [place < count for place in range(len(columns))]
    return settled_set
