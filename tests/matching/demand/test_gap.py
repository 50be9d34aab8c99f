from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.demand.gap import Demanded, GapPolicy, GapState, Supplied, gap_map

EOK = 100_000_000
CELLS = ("chip:capital", "chip:honam", "robot:honam")
FAST = GapPolicy(resamples=60)


def wanted(group: str, krw: int = 300 * EOK, cell: str = "chip:honam") -> Demanded:
    return Demanded(group=group, cell=cell, verified_krw=krw)


def offered(project: str, krw: int = 300 * EOK, *, probability: float = 0.5, cell: str = "chip:honam") -> Supplied:
    return Supplied(project=project, cell=cell, match_probability=probability, fundable_krw=krw)


def gap(wants, offers, policy: GapPolicy = FAST, cell: str = "chip:honam"):
    return next(row for row in gap_map(wants, offers, cells=CELLS, policy=policy) if row.cell == cell)


def test_the_gap_is_verified_money_over_match_weighted_supply_with_the_balance_on_both_sides():
    row = gap([wanted("g1"), wanted("g2"), wanted("g3")], [offered("p1"), offered("p2")])
    assert (row.verified_krw, row.expected_supply_krw, row.groups, row.projects) == (900 * EOK, 300 * EOK, 3, 2)
    assert row.ratio == (900 + 100) / (300 + 100)
    assert row.low is not None
    assert row.low <= row.ratio <= row.high


@pytest.mark.parametrize(
    ("wants", "offers", "state"),
    [
        (12, 2, GapState.SUPPLY_SHORT),
        (3, 40, GapState.DEMAND_SHORT),
        (6, 12, GapState.BALANCED),
        (2, 40, GapState.NOT_ENOUGH_DATA),
        (3, 1, GapState.NOT_ENOUGH_DATA),
        (0, 0, GapState.NOT_ENOUGH_DATA),
        (5, 0, GapState.SUPPLY_SHORT),
    ],
)
def test_a_cell_says_which_side_is_short_or_that_it_cannot_tell(wants, offers, state):
    row = gap([wanted(f"g{at}") for at in range(wants)], [offered(f"p{at}") for at in range(offers)])
    assert row.state is state
    assert (row.low is None) == (row.high is None) == (state is GapState.NOT_ENOUGH_DATA)


def test_what_cannot_match_is_no_supply():
    row = gap([wanted("g1")], [offered("p1", probability=0.0), offered("p2", 0)])
    assert (row.expected_supply_krw, row.projects) == (0, 0)


def test_an_empty_cell_is_balanced_and_says_so_of_nothing():
    rows = gap_map([], [], cells=CELLS, policy=FAST)
    assert [row.cell for row in rows] == sorted(CELLS)
    assert all((row.ratio, row.state) == (1.0, GapState.NOT_ENOUGH_DATA) for row in rows)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(CELLS), st.integers(0, 900)), max_size=25),
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(CELLS), st.integers(0, 900)), max_size=25),
    st.randoms(),
)
def test_the_order_of_what_is_given_changes_no_cell(wants, offers, random):
    demanded = [wanted(f"g{who}", krw * EOK, cell) for who, cell, krw in wants]
    supplied = [offered(f"p{who}", krw * EOK, cell=cell) for who, cell, krw in offers]
    straight = gap_map(demanded, supplied, cells=CELLS, policy=FAST)
    random.shuffle(demanded)
    random.shuffle(supplied)
    assert gap_map(demanded, supplied, cells=tuple(reversed(CELLS)), policy=FAST) == straight


@given(st.integers(1, 10**13))
def test_more_verified_money_never_narrows_a_shortage_of_supply(added):
    wants = [wanted(f"g{at}") for at in range(3)]
    offers = [offered(f"p{at}") for at in range(5)]
    more = [*wants[:2], replace(wants[2], verified_krw=wants[2].verified_krw + added)]
    assert gap(more, offers, GapPolicy(resamples=2)).ratio > gap(wants, offers, GapPolicy(resamples=2)).ratio


def test_one_group_behind_most_of_a_cell_widens_its_interval():
    even = gap([wanted(f"g{at}") for at in range(10)], [offered(f"p{at}") for at in range(10)], GapPolicy())
    one = gap(
        [wanted("g0", 2_991 * EOK), *(wanted(f"g{at}", EOK) for at in range(1, 10))],
        [offered(f"p{at}") for at in range(10)],
        GapPolicy(),
    )
    assert even.ratio == one.ratio
    assert one.high - one.low > 2 * (even.high - even.low)


@pytest.mark.parametrize(
    ("wants", "offers", "reason"),
    [
        ([wanted("g", cell="mars")], [], "not on the map"),
        ([], [offered("p", cell="mars")], "not on the map"),
        ([wanted("g", -1)], [], "won from zero"),
        ([], [offered("p", -1)], "won from zero"),
        ([], [offered("p", probability=1.1)], "between 0 and 1"),
    ],
)
def test_amounts_without_sense_are_refused(wants, offers, reason):
    with pytest.raises(ValueError, match=reason):
        gap_map(wants, offers, cells=CELLS)
