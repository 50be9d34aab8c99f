"""Splitting won by the largest remainder: exact, even, and the same each time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.ledger.allocation import allocate
from models.errors import ValueNotAllowed

JO = 1_000_000_000_000


@pytest.mark.parametrize("parts", [3, 7, 11, 1_000])
def test_a_trillion_won_is_split_equally_to_the_won(parts):
    split = allocate(JO, [1] * parts)
    assert (len(split), sum(split)) == (parts, JO)
    assert max(split) - min(split) <= 1
    assert split == allocate(JO, [1] * parts)


def test_won_left_over_go_to_the_largest_remainders_and_then_to_the_earlier_part():
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(10, [5, 3, 1]) == [6, 3, 1]
    assert allocate(7, [0, 1, 0]) == [0, 7, 0]


@given(st.integers(0, 2**53), st.lists(st.integers(0, 2**53), min_size=1, max_size=50).filter(any))
def test_parts_sum_to_the_whole_and_lie_within_a_won_of_their_share(total, weights):
    parts, whole = allocate(total, weights), sum(weights)
    assert sum(parts) == total
    assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_what_cannot_be_split_is_refused(total, weights):
    with pytest.raises(ValueNotAllowed):
        allocate(total, weights)
