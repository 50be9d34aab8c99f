from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.demand.caps import Caps
from matching.demand.components import DEFAULT_COMPONENTS, Evidence, GroupFacts, ThemeFacts, component_values
from matching.demand.index import demand_index
from matching.demand.policy import DEFAULT_POLICY, MICRO
from matching.demand.priority import (
    PriorityPolicy,
    PriorityWeights,
    geometric_mean,
    normal_worth,
    percentile_worth,
    range_worth,
    ranks_by_score,
)
from matching.demand.trend import Exposure
from matching.demand.voices import Voices, voices_of
from tests.matching.demand.priority_makers import (
    EQUAL,
    any_evidence,
    any_group_facts,
    make_evidence,
    make_ranking,
    theme_facts,
)
from tests.matching.demand.voices_makers import EOK, THEMES, TODAY, any_signals, make_signal

ENOUGH = settings(max_examples=40, deadline=None)
ONLY = {"demand": 0.0, "breadth": 0.0, "growth": 0.0, "gap": 0.0, "policy": 0.0}


def observed(evidence: Evidence, counts: np.ndarray | None = None, exposure: Exposure = EQUAL) -> np.ndarray:
    if counts is None:
        counts = np.ones((1, len(evidence.groups)), dtype=np.int16)
    return component_values(evidence, counts, exposure=exposure, demand=DEFAULT_POLICY, policy=DEFAULT_COMPONENTS)


@ENOUGH
@given(any_signals)
def test_demand_and_breadth_as_observed_are_those_of_the_index(signals):
    voices = voices_of(signals, themes=THEMES, as_of=TODAY)
    rows = {row.theme: row for row in demand_index(voices).themes}
    demand, breadth = observed(make_evidence(signals))[:2, 0]
    assert demand.tolist() == pytest.approx([rows[theme].capped_micro / MICRO for theme in THEMES])
    groups = [rows[theme].effective_groups for theme in THEMES]
    assert breadth.tolist() == pytest.approx(groups, rel=2e-2, abs=2e-3)


@pytest.mark.parametrize(("silent", "words"), [(0.0, MICRO // 50), (0.9, MICRO // 2)])
def test_a_group_drawn_twice_is_two_groups_that_say_the_same(silent, words):
    # a few far louder than the rest, so that the caps of groups bind; or many words beside little money
    rng = np.random.default_rng(3)
    backed = np.rint(rng.lognormal(-2.0, 2.0, size=60) * (rng.random(60) > silent) * MICRO).astype(np.int64)
    spoken = rng.integers(0, words, size=60)
    voices = Voices(
        groups=tuple(f"g{at:02}" for at in range(60)),
        themes=("t",),
        group=np.arange(60),
        theme=np.zeros(60, dtype=np.int64),
        backed=backed,
        spoken=spoken,
    )
    evidence = Evidence.of(voices, themes=[ThemeFacts(theme="t", policy_fit=0, supply_krw=0)], groups=[])
    counts = rng.multinomial(60, [1 / 60] * 60, size=8).astype(np.int16)
    found = observed(evidence, counts)
    for row, drawn in enumerate(counts):
        copies = np.repeat(np.arange(60), drawn)
        caps = Caps.of(backed[copies][None], spoken[copies][None], policy=DEFAULT_POLICY)
        shares = np.minimum((backed + spoken)[copies], caps.group_cap[0])
        assert found[0, row, 0] == caps.total[0] / MICRO
        assert found[1, row, 0] == pytest.approx(shares.sum() ** 2 / (shares.astype(float) ** 2).sum(), rel=1e-3)


def test_growth_gap_and_fit_are_those_of_their_formulas():
    groups = [
        GroupFacts(group=f"g{at}", theme="chip", verified_krw=100 * EOK, heard_recently=True, heard_before=at < 5)
        for at in range(20)
    ]
    evidence = make_evidence(themes=theme_facts(chip=0.9), groups=groups)
    at = THEMES.index("chip")
    growth, gap, fit = observed(evidence)[2:, 0, at]
    assert growth == pytest.approx(np.log((20 + 5) / (5 + 5)))
    assert gap == pytest.approx(np.log((2_000 + 100) / (1_000 + 100)))
    assert fit == 0.9
    steady = observed(evidence, exposure=Exposure(recent=250, before=100))[2, 0, at]
    assert steady == pytest.approx(0.0)


@pytest.mark.parametrize("component", list(ONLY))
def test_a_weight_of_its_own_ranks_by_that_component_alone(component):
    many = [
        make_signal(key=f"s{at}", group=f"g{at}", level=4, verified_krw=100 * EOK, memberships={"chip": 1.0})
        for at in range(12)
    ]
    groups = [GroupFacts(group=f"g{at}", theme="chip", verified_krw=10**12, heard_recently=True) for at in range(12)]
    few = make_signal(key="f", group="f", memberships={"robot": 1.0})
    evidence = make_evidence([*many, few], themes=theme_facts(chip=1.0), groups=groups)
    ranking = make_ranking(evidence, weights=PriorityWeights(**{**ONLY, component: 3.0}))
    first = ranking.themes[0]
    assert first.theme == "chip"
    assert ranking.weights == {**ONLY, component: 1.0}
    assert first.score == pytest.approx(first.worths[component])
    assert (first.low_rank, first.previous_rank, first.improves) == (1, None, None)


@ENOUGH
@given(any_evidence, st.randoms())
def test_the_same_evidence_in_any_order_gives_the_same_ranking(parts, random):
    signals, themes, groups = (list(part) for part in parts)
    straight = make_ranking(make_evidence(signals, themes=themes, groups=groups))
    for part in (signals, themes, groups):
        random.shuffle(part)
    assert make_ranking(make_evidence(signals, themes=themes, groups=groups)) == straight


@ENOUGH
@given(any_signals, any_group_facts)
def test_copies_change_no_ranking(signals, groups):
    copies = [replace(one, key=f"{one.key} again") for one in signals]
    straight = make_ranking(make_evidence(signals, groups=groups))
    assert make_ranking(make_evidence([*signals, *copies], groups=groups)) == straight


@ENOUGH
@given(any_evidence, st.permutations(THEMES), st.floats(0.1, 9))
def test_ranks_are_a_permutation_and_the_scale_of_weights_is_none(parts, previous, scale):
    signals, themes, groups = parts
    evidence = make_evidence(signals, themes=themes, groups=groups)
    ranking = make_ranking(evidence, previous=previous)
    assert [one.rank for one in ranking.themes] == [1, 2, 3, 4]
    for one in ranking.themes:
        assert 1 <= one.low_rank <= one.high_rank <= 4
        assert one.previous_rank == previous.index(one.theme) + 1
        assert 0 <= one.improves <= 1
        assert one.improves == 0 or one.previous_rank > 1
    weights = PriorityWeights()
    larger = PriorityWeights(
        demand=weights.demand * scale,
        breadth=weights.breadth * scale,
        growth=weights.growth * scale,
        gap=weights.gap * scale,
        policy=weights.policy * scale,
    )
    scaled = make_ranking(evidence, previous=previous, weights=larger)
    assert [one.rank for one in scaled.themes] == [1, 2, 3, 4]
    scores = {one.theme: one.score for one in ranking.themes}
    assert {one.theme: one.score for one in scaled.themes} == pytest.approx(scores)


def test_a_theme_that_surely_rose_says_so_and_one_that_may_have_does_not():
    strong = [
        make_signal(key=f"s{at}", group=f"g{at:02}", level=4, verified_krw=100 * EOK, memberships={"robot": 1.0})
        for at in range(20)
    ]
    ranking = make_ranking(
        make_evidence(strong, themes=theme_facts(robot=0.9)),
        previous=("battery", "chip", "fusion", "robot", "ended long ago"),
        policy=PriorityPolicy(resamples=200),
    )
    rows = {one.theme: one for one in ranking.themes}
    assert rows["robot"].improves > 0.95
    assert rows["battery"].improves == 0
    assert rows["robot"].previous_rank == 4


def test_a_new_theme_counts_as_behind_all_that_stood():
    ranking = make_ranking(make_evidence(), previous=("robot", "chip"))
    rows = {one.theme: one for one in ranking.themes}
    assert (rows["chip"].previous_rank, rows["fusion"].previous_rank) == (2, None)
    assert rows["battery"].improves > 0


def test_without_caps_one_rich_group_would_lead():
    rich = make_signal(key="r", group="rich", level=5, verified_krw=10**6 * EOK, memberships={"chip": 1.0})
    many = [
        make_signal(key=f"s{at}", group=f"g{at:02}", level=4, verified_krw=20 * EOK, memberships={"robot": 1.0})
        for at in range(15)
    ]
    weights = PriorityWeights(**{**ONLY, "demand": 1.0})
    rows = {one.theme: one for one in make_ranking(make_evidence([rich, *many]), weights=weights).themes}
    assert (rows["chip"].raw_rank, rows["chip"].rank) == (1, 2)


def test_worths_run_from_the_floor_to_one_and_equals_are_equal():
    values = np.array([[1.0, 5.0, 5.0, 100.0]])
    assert percentile_worth(values, floor=0.0).tolist() == [[0.125, 0.5, 0.5, 0.875]]
    assert range_worth(values, floor=0.05)[0, [0, 3]].tolist() == [0.05, 1.0]
    assert (np.diff(normal_worth(values, floor=0.05)) >= 0).all()
    flat = np.full((1, 3), 7.0)
    for worth in (percentile_worth, range_worth, normal_worth):
        assert worth(flat, floor=0.0).tolist() == [[0.5, 0.5, 0.5]]


def test_the_mean_is_geometric():
    worths = np.array([[[0.04]], [[1.0]]])
    assert geometric_mean(worths, np.array([[0.5], [0.5]]))[0, 0] == pytest.approx(0.2)


def test_equal_scores_rank_in_the_order_of_their_keys():
    assert ranks_by_score(np.array([[0.5, 0.7, 0.5 + 1e-15]])).tolist() == [[2, 1, 3]]


def test_where_there_are_no_themes_nothing_is_ranked():
    nothing = Evidence.of(voices_of([], themes=[], as_of=TODAY), themes=[], groups=[])
    assert make_ranking(nothing, previous=("ended",)).themes == ()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"themes": theme_facts()[1:]}, "its facts once"),
        ({"themes": [*theme_facts(), theme_facts()[0]]}, "its facts once"),
        ({"themes": theme_facts(chip=1.5)}, "between 0 and 1"),
        ({"themes": [replace(theme_facts()[0], supply_krw=-1), *theme_facts()[1:]]}, "won from zero"),
        ({"groups": [GroupFacts(group="g", theme="chip")] * 2}, "come once"),
        ({"groups": [GroupFacts(group="g", theme="mars")]}, "of a theme"),
        ({"groups": [GroupFacts(group="g", theme="chip", verified_krw=-1)]}, "won from zero"),
    ],
)
def test_facts_without_sense_are_refused(facts, reason):
    with pytest.raises(ValueError, match=reason):
        make_evidence(**facts)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"weights": PriorityWeights(gap=-0.1)}, "from zero"),
        ({"weights": PriorityWeights(**ONLY)}, "above it"),
        ({"previous": ("chip", "chip")}, "each theme once"),
    ],
)
def test_a_ranking_without_sense_is_refused(options, reason):
    with pytest.raises(ValueError, match=reason):
        make_ranking(make_evidence(), **options)
