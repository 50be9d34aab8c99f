"""Money beside counts: how many tickets fit, what must go from a choice that takes too much, what still fits in."""

from dataclasses import dataclass, replace

import numpy as np

from matching.assignment.problem import NO_LIMIT, Instance, Ints, Mask

CHUNK = 1_024
"""Pairs looked at together for whether they still fit."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """How many meetings the money of each allows: ``most`` with its cheapest tickets, ``any_of`` whichever they are."""

    most: Ints
    any_of: Ints


def affordable(instance: Instance) -> Mask:
    """Mark the pairs whose ticket alone is within the investor's money and the project's need."""
    return (instance.ticket <= instance.investors.krw[instance.investor]) & (
        instance.ticket <= instance.projects.krw[instance.project]
    )


def keep(instance: Instance, kept: Mask) -> Instance:
    """Give the round with some of its pairs."""
    return replace(
        instance,
        investor=instance.investor[kept],
        project=instance.project[kept],
        value=instance.value[kept],
        ticket=instance.ticket[kept],
        given=instance.given[kept],
    )


def fits(instance: Instance) -> tuple[Fit, Fit]:
    """Say how many meetings the money of each investor, and the need of each project, allows."""
    return (
        _fit(instance.investor, instance.ticket, instance.investors.krw),
        _fit(instance.project, instance.ticket, instance.projects.krw),
    )


def _fit(node: Ints, ticket: Ints, limit: Ints) -> Fit:
    return Fit(most=_prefix(node, ticket, limit), any_of=_prefix(node, -ticket, limit))


def _prefix(node: Ints, by: Ints, limit: Ints) -> Ints:
    """Count how many tickets of each node, taken in the order of ``by``, are within its limit together."""
    within = np.bincount(node, minlength=len(limit)).astype(np.int64)
    limited = np.flatnonzero(limit[node] < NO_LIMIT)
    order = limited[np.lexsort((by[limited], node[limited]))]
    there = node[order]
    sums = np.cumsum(np.abs(by[order]))
    first = np.searchsorted(there, there)
    before = np.where(first > 0, sums[first - 1], 0)
    fitting = np.bincount(there[sums - before <= limit[there]], minlength=len(limit))
    return np.where(limit < NO_LIMIT, fitting, within)


def safe_part(instance: Instance, hoped: Mask) -> tuple[Instance, Ints, Ints]:
    """Give pairs and counts with which every choice keeps the money of all, whichever pairs it takes.

    At each investor and project the dearest tickets are left out as far as that is needed to promise as many meetings
    as ``hoped``, a choice that need not keep the money, has there.
    """
    kept = np.ones(len(instance), dtype=np.bool_)
    sides = ((instance.investor, instance.investors), (instance.project, instance.projects))
    for (node, side), wanted in zip(sides, instance.held(hoped), strict=True):
        any_of = _fit(node, instance.ticket, side.krw).any_of
        order = np.argsort(node, kind="stable")
        ends = np.searchsorted(node[order], np.arange(len(side.keys) + 1))
        for tight in np.flatnonzero(any_of < wanted):
            pairs = order[ends[tight] : ends[tight + 1]]
            dearest = _dearest_promised(instance.ticket[pairs], int(side.krw[tight]), int(wanted[tight]))
            kept[pairs[instance.ticket[pairs] > dearest]] = False
    part = keep(instance, kept)
    heads, tails = fits(part)
    return (
        part,
        np.minimum(part.investors.meetings, heads.any_of),
        np.minimum(part.projects.meetings, tails.any_of),
    )


def _dearest_promised(tickets: Ints, limit: int, meetings: int) -> int:
    """Give the dearest ticket to keep so that the most meetings fit whichever they are; of equals the dearest."""
    ordered = np.sort(tickets)
    sums = np.concatenate([[0], np.cumsum(ordered)])
    promised = np.minimum(np.arange(len(sums)) - np.searchsorted(sums, sums - limit), meetings)[1:]
    return int(ordered[len(ordered) - 1 - int(np.argmax(promised[::-1]))])


class Standing:
    """What a choice has taken of every quota, kept as pairs come and go."""

    def __init__(self, instance: Instance, chosen: Mask) -> None:
        self.instance = instance
        self.chosen = chosen.copy()
        heads, tails = instance.held(chosen)
        self.meetings_left = (instance.investors.meetings - heads, instance.projects.meetings - tails)
        self.krw_left = (
            instance.investors.krw - _sums(instance.investor, instance.ticket, chosen, len(heads)),
            instance.projects.krw - _sums(instance.project, instance.ticket, chosen, len(tails)),
        )
        self.held = tails

    def fitting(self, pairs: Ints) -> Ints:
        """Give those of some pairs that could be added, each alone."""
        it = self.instance
        head, tail, ticket = it.investor[pairs], it.project[pairs], it.ticket[pairs]
        room = (self.meetings_left[0][head] > 0) & (self.meetings_left[1][tail] > 0)
        enough = (self.krw_left[0][head] >= ticket) & (self.krw_left[1][tail] >= ticket)
        return pairs[room & enough & ~self.chosen[pairs]]

    def move(self, pair: int, by: int) -> None:
        """Add a pair (1) or take it out (-1)."""
        it = self.instance
        self.chosen[pair] = by > 0
        self.held[it.project[pair]] += by
        for place, node in enumerate((it.investor[pair], it.project[pair])):
            self.meetings_left[place][node] -= by
            self.krw_left[place][node] -= by * it.ticket[pair]


def trimmed(instance: Instance, chosen: Mask) -> Mask:
    """Take out of a choice what exceeds somebody's money, the least value for its won first."""
    standing = Standing(instance, chosen)
    worth = instance.value / np.maximum(instance.ticket, 1)
    for place, node in ((0, instance.investor), (1, instance.project)):
        pairs = np.flatnonzero(standing.chosen & (standing.krw_left[place] < 0)[node])
        for pair in pairs[np.lexsort((pairs, worth[pairs]))].tolist():
            if standing.krw_left[place][node[pair]] < 0:
                standing.move(pair, -1)
    return standing.chosen


def filled(instance: Instance, chosen: Mask, floors: Ints) -> Mask:
    """Add to a choice what still fits: first pairs that lift a project to its floor, then any, the most value first."""
    standing = Standing(instance, chosen)
    project = instance.project
    for lifting in (True, False):
        pairs = standing.fitting(np.arange(len(instance)))
        if lifting:
            pairs = pairs[standing.held[project[pairs]] < floors[project[pairs]]]
        pairs = pairs[np.lexsort((pairs, -instance.value[pairs]))]
        for start in range(0, len(pairs), CHUNK):
            for pair in standing.fitting(pairs[start : start + CHUNK]).tolist():
                wanted = not lifting or standing.held[project[pair]] < floors[project[pair]]
                if wanted and len(standing.fitting(np.array([pair]))):
                    standing.move(pair, 1)
    return standing.chosen


def _sums(node: Ints, ticket: Ints, chosen: Mask, size: int) -> Ints:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, node[chosen], ticket[chosen])
    return sums
