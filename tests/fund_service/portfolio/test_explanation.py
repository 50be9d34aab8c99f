"""Reasons and costs against trying every set with the opposite decided."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings

from fund_service.portfolio.choice import CLOSE, choose
from fund_service.portfolio.explanation import EXACT_CANDIDATES, Verdict, explain
from fund_service.portfolio.problem import Position, Problem, Rule, RuleKind
from tests.fund_service.portfolio.enumeration import best_value, problems
from tests.fund_service.portfolio.instances import random_problem


@settings(max_examples=50, deadline=None)
@given(problems(most=5))
def test_the_value_with_the_opposite_decided_is_that_of_the_best_such_set(problem: Problem):
    choice = choose(problem)
    if choice.broken:
        return
    for reason in explain(choice).deals:
        taken = reason.key in choice.chosen
        flipped = replace(
            problem,
            wanted=problem.wanted - {reason.key} if taken else problem.wanted | {reason.key},
            unwanted=problem.unwanted | {reason.key} if taken else problem.unwanted - {reason.key},
        )
        best = best_value(flipped)
        assert reason.other_value == best
        if best is not None:
            assert reason.difference == choice.value - best
        if reason.verdict is Verdict.IMPOSSIBLE:
            assert reason.blocked_by


def company_limit_broken_elsewhere(*, value: int, held: bool) -> Problem:
    """One deal over the limit of its company, beside a company that is over it already and has no candidate."""
    limit = Rule("company", RuleKind.COMPANY_CONCENTRATION, 0, size_krw=60, held=held)
    funded = [Position("funded", 1, company="A")]
    return Problem.of([Position("deal", 1, value=value, company="B")], [limit], funded=funded)


@settings(max_examples=50, deadline=None)
@given(problems(most=5))
@example(company_limit_broken_elsewhere(value=0, held=False))
@example(company_limit_broken_elsewhere(value=5, held=False))
@example(company_limit_broken_elsewhere(value=5, held=True))
def test_a_rule_costs_what_the_best_set_without_it_is_worth_more(problem: Problem):
    choice = choose(problem)
    if choice.broken:
        return
    for reason, rule in zip(explain(choice).rules, problem.rules, strict=True):
        other = best_value(problem.with_rule_held(rule.key, held=not rule.held))
        assert reason.cost == (None if other is None else abs(other - choice.value))


@pytest.mark.parametrize("held", [True, False])
def test_a_limit_costs_what_it_keeps_out_though_a_company_without_candidates_is_over_it(*, held: bool):
    (reason,) = explain(choose(company_limit_broken_elsewhere(value=5, held=held))).rules
    assert reason.cost == 5


def test_a_limit_that_a_candidates_company_is_over_already_cannot_be_held():
    problem = company_limit_broken_elsewhere(value=5, held=False)
    own = replace(problem, funded=(replace(problem.funded[0], company="B"),))
    (reason,) = explain(choose(own)).rules
    assert reason.cost is None


def knapsack() -> Problem:
    candidates = [
        Position("best", 50, value=45, envelopes=frozenset("E")),
        Position("good", 50, value=40, envelopes=frozenset("E")),
        Position("poor", 50, value=10, envelopes=frozenset("E")),
        Position("huge", 200, value=200, envelopes=frozenset("E")),
        Position("needed", 10, value=0, region="N"),
    ]
    rules = [Rule("E", RuleKind.ENVELOPE, 100), Rule("floor", RuleKind.REGIONAL_FLOOR, 500, region="N")]
    return Problem.of(candidates, rules)


def test_each_deal_is_told_why():
    reasons = {reason.key: reason for reason in explain(choose(knapsack())).deals}
    assert reasons["best"].verdict is Verdict.WORTH_IT
    assert (reasons["best"].difference, reasons["best"].enter) == (35, ("poor",))
    assert reasons["poor"].verdict is Verdict.WORTH_LESS
    assert (reasons["poor"].difference, reasons["poor"].leave) == (30, ("good",))
    assert reasons["huge"].verdict is Verdict.IMPOSSIBLE
    assert reasons["huge"].blocked_by == (("E", ""),)
    assert reasons["needed"].verdict is Verdict.WORTH_IT
    assert reasons["needed"].difference == 85


def test_prices_are_value_for_one_more_won():
    explanation = explain(choose(replace(knapsack(), unwanted=frozenset({"huge"}))))
    prices = {reason.rule: reason.price for reason in explanation.rules}
    assert abs(prices["E"] - 0.2) < 1e-6, "one more won of the envelope goes to the poor deal"
    poor = next(reason for reason in explanation.deals if reason.key == "poor")
    assert poor.rule in {None, ("E", "")}


def test_wishes_are_told_as_such():
    problem = replace(knapsack(), wanted=frozenset({"poor"}), unwanted=frozenset({"best"}))
    reasons = {reason.key: reason for reason in explain(choose(problem)).deals}
    assert (reasons["poor"].verdict, reasons["best"].verdict) == (Verdict.WANTED, Verdict.UNWANTED)
    assert reasons["poor"].difference is not None


def test_of_many_candidates_figures_are_marked_as_estimates():
    problem = random_problem(EXACT_CANDIDATES + 1, seed=1, money_share=0.4)
    explanation = explain(choose(problem, effort=CLOSE), effort=CLOSE)
    assert all(reason.approximate for reason in (*explanation.deals, *explanation.rules))
    assert all(reason.difference is not None and reason.difference >= 0 for reason in explanation.deals)
