"""The independent check: figures worked out by hand, and each rule broken by one won."""

import pytest

from fund_service.portfolio.checker import check, unexplained
from fund_service.portfolio.problem import Position, Problem, Rule, RuleKind

DEAL = Position(
    "deal",
    40,
    vehicle="V",
    company="A",
    group="G",
    main_purpose=True,
    region="N",
    large=True,
    envelopes=frozenset({"envelope"}),
)
FUNDED = Position("funded", 60, vehicle="V", company="A", group="G")
INSIDE = frozenset({"V"})


def rules(less: int = 0, more: int = 0) -> list[Rule]:
    """Give a rule of each kind that the deal just keeps; a ceiling some won lower or a share some points higher."""
    return [
        Rule("envelope", RuleKind.ENVELOPE, 40 - less),
        Rule("vehicle", RuleKind.VEHICLE, 40 - less, vehicles=INSIDE),
        Rule("company", RuleKind.COMPANY_CONCENTRATION, 10_000, vehicles=INSIDE, size_krw=100 - less),
        Rule("group", RuleKind.GROUP_CONCENTRATION, 5_000, size_krw=200 - less),
        Rule("purpose", RuleKind.MAIN_PURPOSE_SHARE, 4_000 + more),
        Rule("large", RuleKind.LARGE_PROJECT_SHARE, 4_000 + more, vehicles=INSIDE),
        Rule("region", RuleKind.REGIONAL_FLOOR, 4_000 + more, region="N"),
    ]


def test_a_set_that_just_keeps_every_rule_breaks_none():
    findings = check(Problem.of([DEAL], rules(), funded=[FUNDED]), {"deal"})
    assert {finding.rule: (finding.breach_krw, finding.slack_krw) for finding in findings} == dict.fromkeys(
        ("envelope", "vehicle", "company", "group", "purpose", "large", "region"), (0, 0)
    )


@pytest.mark.parametrize("key", ["envelope", "vehicle", "company", "group", "purpose", "large", "region"])
def test_one_won_too_many_breaks_any_rule(key: str):
    tight = [rule for rule in rules(less=1, more=1) if rule.key == key]
    problem = Problem.of([DEAL], tight, funded=[FUNDED])
    assert [finding.breach_krw for finding in check(problem, {"deal"})] == [1]
    blamed = unexplained(problem, {"deal"}, excused=())
    mended = key in {"purpose", "large", "region"}
    assert bool(blamed) is not mended, "a share the deal brings nearer is no fault of the set"
    assert not unexplained(problem, {"deal"}, excused={key})


def test_a_company_newly_over_is_seen_behind_one_that_was_over_before():
    limit = Rule("company", RuleKind.COMPANY_CONCENTRATION, 1_000, size_krw=100)
    candidate = Position("deal", 11, company="B")
    problem = Problem.of([candidate], [limit], funded=[Position("funded", 50, company="A")])
    assert [finding.subject for finding in check(problem, {"deal"})] == ["A"]
    assert [finding.breach_krw for finding in unexplained(problem, {"deal"}, excused=())] == [41]


def test_deals_of_other_vehicles_do_not_count():
    other = Position("deal", 999, vehicle="W")
    findings = check(Problem.of([other], [rule for rule in rules() if rule.vehicles]), {"deal"})
    assert [finding.counted_krw for finding in findings] == [0, 0, 0]


def test_a_set_that_is_not_the_problems_is_refused():
    problem = Problem.of([DEAL], [], wanted=["deal"])
    for foreign in (set(), {"deal", "other"}):
        with pytest.raises(ValueError, match="not one of"):
            check(problem, foreign)
