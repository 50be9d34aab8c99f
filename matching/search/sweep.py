"""Collect the pairs whose bounds reach a list, while what is sure raises the bars of the lists."""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - numba types compiled functions by what they are called with
# mypy: disable-error-code="no-untyped-def, untyped-decorator, no-untyped-call"

import numba
import numpy as np

from matching.search.bounds import MARGIN, SPARE
from matching.search.fact_tables import KNOWN_AT, WORTH_MASK
from matching.search.sweep_arrays import BAR_SHIFT, LEXICAL_UNITS, OUT_OF_REACH, SCORE_UNITS

_PAIRS_LOOKED_AT = 8
_FIRST_STEP, _LAST_STEP = 8_192, 16
"""Steps, halved each time, in which the bar of a list is looked for."""


@numba.njit(nogil=True, cache=True, inline="always")
def admit(lists, owner, score, count):
    """Count a score of an owner, in units, and raise the owner's bar to where ``count`` scores are known to reach."""
    step, bar = score >> BAR_SHIFT, lists.bars[owner] >> BAR_SHIFT
    if step <= bar:
        return
    lists.tally[owner, step] += 1
    lists.above[owner] += 1
    while lists.above[owner] >= count:
        bar += 1
        lists.above[owner] -= lists.tally[owner, bar]
        lists.bars[owner] = bar << BAR_SHIFT


@numba.njit(nogil=True, cache=True)
def _raise_bar(lists, owner, bar):
    """Raise the bar of an owner to where enough scores, counted or not, are known to reach."""
    if bar > lists.bars[owner]:
        for step in range((lists.bars[owner] >> BAR_SHIFT) + 1, (bar >> BAR_SHIFT) + 1):
            lists.above[owner] -= lists.tally[owner, step]
        lists.bars[owner] = bar


@numba.njit(nogil=True, cache=True)
def share_bars(lists, shared):
    """Raise the bars of lists and ``shared`` ones, of the same owners, to the higher of both."""
    for owner in range(len(shared)):
        _raise_bar(lists, owner, shared[owner])
        shared[owner] = lists.bars[owner]


@numba.njit(nogil=True, cache=True, inline="never")
def _count_reached(floors, tried, reached):
    """Add one where a floor reaches what is tried."""
    for project in range(len(reached)):
        reached[project] += np.int16(1) if floors[project] >= tried[project] else np.int16(0)


@numba.njit(nogil=True, cache=True)
def raise_project_bars(floors, lists, count):
    """Raise each project's bar to about the ``count``-th highest of its floors (signals, projects), never beyond it."""
    found = np.zeros(len(lists.bars), dtype=np.int16)
    step = _FIRST_STEP
    while step >= _LAST_STEP:
        tried = (found + step).astype(np.int16)
        reached = np.zeros(len(found), dtype=np.int16)
        for row in range(floors.shape[0]):
            _count_reached(floors[row], tried, reached)
        for project in range(len(found)):
            if reached[project] >= count:
                found[project] = tried[project]
        step //= 2
    for project in range(len(found)):
        _raise_bar(lists, project, found[project])


@numba.njit(nogil=True, cache=True)
def _bar_of(floors, side, count):
    """Return about the ``count``-th highest of the floors of one side (1: eligible, -1: near misses), at least 1."""
    found, step = 0, _FIRST_STEP
    while step >= _LAST_STEP:
        tried, reached = np.int16(found + step), np.int16(0)
        for project in range(len(floors)):
            reached += np.int16(1) if floors[project] * side >= tried else np.int16(0)
        if reached >= count:
            found += step
        step //= 2
    return max(found, 1)


@numba.njit(nogil=True, cache=True, inline="never")
def _mark(ceilings, of_projects, of_signal, near_bar, marks):
    """Mark the projects whose pair with one signal can reach a list."""
    for project in range(len(ceilings)):
        reaches = ceilings[project] >= min(of_signal, of_projects[project])
        marks[project] = reaches | (ceilings[project] <= -near_bar)


@numba.njit(nogil=True, cache=True, inline="never")
def _choose(marks, words, chosen):
    """Write the marked projects, and return how many there are; ``words`` are the marks, eight at a time."""
    count = 0
    for word in range(len(words)):
        if words[word] != 0:
            for project in range(word * _PAIRS_LOOKED_AT, (word + 1) * _PAIRS_LOOKED_AT):
                chosen[count] = project
                count += marks[project]
    return count


@numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract"}, inline="never")
def _compute_cosines(vector, projects, offset, chosen, cosines):
    """Fill ``cosines`` with those of a signal's vector, float64 already, and of chosen projects.

    On the grid of ``dense.on_grid`` every partial sum is exact in float64: regrouping the additions changes nothing.
    """
    for at in range(len(chosen)):
        other = projects[offset + chosen[at]]
        total = 0.0
        for dimension in range(len(vector)):
            total += vector[dimension] * np.float64(other[dimension])
        cosines[at] = total


@numba.njit(nogil=True, cache=True, inline="never")
def _look_facts_up(start, table, codes, offset, chosen, said):
    """Fill ``said`` with what the facts of chosen projects say to one signal."""
    said[:] = 0
    for group in range(len(start)):
        if start[group] >= 0:
            entries, of_projects = table[start[group] :], codes[group]
            for at in range(len(chosen)):
                said[at] += entries[of_projects[offset + chosen[at]]]


@numba.njit(nogil=True, cache=True, fastmath=True, error_model="numpy", inline="never")
def _bound_closely(
    cosines, said, lexical, chosen, low, span, dense_share, lexical_share, slack, weights, unit, text_weight, least,
    most, fewest,
):  # fmt: skip
    """Fill ``most`` and ``fewest`` with the units that scores cannot be beyond and do reach, cosines being known."""
    one, nothing, units, margin, spare = (
        np.float32(1), np.float32(0), np.float32(SCORE_UNITS), np.float32(MARGIN), np.float32(SPARE)
    )  # fmt: skip
    field, region, trl, ticket, consortium = weights
    for at in range(len(chosen)):
        project, facts = chosen[at], said[at]
        known = facts >> np.int32(KNOWN_AT)
        weight = (
            text_weight
            + np.float32(known & 1) * field
            + np.float32((known >> 1) & 1) * region
            + np.float32((known >> 2) & 1) * trl
            + np.float32((known >> 3) & 1) * ticket
            + np.float32((known >> 4) & 1) * consortium
        )
        dense = np.float32(min(max((cosines[at] - low) / span, 0.0), 1.0))
        text = dense * dense_share[project]
        text += np.float32(lexical[project]) / np.float32(LEXICAL_UNITS) * lexical_share[project]
        width = slack * lexical_share[project]
        scale = one / weight
        highest = (text_weight * text + np.float32(facts & WORTH_MASK) * unit) * scale + margin
        lowest = max(highest - width * text_weight * scale - spare, nothing)
        most[at] = np.int32(highest * units) + 1
        fewest[at] = np.int32(lowest * units) if text - width >= least + margin else 0


@numba.njit(nogil=True, cache=True)
def collect(first, offset, bounds, vectors, projects, signals, facts, limits, lists, found, count):
    """Write the pairs of some signals and a shard of projects that may be on a list.

    Pairs whose ceiling reaches a bar are bounded closely, by their exact cosines. Bars rise on the way, by what scores
    are sure to reach alone: so many pairs reach a bar that one below it is on no list. Returns how many pairs ``found``
    holds then.
    """
    size = bounds.ceilings.shape[1]
    room = -(-size // _PAIRS_LOOKED_AT) * _PAIRS_LOOKED_AT
    marks, chosen = np.zeros(room, dtype=np.bool_), np.empty(room + 1, dtype=np.uint32)
    words = marks.view(np.uint64)
    cosines, said = np.empty(size), np.empty(size, dtype=np.int32)
    most, fewest = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    of_signals, of_projects, near_misses = lists.of_signals, lists.of_projects, lists.near_misses
    for row in range(bounds.ceilings.shape[0]):
        signal, ceilings = first + row, bounds.ceilings[row]
        if of_signals.bars[signal] == 1:
            _raise_bar(of_signals, signal, _bar_of(bounds.floors[row], 1, limits.top))
        if near_misses.bars[signal] == 1 and limits.near > 0 and signals.hope[signal] > 1:
            _raise_bar(near_misses, signal, _bar_of(bounds.floors[row], -1, limits.near))
        _mark(ceilings, of_projects.bars, of_signals.bars[signal], near_misses.bars[signal], marks[:size])
        number = _choose(marks, words, chosen)
        few = chosen[:number]
        _compute_cosines(vectors.signals[signal].astype(np.float64), vectors.projects, offset, few, cosines)
        _look_facts_up(facts.start[signal], facts.said, facts.codes, offset, few, said[:number])
        _bound_closely(
            cosines, said, bounds.lexical[row], few, vectors.low, vectors.full - vectors.low,
            projects.dense_share[signals.leg[signal]], projects.lexical_share[signals.leg[signal]],
            signals.slack[signal], facts.weights, facts.unit, limits.text_weight, limits.least, most, fewest,
        )  # fmt: skip
        for at in range(number):
            project = np.int64(few[at])
            place, near = offset + project, ceilings[project] < 0
            if near:
                if most[at] < near_misses.bars[signal]:
                    continue
                admit(near_misses, signal, fewest[at], limits.near)
            else:
                if most[at] < of_signals.bars[signal] and most[at] < of_projects.bars[project]:
                    continue
                admit(of_signals, signal, fewest[at], limits.top)
                if of_projects.bars[project] < OUT_OF_REACH:
                    admit(of_projects, project, fewest[at], limits.top)
            found.signal[count], found.project[count] = signal, -1 - place if near else place
            found.most[count], found.cosine[count] = most[at], cosines[at]
            count += 1
    return count
