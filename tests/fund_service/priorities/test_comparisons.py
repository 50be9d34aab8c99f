"""Comparisons of the criteria: recorded by reviewers, judged together, and taken over only where they hang together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from fund_service.priorities.bodies import PAIRS, ComparisonsIn
from fund_service.priorities.policy_fit import policy_fits
from fund_service.priorities.shares import whole_percents
from models.person import Role
from models.priorities import CriteriaComparison, CriteriaWeights, Criterion
from tests.fund_service.planning.test_planning_rounds import refused
from tests.fund_service.priorities.conftest import CIRCULAR, EVEN, if_match

DEMAND_FIRST = EVEN | {"breadth_demand": -3, "demand_gap": 3, "demand_growth": 3, "demand_policy": 3}
"""Demand counts three times as much as each of the others, which count the same: weights 3 to 1 to 1 to 1 to 1."""


def test_weights_follow_from_all_comparisons_together_and_are_taken_over(play):
    play.to_proposing()
    address = f"/planning/{play.round['id']}"
    take = f"{address}/weights/taking-over"
    assert play.planner.get(f"{address}/comparisons").json()["together"] is None
    assert "비교한 사람이 없어" in refused(play.planner.post(take, headers=if_match(0)), 409, "gate_closed")
    for client in (play.planner, play.member):
        assert client.put(f"{address}/comparisons", json=DEMAND_FIRST).status_code == 200
    seen = play.planner.get(f"{address}/comparisons").json()
    assert [(one["reviewer"], one["own"]) for one in seen["reviewers"]] == [
        ("planner", True),
        ("committee_member", False),
    ]
    assert seen["together"]["consistency"] == 0
    assert seen["together"]["shares"]["demand"] == 43, "three sevenths"
    assert sum(seen["together"]["shares"].values()) == 100
    assert play.member.post(take, headers=if_match(0)).status_code == 403
    taken = play.planner.post(take, headers=if_match(0)).json()
    assert (taken["weights"]["origin"], taken["weights"]["shares"]) == ("comparisons", seen["together"]["shares"])
    refused(play.planner.post(take, headers=if_match(0)), 412, "stale")
    assert taken["ranking"]["shares"] == taken["weights"]["shares"], "the ranking follows them"


def test_what_contradicts_itself_is_named_and_not_taken_over(play, read):
    play.to_proposing()
    address = f"/planning/{play.round['id']}"
    play.planner.put(f"{address}/comparisons", json=EVEN)
    play.member.put(f"{address}/comparisons", json=CIRCULAR)
    seen = play.planner.get(f"{address}/comparisons").json()
    assert seen["to_revise"] == ["committee_member"]
    worst = seen["reviewers"][1]["judgement"]["worst"]
    assert {worst["first"], worst["second"], worst["third"]} == {"breadth", "demand", "gap"}
    assert (worst["stated"], worst["implied"]) == (0.11, 81.0)
    assert not seen["together"]["consistent"]
    taking = play.planner.post(f"{address}/weights/taking-over", headers=if_match(0))
    assert "일관성 비율" in refused(taking, 409, "gate_closed")
    assert read.exec(select(CriteriaWeights)).all() == []
    play.member.put(f"{address}/comparisons", json=DEMAND_FIRST)
    revised = play.planner.get(f"{address}/comparisons").json()
    assert (revised["to_revise"], revised["together"]["consistent"]) == ([], True)
    assert len(read.exec(select(CriteriaComparison)).all()) == 2 * len(PAIRS), "said again it replaces the first"


def test_the_criteria_are_compared_while_the_round_proposes_by_those_who_review(play, client_for, read):
    play.open()
    address = f"/planning/{play.round['id']}/comparisons"
    refused(play.planner.put(address, json=EVEN), 409, "step_not_allowed")
    play.step("cancelled")
    play.to_proposing()
    address = f"/planning/{play.round['id']}/comparisons"
    assert play.investor.put(address, json=EVEN).status_code == 403
    assert play.manager.put(address, json=EVEN).status_code == 403
    assert play.investor.get(address).status_code == 403
    assert client_for(Role.AUDITOR).get(address).status_code == 200
    for said in ({"breadth_gap": 0}, {"breadth_gap": -1}, {"breadth_gap": 10}, {"breadth_gap": "3"}):
        assert play.planner.put(address, json=EVEN | said).status_code == 400
    assert play.planner.put(address, json={"breadth_gap": 1}).status_code == 400, "every pair is compared"
    assert read.exec(select(CriteriaComparison)).all() == []


def test_the_body_names_every_pair_in_the_order_of_their_names():
    assert list(ComparisonsIn.model_fields) == [f"{first.value}_{second.value}" for first, second in PAIRS]


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=5).filter(any))
def test_whole_percents_sum_to_a_hundred_and_lie_within_one_of_the_share(parts):
    shares = dict(zip(sorted(Criterion), (part / sum(parts) for part in parts), strict=True))
    whole = whole_percents(shares)
    assert sum(whole.values()) == 100
    assert all(abs(whole[criterion] - 100 * shares[criterion]) < 1 for criterion in Criterion)


@pytest.mark.usefixtures("reference_data")
def test_policy_fit_is_what_of_the_plans_pillars_and_targets_names_the_field(read):
    fits = policy_fits(read)
    assert len(fits) == 12
    semiconductors = fits["01"]
    assert (semiconductors.pillars, semiconductors.targets) == (2, 2)
    assert semiconductors.fit == pytest.approx((2 / 3 + 2 / 8) / 2)
    assert {one.code for one in semiconductors.initiatives} == {
        "southern-semiconductor-belt",
        "k-on-device-ai-semiconductor",
    }
    assert (fits["12"].percent, fits["12"].initiatives) == (0, ())


def test_without_a_plan_nothing_fits(read):
    assert policy_fits(read) == {}
