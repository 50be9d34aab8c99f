"""Sweep blocks of signals over shards of projects: bound every pair's score, keep those that may be among the best."""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - numba types compiled functions by what they are called with
# mypy: disable-error-code="no-untyped-def, untyped-decorator, no-untyped-call"

import numba
import numpy as np

from matching.search.sweep_arrays import BAR_STEPS, OUT_OF_REACH

MARGIN = 2e-4
"""More than rounding to four decimals and single precision together can move a score."""

_BYTES_LOOKED_AT = 8


@numba.njit(nogil=True, cache=True, fastmath=True)
def raise_lexical(
    products, starts, terms, counts, gain, shift, amount, first, shard_starts, projects, weights, priors, worth
):
    """Raise ``worth`` (signals, projects) to the most that shared terms can be worth, from signal ``first`` on.

    ``products`` are those of frequent terms; rare ones are walked.
    """
    nothing, whole = np.float32(0), np.float32(1)
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
            raised[project] = max(raised[project], value if shared > nothing else nothing)


@numba.njit(nogil=True, cache=True, fastmath=True, inline="never")
def _bound_texts(products, lexical, total, step, error, gain, shift, spread, dense_share, lexical_share, text):
    """Fill ``text`` with the most that the texts of one signal and each project can be worth."""
    nothing, whole = np.float32(0), np.float32(1)
    for project in range(len(text)):
        cosine = np.float32(products[project] - total[project]) * step[project]
        dense = min(max(cosine * gain + shift + error[project] * spread, nothing), whole)
        text[project] = dense * dense_share[project] + lexical[project] * lexical_share[project]


@numba.njit(nogil=True, cache=True, fastmath=True, inline="never")
def _mark(text, reached, of_signal, gain, lift, least, marks):
    """Mark the projects whose pair could reach one of the lists it is in, were all its facts as wanted."""
    for project in range(len(text)):
        bar = min(of_signal, reached[project])
        marks[project] = (text[project] * gain + lift >= bar) & (text[project] >= least)


@numba.njit(nogil=True, cache=True)
def admit(lists, owner, score, count):
    """Count a score of an owner, and raise the owner's bar to where ``count`` scores are known to reach."""
    step, bar = min(int(score * BAR_STEPS), BAR_STEPS - 1), int(lists.bars[owner] * BAR_STEPS)
    if step <= bar:
        return
    lists.tally[owner, step] += 1
    lists.above[owner] += 1
    while lists.above[owner] >= count:
        bar += 1
        lists.above[owner] -= lists.tally[owner, bar]
        lists.bars[owner] = np.float32(bar) / np.float32(BAR_STEPS)


@numba.njit(nogil=True, cache=True)
def sweep(first, offset, products, lexical, projects, signals, facts, limits, lists, found, count):  # noqa: C901, PLR0912, PLR0915 - one loop over pairs: calls within it cost more than the work
    """Write the pairs of a block of signals and a shard of projects that may be among the best.

    ``products`` and ``lexical`` are (signals, projects). Returns how many pairs ``found`` holds then.
    """
    size = lexical.shape[1]
    text, marks = (
        np.empty(size, dtype=np.float32),
        np.zeros(-(-size // _BYTES_LOOKED_AT) * _BYTES_LOOKED_AT, dtype=np.bool_),
    )
    words = marks.view(np.uint64)
    nowhere = np.full(size, OUT_OF_REACH, dtype=np.float32)
    one, margin, unreachable = np.float32(1), np.float32(MARGIN), np.float32(OUT_OF_REACH)
    text_weight, least = limits.text_weight, limits.least
    project_bar, signal_bar, near_bar = lists.of_projects.bars, lists.of_signals.bars, lists.near_misses.bars
    for row in range(lexical.shape[0]):
        signal = first + row
        if signals.hope[signal] == 0:
            continue
        always = signals.always_failed[signal]
        dense_share, lexical_share = (
            projects.dense_share[signals.leg[signal]],
            projects.lexical_share[signals.leg[signal]],
        )
        gain, spread, blur = signals.gain[signal], signals.spread[signal], signals.blur[signal]
        _bound_texts(
            products[row, :size], lexical[row], projects.total, projects.step, projects.error, gain,
            signals.shift[signal], spread, dense_share, lexical_share, text,
        )  # fmt: skip
        bar = min(
            signal_bar[signal] if always == 0 else unreachable,
            near_bar[signal] if signals.hope[signal] > 1 and limits.near > 0 else unreachable,
        )
        scale = one / (text_weight + signals.reach[signal])
        reached = project_bar if always == 0 else nowhere
        lift = signals.reach[signal] * scale + margin
        _mark(text, reached, bar, text_weight * scale, lift, least - margin, marks[:size])
        for word in range(len(words)):
            if words[word] == 0:
                continue
            for project in range(word * _BYTES_LOOKED_AT, min((word + 1) * _BYTES_LOOKED_AT, size)):
                if not marks[project]:
                    continue
                bits, weight, worth = always, np.float32(0), np.float32(0)
                if signals.speaks[signal]:
                    for group in range(facts.codes.shape[0]):
                        if facts.start[signal, group] >= 0:
                            entry = facts.start[signal, group] + facts.codes[group, offset + project]
                            bits |= facts.failed[entry]
                            worth += facts.worth[entry]
                            weight += facts.weight[entry]
                    if facts.excluded_row[signal] >= 0 and facts.excluded[facts.excluded_row[signal], offset + project]:
                        bits |= facts.excluding
                scale = one / (text_weight + weight)
                factor = text_weight * scale * dense_share[project]
                most = (text_weight * text[project] + worth) * scale + margin
                if bits == 0:
                    if most < signal_bar[signal] and most < project_bar[project]:
                        continue
                elif (
                    (bits & (bits - 1)) != 0
                    or (bits & facts.never_opened) != 0
                    or limits.near == 0
                    or most < near_bar[signal]
                ):
                    continue
                width = (
                    np.float32(2) * (projects.error[project] * spread + blur) * factor
                    + signals.slack[signal] * text_weight * scale * lexical_share[project]
                )  # fmt: skip
                sure = text[project] - width / (text_weight * scale) >= least + margin
                if sure:
                    fewest = most - width - np.float32(2) * margin
                    if bits == 0:
                        admit(lists.of_signals, signal, fewest, limits.top)
                        admit(lists.of_projects, project, fewest, limits.top)
                    else:
                        admit(lists.near_misses, signal, fewest, limits.near)
                found.signal[count] = signal
                found.project[count] = offset + project if bits == 0 else -1 - (offset + project)
                found.most[count] = most
                found.rest[count] = (
                    text_weight * lexical[row, project] * lexical_share[project] + worth
                ) * scale + margin
                found.factor[count], found.sure[count] = factor, sure
                count += 1
    return count


@numba.njit(nogil=True, cache=True)
def prune(offset, lists, found, count, for_project):
    """Move the pairs that still may be among the best to the front; return how many there are.

    ``for_project`` is told which of them may be on their project's list.
    """
    kept = 0
    for pair in range(count):
        signal, project, most = found.signal[pair], found.project[pair], found.most[pair]
        wanted = False
        if project < 0:
            stays = most >= lists.near_misses.bars[signal]
        else:
            wanted = most >= lists.of_projects.bars[project - offset]
            stays = wanted or most >= lists.of_signals.bars[signal]
        if stays:
            found.signal[kept], found.project[kept], found.most[kept] = signal, project, most
            found.rest[kept], found.factor[kept] = found.rest[pair], found.factor[pair]
            found.sure[kept] = found.sure[pair]
            for_project[kept] = wanted
            kept += 1
    return kept


@numba.njit(nogil=True, cache=True)
def tighten(offset, found, chosen, dense, projects, signals, top, lists):
    """Raise the bars of projects, now that the exact worth ``dense`` of chosen pairs is known.

    Returns which of the chosen pairs still reach their project's bar.
    """
    for at in range(len(chosen)):
        pair = chosen[at]
        signal, project = found.signal[pair], found.project[pair] - offset
        found.most[pair] = found.rest[pair] + found.factor[pair] * dense[at]
        share = projects.dense_share[signals.leg[signal], project]
        if share > 0 and found.sure[pair]:
            other = projects.lexical_share[signals.leg[signal], project]
            width = signals.slack[signal] * found.factor[pair] / share * other
            admit(lists, project, found.most[pair] - width - np.float32(3 * MARGIN), top)
    reaches = np.empty(len(chosen), dtype=np.bool_)
    for at in range(len(chosen)):
        reaches[at] = found.most[chosen[at]] >= lists.bars[found.project[chosen[at]] - offset]
    return reaches
