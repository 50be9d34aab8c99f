"""The choice against trying every set, against the plain choice, and where whole won are tightest."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from fund_service.portfolio.checker import unexplained
from fund_service.portfolio.choice import CLOSE, choose
from fund_service.portfolio.greedy import fill_by_ratio
from fund_service.portfolio.model import build, named
from fund_service.portfolio.problem import Position, Problem, Rule, RuleKind
from tests.fund_service.portfolio.enumeration import best_value, broken_krw, every_set, problems, worth
from tests.fund_service.portfolio.instances import random_problem

BILLION = 10**9


def one_envelope(amounts: list[int], room: int, values: list[int] | None = None) -> Problem:
    candidates = [
        Position(f"deal-{n}", amount, value=amount if values is None else values[n], envelopes=frozenset("E"))
        for n, amount in enumerate(amounts)
    ]
    return Problem.of(candidates, [Rule("E", RuleKind.ENVELOPE, room)])


@settings(max_examples=150, deadline=None)
@given(problems())
def test_a_choice_is_worth_as_much_as_the_best_of_all_sets(problem: Problem):
    best = best_value(problem)
    choice = choose(problem)
    if best is None:
        assert choice.broken
    else:
        assert choice.value == best
        assert not choice.broken
        assert not broken_krw(problem, choice.chosen)
    assert choice.value == worth(problem, choice.chosen)
    assert choice.gap == 0


@settings(max_examples=150, deadline=None)
@given(problems())
def test_where_not_all_rules_can_hold_the_set_breaks_least_and_is_worth_most_among_those(problem: Problem):
    choice = choose(problem)
    sets = list(every_set(problem))
    # A missing share is a fraction of a won in the model and a whole won in the checker, one for each rule.
    least = min(broken_krw(problem, some) for some in sets) + len(problem.rules)
    assert broken_krw(problem, choice.chosen) <= least
    strictly = min(broken_krw(problem, some) for some in sets)
    if broken_krw(problem, choice.chosen) == strictly and strictly > len(problem.rules):
        rivals = [some for some in sets if broken_krw(problem, some) <= strictly - len(problem.rules)]
        assert not rivals


@settings(max_examples=100, deadline=None)
@given(problems())
def test_the_checker_excuses_nothing_but_what_was_found_impossible(problem: Problem):
    choice = choose(problem)
    assert not unexplained(problem, choice.chosen, excused={rule for rule, _ in choice.broken})


def test_an_envelope_is_used_to_its_last_won():
    choice = choose(one_envelope([10 * BILLION] * 100 + [1], 1_000 * BILLION))
    assert choice.value == 1_000 * BILLION
    assert len(choice.chosen) == 100


@pytest.mark.parametrize("short", [1, 2, 1_000])
def test_an_envelope_a_few_won_short_is_never_exceeded(short: int):
    """A thousand won of quadrillions fit in the solver's tolerance, not in an envelope."""
    problem = one_envelope([1_000_000_000_000_003, 2_000_000_000_000_001], 3_000_000_000_000_004 - short)
    choice = choose(problem)
    assert choice.chosen == {"deal-1"}
    assert not broken_krw(problem, choice.chosen)


def test_a_share_missed_by_one_won_is_missed():
    region, elsewhere = 1_234_567_890_123, 3_703_703_670_369
    candidates = [
        Position("elsewhere", elsewhere, value=elsewhere),
        Position("here", region, value=1, region="N"),
    ]
    floor = Rule("floor", RuleKind.REGIONAL_FLOOR, 2_500, region="N")
    assert choose(Problem.of(candidates, [floor])).chosen == {"elsewhere", "here"}
    one_more = replace(candidates[0], amount_krw=elsewhere + 1)
    assert choose(Problem.of([one_more, candidates[1]], [floor])).chosen == {"here"}


def test_deals_alike_are_taken_by_their_keys_whatever_order_they_come_in():
    problem = one_envelope([5 * BILLION] * 7, 17 * BILLION)
    backwards = Problem.of(reversed(problem.candidates), problem.rules)
    assert choose(problem).chosen == choose(backwards).chosen == {"deal-0", "deal-1", "deal-2"}


def test_the_same_problem_has_the_same_answer():
    problem = random_problem(40, seed=5)
    assert choose(problem).chosen == choose(problem).chosen


@pytest.mark.parametrize("seed", range(50))
def test_a_choice_is_worth_at_least_the_plain_one_by_value_for_each_won(seed: int):
    problem = random_problem(40, seed=seed, money_share=0.4)
    model = build(problem)
    nobody = np.zeros(len(model.candidates), dtype=bool)
    plain = fill_by_ratio(model, model.values, start=nobody, unwanted=nobody, allowed=[0] * len(model.rows))
    choice = choose(problem, effort=CLOSE)
    assert not broken_krw(problem, choice.chosen)
    assert not broken_krw(problem, named(model, plain))
    assert choice.value >= model.worth(plain)


def test_rules_that_are_not_held_bind_nothing():
    problem = one_envelope([3, 4], 3)
    assert choose(problem).chosen == {"deal-0"}
    assert choose(problem.with_rule_held("E", held=False)).chosen == {"deal-0", "deal-1"}


def test_nothing_to_choose_from_is_an_empty_choice():
    choice = choose(Problem.of([], [Rule("E", RuleKind.ENVELOPE, 0)]))
    assert (choice.chosen, choice.value) == (frozenset(), 0)


@pytest.mark.parametrize(
    "faulty",
    [
        {"candidates": [Position("a", 1), Position("a", 2)]},
        {"candidates": [Position("a", 0)]},
        {"candidates": [Position("a", 1, value=-1)]},
        {"candidates": [Position("a", 1)], "wanted": ["b"]},
        {"candidates": [Position("a", 1)], "wanted": ["a"], "unwanted": ["a"]},
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(faulty: dict):
    with pytest.raises(ValueError, match=r"share a key|at least|both wanted"):
        Problem.of(rules=[], **faulty)
