import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.demand.flips import flip_test, rank_bounds, ranks_of

rows = st.lists(st.tuples(*[st.integers(0, 60)] * 4), min_size=1, max_size=30)


def test_equal_totals_share_the_better_rank():
    assert ranks_of(np.array([5, 9, 5, 1])).tolist() == [2, 1, 2, 4]


@given(rows)
def test_totals_within_their_bounds_move_no_rank_farther_than_the_rank_bound(drawn):
    lowest, totals, highest = (np.array(column) for column in zip(*(sorted(row[:3]) for row in drawn), strict=True))
    now = np.clip(np.array([row[3] for row in drawn]), lowest, highest)
    bounds = rank_bounds(totals, lowest, highest)
    assert (np.abs(ranks_of(now) - ranks_of(totals)) <= bounds).all()


def test_a_theme_far_from_all_others_is_bound_to_its_rank():
    totals = np.array([100, 50, 49, 1])
    assert rank_bounds(totals, totals - 2, totals + 2).tolist() == [0, 1, 1, 0]
    assert rank_bounds(totals, totals, totals).tolist() == [0, 0, 0, 0]


def test_without_anybody_nothing_flips():
    nothing = np.zeros(0, dtype=np.int64)
    flips = flip_test(np.array([3, 2]), nothing, nothing, nothing)
    assert (flips.rank.tolist(), flips.group.tolist()) == ([1, 2], [-1, -1])
