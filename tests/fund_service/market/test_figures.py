from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.market.figures import Contribution, DemandTrend, figures_of, trend_of, years_before

AS_OF = date(2026, 11, 22)


def contribution(**said) -> Contribution:
    return Contribution(
        **{
            "signal": uuid4(),
            "group": uuid4(),
            "received_on": date(2026, 6, 1),
            "speaks": True,
            "repeats": False,
            "stated_krw": 0,
            "verified_krw": 0,
            "answered_by": frozenset(),
        }
        | said
    )


def test_affiliates_count_as_one_group_and_shared_projects_once():
    group, project = uuid4(), uuid4()
    figures = figures_of(
        [
            contribution(group=group, stated_krw=5, verified_krw=5, answered_by=frozenset({project})),
            contribution(group=group, stated_krw=7, answered_by=frozenset({project, uuid4()})),
            contribution(stated_krw=1),
        ],
        as_of=AS_OF,
    )
    assert (figures.signals, figures.groups, figures.answering_projects) == (3, 2, 2)
    assert (figures.stated_krw, figures.verified_krw) == (13, 5)


def test_an_expired_signal_counts_in_the_trend_alone():
    expired = contribution(
        speaks=False, received_on=date(2025, 5, 1), stated_krw=9, verified_krw=9, answered_by=frozenset({uuid4()})
    )
    figures = figures_of([expired], as_of=AS_OF)
    assert (figures.signals, figures.groups, figures.stated_krw, figures.answering_projects) == (0, 0, 0, 0)
    assert (figures.groups_recent, figures.groups_before) == (0, 1)


def test_a_repeat_is_not_counted_again_as_a_signal():
    group = uuid4()
    figures = figures_of([contribution(group=group), contribution(group=group, repeats=True)], as_of=AS_OF)
    assert (figures.signals, figures.groups) == (1, 1)


@pytest.mark.parametrize(
    ("received_on", "spans"),
    [
        (date(2026, 11, 22), (1, 0)),
        (date(2025, 11, 23), (1, 0)),
        (date(2025, 11, 22), (0, 1)),
        (date(2024, 11, 23), (0, 1)),
        (date(2024, 11, 22), (0, 0)),
    ],
)
def test_a_day_falls_into_one_of_the_two_years_or_neither(received_on, spans):
    figures = figures_of([contribution(received_on=received_on)], as_of=AS_OF)
    assert (figures.groups_recent, figures.groups_before) == spans


def test_a_year_before_a_leap_day_is_the_28th():
    assert years_before(date(2028, 2, 29), 1) == date(2027, 2, 28)
    assert years_before(date(2028, 2, 29), 4) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("recent", "before", "groups", "trend"),
    [
        (9, 1, 9, DemandTrend.UP),
        (8, 2, 8, DemandTrend.STEADY),
        (1, 9, 9, DemandTrend.DOWN),
        (5, 5, 5, DemandTrend.STEADY),
        (9, 0, 9, DemandTrend.NOT_ENOUGH_DATA),
        (10, 0, 2, DemandTrend.NOT_ENOUGH_DATA),
        (0, 0, 0, DemandTrend.NOT_ENOUGH_DATA),
    ],
)
def test_a_trend_is_told_only_where_chance_would_not_bring_it_about(recent, before, groups, trend):
    assert trend_of(recent, before, groups=groups) is trend


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_trend_is_the_same_read_backwards(recent, before):
    mirrored = {DemandTrend.UP: DemandTrend.DOWN, DemandTrend.DOWN: DemandTrend.UP}
    forwards = trend_of(recent, before, groups=5)
    assert trend_of(before, recent, groups=5) is mirrored.get(forwards, forwards)


@given(
    st.lists(
        st.builds(
            contribution,
            signal=st.integers(0, 10**6).map(lambda number: UUID(int=number)),
            group=st.integers(0, 5).map(lambda number: UUID(int=number)),
            received_on=st.dates(date(2024, 1, 1), AS_OF),
            speaks=st.booleans(),
            stated_krw=st.integers(0, 10**12),
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_contributions_makes_no_difference(contributions, random):
    shuffled = list(contributions)
    random.shuffle(shuffled)
    assert figures_of(shuffled, as_of=AS_OF) == figures_of(contributions, as_of=AS_OF)
