"""Rounds of assignment: who meets whom within every quota, a floor for every project, and what the floor costs.

With counts alone the optimum is a flow and exact. Money makes knapsacks of it: where the money of everybody holds
whatever the counts choose it stays a flow; else small rounds are searched through, and larger ones are rounded from
the relaxation, or repaired from the flow, and told beside a bound. Draws by lot bound how likely any one pair is
(Jecmen et al. 2020, Mitigating manipulation in peer review via randomized reviewer assignments).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.assignment import exact as assignment_exact
from matching.assignment.exact import best_choice, holds, relaxed
from matching.assignment.flow import Counts, best_flow
from matching.assignment.money import affordable, filled, fits, keep, safe_part, trimmed
from matching.assignment.problem import (
    VALUE_UNIT,
    Instance,
    Ints,
    InvestorQuota,
    Mask,
    Pairs,
    ProjectQuota,
    arrange,
)
from matching.assignment.rounding import WHOLE, draw
from matching.assignment.shortage import Outcome, Quota, Shortage, shortages

__all__ = [
    "Assignment",
    "InvestorQuota",
    "Lot",
    "Pairs",
    "ProjectQuota",
    "Quota",
    "Shortage",
    "assign",
]

WHOLE_BP = 10_000
"""Basis points in a whole."""


@dataclass(frozen=True, slots=True)
class Lot:
    """A draw: no pair is likelier than ``most_bp`` basis points; the same seed draws the same."""

    most_bp: int
    seed: int

    @property
    def parts(self) -> int:
        """The most of one pair, in parts of a meeting, rounded down."""
        return self.most_bp * WHOLE // WHOLE_BP


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Who meets whom, and what that is worth beside what could have been.

    All values are sums over pairs. ``chosen`` are positions among the pairs given, by key of investor, then project.
    """

    chosen: Ints
    probability: NDArray[np.float64]
    """Of each pair given: how likely it was to be chosen; without a lot 1 or 0."""
    total: float
    bound: float
    """No choice within the quotas is worth more, whatever the floor."""
    unconstrained: float
    """What investors' looks would be worth if no project, no money and no floor held anything back."""
    exact: bool
    """Whether the choice before any lot is proven to be the best there is."""
    without_floor: float
    """The same without the floor, before any lot."""
    with_floor: float
    """The same with the floor, before any lot."""
    expected: float
    """What the lot is worth on average; without a lot the total."""
    shortages: tuple[Shortage, ...]

    @property
    def price_of_fairness(self) -> float:
        """What the floor costs."""
        return self.without_floor - self.with_floor

    @property
    def price_of_lot(self) -> float:
        """What drawing by lot costs on average."""
        return self.with_floor - self.expected


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    chosen: Mask
    exact: bool
    bound: int


def assign(
    investors: Sequence[InvestorQuota],
    projects: Sequence[ProjectQuota],
    *,
    pairs: Pairs,
    min_exposure: int = 0,
    lot: Lot | None = None,
) -> Assignment:
    """Choose the pairs that meet: no quota exceeded, first the fewest looks missing from the floor, then most value.

    ``min_exposure`` is how many investors every project with a pair should meet at least, and a project's own ``floor``
    how many it should where that is more; where that cannot be, the quota that binds is named. The result depends on
    keys and numbers only, not on the order they come in.

    Raises
    ------
    ValueError
        When keys or pairs come twice, a number is out of its range, or a pair names nobody.
    """
    if (
        min_exposure < 0
        or any(it.floor < 0 for it in projects)
        or (lot is not None and not 0 < lot.most_bp <= WHOLE_BP)
    ):
        raise ValueError("the floor is a whole number from zero, the bound of a lot between 1 and 10,000 basis points")
    given = arrange(investors, projects, pairs)
    eligible = np.bincount(given.project, minlength=len(projects))
    wanted = floors_of(projects, min_exposure)
    floors = np.minimum(eligible, wanted)
    usable = affordable(given)
    instance = keep(given, usable)
    free = _choose(instance, np.zeros_like(floors))
    fair = _choose(instance, floors) if wanted.any() else free
    value = instance.value
    without_floor = max(int(value[free.chosen].sum()), int(value[fair.chosen].sum()))
    drawn, likely = fair.chosen, fair.chosen * WHOLE
    if lot is not None:
        drawn, likely = _draw(instance, fair.chosen, floors, lot)
    chosen = np.zeros(len(given), dtype=np.bool_)
    chosen[usable] = drawn
    return Assignment(
        chosen=given.given[chosen],
        probability=_by_given(given, usable, likely),
        total=math.fsum(pairs.value[given.given[chosen]]),
        bound=free.bound / VALUE_UNIT,
        unconstrained=_unconstrained(given),
        exact=free.exact and fair.exact,
        without_floor=without_floor / VALUE_UNIT,
        with_floor=int(value[fair.chosen].sum()) / VALUE_UNIT,
        expected=int(value @ likely) / WHOLE / VALUE_UNIT,
        shortages=shortages(_outcome(given, chosen, wanted, lot)),
    )


def _choose(instance: Instance, floors: Ints) -> _Choice:
    """Choose without a lot: the flow, and where money does not hold what it chooses, a search or a repair."""
    chosen = _flow(instance, floors)
    bound = int(instance.value[chosen].sum())
    if holds(instance, chosen):
        return _Choice(chosen, exact=True, bound=bound)
    if len(instance) <= assignment_exact.MOST_PAIRS:
        found = best_choice(instance, floors)
        if found is not None:
            return _Choice(found, exact=True, bound=int(instance.value[found].sum()))
    options = [filled(instance, trimmed(instance, chosen), floors)]
    if len(instance) <= assignment_exact.MOST_RELAXED:
        solved = relaxed(instance, floors)
        bound = bound if floors.any() else min(bound, solved.bound)
        options.append(filled(instance, trimmed(instance, solved.whole), floors))
    return _Choice(max(options, key=lambda it: _merit(instance, it, floors)), exact=False, bound=bound)


def _flow(instance: Instance, floors: Ints) -> Mask:
    """Choose by counts, cut to how many of its cheapest tickets the money of each holds."""
    heads, tails = fits(instance)
    counts = Counts(
        investors=np.minimum(instance.investors.meetings, heads.most),
        projects=np.minimum(instance.projects.meetings, tails.most),
        floors=floors,
    )
    return best_flow(instance, counts) > 0


def _merit(instance: Instance, chosen: Mask, floors: Ints) -> tuple[int, int]:
    """Order choices: fewer looks missing first, then more value."""
    held = instance.held(chosen)[1]
    return -int(np.maximum(floors - held, 0).sum()), int(instance.value[chosen].sum())


def _draw(instance: Instance, chosen: Mask, floors: Ints, lot: Lot) -> tuple[Mask, Ints]:
    """Draw by lot from the best fractions, in the part of the round in which every draw keeps all money."""
    part, heads, tails = safe_part(instance, chosen)
    heads, tails, floors = (np.minimum(it, len(instance)) * WHOLE for it in (heads, tails, floors))
    parts = best_flow(part, Counts(investors=heads, projects=tails, floors=floors, pair=lot.parts))
    drawn = draw(part.investor, part.project, parts, rng=np.random.default_rng(lot.seed))
    kept = np.isin(instance.given, part.given)
    met, likely = np.zeros(len(instance), dtype=np.bool_), np.zeros(len(instance), dtype=np.int64)
    met[kept], likely[kept] = drawn, parts
    return met, likely


def _by_given(given: Instance, usable: Mask, likely: Ints) -> NDArray[np.float64]:
    probability = np.zeros(len(given))
    probability[given.given[usable]] = likely / WHOLE
    return probability


def _unconstrained(given: Instance) -> float:
    """Sum the best values of each investor, as many as it looks at."""
    order = np.lexsort((-given.value, given.investor))
    there = given.investor[order]
    place = np.arange(len(order)) - np.searchsorted(there, there)
    return int(given.value[order][place < given.investors.meetings[there]].sum()) / VALUE_UNIT


def floors_of(projects: Sequence[ProjectQuota], min_exposure: int) -> Ints:
    """Give the floor of each project in the order of keys: its own or that of the round, whichever is higher."""
    ordered = sorted(projects, key=lambda it: it.key)
    return np.array([max(it.floor, min_exposure) for it in ordered], dtype=np.int64)


def _outcome(given: Instance, chosen: Mask, floor: Ints, lot: Lot | None) -> Outcome:
    """Say what is to be explained; only projects with a pair have a floor to miss."""
    eligible = np.bincount(given.project, minlength=len(given.projects.keys))
    reachable = eligible if lot is None else eligible * lot.parts // WHOLE
    return Outcome(instance=given, floor=floor, chosen=chosen, reachable=reachable)
