"""Compiled loops over a graph of near texts: nearest neighbours by blocks, and communities by modularity."""

# ruff: noqa: ANN001, ANN201, PLR0917, C901 - numba types compiled functions by what they are called with
# mypy: disable-error-code="no-untyped-def, untyped-decorator, no-untyped-call"

import numba
import numpy as np

SWEEPS = 50
"""Rounds through all nodes at most; some ten are made."""

STILL = 0.0005
"""A level has settled when no more than this share of its nodes moved in a round."""


@numba.njit(nogil=True, cache=True)
def keep_nearest(products, first, places, values):
    """Keep for each row of ``products`` (texts from ``first`` on, against all) its greatest entries but its own.

    ``places`` and ``values``, shape (texts, kept), are filled from -1 on, greatest first, the lower place among equals.
    """
    kept = places.shape[1]
    for row in range(products.shape[0]):
        own, count = first + row, 0
        bar = np.float32(0)
        for other in range(products.shape[1]):
            value = products[row, other]
            if value <= bar or other == own:
                continue
            at = min(count, kept - 1)
            while at > 0 and values[own, at - 1] < value:
                values[own, at], places[own, at] = values[own, at - 1], places[own, at - 1]
                at -= 1
            values[own, at], places[own, at] = value, other
            count = min(count + 1, kept)
            if count == kept:
                bar = values[own, kept - 1]


@numba.njit(nogil=True, cache=True)
def move_nodes(starts, ends, weights, inside, resolution):
    """Return the community of each node after moving nodes, in their order, where modularity gains most.

    ``inside`` is the weight of a node's edges to itself, both directions counted. Among equal gains a node stays, or
    goes to the community of the lower number (Blondel et al., 2008, without its random order).
    """
    nodes = len(starts) - 1
    degree = inside.copy()
    for node in range(nodes):
        for edge in range(starts[node], starts[node + 1]):
            degree[node] += weights[edge]
    scale = resolution / max(degree.sum(), 1e-300)
    community = np.arange(nodes)
    total = degree.copy()
    towards = np.zeros(nodes)
    met = np.empty(nodes, dtype=np.int64)
    for _ in range(SWEEPS):
        moved = 0
        for node in range(nodes):
            own, number = community[node], 0
            for edge in range(starts[node], starts[node + 1]):
                other = community[ends[edge]]
                if towards[other] == 0:
                    met[number] = other
                    number += 1
                towards[other] += weights[edge]
            total[own] -= degree[node]
            best, most = own, towards[own] - scale * degree[node] * total[own]
            for at in range(number):
                other = met[at]
                gain = towards[other] - scale * degree[node] * total[other]
                if gain > most or (gain == most and best != own and other < best):
                    best, most = other, gain
                towards[other] = 0 if other != own else towards[other]
            towards[own] = 0
            total[best] += degree[node]
            if best != own:
                community[node] = best
                moved += 1
        if moved <= STILL * nodes:
            break
    return community


@numba.njit(nogil=True, cache=True)
def gathered(starts, ends, weights, inside, community, communities):
    """Return the graph whose nodes are the communities: starts, ends, weights and inner weights."""
    members = np.argsort(community, kind="mergesort")
    new_inside = np.zeros(communities)
    towards = np.zeros(communities)
    met = np.empty(communities, dtype=np.int64)
    new_starts = np.zeros(communities + 1, dtype=np.int64)
    new_ends = np.empty(len(ends), dtype=np.int64)
    new_weights = np.empty(len(ends))
    filled, at = 0, 0
    for own in range(communities):
        number = 0
        while at < len(members) and community[members[at]] == own:
            node = members[at]
            at += 1
            new_inside[own] += inside[node]
            for edge in range(starts[node], starts[node + 1]):
                other = community[ends[edge]]
                if other == own:
                    new_inside[own] += weights[edge]
                    continue
                if towards[other] == 0:
                    met[number] = other
                    number += 1
                towards[other] += weights[edge]
        for other in np.sort(met[:number]):
            new_ends[filled], new_weights[filled] = other, towards[other]
            towards[other] = 0
            filled += 1
        new_starts[own + 1] = filled
    return new_starts, new_ends[:filled].copy(), new_weights[:filled].copy(), new_inside


@numba.njit(nogil=True, cache=True)
def without(starts, ends, weights, kept, numbers):
    """Return the graph of the nodes kept alone; ``numbers`` are their new numbers."""
    nodes = kept.sum()
    new_starts = np.zeros(nodes + 1, dtype=np.int64)
    new_ends = np.empty(len(ends), dtype=np.int64)
    new_weights = np.empty(len(ends))
    filled = 0
    for node in range(len(starts) - 1):
        if not kept[node]:
            continue
        for edge in range(starts[node], starts[node + 1]):
            if kept[ends[edge]]:
                new_ends[filled], new_weights[filled] = numbers[ends[edge]], weights[edge]
                filled += 1
        new_starts[numbers[node] + 1] = filled
    return new_starts, new_ends[:filled].copy(), new_weights[:filled].copy()
