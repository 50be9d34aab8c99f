"""Priorities over HTTP: weights on record, a ranking frozen with the list, and what demand alone may change."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from fund_service.market.voices import demand_of_release
from fund_service.planning.commands import find_planning_round
from fund_service.planning.evidence import published_themes
from fund_service.priorities.evidence import evidence_of
from fund_service.priorities.ranking import make_ranking
from fund_service.priorities.shares import DEFAULT_SHARES
from models.market import CountedSignal
from models.planning import CandidateDecision, DecisionReason, PlanningOutcome, PlanningRound, PlanningStage
from models.priorities import CriteriaWeights
from models.project import RndProject
from models.release import ReleaseSignal
from models.signal import CommitmentLevel, DemandSignal
from tests.fund_service.answers.scene import keyed
from tests.fund_service.market.conftest import BATTERY
from tests.fund_service.planning.test_planning_rounds import refused
from tests.fund_service.priorities.conftest import fields_in_order, if_match, ranking_of, weights

FLOOD = 500


def test_weights_are_set_by_a_planner_from_those_that_were_read_and_all_stay_on_record(play):
    play.to_proposing()
    address = f"/planning/{play.round['id']}/weights"
    seen = play.planner.get(f"/planning/{play.round['id']}/priorities")
    assert seen.headers["ETag"] == '"0"'
    assert seen.json()["weights"]["shares"] == {**weights()}, "the service's own"
    assert play.planner.put(address, json=weights()).status_code == 428
    assert play.planner.put(address, json=weights(demand=31), headers=if_match(0)).status_code == 400
    first = play.planner.put(address, json=weights(demand=40, policy=10), headers=if_match(0))
    assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
    refused(play.second.put(address, json=weights(), headers=if_match(0)), 412, "stale")
    second = play.second.put(address, json=weights(demand=50, policy=0), headers=if_match(1)).json()
    assert [(one["number"], one["set_by"], one["shares"]["demand"]) for one in second["history"]] == [
        (2, "둘째 기획자", 50),
        (1, "planner", 40),
    ]
    assert play.member.put(address, json=weights(), headers=if_match(2)).status_code == 403


def test_the_ranking_follows_the_weights_until_it_is_frozen_with_the_list_of_candidates(play, read):
    play.to_proposing()
    address = f"/planning/{play.round['id']}"
    assert (ranking_of(play)["frozen_at"], fields_in_order(ranking_of(play))) == (None, ["01", "02"])
    changed = play.planner.put(f"{address}/weights", json=weights(30, 20, 15, 15, 20), headers=if_match(0)).json()
    assert play.step("deliberating").status_code == 200
    frozen = ranking_of(play)
    assert frozen["themes"] == changed["ranking"]["themes"]
    assert frozen["frozen_at"] is not None
    late = play.planner.put(f"{address}/weights", json=weights(0, 0, 0, 0, 100), headers=if_match(1))
    refused(late, 409, "step_not_allowed")
    assert ranking_of(play) == frozen
    assert len(read.exec(select(CriteriaWeights)).all()) == 1
    assert play.planner.get(address).json()["ranking"] == frozen, "the round's page shows the same"


def test_a_first_ranking_moves_nothing_and_tells_of_published_themes_in_ranks_and_percents_alone(play):
    play.world.say("양자 자기 센서로 뇌 신호를 재는 기술을 찾습니다.", range(6, 8), fields=("11",))
    play.to_deciding()
    ranking = ranking_of(play)
    assert fields_in_order(ranking) == ["01", "02"], "too few groups stand behind the third"
    for theme in ranking["themes"]:
        assert set(theme["steps"].values()) == {0}
        assert (theme["previous_rank"], theme["improves"], theme["previous_place"]) == (None, None, theme["place"])
        numbers = [value for value in theme.values() if isinstance(value, (int, float))]
        assert all(isinstance(value, int) and 0 <= value <= 100 for value in [*numbers, *theme["shares"].values()])


def test_priorities_are_told_to_everybody_once_the_round_is_published(play):
    play.to_deciding()
    address = f"/planning/{play.round['id']}/priorities"
    refused(play.investor.get(address), 404, "not_found")
    refused(play.investor.get(f"{address}/export"), 404, "not_found")
    (first, second) = sorted(
        play.planner.get(f"/planning/{play.round['id']}").json()["candidates"], key=lambda one: one["number"]
    )
    play.decide(first, "adopted", "demand", place=1)
    play.decide(second, "deferred", "no_budget")
    assert play.step("published").status_code == 200
    told = play.investor.get(address).json()
    assert fields_in_order(told["ranking"]) == ["01", "02"]
    assert told["history"] == [], "who set what is told to those who make rounds"


def test_demand_gives_no_better_place_than_its_order_and_none_without_a_theme(play, engine):
    first, second = play.to_proposing()
    body = {"field_code": "11", "title_ko": "양자 센서 시험망", "rationale_ko": "정책 과제이다."}
    own = play.planner.post(f"/planning/{play.round['id']}/candidates", json=body).json()
    assert play.step("deliberating").status_code == 200
    for candidate in (first, second, own):
        for client in (play.planner, play.member):
            play.review(candidate, client=client)
    assert play.step("deciding").status_code == 200
    assert "2번째" in refused(play.decide(second, "adopted", "demand", place=1), 422, "invalid")
    assert "시장수요 주제가 없습니다" in refused(play.decide(own, "adopted", "demand", place=3), 422, "invalid")
    assert all(
        one["decision"] is None for one in play.planner.get(f"/planning/{play.round['id']}").json()["candidates"]
    )

    def place_by_demand(candidate: dict[str, str], place: int) -> str:
        with Session(engine) as session:
            planner = session.get_one(PlanningRound, UUID(play.round["id"])).opened_by_id
            session.add(
                CandidateDecision(
                    candidate_id=UUID(candidate["id"]), round_id=UUID(play.round["id"]), place=place, words_ko="수요",
                    outcome=PlanningOutcome.ADOPTED, reason=DecisionReason.DEMAND, decided_by_id=planner,
                )
            )  # fmt: skip
            with pytest.raises(DBAPIError) as caught:
                session.flush()
        return str(caught.value.orig.diag.constraint_name)

    assert place_by_demand(second, 1) == place_by_demand(own, 3) == "demand_within_bound", "the database keeps it too"
    assert play.decide(second, "adopted", "demand", place=2).status_code == 200
    assert play.decide(own, "adopted", "review", place=1).status_code == 200


def test_no_round_is_deliberated_on_that_was_not_ranked(play, engine):
    play.to_proposing()
    with Session(engine) as session:
        session.get_one(PlanningRound, UUID(play.round["id"])).stage = PlanningStage.DELIBERATING
        with pytest.raises(DBAPIError) as caught:
            session.flush()
    assert caught.value.orig.diag.constraint_name == "planning_ranked"


def decided_by_policy(play, field):
    """Publish a round that puts the theme of a field first by policy."""
    second, first = sorted(play.to_deciding(), key=lambda one: one["field_code"] == field)
    play.decide(first, "adopted", "policy", place=1)
    assert play.manager.post(f"/planning/candidates/{first['id']}/approval", headers=keyed()).status_code == 200
    play.decide(second, "adopted", "demand", place=2)
    assert play.step("published").status_code == 200
    return play.round["id"]


def propose_again(play, **facts):
    """Open another round on the same demand, and end its collecting."""
    play.open(**facts)
    play.days_pass()
    assert play.step("proposing").status_code == 200
    return ranking_of(play)


def begin_deciding(play):
    """Review every candidate, and begin to decide."""
    assert play.step("deliberating").status_code == 200
    candidates = play.planner.get(f"/planning/{play.round['id']}").json()["candidates"]
    for candidate in candidates:
        for client in (play.planner, play.member):
            assert play.review(candidate, client=client).status_code == 200
    assert play.step("deciding").status_code == 200
    return {one["field_code"]: one for one in candidates}


def test_a_theme_rises_by_demand_where_that_is_sure(play):
    decided_by_policy(play, "02")
    ranking = propose_again(play)
    memory, battery = ranking["themes"]
    assert (memory["field_code"], memory["previous_rank"], memory["place"]) == ("01", 2, 1)
    assert memory["improves"] >= ranking["surety"] == 90
    assert memory["steps"] == {"evidence": 1, "caps": 0, "surety": 0, "bound": 0}
    assert battery["steps"] == {"evidence": -1, "caps": 0, "surety": 0, "bound": 0}


def test_where_it_is_not_sure_what_was_decided_stands_until_somebody_answers_for_another_place_by_name(play):
    play.world.say(BATTERY, (7, 8), fields=("02",))
    decided_by_policy(play, "01")
    propose_again(play)
    address = f"/planning/{play.round['id']}/weights"
    assert play.planner.put(address, json=weights(40, 40, 10, 10, 0), headers=if_match(0)).status_code == 200
    ranking = ranking_of(play)
    memory, battery = ranking["themes"]
    assert (memory["field_code"], battery["field_code"]) == ("01", "02")
    assert (battery["rank"], battery["previous_rank"], battery["place"]) == (1, 2, 2)
    assert (battery["low_rank"], battery["high_rank"]) == (1, 2)
    assert battery["improves"] < ranking["surety"]
    assert battery["steps"] == {"evidence": 1, "caps": 0, "surety": -1, "bound": 0}
    wanted = begin_deciding(play)["02"]
    assert wanted["standing"]["place"] == 2
    assert "2번째" in refused(play.decide(wanted, "adopted", "demand", place=1), 422, "invalid")
    assert play.decide(wanted, "adopted", "policy", place=1).status_code == 200
    address = f"/planning/candidates/{wanted['id']}/approval"
    refused(play.planner.post(address, headers=keyed()), 403, "four_eyes")
    approved = play.manager.post(address, headers=keyed()).json()["decision"]
    assert (approved["place"], approved["approved_by"]) == (1, "fund_manager")


def test_a_round_of_fewer_fields_says_nothing_of_the_order_of_all(play):
    of_all = decided_by_policy(play, "02")
    assert propose_again(play, field_codes=["01"])["previous_round_id"] == of_all, "it planned this field too"
    play.decide(begin_deciding(play)["01"], "adopted", "demand", place=1)
    assert play.step("published").status_code == 200
    assert propose_again(play)["previous_round_id"] == of_all


def flood(play, owner) -> None:
    """Let a group that asked for batteries already be counted 500 times more, by an affiliate, for a trillion each."""
    with Session(owner, expire_on_commit=False) as session:
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))  # a release that had counted them
        release_id = session.get_one(PlanningRound, UUID(play.round["id"])).release_id
        counted = session.exec(select(CountedSignal).where(CountedSignal.signal_id == play.signals["battery"][0])).one()
        said = [
            DemandSignal(
                organisation_id=play.world.organisations[1].id,
                text=f"{BATTERY} 같은 집단의 {number}번째 문장입니다.",
                received_on=counted.received_on,
            )
            for number in range(FLOOD)
        ]
        session.add_all(said)
        session.flush()
        again = counted.model_dump() | {"stated_krw": 10**12}
        session.add_all(CountedSignal(**again | {"signal_id": one.id}) for one in said)
        session.flush()
        session.add_all(
            ReleaseSignal(release_id=release_id, signal_id=one.id, summary_id=counted.summary_id) for one in said
        )
        session.commit()


def test_500_signals_of_one_group_move_nothing(play, owner, read):
    play.to_proposing()
    found = find_planning_round(read, UUID(play.round["id"]))
    before = make_ranking(read, found, DEFAULT_SHARES)
    flood(play, owner)
    after = make_ranking(read, found, DEFAULT_SHARES)
    heard = demand_of_release(read, found.release_id)
    assert len(heard.signals) == FLOOD + len(play.signals["memory"]) + len(play.signals["battery"]), "all are read"
    assert after.ranking.digest == before.ranking.digest, "not a figure that goes in is another"
    assert [one.model_dump() for one in after.themes] == [one.model_dump() for one in before.themes]
    candidates = begin_deciding(play)
    assert "2번째" in refused(play.decide(candidates["02"], "adopted", "demand", place=1), 422, "invalid")
    assert play.decide(candidates["02"], "adopted", "demand", place=2).status_code == 200


def test_six_more_groups_move_what_500_signals_do_not(play):
    first = play.to_proposing()[0]
    assert first["field_code"] == "01"
    before = {theme["field_code"]: theme["shares"]["demand"] for theme in ranking_of(play)["themes"]}
    play.step("cancelled")
    play.world.say(BATTERY, range(6, 10), fields=("02",), commitment_level=CommitmentLevel.LETTER_OF_INTENT)
    play.to_proposing()
    after = {theme["field_code"]: theme["shares"]["demand"] for theme in ranking_of(play)["themes"]}
    assert before["01"] > before["02"]
    assert after["02"] > after["01"]


@pytest.mark.parametrize(("groups", "krw"), [(2, 0), (3, 6 * 10**9)])
def test_supply_is_what_open_projects_need_that_three_groups_signals_match(groups, krw, play, owner):
    play.to_proposing()
    project = RndProject(title_ko="고체 전해질", need_krw=10**10)
    with Session(owner) as session:
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        session.add(project)
        session.flush()
        for signal_id in play.signals["battery"][:groups]:
            for row in session.exec(select(CountedSignal).where(CountedSignal.signal_id == signal_id)):
                row.answered_by = [project.id]
        session.flush()
        found = find_planning_round(session, UUID(play.round["id"]))
        themes = published_themes(session, found)
        evidence, _ = evidence_of(session, found.release_id, themes)
        session.rollback()
    supplied = dict(zip(evidence.voices.themes, evidence.supply.tolist(), strict=True))
    assert {theme.field_code: supplied[theme.key] for theme in themes} == {"01": 0, "02": krw}
