from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.demand.ahp import Comparison, judge

CRITERIA = ("demand", "gap", "growth", "policy")


def compared(*ratios: float, criteria: tuple[str, ...] = CRITERIA) -> list[Comparison]:
    pairs = combinations(criteria, 2)
    return [Comparison(first=a, second=b, ratio=ratio) for (a, b), ratio in zip(pairs, ratios, strict=True)]


def test_saatys_own_example_of_a_house_is_reproduced():
    # buying a house, eight criteria (Saaty, 1990): eigenvalue 9.669, consistency ratio .169
    table = [
        [1, 5, 3, 7, 6, 6, 1 / 3, 1 / 4],
        [1 / 5, 1, 1 / 3, 5, 3, 3, 1 / 5, 1 / 7],
        [1 / 3, 3, 1, 6, 3, 4, 6, 1 / 5],
        [1 / 7, 1 / 5, 1 / 6, 1, 1 / 3, 1 / 4, 1 / 7, 1 / 8],
        [1 / 6, 1 / 3, 1 / 3, 3, 1, 1 / 2, 1 / 5, 1 / 6],
        [1 / 6, 1 / 3, 1 / 4, 4, 2, 1, 1 / 5, 1 / 6],
        [3, 5, 1 / 6, 7, 5, 5, 1, 1 / 2],
        [4, 7, 5, 8, 6, 6, 2, 1],
    ]
    names = tuple("abcdefgh")
    said = [Comparison(first=names[i], second=names[j], ratio=table[i][j]) for i, j in combinations(range(8), 2)]
    it = judge(names, {"reviewer": said}).together
    assert list(it.weights.values()) == pytest.approx(
        [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333], abs=6e-4
    )
    assert it.consistency_ratio == pytest.approx(0.169, abs=2e-3)
    assert not it.consistent
    assert {it.worst.first, it.worst.second, it.worst.third} >= {"c", "g"}


@given(st.lists(st.floats(1, 3), min_size=4, max_size=4))
def test_consistent_comparisons_give_back_their_weights(weights):
    ratios = [weights[i] / weights[j] for i, j in combinations(range(4), 2)]
    it = judge(CRITERIA, {"r": compared(*ratios)}).together
    assert list(it.weights.values()) == pytest.approx([one / sum(weights) for one in weights])
    assert it.consistency_ratio == pytest.approx(0, abs=1e-9)
    assert it.consistent
    assert it.worst is None


ratios = st.lists(st.sampled_from([1 / 9, 1 / 5, 1 / 3, 1 / 2, 1, 2, 3, 5, 9]), min_size=6, max_size=6)


@given(st.lists(ratios, min_size=1, max_size=4), st.randoms())
def test_the_order_of_reviewers_criteria_and_comparisons_changes_nothing(said, random):
    straight = {f"r{at}": compared(*one) for at, one in enumerate(said)}
    turned = [Comparison(first=it.second, second=it.first, ratio=1 / it.ratio) for it in straight["r0"]]
    shuffled = dict(reversed(straight.items())) | {"r0": random.sample(turned, len(turned))}
    one, other = judge(CRITERIA, straight), judge(CRITERIA[::-1], shuffled)
    assert one.together.weights == pytest.approx(other.together.weights)
    assert one.together.consistency_ratio == pytest.approx(other.together.consistency_ratio, abs=1e-9)
    assert one.to_revise == other.to_revise


def test_reviewers_who_contradict_each_other_exactly_agree_on_equal_weights():
    said = compared(3, 5, 2, 2, 1 / 2, 1 / 3)
    against = [Comparison(first=it.second, second=it.first, ratio=it.ratio) for it in said]
    it = judge(CRITERIA, {"for": said, "against": against})
    assert list(it.together.weights.values()) == pytest.approx([0.25] * 4)


def test_who_contradicts_herself_is_asked_again_and_told_where():
    circle = compared(9, 1 / 9, 9, criteria=("a", "b", "c"))
    it = judge(("a", "b", "c"), {"kim": circle, "lee": compared(1, 1, 1, criteria=("a", "b", "c"))})
    assert it.to_revise == ("kim",)
    worst = it.reviewers["kim"].worst
    assert (worst.first, worst.second, worst.third) == ("a", "b", "c")
    assert (worst.stated, worst.implied) == (pytest.approx(1 / 9), pytest.approx(81))


def test_two_criteria_cannot_contradict_each_other():
    it = judge(("a", "b"), {"r": compared(4, criteria=("a", "b"))}).together
    assert it.weights == pytest.approx({"a": 0.8, "b": 0.2})
    assert it.consistency_ratio == 0


@pytest.mark.parametrize(
    ("criteria", "said", "reason"),
    [
        (("a",), {"r": []}, "two to 10"),
        (("a", "a"), {"r": []}, "two to 10"),
        (tuple("abcdefghijk"), {"r": []}, "two to 10"),
        (("a", "b"), {}, "at least one reviewer"),
        (("a", "b"), {"r": []}, "does not compare a with b"),
        (("a", "b"), {"r": compared(1, criteria=("a", "c"))}, "two different criteria"),
        (("a", "b"), {"r": compared(1, criteria=("c", "a"))}, "two different criteria"),
        (("a", "b"), {"r": compared(1, criteria=("a", "a"))}, "two different criteria"),
        (("a", "b"), {"r": compared(1, criteria=("a", "b")) * 2}, "more than once"),
        (("a", "b"), {"r": compared(9.5, criteria=("a", "b"))}, "outside 1/9 to 9"),
    ],
)
def test_comparisons_without_sense_are_refused(criteria, said, reason):
    with pytest.raises(ValueError, match=reason):
        judge(criteria, said)
