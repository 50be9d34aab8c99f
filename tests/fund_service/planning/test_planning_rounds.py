"""Planning rounds over HTTP, from signals to answers: who may do what at which stage, and what everybody learns."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from fund_service.planning import commands
from models.clock import business_date, utc_now
from models.errors import GateClosed
from models.market import CountedSignal
from models.person import Role
from models.planning import PlanningAnswer, PlanningCandidate, PlanningRound, PlanningStage
from models.signal import Confidentiality
from tests.fund_service.answers.scene import keyed
from tests.fund_service.market.conftest import MEMORY
from tests.fund_service.planning.conftest import NEEDS

HTML = {"Accept": "text/html"}


def refused(answer, status, code):
    """Hold an answer to be refused as expected, and give its sentence."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()["detail"]


def test_candidates_are_drafted_from_the_themes_that_enough_groups_stand_behind(play):
    candidates = play.to_proposing()
    themes = [(theme["label_ko"], theme["groups"]) for one in candidates for theme in one["themes"]]
    assert [one["number"] for one in candidates] == [1, 2]
    assert [groups for _, groups in themes] == ["5-9", "5-9"]
    assert [one["field_code"] for one in candidates] == ["01", "02"], "the theme of most groups comes first"
    assert all("5-9" in one["rationale_ko"] and one["rationale_en"] for one in candidates)


def test_a_round_of_one_field_takes_up_the_themes_of_that_field_alone(play):
    assert [one["field_code"] for one in play.to_proposing(field_codes=["02"])] == ["02"]


def test_collecting_ends_after_its_last_day_and_on_demand_summarised_after_it(play):
    play.open()
    assert "수렴합니다" in refused(play.step("proposing"), 409, "gate_closed")
    play.days_pass()
    assert "다시 요약" in refused(play.step("proposing"), 409, "gate_closed")
    play.world.summarise(today=business_date(utc_now()) - timedelta(1))
    play.world.signal(8, f"{MEMORY} 여덟째입니다.")
    assert "다시 요약" in refused(play.step("proposing"), 409, "gate_closed"), "somebody spoke after the summary"
    play.world.summarise(today=business_date(utc_now()))
    assert "첫 공표" in refused(play.step("proposing"), 409, "gate_closed")
    assert play.stage == "collecting", "what was refused went nowhere"
    play.release()
    assert play.step("proposing").json()["stage"] == "proposing"


def test_demand_that_has_not_changed_since_its_summary_needs_no_other(play):
    play.open()
    play.world.summarise(today=business_date(utc_now()) - timedelta(1))
    play.release()
    play.days_pass()
    assert play.step("proposing").json()["stage"] == "proposing"


@pytest.mark.parametrize("to", ["collecting", "deliberating", "deciding", "published", "answered"])
def test_no_stage_is_skipped(play, to):
    play.open()
    refused(play.step(to), 409, "step_not_allowed")
    assert play.stage == "collecting"


def test_a_round_begins_before_its_last_day(play):
    yesterday = (business_date(utc_now()) - timedelta(1)).isoformat()
    answer = play.planner.post("/planning", json={"title_ko": "늦은 라운드", "collects_until": yesterday})
    refused(answer, 422, "invalid")
    assert play.planner.get("/planning").json()["items"] == []


def test_each_candidate_needs_its_reviews_before_anything_is_decided(play):
    first, second = play.to_proposing()
    assert play.step("deliberating").status_code == 200
    for client in (play.planner, play.member):
        play.review(first, client=client)
    play.review(second)
    play.review(second, words="다시 보아도 같다.")
    assert refused(play.step("deciding"), 409, "gate_closed").endswith(": 2."), "one reviewer counts once"
    play.review(second, client=play.member)
    assert play.step("deciding").status_code == 200


def test_reviews_come_together_as_means_and_a_score(play):
    first, _ = play.to_proposing()
    play.step("deliberating")
    play.review(first)
    seen = play.review(first, client=play.member, strategic=2, market=1, commercial=5).json()
    assert seen["judgement"] == {"reviews": 2, "strategic": 3.0, "market": 3.0, "commercial": 4.0, "score": 66.7}
    assert [one["reviewer"] for one in seen["reviews"]] == ["planner", "committee_member"]


def test_nobody_reviews_what_their_own_group_asked_for(play, store, client_of, people):
    first, second = play.to_proposing()
    play.step("deliberating")
    person = people[Role.COMMITTEE_MEMBER]
    person.organisation_id = play.world.organisations[13].id  # an affiliate in group 6, which asked for memory alone
    store(person)
    member = client_of(person)
    refused(play.review(first, client=member), 403, "four_eyes")
    assert play.planner.get(f"/planning/candidates/{first['id']}").json()["reviews"] == []
    assert play.review(second, client=member).status_code == 200


def test_a_decision_needs_a_reason_of_its_own_outcome(play):
    first, second = play.to_deciding()
    for outcome, reason, said in (
        ("adopted", "no_budget", {"place": 1}),
        ("adopted", "demand", {}),
        ("declined", "answered_already", {"place": 1}),
        ("merged", "same_need", {}),
        ("deferred", "no_budget", {"merged_into_id": second["id"]}),
    ):
        assert play.decide(first, outcome, reason, **said).status_code == 400
    refused(play.decide(first, "merged", "same_need", merged_into_id=first["id"]), 422, "invalid")
    assert play.decide(first, "adopted", "demand", place=1).status_code == 200
    refused(play.decide(second, "adopted", "demand", place=1), 409, "conflict")
    assert play.planner.get(f"/planning/candidates/{second['id']}").json()["decision"] is None


def test_a_round_is_published_once_everything_is_decided(play):
    first, second = play.to_deciding()
    assert refused(play.step("published"), 409, "gate_closed").endswith(": 1, 2.")
    play.decide(first, "merged", "same_need", merged_into_id=second["id"])
    play.decide(second, "deferred", "no_budget")
    assert "통합된 것이 있습니다: 1." in refused(play.step("published"), 409, "gate_closed")
    assert "2번째" in refused(play.decide(second, "adopted", "demand", place=1), 422, "invalid")
    play.decide(second, "adopted", "demand", place=2)
    assert play.step("published").json()["stage"] == "published"


def test_what_is_adopted_by_policy_waits_for_somebody_elses_name(play):
    first, second = play.to_deciding()
    play.decide(first, "adopted", "policy", place=1)
    play.decide(second, "declined", "not_feasible")
    address = f"/planning/candidates/{first['id']}/approval"
    assert "승인이 먼저" in refused(play.step("published"), 409, "gate_closed")
    refused(play.planner.post(address, headers=keyed()), 403, "four_eyes")
    refused(play.second.post(f"/planning/candidates/{second['id']}/approval", headers=keyed()), 404, "not_found")
    approved = play.manager.post(address, headers=keyed()).json()["decision"]
    assert approved["approved_by"] == "fund_manager"
    play.decide(first, "adopted", "policy", place=2)
    assert "승인이 먼저" in refused(play.step("published"), 409, "gate_closed"), "a new decision needs a new approval"
    play.second.post(address, headers=keyed())
    assert play.step("published").status_code == 200


def test_every_submitter_is_answered_from_the_record_of_the_decision(play, read):
    lone = play.world.signal(9, "양자 자기 센서로 뇌 신호를 재는 기술을 찾습니다.", fields=("11",))
    hidden = play.world.signal(
        8, f"{MEMORY} 비공개로 찾습니다.", fields=("01",), confidentiality=Confidentiality.CONFIDENTIAL
    )
    first, second = play.to_published()
    answers = {one.signal_id: one for one in read.exec(select(PlanningAnswer))}
    spoke = set(
        read.exec(
            select(CountedSignal.signal_id).where(
                CountedSignal.summary_id == play.summary.id, col(CountedSignal.speaks)
            )
        )
    )
    assert set(answers) == spoke == {*play.signals["memory"], *play.signals["battery"], lone, hidden}
    for key, candidate, outcome in (("memory", first, "adopted"), ("battery", second, "declined")):
        for signal in play.signals[key]:
            assert (answers[signal].outcome, str(answers[signal].candidate_id)) == (outcome, candidate["id"])
    assert answers[lone].outcome in {"not_taken_up", "unclassified"}
    assert answers[hidden].outcome == "adopted", "confidential signals count, and are answered"


def test_an_investor_reads_its_own_answers_and_nobody_elses(play):
    first, _ = play.to_published()
    own = play.investor.get("/planning/answers").json()["items"]
    assert {one["signal_id"] for one in own} == {str(play.signals["memory"][0]), str(play.signals["battery"][0])}
    memory = next(one for one in own if one["signal_id"] == str(play.signals["memory"][0]))
    assert (memory["outcome"], memory["reason"], memory["place"]) == ("adopted", "demand", 1)
    assert memory["words_ko"] == "demand 때문이다."
    assert (memory["candidate_id"], memory["may_object"]) == (first["id"], True)
    page = play.investor.get("/planning/answers", headers=HTML).text
    assert "demand 때문이다." in page
    assert "사전공시" in page
    of_one = play.investor.get("/planning/answers", params={"signal": memory["signal_id"]}).json()["items"]
    assert [one["id"] for one in of_one] == [memory["id"]]


def test_a_signal_that_came_late_is_told_so(play, read):
    late = play.world.signal(7, f"{MEMORY} 늦었습니다.", fields=("01",), received_on=business_date(utc_now()))
    play.to_published()
    answer = read.exec(select(PlanningAnswer).where(PlanningAnswer.signal_id == late)).one()
    assert (answer.outcome, answer.candidate_id) == ("late", None)


def test_a_round_of_one_field_answers_those_whom_it_concerns(play, read):
    play.world.signal(9, "양자 자기 센서로 뇌 신호를 재는 기술을 찾습니다.", fields=("11",))
    play.to_published(field_codes=["02"])
    answered = {one.signal_id for one in read.exec(select(PlanningAnswer))}
    assert answered == set(play.signals["battery"])


def test_an_objection_is_filed_once_and_replied_to_by_another_before_the_round_ends(play, engine):
    play.to_published()
    answer = play.investor.get("/planning/answers").json()["items"][0]
    address = f"/planning/answers/{answer['id']}/objection"
    filed = play.investor.post(address, json={"words": "사유가 사실과 다릅니다."}, headers=keyed())
    assert (filed.status_code, filed.json()["may_object"]) == (201, False)
    refused(play.investor.post(address, json={"words": "다시"}, headers=keyed()), 409, "conflict")
    (objection,) = play.planner.get(f"/planning/{play.round['id']}").json()["objections"]
    assert objection["words"] == "사유가 사실과 다릅니다."
    assert "filed_by" not in objection
    after = utc_now() + timedelta(15)
    with Session(engine) as session, pytest.raises(GateClosed, match="without a reply: 1"):
        commands.take_step(session, UUID(play.round["id"]), PlanningStage.ANSWERED, caller=None, at=after)
    assert "이의신청을 받습니다" in refused(play.step("answered"), 409, "gate_closed")
    reply = f"/planning/objections/{objection['id']}/reply"
    assert play.planner.post(reply, json={"words": "근거를 보냅니다."}, headers=keyed()).status_code == 200
    refused(play.planner.post(reply, json={"words": "다르게"}, headers=keyed()), 409, "conflict")
    told = play.investor.get("/planning/answers").json()["items"]
    assert next(one for one in told if one["id"] == answer["id"])["objection"]["reply"] == "근거를 보냅니다."
    with Session(engine) as session:
        ended = commands.take_step(session, UUID(play.round["id"]), PlanningStage.ANSWERED, caller=None, at=after)
        assert ended.stage is PlanningStage.ANSWERED


def test_nobody_objects_for_another_organisation(play, client_for):
    play.to_published()
    answer = play.investor.get("/planning/answers").json()["items"][0]
    other = client_for(Role.INVESTOR)
    filed = other.post(f"/planning/answers/{answer['id']}/objection", json={"words": "저요"}, headers=keyed())
    refused(filed, 404, "not_found")
    refused(other.get(f"/planning/answers/{answer['id']}/objection/new"), 404, "not_found")
    assert play.planner.get(f"/planning/{play.round['id']}").json()["objections"] == []


def test_an_unpublished_round_is_told_of_to_its_makers_alone(play):
    (candidate, *_) = play.to_deciding()
    for path in (f"/planning/{play.round['id']}", f"/planning/candidates/{candidate['id']}"):
        assert play.manager.get(path).status_code == 200
        refused(play.investor.get(path), 404, "not_found")
    assert play.investor.get("/planning").json()["items"] == []


def test_a_published_round_is_read_by_everybody_without_who_thought_what(play):
    first, _ = play.to_published()
    seen = play.investor.get(f"/planning/candidates/{first['id']}").json()
    assert (seen["decision"]["outcome"], seen["judgement"]["reviews"], seen["reviews"]) == ("adopted", 2, [])
    for language in ("ko", "en"):
        page = play.investor.get(f"/planning/{play.round['id']}", headers=HTML | {"Accept-Language": language})
        assert page.status_code == 200
        assert NEEDS["words"] not in page.text
    exported = play.investor.get(f"/planning/{play.round['id']}/export", params={"format": "csv"})
    assert "demand 때문이다." in exported.content.decode("utf-8-sig")


def test_the_database_keeps_the_stages_and_what_is_published(play, engine):
    first, _ = play.to_published()
    round_id, candidate_id = UUID(play.round["id"]), UUID(first["id"])

    def broken(change) -> str:
        with Session(engine) as session:
            change(session)
            with pytest.raises(DBAPIError) as caught:
                session.flush()
        return str(caught.value.orig.diag.constraint_name)

    def rename(session):
        session.get_one(PlanningRound, round_id).title_ko = "다른 제목"

    def reword(session):
        session.get_one(PlanningCandidate, candidate_id).title_ko = "다른 제목"

    def go_back(session):
        session.get_one(PlanningRound, round_id).stage = PlanningStage.DECIDING

    assert broken(rename) == "planning_frozen"
    assert broken(reword) == "planning_stage"
    assert broken(go_back) == "planning_steps"


def test_the_database_lets_no_round_be_published_that_leaves_somebody_unanswered(play, engine):
    first, second = play.to_deciding()
    play.decide(first, "adopted", "demand", place=1)

    def publish() -> str:
        with Session(engine) as session:
            found = session.get_one(PlanningRound, UUID(play.round["id"]))
            found.stage, found.published_at = PlanningStage.PUBLISHED, utc_now()
            found.published_by_id = found.opened_by_id
            with pytest.raises(DBAPIError) as caught:
                session.flush()
        return str(caught.value.orig.diag.constraint_name)

    assert publish() == "planning_all_decided"
    play.decide(second, "deferred", "no_budget")
    assert publish() == "planning_all_answered"


def test_a_step_taken_twice_with_one_key_is_taken_once(play):
    play.to_deciding()
    first, second = sorted(
        play.planner.get(f"/planning/{play.round['id']}").json()["candidates"], key=lambda c: c["number"]
    )
    play.decide(first, "adopted", "demand", place=1)
    play.decide(second, "deferred", "no_budget")
    answers = [play.step("published", key="once") for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_a_candidate_can_be_region_specific_and_then_names_its_province(play):
    play.to_proposing()
    body = {
        "field_code": "01",
        "title_ko": "화학산업 전환",
        "rationale_ko": "수요가 있다.",
        "project_type": "transition",
    }
    address = f"/planning/{play.round['id']}/candidates"
    refused(play.planner.post(address, json=body), 400, "bad_request")
    added = play.planner.post(address, json=body | {"region_code": "46"})
    assert added.status_code == 201, added.text
    assert added.json()["project_type"] == "transition"
    page = play.planner.get(f"/planning/candidates/{added.json()['id']}?lang=ko", headers={"Accept": "text/html"}).text
    assert "산업위기 전환형" in page
    table = play.planner.get(f"/planning/{play.round['id']}/export?format=csv&lang=ko").content.decode("utf-8-sig")
    assert "산업위기 전환형" in table
