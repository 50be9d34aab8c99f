from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from matching.demand.trend import (
    Exposure,
    Hearing,
    ThemeHeard,
    ThemeTrend,
    TrendDirection,
    false_discovery_rates,
    heard_in_spans,
    ratio_quantile,
    spans_before,
    trends_of,
    two_sided,
)

TODAY = date(2026, 11, 20)
EQUAL = Exposure(recent=100, before=100)
counts = st.integers(0, 60)


def trend(recent: int, before: int, *, groups: int = 9, exposure: Exposure = EQUAL) -> ThemeTrend:
    return trends_of([ThemeHeard(theme="t", recent=recent, before=before, groups=groups)], exposure=exposure)[0]


@pytest.mark.parametrize(
    ("recent", "before", "groups", "direction"),
    [
        (20, 5, 20, TrendDirection.UP),
        (5, 20, 20, TrendDirection.DOWN),
        (12, 10, 20, TrendDirection.STEADY),
        (10, 0, 3, TrendDirection.UP),
        (9, 0, 9, TrendDirection.NOT_ENOUGH_DATA),
        (30, 2, 2, TrendDirection.NOT_ENOUGH_DATA),
        (0, 0, 0, TrendDirection.NOT_ENOUGH_DATA),
    ],
)
def test_a_trend_is_told_from_ten_events_of_three_groups(recent, before, groups, direction):
    it = trend(recent, before, groups=groups)
    assert it.direction is direction
    assert (it.q_value is None) == (direction is TrendDirection.NOT_ENOUGH_DATA)
    assert it.low < it.ratio < it.high


def test_more_groups_on_the_panel_are_no_trend():
    doubled = Exposure(recent=200, before=100)
    assert trend(40, 20).direction is TrendDirection.UP
    assert trend(40, 20, exposure=doubled).direction is TrendDirection.STEADY
    assert trend(40, 20, exposure=doubled).ratio == pytest.approx(1.0, abs=0.02)
    assert trend(20, 20, exposure=doubled).direction is TrendDirection.DOWN


def test_the_posterior_is_that_of_two_gamma_rates():
    random = np.random.default_rng(1)
    now, then = random.gamma(12.5, size=400_000) / 3, random.gamma(7.5, size=400_000) / 2
    exposure = Exposure(recent=3, before=2)
    drawn = np.quantile(now / then, (0.05, 0.5, 0.95))
    assert [float(ratio_quantile(12, 7, at, exposure=exposure)) for at in (0.05, 0.5, 0.95)] == pytest.approx(
        drawn, rel=0.02
    )
    assert trend(12, 7, exposure=exposure).rising_probability == pytest.approx((now > then).mean(), abs=0.005)


@given(counts, counts, st.integers(1, 5), st.integers(1, 5))
def test_what_is_tested_is_the_mid_p_of_the_exact_test(recent, before, now, then):
    events, chance = recent + before, now / (now + then)
    below, at = binom.cdf(recent - 1, events, chance), binom.pmf(recent, events, chance)
    tail = min(below + at / 2, 1 - below - at / 2)
    found = two_sided(np.array([float(recent)]), np.array([float(before)]), exposure=Exposure(recent=now, before=then))
    assert found[0] == pytest.approx(2 * tail, abs=1e-9)


@given(counts, counts)
def test_turning_time_round_turns_the_trend_round(recent, before):
    turned = {TrendDirection.UP: TrendDirection.DOWN, TrendDirection.DOWN: TrendDirection.UP}
    one, other = trend(recent, before), trend(before, recent)
    assert other.direction is turned.get(one.direction, one.direction)
    assert other.ratio == pytest.approx(1 / one.ratio)


@given(st.lists(st.floats(0, 1), max_size=20), st.floats(0.01, 0.5))
def test_q_values_discover_what_the_step_up_procedure_does(p_values, rate):
    ordered = sorted(p_values)
    largest = max((at for at, p in enumerate(ordered, 1) if p <= rate * at / len(ordered)), default=0)
    limit = ordered[largest - 1] if largest else -1.0
    found = false_discovery_rates(np.array(p_values)) <= rate * (1 + 1e-12)
    assert found.sum() == pytest.approx(sum(p <= limit for p in p_values))


def test_a_lucky_theme_among_many_steady_ones_is_no_trend():
    lucky = ThemeHeard(theme="a", recent=16, before=6, groups=16)
    steady = [ThemeHeard(theme=f"t{at}", recent=10, before=10, groups=15) for at in range(60)]
    assert trends_of([lucky], exposure=EQUAL)[0].direction is TrendDirection.UP
    assert trends_of([lucky, *steady], exposure=EQUAL)[0].direction is TrendDirection.STEADY


def test_where_nothing_moves_at_most_one_set_in_eight_tells_a_trend():
    random = np.random.default_rng(7)
    told = 0
    for _ in range(200):
        pairs = random.poisson(20, size=(40, 2))
        heard = [ThemeHeard(theme=f"t{at}", recent=int(a), before=int(b), groups=9) for at, (a, b) in enumerate(pairs)]
        told += any(
            one.direction in {TrendDirection.UP, TrendDirection.DOWN} for one in trends_of(heard, exposure=EQUAL)
        )
    assert told <= 25


def test_a_group_counts_once_in_a_span_and_the_spans_meet_without_a_gap():
    year, two_years = spans_before(TODAY)
    days = [TODAY, TODAY, year + timedelta(days=1), year, two_years + timedelta(days=1), two_years]
    hearings = [Hearing(group=f"g{at // 2}", theme="t", on=day) for at, day in enumerate(days)]
    heard = heard_in_spans(
        [*hearings, Hearing(group="g", theme="t", on=TODAY + timedelta(days=1))], themes=["u", "t"], as_of=TODAY
    )
    assert heard == (
        ThemeHeard(theme="t", recent=2, before=2, groups=3),
        ThemeHeard(theme="u", recent=0, before=0, groups=0),
    )


def test_a_leap_day_looks_back_to_the_28th():
    assert spans_before(date(2028, 2, 29)) == (date(2027, 2, 28), date(2026, 2, 28))


@settings(max_examples=50)
@given(st.permutations(list(range(6))))
def test_the_order_of_themes_changes_no_trend(order):
    heard = [ThemeHeard(theme=f"t{at}", recent=4 * at, before=12, groups=12) for at in range(6)]
    straight = {one.theme: one for one in trends_of(heard, exposure=EQUAL)}
    assert {one.theme: one for one in trends_of([heard[at] for at in order], exposure=EQUAL)} == straight


def test_without_exposure_there_is_no_trend():
    with pytest.raises(ValueError, match="above zero"):
        trends_of([], exposure=Exposure(recent=0, before=1))
    assert trends_of([], exposure=EQUAL) == ()
