"""A planning round tells its submitters, its planners and whoever must stand for it; and nobody else."""

from collections import Counter
from typing import Any
from uuid import UUID

from tests.fund_service.answers.scene import keyed
from tests.fund_service.planning.conftest import Play


def titles(client: Any) -> Counter[str]:
    return Counter(item["kind"] for item in client.get("/notices?limit=100").json()["items"])


def test_a_round_tells_its_submitters_its_planners_and_who_must_stand_for_it(play: Play):
    candidates = play.to_deciding()
    play.decide(candidates[0], "adopted", "policy", place=1)
    assert titles(play.second)["policy_to_approve"] == titles(play.manager)["policy_to_approve"] == 1
    assert not titles(play.planner)["policy_to_approve"], "not who decided"
    approved = play.second.post(f"/planning/candidates/{candidates[0]['id']}/approval", headers=keyed())
    assert approved.status_code == 200, approved.text
    assert not titles(play.manager)["policy_to_approve"], "nobody is asked twice"
    for candidate in candidates[1:]:
        play.decide(candidate, "declined", "answered_already")
    assert not titles(play.investor)["planning_answered"]
    assert play.step("published").status_code == 200
    (told,) = play.investor.get("/notices?kind=planning_answered").json()["items"]
    assert told["path"] == "/planning/answers"
    answer, *_ = play.investor.get("/planning/answers").json()["items"]
    filed = play.investor.post(
        f"/planning/answers/{answer['id']}/objection", json={"words": "사유가 다릅니다."}, headers=keyed()
    )
    assert filed.status_code == 201
    (asked,) = play.planner.get("/notices?kind=objection_filed").json()["items"]
    assert play.planner.get(asked["path"], headers={"Accept": "text/html"}).status_code == 200
    objection_id = UUID(asked["path"].split("/")[3])
    play.planner.post(f"/planning/objections/{objection_id}/reply", json={"words": "근거입니다."}, headers=keyed())
    assert titles(play.investor)["objection_answered"] == 1
    assert not titles(play.second)["objection_filed"]


def test_a_release_is_told_to_those_who_read_it(play: Play):
    play.to_proposing()
    (told,) = play.investor.get("/notices?kind=release_published").json()["items"]
    assert play.investor.get(told["path"]).status_code == 200
