"""Bound the scores of blocks of signals beside shards of projects, from products of bytes and tables of facts."""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - numba types compiled functions by what they are called with
# mypy: disable-error-code="no-untyped-def, untyped-decorator, no-untyped-call"

import numba
import numpy as np

from matching.search.fact_tables import CLOSED_AT, KNOWN_AT, WORTH_MASK
from matching.search.sweep_arrays import LEXICAL_UNITS, SCORE_UNITS

MARGIN = 2e-4
"""More than rounding to four decimals and single precision together can move a score."""

SPARE = 2 * MARGIN + 3 / SCORE_UNITS
"""More than the margin and the rounding of facts and of the bounds themselves add to a ceiling."""


@numba.njit(nogil=True, cache=True, fastmath=True)
def raise_lexical(
    products, starts, terms, counts, gain, shift, amount, first, shard_starts, projects, weights, priors, worth
):
    """Raise ``worth`` (signals, projects) to the units that shared terms can be worth at most, from ``first`` on.

    ``products`` are those of frequent terms; rare ones are walked.
    """
    nothing, whole, units = np.float32(0), np.float32(1), np.float32(LEXICAL_UNITS)
    rare = np.empty(worth.shape[1], dtype=np.float32)
    for row in range(worth.shape[0]):
        rare[:] = nothing
        for place in range(starts[first + row], starts[first + row + 1]):
            count = counts[place]
            for at in range(shard_starts[terms[place]], shard_starts[terms[place] + 1]):
                rare[projects[at]] += count * weights[at]
        by, to, asked = gain[first + row], shift[first + row], amount[first + row]
        of_row, raised = products[row], worth[row]
        for project in range(len(rare)):
            shared = np.float32(of_row[project]) + rare[project]
            value = min(max(shared * by + asked * priors[project] + to, nothing), whole)
            found = np.int32(value * units) + np.int32(1) if shared > nothing else np.int32(0)
            raised[project] = max(np.int32(raised[project]), found)


@numba.njit(nogil=True, cache=True, fastmath=True, inline="never")
def _bound_texts(products, lexical, total, step, error, gain, shift, spread, dense_share, lexical_share, text):
    """Fill ``text`` with the most that the texts of one signal and each project can be worth."""
    nothing, whole, unit = np.float32(0), np.float32(1), np.float32(1 / LEXICAL_UNITS)
    for project in range(len(text)):
        cosine = np.float32(products[project] - total[project]) * step[project]
        dense = min(max(cosine * gain + shift + error[project] * spread, nothing), whole)
        text[project] = dense * dense_share[project] + np.float32(lexical[project]) * unit * lexical_share[project]


@numba.njit(nogil=True, cache=True, fastmath=True, inline="never")
def _measure_widths(error, dense_share, lexical_share, spread, blur, slack, width):
    """Fill ``width`` with how much less than their bound the texts of one signal and each project can be worth."""
    two = np.float32(2)
    for project in range(len(width)):
        dense = two * (error[project] * spread + blur) * dense_share[project]
        width[project] = dense + slack * lexical_share[project]


@numba.njit(nogil=True, cache=True, inline="never")
def _add_facts(table, codes, said):
    """Add what a table says of each code to what is ``said`` of each project."""
    for project in range(len(said)):
        said[project] += table[codes[project]]


@numba.njit(nogil=True, cache=True, fastmath=True, inline="never")
def _bound_texts_alone(text, width, always, never, near, least, part, ceilings, floors):
    """Fill ``ceilings`` and ``floors`` (see ``Bounds``) of the pairs of one signal that asks nothing of facts.

    The score is that of the text then, or 0 where ``part`` is, since texts weigh nothing.
    """
    units, nothing, zero, bit = np.float32(SCORE_UNITS), np.float32(0), np.int32(0), np.int32(1)
    margin, spare = np.float32(MARGIN), np.float32(SPARE)
    lowest, sure = least - margin, least + margin
    single = ((always & (always - bit)) | (always & never)) == zero
    side = bit if always == zero else (-near if single else zero)
    for project in range(len(text)):
        most = part * text[project] + margin
        fewest = max(most - width[project] * part - spare, nothing)
        ceilings[project] = side * (np.int32(most * units) + bit) if text[project] >= lowest else zero
        floors[project] = side * np.int32(fewest * units) if text[project] - width[project] >= sure else zero


@numba.njit(nogil=True, cache=True, fastmath=True, error_model="numpy", inline="never")
def _bound_scores(text, width, said, always, never, near, least, text_weight, unit, weights, ceilings, floors):
    """Fill ``ceilings`` and ``floors`` (see ``Bounds``) of one signal's pairs, from their texts and facts."""
    one, units, nothing = np.float32(1), np.float32(SCORE_UNITS), np.float32(0)
    margin, spare, zero, bit = np.float32(MARGIN), np.float32(SPARE), np.int32(0), np.int32(1)
    field, region, trl, ticket, consortium = weights
    lowest, sure = least - margin, least + margin
    for project in range(len(text)):
        facts = said[project]
        known = facts >> np.int32(KNOWN_AT)
        weight = (
            text_weight
            + np.float32(known & bit) * field
            + np.float32((known >> np.int32(1)) & bit) * region
            + np.float32((known >> np.int32(2)) & bit) * trl
            + np.float32((known >> np.int32(3)) & bit) * ticket
            + np.float32((known >> np.int32(4)) & bit) * consortium
        )
        scale = one / weight
        most = (text_weight * text[project] + np.float32(facts & np.int32(WORTH_MASK)) * unit) * scale + margin
        fewest = max(most - width[project] * text_weight * scale - spare, nothing)
        closed = (facts >> np.int32(CLOSED_AT)) | always
        single = ((closed & (closed - bit)) | (closed & never)) == zero
        side = bit if closed == zero else (-near if single else zero)
        ceilings[project] = side * (np.int32(most * units) + bit) if text[project] >= lowest else zero
        floors[project] = side * np.int32(fewest * units) if text[project] - width[project] >= sure else zero


@numba.njit(nogil=True, cache=True)
def bound_block(first, offset, products, projects, signals, facts, limits, bounds):
    """Fill in the ceilings and floors of a block of signals and a shard of projects; their lexical bounds are known.

    ``products`` are those of vectors as bytes, at least as many columns as there are projects.
    """
    size = bounds.lexical.shape[1]
    text, width = np.empty(size, dtype=np.float32), np.empty(size, dtype=np.float32)
    said = np.empty(size, dtype=np.int32)
    excluding = np.int32(facts.excluding) << CLOSED_AT
    for row in range(bounds.lexical.shape[0]):
        signal = first + row
        if signals.hope[signal] == 0:
            bounds.ceilings[row] = 0
            bounds.floors[row] = 0
            continue
        dense_share = projects.dense_share[signals.leg[signal]]
        lexical_share = projects.lexical_share[signals.leg[signal]]
        spread = signals.spread[signal]
        _bound_texts(
            products[row, :size], bounds.lexical[row], projects.total, projects.step, projects.error,
            signals.gain[signal], signals.shift[signal], spread, dense_share, lexical_share, text,
        )  # fmt: skip
        _measure_widths(
            projects.error, dense_share, lexical_share, spread, signals.blur[signal], signals.slack[signal], width
        )
        always, never = np.int32(signals.always_failed[signal]), np.int32(facts.never_opened)
        near = np.int32(1 if limits.near > 0 and signals.hope[signal] > 1 else 0)
        if not signals.speaks[signal]:
            _bound_texts_alone(
                text, width, always, never, near, limits.least, np.float32(limits.text_weight > 0),
                bounds.ceilings[row], bounds.floors[row],
            )  # fmt: skip
            continue
        said[:] = 0
        for group in range(facts.codes.shape[0]):
            if facts.start[signal, group] >= 0:
                _add_facts(facts.said[facts.start[signal, group] :], facts.codes[group, offset : offset + size], said)
        if facts.excluded_row[signal] >= 0:
            excluded = facts.excluded[facts.excluded_row[signal], offset : offset + size]
            for project in range(size):
                if excluded[project]:
                    said[project] |= excluding
        _bound_scores(
            text, width, said, always, never, near, limits.least, limits.text_weight, facts.unit, facts.weights,
            bounds.ceilings[row], bounds.floors[row],
        )  # fmt: skip
