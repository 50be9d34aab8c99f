"""Why a floor could not be met: the quota that binds, of whom, and how much is missing.

What one project's own numbers explain is told first. What is left is a matter of several: projects whose floors
together ask for more than the investors they can reach have. That set is found by walking from the projects left
short through the investors who could look at them to the projects those look at instead (Hall's condition; the
minimum cut of the flow): with counts alone every investor met on the way is full, and every project stands at its
floor or below.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from matching.assignment.money import Standing, affordable
from matching.assignment.problem import Instance, Ints, Mask


class Quota(StrEnum):
    """What can keep a project below its floor."""

    PAIRS = "pairs"
    """Fewer investors are eligible for the project at all."""
    PLACES = "places"
    """The project takes fewer investors."""
    NEED = "need"
    """The project's need in won holds fewer tickets."""
    MONEY = "money"
    """Investors' money does not hold the tickets."""
    CHANCE = "chance"
    """No pair may be likelier than the bound, and the project has too few pairs for that."""
    ATTENTION = "attention"
    """Investors have no looks left."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """Meetings that some projects miss, and the quota that binds: whose it is, and what it has and would need."""

    quota: Quota
    projects: tuple[str, ...]
    investors: tuple[str, ...]
    wanted: int
    available: int

    @property
    def missing(self) -> int:
        """Meetings missing."""
        return self.wanted - self.available


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What is to be explained: the round as given, the floor, the choice, and the most meetings by chance alone."""

    instance: Instance
    floor: Ints
    """Of each project."""
    chosen: Mask
    reachable: Ints
    """Meetings of each project that its pairs, each at its most likely, come to."""


def shortages(outcome: Outcome) -> tuple[Shortage, ...]:
    """Name what keeps projects below the floor, by project and then by the sets that share an investor."""
    instance = outcome.instance
    held = instance.held(outcome.chosen)[1]
    wanted = outcome.floor.copy()
    if not (held < wanted).any():
        return ()
    found: list[Shortage] = []
    for quota, available, investors in _own(outcome):
        found += [
            Shortage(
                quota=quota,
                projects=(instance.projects.keys[short],),
                investors=_names(instance, investors & (instance.project == short)),
                wanted=int(wanted[short]),
                available=int(available[short]),
            )
            for short in np.flatnonzero((held < wanted) & (available < wanted))
        ]
        wanted = np.minimum(wanted, np.maximum(available, held))
    return (*sorted(found, key=lambda it: it.projects), *_shared(instance, outcome.chosen, wanted, held))


def _own(outcome: Outcome) -> Iterator[tuple[Quota, Ints, Mask]]:
    """Give, quota by quota, how many meetings each project's own numbers allow, and the pairs that fail by it."""
    it = outcome.instance
    size = len(it.projects.keys)
    nobody = np.zeros(len(it), dtype=np.bool_)
    yield Quota.PAIRS, np.bincount(it.project, minlength=size), nobody
    yield Quota.PLACES, it.projects.meetings, nobody
    order = np.lexsort((it.ticket, it.project))
    sums = np.cumsum(it.ticket[order])
    there = it.project[order]
    first = np.searchsorted(there, there)
    within = sums - np.where(first > 0, sums[first - 1], 0) <= it.projects.krw[there]
    yield Quota.NEED, np.bincount(there[within], minlength=size), nobody
    dear = it.ticket > it.investors.krw[it.investor]
    yield Quota.MONEY, np.bincount(it.project[~dear], minlength=size), dear
    yield Quota.CHANCE, outcome.reachable, nobody


def _shared(instance: Instance, chosen: Mask, wanted: Ints, held: Ints) -> tuple[Shortage, ...]:
    """Name the sets of projects that together ask for more than the investors they reach have."""
    short = held < wanted
    if not short.any():
        return ()
    usable = affordable(instance)
    heads = np.zeros(len(instance.investors.keys), dtype=np.bool_)
    tails = short.copy()
    level = held <= wanted
    while True:
        reached = heads.copy()
        reached[instance.investor[usable & ~chosen & tails[instance.project]]] = True
        further = tails.copy()
        further[instance.project[chosen & reached[instance.investor] & level[instance.project]]] = True
        if np.array_equal(reached, heads) and np.array_equal(further, tails):
            break
        heads, tails = reached, further
    groups = _groups(instance, usable & heads[instance.investor] & tails[instance.project])
    full = Standing(instance, chosen).meetings_left[0] <= 0
    size = len(heads)
    return tuple(
        _group(instance, heads & (groups[:size] == group), tails & (groups[size:] == group), full, (wanted, held))
        for group in dict.fromkeys(groups[size:][short].tolist())
    )


def _group(instance: Instance, heads: Mask, tails: Mask, full: Mask, counts: tuple[Ints, Ints]) -> Shortage:
    """Tell one set; the investors' looks bind where they are used up, else the won that are left."""
    wanted, held = counts
    binding = heads & full
    keys = instance.investors.keys
    return Shortage(
        quota=Quota.ATTENTION if binding.any() else (Quota.MONEY if heads.any() else Quota.NEED),
        projects=tuple(instance.projects.keys[it] for it in np.flatnonzero(tails)),
        investors=tuple(keys[it] for it in np.flatnonzero(binding if binding.any() else heads)),
        wanted=int(wanted[tails].sum()),
        available=int(np.minimum(held, wanted)[tails].sum()),
    )


def _groups(instance: Instance, pairs: Mask) -> Ints:
    """Give each investor, then each project, the number of the set it hangs together with."""
    heads, tails = len(instance.investors.keys), len(instance.projects.keys)
    ends = (instance.investor[pairs], instance.project[pairs] + heads)
    graph = coo_array((np.ones(int(pairs.sum())), ends), shape=(heads + tails, heads + tails))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _names(instance: Instance, pairs: Mask) -> tuple[str, ...]:
    return tuple(instance.investors.keys[it] for it in instance.investor[pairs])
