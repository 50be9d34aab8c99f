"""Drawing lots as plain values."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.settlement.lots import digest_of_claims, draw_lots, in_order_of_lots, lots_to_draw
from models.errors import ValueNotAllowed

CLAIMS = st.lists(st.uuids(), min_size=1, max_size=40, unique=True)


@given(CLAIMS, st.integers(0, 2**53), st.integers(1, 10_000), st.randoms())
def test_a_draw_is_the_same_in_whatever_order_claims_come(claims, seed, share_bp, random):
    shuffled = random.sample(claims, len(claims))
    assert draw_lots(seed, claims, share_bp) == draw_lots(seed, shuffled, share_bp)
    assert in_order_of_lots(seed, claims) == in_order_of_lots(seed, shuffled)
    assert digest_of_claims(claims) == digest_of_claims(shuffled)


@given(CLAIMS, st.integers(0, 2**53), st.integers(1, 10_000))
def test_at_least_one_is_drawn_and_the_share_is_rounded_up(claims, seed, share_bp):
    drawn = draw_lots(seed, claims, share_bp)
    assert 1 <= len(drawn) <= len(claims)
    assert len(drawn) - 1 < len(claims) * share_bp / 10_000 <= len(drawn)
    assert set(drawn) <= set(claims)


@pytest.mark.parametrize(("candidates", "drawn"), [(1, 1), (20, 1), (21, 2), (400, 20), (401, 21)])
def test_five_per_cent(candidates, drawn):
    assert lots_to_draw(candidates, 500) == drawn


def test_a_known_draw_stays_what_it_was():
    claims = [UUID(int=number) for number in range(10)]
    assert [claim.int for claim in draw_lots(7, claims, 3_000)] == [7, 4, 3], "as sha256sum orders them"


def test_there_must_be_something_to_draw_from():
    with pytest.raises(ValueNotAllowed):
        draw_lots(1, [], 500)


def test_a_digest_tells_other_claims():
    one, other = uuid4(), uuid4()
    assert digest_of_claims([one]) != digest_of_claims([other])
