"""What a deal is worth, by its reviews."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.portfolio.scores import deal_score, review_score, sampled_values, value_krw
from models.diligence import Criterion


def test_a_review_is_the_mean_of_its_criteria():
    assert review_score(dict(zip(Criterion, [5, 4, 3, 2, 1], strict=True))) == 3
    assert review_score({Criterion.MARKET: 5}) == 5
    assert review_score({}) == 3


def test_one_review_in_the_middle_is_added():
    assert deal_score([5.0]).mean == 4
    assert deal_score([4.6] * 5).mean > deal_score([5.0]).mean
    assert (deal_score([]).mean, deal_score([]).error, deal_score([]).reviews) == (3, 1, 0)


@given(st.lists(st.floats(1, 5), min_size=1, max_size=8))
def test_more_of_the_same_reviews_make_a_score_surer(reviews: list[float]):
    once, often = deal_score(reviews), deal_score(reviews * 4)
    assert often.error < once.error
    assert 1 <= once.mean <= 5


def test_reviewers_who_differ_leave_a_score_less_sure():
    assert deal_score([1.0, 5.0]).error > deal_score([3.0, 3.0]).error


@pytest.mark.parametrize(("score", "value"), [(5, 10**12), (1, 0), (3, 5 * 10**11), (0.2, 0), (7, 10**12)])
def test_value_is_the_won_asked_for_as_far_as_the_score_goes(score: float, value: int):
    assert value_krw(10**12, score) == value


def test_samples_are_the_same_for_everybody():
    scores = [deal_score([4.0, 2.0]), deal_score([])]
    first = sampled_values([10**9, 10**9], scores, samples=100)
    assert first == sampled_values([10**9, 10**9], scores, samples=100)
    assert len({tuple(row) for row in first}) > 90
    assert all(0 <= value <= 10**9 for row in first for value in row)
