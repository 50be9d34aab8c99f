from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.demand.caps import Caps
from matching.demand.index import demand_index
from matching.demand.policy import DEFAULT_POLICY, MICRO, WHOLE_BP, DemandPolicy
from matching.demand.voices import Voices, voices_of
from tests.matching.demand.voices_makers import (
    EOK,
    THEMES,
    TODAY,
    any_promises,
    any_signal,
    any_signals,
    by_theme,
    index_of,
    make_signal,
)

ENOUGH = settings(max_examples=60, deadline=None)
voice_table = st.lists(st.tuples(st.integers(0, 12 * MICRO), st.integers(0, MICRO // 5)), min_size=1, max_size=40).map(
    lambda rows: np.array(rows, dtype=np.int64).T[:, None, :]
)
policies = st.builds(
    DemandPolicy,
    group_cap_bp=st.sampled_from((500, 1_000, 2_500, 3_333, 6_000)),
    spoken_cap_bp=st.sampled_from((0, 2_000, 5_000)),
    phantom_micro=st.integers(1, 10 * MICRO),
)


def committed(group: str, *, krw: int = 100 * EOK, **facts):
    return make_signal(key=group, group=group, level=4, verified_krw=krw, **facts)


def filled(backed, spoken, policy: DemandPolicy) -> float:
    """Solve the caps by going down from everything, step by step: nothing shared with the closed form."""
    total = float((backed + spoken).sum())
    phantom = policy.phantom_micro
    for _ in range(20_000):
        cap = policy.group_cap_bp / WHOLE_BP * (total + phantom)
        words = policy.spoken_cap_bp / WHOLE_BP * (total + phantom)
        lower = min(np.minimum(backed + spoken, cap).sum(), np.minimum(backed, cap).sum() + words)
        if total - lower < 1e-6:
            break
        total = lower
    return total


@ENOUGH
@given(voice_table, policies)
def test_the_closed_form_is_what_filling_step_by_step_finds(table, policy):
    backed, spoken = table
    total = Caps.of(backed, spoken, policy=policy).total[0]
    assert total == pytest.approx(filled(backed[0], spoken[0], policy), abs=2, rel=1e-6)


@ENOUGH
@given(voice_table, policies)
def test_no_group_and_no_words_count_more_than_their_share(table, policy):
    backed, spoken = table
    caps = Caps.of(backed, spoken, policy=policy)
    total = int(caps.total[0])
    cap = policy.group_cap_bp * (total + policy.phantom_micro) / WHOLE_BP
    words = policy.spoken_cap_bp * (total + policy.phantom_micro) / WHOLE_BP
    counted = np.minimum(backed[0], cap).sum()
    assert total <= np.minimum(backed + spoken, cap).sum() + 2
    assert total - counted <= words + 2


@ENOUGH
@given(voice_table, policies, st.data())
def test_more_backing_never_lowers_a_theme_and_one_group_stays_within_the_bounds(table, policy, data):
    backed, spoken = table
    caps = Caps.of(backed, spoken, policy=policy)
    at = data.draw(st.integers(0, backed.shape[1] - 1))
    more, any_other = backed.copy(), backed.copy()
    more[0, at] += data.draw(st.integers(0, 10**9))
    any_other[0, at] = data.draw(st.integers(0, 10**9))
    words = spoken.copy()
    words[0, at] = data.draw(st.integers(0, 10**6))
    assert Caps.of(more, spoken, policy=policy).total >= caps.total
    assert caps.lowest <= Caps.of(any_other, words, policy=policy).total <= caps.highest
    newcomer = np.array([[data.draw(st.integers(0, 10**9))]])
    joined = Caps.of(np.hstack([backed, newcomer]), np.hstack([spoken, 0 * newcomer]), policy=policy).total
    assert caps.total <= joined <= caps.highest


@ENOUGH
@given(voice_table, policies)
def test_the_total_without_a_group_is_that_of_a_theme_it_never_spoke_of(table, policy):
    backed, spoken = table
    caps = Caps.of(backed, spoken, policy=policy)
    entry = np.zeros(backed.shape[1], dtype=np.int64)
    without = caps.without(entry, backed[0], spoken[0], policy=policy)
    for at in range(backed.shape[1]):
        others = Caps.of(np.delete(backed, at, axis=1), np.delete(spoken, at, axis=1), policy=policy)
        assert without[at] == others.total[0]


def test_nine_small_groups_hold_a_rich_one_to_a_tenth():
    signals = [committed(f"g{at}") for at in range(9)]
    rich = committed("rich", krw=1_000_000 * EOK)
    row = by_theme(index_of([*signals, rich]))["chip"]
    assert row.raw_micro > 80 * MICRO
    assert row.top_share_bp <= 1_200
    assert row.effective_groups > 9.9
    assert row.groups == 10


def test_a_group_alone_counts_a_ninth_of_the_phantom_voice_however_rich():
    rows = [by_theme(index_of([committed("g", krw=krw * EOK)]))["chip"] for krw in (100, 10**6)]
    assert rows[0].capped_micro == rows[1].capped_micro == MICRO // 9
    assert rows[0].top_share_bp == WHOLE_BP


def test_words_alone_stay_a_fifth_beside_the_phantom_voice():
    talk = [make_signal(key=f"s{at}", group=f"g{at}") for at in range(300)]
    row = by_theme(index_of(talk))["chip"]
    assert (row.capped_micro, row.verified_share_bp) == (MICRO // 4, 0)
    backed = [committed(f"h{at:02}") for at in range(60)]
    row = by_theme(index_of([*talk, *backed]))["chip"]
    assert 7_900 <= row.verified_share_bp <= 8_000
    assert row.raw_micro > row.capped_micro


def test_a_silent_theme_has_its_row_of_noughts():
    row = by_theme(index_of([]))["chip"]
    assert (row.raw_micro, row.capped_micro, row.groups, row.effective_groups) == (0, 0, 0, 0.0)
    assert (row.top_share_bp, row.verified_share_bp, row.flip_group, row.flip_rank) == (0, 0, None, 1)


def test_the_flip_test_says_how_far_a_theme_falls_and_by_whose_silence():
    signals = [
        committed("both", memberships={"chip": 0.5, "robot": 0.5}),
        committed("c1", krw=30 * EOK),
        committed("r1", krw=28 * EOK, memberships={"robot": 1.0}),
    ]
    policy = DemandPolicy(group_cap_bp=9_000, phantom_micro=100 * MICRO)
    index = index_of(signals, policy=policy)
    chip, robot = (by_theme(index)[theme] for theme in ("chip", "robot"))
    assert (chip.rank, robot.rank) == (1, 2)
    assert (chip.flip_rank, chip.flip_group) == (2, index.numbers["c1"])
    assert (robot.flip_rank, robot.flip_group) == (1, index.numbers["c1"])
    assert sorted(index.numbers.values()) == [1, 2, 3]


@ENOUGH
@given(any_signals, any_promises)
def test_the_flip_test_is_the_index_made_without_each_group(signals, promises):
    index = index_of(signals, promises=promises)
    for row in index.themes:
        moves = {
            group: by_theme(index_of([one for one in signals if one.group != group], promises=promises))[row.theme].rank
            for group in index.numbers
        }
        farthest = max((abs(rank - row.rank) for rank in moves.values()), default=0)
        assert abs(row.flip_rank - row.rank) == farthest
        assert row.worst_rank == max([row.rank, *(rank for rank in moves.values())])
        if row.flip_group is None:
            assert farthest == 0
        else:
            group = next(group for group, number in index.numbers.items() if number == row.flip_group)
            assert moves[group] == row.flip_rank


@ENOUGH
@given(any_signals, st.lists(any_signal(groups=1), max_size=12), st.integers(0, 14))
def test_no_act_of_one_group_moves_a_theme_farther_than_the_declared_bound(signals, instead, actor):
    group = f"g{actor:02}"
    before = index_of(signals)
    acts = [replace(one, group=group) for one in instead]
    after = by_theme(index_of([one for one in signals if one.group != group] + acts))
    for row in before.themes:
        assert abs(after[row.theme].rank - row.rank) <= row.rank_bound


@ENOUGH
@given(any_signals, any_promises, st.randoms())
def test_the_order_of_signals_changes_nothing_of_an_index(signals, promises, random):
    shuffled = list(signals)
    random.shuffle(shuffled)
    assert index_of(signals, promises=promises) == index_of(shuffled, promises=promises)


@ENOUGH
@given(any_signals, st.integers(1, 5))
def test_copies_change_nothing_of_an_index(signals, times):
    copies = [replace(one, key=f"{one.key} copy {at}") for one in signals for at in range(times)]
    assert index_of(signals) == index_of([*signals, *copies])


def test_five_hundred_signals_of_one_group_count_as_one():
    one = make_signal()
    others = [committed("h1"), committed("h2", memberships={"robot": 1.0})]
    flood = [make_signal(key=f"s{at}", digest=f"w{at}") for at in range(500)]
    assert index_of([*others, one]) == index_of([*others, *flood])


def test_affiliates_of_one_owner_are_one_group():
    whole = [committed("owner", krw=300 * EOK)]
    split = [replace(committed("owner", krw=100 * EOK), key=f"affiliate {at}", digest=f"w{at}") for at in range(3)]
    assert index_of(whole) == index_of(split)


@ENOUGH
@given(any_signals, st.data())
def test_verifying_money_lowers_no_theme_of_an_index(signals, data):
    if not signals:
        return
    at = data.draw(st.integers(0, len(signals) - 1))
    base = replace(signals[at], level=max(1, signals[at].level), said_on=TODAY)
    higher = replace(base, level=5, verified_krw=base.verified_krw + data.draw(st.integers(1, 10**12)))
    others = [one for place, one in enumerate(signals) if place != at]
    before, after = by_theme(index_of([*others, base])), by_theme(index_of([*others, higher]))
    for theme in THEMES:
        assert after[theme].capped_micro >= before[theme].capped_micro
        assert after[theme].raw_micro >= before[theme].raw_micro


def test_many_themes_are_looked_at_in_blocks_as_if_at_once():
    themes = tuple(f"t{at:03}" for at in range(150))
    signals = [
        make_signal(
            key=f"s{at}",
            group=f"g{at % 23}",
            digest=f"w{at}",
            memberships={f"t{at % 150:03}": 0.5, f"t{at * 7 % 149:03}": 0.25},
            level=at % 6,
            verified_krw=at * EOK if at % 6 >= 2 else 0,
        )
        for at in range(400)
    ]
    voices = voices_of(signals, themes=themes, as_of=TODAY)
    index = demand_index(voices)
    for row in (index.themes[0], index.themes[75], index.themes[149]):
        at = voices.themes.index(row.theme)
        backed, spoken = (voices.dense(column, at, at + 1) for column in (voices.backed, voices.spoken))
        assert row.capped_micro == Caps.of(backed, spoken, policy=DEFAULT_POLICY).total[0]
    assert [row.rank for row in index.themes] == sorted(row.rank for row in index.themes)


def test_the_numbers_of_groups_are_drawn_anew_in_each_index():
    signals = [committed(f"g{at:02}") for at in range(30)]
    first, second = index_of(signals), index_of([*signals, committed("h")])
    assert first.digest != second.digest
    assert [first.numbers[f"g{at:02}"] for at in range(30)] != [second.numbers[f"g{at:02}"] for at in range(30)]


def test_where_nobody_speaks_or_there_are_no_themes_the_index_is_empty():
    assert index_of([]).numbers == {}
    of_no_theme = voices_of([make_signal(memberships={})], themes=[], as_of=TODAY)
    assert isinstance(of_no_theme, Voices)
    assert demand_index(of_no_theme).themes == ()
