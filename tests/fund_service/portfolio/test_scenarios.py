"""Scenarios: written as a query string and read again, and what they do to the problem."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.portfolio.problem import Position, Rule, RuleKind
from fund_service.portfolio.scenarios import gone, problem_of, query_of, read_query, scenario_of
from models.deal import DealStage
from models.errors import ValueNotAllowed

A, B = UUID(int=1), UUID(int=2)
KEYS = st.sets(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), max_size=3)


@given(
    st.sets(st.uuids(), max_size=3),
    KEYS,
    st.dictionaries(st.sampled_from("xyz"), st.integers(0, 10**12)),
    st.booleans(),
)
def test_a_scenario_is_read_from_what_it_is_written_as(deals, rules, moved, keep):
    scenario = scenario_of(
        wanted=list(deals), dropped=list(rules), rules=list(moved), numbers=list(moved.values()), keep_approved=keep
    )
    assert read_query(query_of(scenario)) == scenario


def test_a_scenario_that_changes_nothing_is_no_query():
    assert query_of(scenario_of()) == ""


@pytest.mark.parametrize(
    "asked",
    [
        {"rules": ["x"]},
        {"rules": ["x"], "numbers": [-1]},
        {"wanted": [A], "unwanted": [A]},
        {"dropped": ["x"], "held": ["x"]},
    ],
)
def test_a_scenario_that_contradicts_itself_is_refused(asked):
    with pytest.raises(ValueNotAllowed):
        scenario_of(**asked)


@pytest.mark.parametrize("query", ["in=1", "rule=x&to=1e3", "rule=x&to=-1", "rule=x", "to=1", "in=%ff" * 3_000])
def test_what_is_no_scenario_is_refused(query: str):
    with pytest.raises(ValueNotAllowed):
        read_query(query)


def test_a_scenario_changes_the_problem():
    candidates = [Position(str(A), 5), Position(str(B), 5)]
    rules = [Rule("a", RuleKind.ENVELOPE, 9), Rule("b", RuleKind.MAIN_PURPOSE_SHARE, 1, held=False)]
    stages = {str(A): DealStage.APPROVED, str(B): DealStage.COMMITTEE}

    def made(**asked):
        scenario = scenario_of(**asked)
        problem = problem_of(scenario, candidates=candidates, stages=stages, funded=[], rules=rules)
        return problem, gone(scenario, candidates=candidates, rules=rules)

    assert made()[0].wanted == {str(A)}, "what the committee approved stays in"
    assert made(unwanted=[A])[0].wanted == set()
    assert made(keep_approved=False)[0].wanted == set()
    changed, missing = made(dropped=["a"], held=["b"], rules=["a", "c"], numbers=[7, 8], wanted=[UUID(int=9)])
    assert [(rule.number, rule.held) for rule in changed.rules] == [(7, False), (1, True)]
    assert missing == 2
    with pytest.raises(ValueNotAllowed):
        made(rules=["b"], numbers=[10_001])
