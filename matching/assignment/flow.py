"""The best choice of meetings under counts alone: a flow of least cost from investors to projects.

Solved by the cost-scaling push-relabel of OR-tools (Goldberg 1997, An efficient implementation of a scaling
minimum-cost flow algorithm) in whole numbers, so the optimum is exact and the same on every run.
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from matching.assignment.problem import Instance, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How many units each investor and each project may carry, the floor of each project, and the most of one pair.

    The unit is a meeting, or a part of one where meetings are drawn by lot.
    """

    investors: Ints
    projects: Ints
    floors: Ints
    pair: int = 1


def best_flow(instance: Instance, counts: Counts) -> Ints:
    """Give the units of each pair: first the most units up to the floors, then the most value.

    A unit up to a floor is rewarded with more than an augmenting path can lose: the path leaves each investor once,
    and gives up one unit there.
    """
    if len(instance) == 0:
        return np.zeros(0, dtype=np.int64)
    solver = min_cost_flow.SimpleMinCostFlow()
    heads, tails = len(counts.investors), len(counts.projects)
    source, sink = heads + tails, heads + tails + 1
    offered, taken = _within_reach(instance, counts)
    floors = np.minimum(counts.floors, taken)
    reward = (min(heads, tails) + 2) * (int(instance.value.max()) + 1)
    investors, projects = np.arange(heads), np.arange(tails) + heads
    nothing = np.zeros(max(heads, tails), dtype=np.int64)
    add = solver.add_arcs_with_capacity_and_unit_cost
    add(np.full(heads, source), investors, offered, nothing[:heads])
    arcs = add(instance.investor, instance.project + heads, np.full(len(instance), counts.pair), -instance.value)
    add(projects, np.full(tails, sink), floors, np.full(tails, -reward))
    add(projects, np.full(tails, sink), taken - floors, nothing[:tails])
    total = int(offered.sum())
    solver.add_arc_with_capacity_and_unit_cost(source, sink, total, 0)
    solver.set_nodes_supplies(np.array([source, sink]), np.array([total, -total]))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow was not solved: {status}")
    return np.asarray(solver.flows(arcs), dtype=np.int64)


def _within_reach(instance: Instance, counts: Counts) -> tuple[Ints, Ints]:
    """Cut what each may carry to what its pairs can carry, so that no limit stands for a number too large to sum."""
    offers = np.bincount(instance.investor, minlength=len(counts.investors)) * counts.pair
    takes = np.bincount(instance.project, minlength=len(counts.projects)) * counts.pair
    return np.minimum(counts.investors, offers), np.minimum(counts.projects, takes)
