"""Clashes: smallest sets of rules and wishes that cannot all be kept, against trying every set."""

from dataclasses import replace

from hypothesis import example, given, settings

from fund_service.portfolio.choice import choose
from fund_service.portfolio.conflicts import Clash, clashes, minimal
from fund_service.portfolio.problem import Position, Problem, Rule, RuleKind
from tests.fund_service.portfolio.enumeration import best_value, breach_krw, every_set, parts, problems


def wish_list() -> Problem:
    candidates = [
        Position("big", 80, value=80, company="A", envelopes=frozenset("E")),
        Position("small", 30, value=30, company="B", envelopes=frozenset("E")),
        Position("other", 10, value=10, company="B"),
    ]
    rules = [
        Rule("E", RuleKind.ENVELOPE, 100),
        Rule("company", RuleKind.COMPANY_CONCENTRATION, 9_000, size_krw=100),
        Rule("floor", RuleKind.REGIONAL_FLOOR, 0, region="N"),
    ]
    return Problem.of(candidates, rules, wanted=["big", "small", "other"])


def test_an_infeasible_wish_list_names_the_rule_and_the_deals_that_clash():
    problem = wish_list()
    choice = choose(problem)
    assert choice.broken == {("E", ""): 1}, "ten won, the greatest common divisor of what is asked, are one unit"
    assert clashes(problem, choice.model) == [Clash(rules=(("E", ""),), wanted=("big", "small"), unwanted=())]


def test_clashes_that_have_nothing_to_do_with_each_other_are_all_named():
    problem = wish_list()
    tight = replace(problem, rules=tuple(replace(it, number=min(it.number, 3_000)) for it in problem.rules))
    found = clashes(tight, choose(tight).model)
    assert {rules for clash in found for rules in clash.rules} == {("E", ""), ("company", "A"), ("company", "B")}


def test_what_is_funded_already_can_break_a_rule_by_itself():
    funded = [Position("funded", 10, company="A")]
    problem = Problem.of(
        [Position("deal", 1, value=1, company="A")],
        [Rule("company", RuleKind.COMPANY_CONCENTRATION, 500, size_krw=100)],
        funded=funded,
    )
    choice = choose(problem)
    assert choice.chosen == set()
    assert clashes(problem, choice.model) == [Clash(rules=(("company", "A"),), wanted=(), unwanted=())]


def wish_beside_a_broken_company() -> Problem:
    """A wish that breaks the limit of company A, where company B is over it already and has no candidate."""
    limit = Rule("company", RuleKind.COMPANY_CONCENTRATION, 0, size_krw=60)
    funded = [Position("funded", 1, company="B")]
    return Problem.of([Position("deal", 1, company="A")], [limit], funded=funded, wanted=["deal"])


def purpose_beside_a_broken_group() -> Problem:
    """A share that only a deal of group G could reach, whose limit forbids it, where group H is over it already."""
    rules = [
        Rule("group", RuleKind.GROUP_CONCENTRATION, 0, size_krw=60),
        Rule("purpose", RuleKind.MAIN_PURPOSE_SHARE, 1),
    ]
    deal = Position("deal", 1, group="G", main_purpose=True)
    return Problem.of([deal], rules, funded=[Position("funded", 1, group="H")])


def share_beside_another_broken_company() -> Problem:
    """A share that only a deal of B could reach, whose limit forbids it, where A, with a deal, is over already."""
    rules = [
        Rule("company", RuleKind.COMPANY_CONCENTRATION, 0, size_krw=60),
        Rule("large", RuleKind.LARGE_PROJECT_SHARE, 1),
    ]
    deals = [Position("deal-0", 1, company="A"), Position("deal-1", 1, company="B", large=True)]
    return Problem.of(deals, rules, funded=[Position("funded", 1, company="A")])


@settings(max_examples=60, deadline=None)
@given(problems(most=5))
@example(wish_beside_a_broken_company())
@example(purpose_beside_a_broken_group())
@example(share_beside_another_broken_company())
def test_a_clash_cannot_be_kept_and_can_without_any_one_of_it(problem: Problem):
    found = clashes(problem, choose(problem).model)
    assert bool(found) == (best_value(problem) is None)
    for clash in found:
        assert not can_be_kept(problem, clash)
        for name in ("rules", "wanted", "unwanted"):
            kept = getattr(clash, name)
            for one in kept:
                fewer = replace(clash, **{name: tuple(other for other in kept if other != one)})
                assert can_be_kept(problem, fewer), f"{one} can be spared"


def can_be_kept(problem: Problem, clash: Clash) -> bool:
    """Try every set that respects the wishes of a clash for one that keeps its rules, each for its company or group."""
    only = replace(problem, wanted=frozenset(clash.wanted), unwanted=frozenset(clash.unwanted))
    limits = [part for name, part in parts(problem).items() if name in clash.rules]
    assert len(limits) == len(clash.rules)
    return any(not any(breach_krw(part, some) for part in limits) for some in every_set(only))


def test_a_company_over_its_limit_with_no_candidate_is_no_part_of_a_clash():
    wish = wish_beside_a_broken_company()
    share = purpose_beside_a_broken_group()
    assert clashes(wish, choose(wish).model) == [Clash(rules=(("company", "A"),), wanted=("deal",), unwanted=())]
    assert clashes(share, choose(share).model) == [
        Clash(rules=(("group", "G"), ("purpose", "")), wanted=(), unwanted=())
    ]


def test_a_clash_names_one_company_of_a_rule_that_another_breaks_as_well():
    problem = share_beside_another_broken_company()
    assert {clash.rules for clash in clashes(problem, choose(problem).model)} == {
        (("company", "B"), ("large", "")),
        (("company", "A"),),
    }


def test_the_filter_keeps_one_smallest_set():
    asked = []

    def impossible(kept):
        asked.append(len(kept))
        return {("row", "3"), ("row", "6")} <= set(kept)

    elements = [("row", str(number)) for number in range(64)]
    assert minimal(elements, impossible) == [("row", "3"), ("row", "6")]
    assert len(asked) < 40, "chunks are let go at once"
