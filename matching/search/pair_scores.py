"""Score pairs exactly in compiled code: the formulas of ``matching.blend``, step by step as the matcher adds up."""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - numba types compiled functions by what they are called with
# mypy: disable-error-code="no-untyped-def, untyped-decorator, no-untyped-call"

import numba
import numpy as np

from matching.matcher import SCORE_STEPS

DENSE, LEXICAL, TEXT = range(3)
"""Columns of the parts of a score; those of ``FIT_COMPONENTS`` follow. A part that is not known is not a number."""


@numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract"})
def exact_cosines_of(signals, projects, of_signals, of_projects, cosines):
    """Fill ``cosines`` for pairs given by their rows among vectors on the grid of ``dense.on_grid``.

    Every partial sum is exact in float64, so regrouping the additions changes nothing.
    """
    for pair in range(len(signals)):
        left, right = of_signals[signals[pair]], of_projects[projects[pair]]
        total = 0.0
        for dimension in range(len(left)):
            total += np.float64(left[dimension]) * np.float64(right[dimension])
        cosines[pair] = total


@numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract"}, inline="never")
def _shared_weight(asked, terms, weights):
    """Return the sum of the shared weights of a project's terms; it is exact, however it is added up."""
    total = 0.0
    for place in range(len(terms)):
        total += asked[terms[place]] * weights[place]
    return total


@numba.njit(nogil=True, cache=True)
def raise_lexical_worth(
    signals, projects, asked_starts, asked_terms, asked_counts, starts, terms, weights, full, amounts, priors, scale,
    asked, worth,
):  # fmt: skip
    """Raise ``worth`` of pairs that stand in the order of their signals to what terms of one language are worth.

    ``scale`` are the ends of the lexical scale; ``asked`` is room for a number a term, all zero before and after.
    """
    low, span = scale[0], scale[1] - scale[0]
    pair = 0
    while pair < len(signals):
        signal = signals[pair]
        for place in range(asked_starts[signal], asked_starts[signal + 1]):
            asked[asked_terms[place]] = asked_counts[place]
        while pair < len(signals) and signals[pair] == signal:
            project = projects[pair]
            first, last = starts[project], starts[project + 1]
            total = _shared_weight(asked, terms[first:last], weights[first:last])
            if full[signal] > 0 and total > 0:
                share = (total + amounts[signal] * priors[project]) / full[signal]
                worth[pair] = max(worth[pair], min(max((share - low) / span, 0.0), 1.0))
            pair += 1
        for place in range(asked_starts[signal], asked_starts[signal + 1]):
            asked[asked_terms[place]] = 0.0


@numba.njit(nogil=True, cache=True, inline="always")
def _told(worth):
    """Return a worth to four decimals."""
    return np.rint(worth * SCORE_STEPS) / SCORE_STEPS


@numba.njit(nogil=True, cache=True)
def blend_parts(
    signals, projects, cosines, lexical, of_signals, of_projects, facts, blend, least_text, parts, steps, listed
):
    """Fill in the scores of pairs, in ``steps``, and their ``parts``: a row for each pair, or one for all in turn.

    ``of_signals`` and ``of_projects`` say which have a vector and which have terms; ``facts`` are the starts, codes,
    groups and worths of ``SignalFacts``; ``blend`` the ends of the dense scale, the share of the dense leg, the weight
    of the text and those of the facts. ``listed`` is whether a text is worth something, and ``least_text``.
    """
    (has_vector, has_terms), (vector_there, terms_there) = of_signals, of_projects
    start, codes, groups, worths = facts
    low, full, share, text_weight, weights = blend
    span, kept = full - low, len(parts)
    for pair in range(len(signals)):
        signal, project, row = signals[pair], projects[pair], parts[pair if kept > 1 else 0]
        row[:] = np.nan
        total, weight = 0.0, 0.0
        if has_vector[signal] and vector_there[project]:
            row[DENSE] = _told(min(max((cosines[pair] - low) / span, 0.0), 1.0))
            total, weight = share * row[DENSE], share
        if has_terms[signal] and terms_there[project]:
            row[LEXICAL] = _told(lexical[pair])
            total, weight = total + (1 - share) * row[LEXICAL], weight + (1 - share)
        comparable = weight > 0
        row[TEXT] = _told(total / weight) if comparable else np.nan
        total, weight = (text_weight * row[TEXT], text_weight) if comparable else (0.0, 0.0)
        for fit in range(len(groups)):
            if groups[fit] < 0 or start[signal, groups[fit]] < 0:
                continue
            worth = worths[fit, start[signal, groups[fit]] + codes[groups[fit], project]]
            row[TEXT + 1 + fit] = worth
            if not np.isnan(worth):
                total, weight = total + weights[fit] * worth, weight + weights[fit]
        steps[pair] = np.int64(np.rint(total / weight * SCORE_STEPS)) if comparable and weight > 0 else 0
        listed[pair] = row[TEXT] > 0 and row[TEXT] >= least_text
