"""The loop: answers are learned from, a candidate ranks only if it did better, and a manager can go back."""

import csv
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.answers import commands, learning
from fund_service.answers.evidence import evidence_of, says_of_pair
from fund_service.answers.learning import LEAST_TO_LEARN, LearningOutcome, learn
from fund_service.answers.live import live_models
from fund_service.answers.ranking import ranked
from fund_service.answers.reliability import in_bins, wilson
from fund_service.answers.schemas import AnswerIn
from models.answer import (
    ABOUT_FIT,
    AcceptanceRecord,
    AdoptionCause,
    AnswerKind,
    AnswerSide,
    MatchAnswer,
    ModelAdoption,
    PassReason,
)
from models.clock import utc_now
from models.identity import new_id
from models.match import Match
from models.organisation import Organisation, OrganisationKind
from models.person import PreferredLanguage, Role
from tests.fund_service.answers.scene import components, keyed

SEED = 7
WEEK = timedelta(days=7)


def caller_of(person):
    return Caller(
        person_id=person.id, name=person.name, email=person.email, language=PreferredLanguage.KOREAN,
        organisation_id=person.organisation_id, organisation_name=None, roles=frozenset({Role.INVESTOR}),
        csrf_token=None,
    )  # fmt: skip


@pytest.fixture
def say_much(scene, people, database, make_organisation, make_person):
    """Have investors answer many projects through the commands: they love what is near and care for nothing else."""
    owners = [make_organisation(name, OrganisationKind.INVESTOR) for name in ("나래투자", "다솜투자")]
    others = [(owner, make_person(Role.INVESTOR, owner)) for owner in owners]
    investors = [(scene.owner, people[Role.INVESTOR]), *others]

    def say_much(count=160, *, taste="region", seed=SEED, alone=False):
        draw = random.Random(seed)  # noqa: S311 - the same on every run
        speaking = investors[:1] if alone else investors
        signals = [scene.signal(organisation_id=owner.id) for owner, _ in speaking]
        said = []
        with scene.at_once():
            for number in range(count):
                project = scene.project(f"과제 {number}")
                near = draw.random()
                drawn = {name: draw.random() for name in ("dense", "lexical", "field", "trl", "ticket")}
                parts = {**components(0.5), **drawn, taste: near}
                turn = number % len(speaking)
                for signal in {signals[0].id: signals[0], signals[turn].id: signals[turn]}.values():
                    scene.match(signal, project, round(0.3 + 0.4 * drawn["dense"], 4), rank=number + 1, parts=parts)
                wanted = draw.random() < 1 / (1 + np.exp(-10 * (near - 0.5)))
                yes, no = AnswerIn(kind="interested"), AnswerIn(kind="passed", reason="region")
                said.append((signals[turn], project, speaking[turn][1], yes if wanted else no))
        moment = utc_now() - WEEK
        with Session(database) as session:
            for place, (signal, project, person, answer) in enumerate(said):
                commands.answer_as_investor(
                    session, (signal.id, project.id), answer, caller=caller_of(person),
                    at=moment + timedelta(minutes=place),
                )  # fmt: skip
            session.commit()
        return signals[0]

    return say_much


@pytest.fixture
def learned(database):
    """Learn as the worker does."""

    def learned():
        with Session(database) as session:
            found = {one.side: one for one in learn(session, at=utc_now())}
            session.commit()
        return found

    return learned


def order(scene, signal):
    page = scene.investor.get(f"/signals/{signal.id}/matches").json()
    return [match["project"]["id"] for match in page["eligible"]]


def test_with_the_prior_alone_the_order_is_that_of_the_scores(scene):
    signal = scene.signal()
    scores = [0.71, 0.62, 0.62, 0.3]
    projects = [scene.project(f"과제 {rank}") for rank in range(4)]
    for rank, (project, score) in enumerate(zip(projects, scores, strict=True), 1):
        scene.match(signal, project, score, rank=rank, parts=components(1 - score))
    page = scene.investor.get(f"/signals/{signal.id}/matches").json()
    assert [match["project"]["id"] for match in page["eligible"]] == [str(project.id) for project in projects]
    assert [match["place"] for match in page["eligible"]] == [1, 2, 3, 4]
    assert not page["eligible"][0]["chance"]["investor"]["learned"]
    assert page["eligible"][0]["chance"]["investor"]["answers"] == 0


def test_answers_change_the_order_and_going_back_restores_it(scene, say_much, learned, client_for, read):
    signal = say_much()
    before = order(scene, signal)

    found = learned()

    assert found[AnswerSide.INVESTOR].outcome is LearningOutcome.ADOPTED
    assert found[AnswerSide.PROJECT].outcome is LearningOutcome.TOO_FEW
    after = order(scene, signal)
    assert after != before
    taken = scene.investor.get(f"/signals/{signal.id}/matches/export?format=csv").content.decode("utf-8-sig")
    lines = list(csv.DictReader(taken.splitlines()))
    eligible = [line for line in lines if line["eligible"] == "yes"]
    assert [line["project_id"] for line in eligible] == after, "the file is in the order of the page"
    assert [line["rank"] for line in eligible] == [str(place) for place in range(1, len(after) + 1)]
    for match in _eligible(scene, signal)[:3]:
        assert scene.investor.get(f"/matches/{match['id']}").json()["match"]["place"] == match["place"]
    top = [read.get(Match, match["id"]) for match in _eligible(scene, signal)[:20]]
    assert np.mean([match.components["region"] for match in top]) > 0.75
    chance = _eligible(scene, signal)[0]["chance"]
    assert chance["investor"]["learned"]
    assert chance["investor"]["answers"] == read.exec(select(AcceptanceRecord.answers)).one()
    assert chance["probability"] == pytest.approx(chance["investor"]["probability"] * chance["project"]["probability"])

    manager = client_for(Role.FUND_MANAGER)
    back = {"side": "investor", "standing": 1, "reason": "점검이 끝날 때까지"}
    answer = manager.post("/acceptance/adoptions", json=back, headers=keyed("back"))
    assert answer.status_code == 201, answer.text
    assert order(scene, signal) == before
    again = manager.post("/acceptance/adoptions", json=back, headers=keyed("back"))
    assert again.json() == answer.json()
    kept = read.exec(select(ModelAdoption).order_by(col(ModelAdoption.number))).all()
    assert [(one.cause, one.model_id is None) for one in kept] == [
        (AdoptionCause.BETTER, False), (AdoptionCause.ROLLED_BACK, True),
    ]  # fmt: skip
    assert (kept[1].reason, kept[1].adopted_by_id is not None) == ("점검이 끝날 때까지", True)


def _eligible(scene, signal):
    return scene.investor.get(f"/signals/{signal.id}/matches").json()["eligible"]


def test_after_a_roll_back_none_takes_over_until_one_is_adopted_by_hand(scene, say_much, learned, client_for, read):
    signal = say_much()
    learned()
    manager = client_for(Role.FUND_MANAGER)
    manager.post("/acceptance/adoptions", json={"side": "investor", "standing": 1, "reason": "잠시"}, headers=keyed())
    assert learned()[AnswerSide.INVESTOR].outcome is LearningOutcome.UNCHANGED
    say_much(60, seed=SEED + 1)
    assert learned()[AnswerSide.INVESTOR].outcome is LearningOutcome.HELD
    [side, _] = manager.get("/acceptance").json()["sides"]
    assert (side["held"], side["learned"], side["number"]) == (True, False, 2)
    newest = side["models"][0]
    adopted = {"side": "investor", "standing": 2, "model_id": newest["id"], "reason": "다시 맡긴다"}
    assert manager.post("/acceptance/adoptions", json=adopted, headers=keyed()).status_code == 201
    [side, _] = manager.get("/acceptance").json()["sides"]
    assert (side["held"], side["learned"], side["live"]["id"]) == (False, True, newest["id"])
    assert side["history"][0]["cause"] == "by_hand"
    assert order(scene, signal)[0] != ""


def test_one_account_however_much_it_says_does_not_decide_what_everybody_is_shown(
    scene, say_much, learned, client_for, read
):
    signal = say_much(alone=True)
    before = order(scene, signal)
    assert learned()[AnswerSide.INVESTOR].outcome is LearningOutcome.FEW_GROUPS
    assert read.exec(select(ModelAdoption)).all() == []
    assert order(scene, signal) == before
    waiting = read.exec(select(AcceptanceRecord)).one()
    by_hand = {"side": "investor", "standing": 0, "model_id": str(waiting.id), "reason": "살펴보았습니다."}
    answer = client_for(Role.FUND_MANAGER).post("/acceptance/adoptions", json=by_hand, headers=keyed())
    assert answer.status_code == 201, answer.text


def test_affiliates_have_one_voice_in_what_is_learned(scene, people, make_person, database, store):
    sister = Organisation(
        kind=OrganisationKind.INVESTOR, name_ko="자매사", name_en="Sister",
        ownership_group_id=scene.owner.ownership_group_id,
    )  # fmt: skip
    store(sister)
    for owner, person in ((scene.owner, people[Role.INVESTOR]), (sister, make_person(Role.INVESTOR, sister))):
        signal, project = scene.pair(organisation_id=owner.id)
        with Session(database) as session:
            said = AnswerIn(kind="interested")
            commands.answer_as_investor(session, (signal.id, project.id), said, caller=caller_of(person), at=utc_now())
            session.commit()
    with Session(database) as session:
        assert set(evidence_of(session, AnswerSide.INVESTOR).groups) == {str(scene.owner.ownership_group_id)}


def test_answers_without_a_taste_change_nothing(scene, say_much, learned, read, client_for):
    say_much(120, taste="nothing")
    outcome = learned()[AnswerSide.INVESTOR].outcome
    assert outcome in {LearningOutcome.NOT_BETTER, LearningOutcome.ADOPTED}
    # With the general inclination far from the prior's a candidate may well be better calibrated; then it ranks.
    record = read.exec(select(AcceptanceRecord)).one()
    assert record.better == (outcome is LearningOutcome.ADOPTED)
    assert bool(read.exec(select(ModelAdoption)).all()) == record.better


def test_a_candidate_that_did_not_do_better_is_kept_and_never_ranks(say_much, learned, read, client_for, monkeypatch):
    say_much()
    real = learning.compare
    monkeypatch.setattr(learning, "compare", lambda live, candidate, *given, **named: real(
        candidate, live, *given, **named
    ))  # fmt: skip
    assert learned()[AnswerSide.INVESTOR].outcome is LearningOutcome.NOT_BETTER
    record = read.exec(select(AcceptanceRecord)).one()
    assert not record.better
    manager = client_for(Role.FUND_MANAGER)
    asked = {"side": "investor", "standing": 0, "model_id": str(record.id), "reason": "그래도"}
    answer = manager.post("/acceptance/adoptions", json=asked, headers=keyed())
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")
    assert read.exec(select(ModelAdoption)).all() == []


def test_the_database_refuses_a_model_that_did_not_do_better(store):
    record = AcceptanceRecord(
        side=AnswerSide.INVESTOR, kind="logistic", content={}, digest="0" * 64, answers=60, accepted=30, better=False,
        comparison={},
    )  # fmt: skip
    store(record)
    for facts in ({"side": AnswerSide.INVESTOR, "number": 1}, {"side": AnswerSide.PROJECT, "number": 1}):
        with pytest.raises(Exception, match="did better"):
            store(ModelAdoption(model_id=record.id, cause=AdoptionCause.BETTER, **facts))
    with pytest.raises(Exception, match="follows"):
        store(ModelAdoption(side=AnswerSide.INVESTOR, number=2, cause=AdoptionCause.ROLLED_BACK, adopted_by_id=None))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_shows_what_ranks_how_it_did_and_whether_it_came_true(say_much, learned, client_for, language):
    say_much()
    learned()
    say_much(30, seed=SEED + 1)
    manager = client_for(Role.FUND_MANAGER)
    page = manager.get(f"/acceptance?lang={language}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    [side, _] = manager.get("/acceptance").json()["sides"]
    assert sum(one["answers"] for one in side["reliability"]) == 30
    assert side["chart"]["layer"][1]["data"]["values"]
    [figure] = [one for one in side["live"]["figures"] if one["name"] == "log_loss"]
    assert f"{figure['live']:.3f} → {figure['candidate']:.3f}" in page.text
    assert figure["high"] < 0
    assert max(side["weights"], key=lambda weight: weight["live"])["name"] == "region"
    shown = manager.get(f"/acceptance/adoptions/new?side=investor&lang={language}", headers={"Accept": "text/html"})
    assert shown.status_code == 200
    assert "/acceptance/adoptions/new?side=investor" in page.text


def test_a_decision_about_another_model_than_ranks_is_refused(say_much, learned, client_for):
    say_much()
    learned()
    manager = client_for(Role.FUND_MANAGER)
    stale = {"side": "investor", "standing": 0, "reason": "되돌린다"}
    assert manager.post("/acceptance/adoptions", json=stale, headers=keyed()).status_code == 412
    unknown = {"side": "project", "standing": 0, "reason": "바꾼다", "model_id": str(new_id())}
    assert manager.post("/acceptance/adoptions", json=unknown, headers=keyed()).status_code == 404
    same = {"side": "project", "standing": 0, "reason": "그대로"}
    assert manager.post("/acceptance/adoptions", json=same, headers=keyed()).status_code == 409


def test_of_two_managers_who_decide_at_once_one_decides(say_much, learned, client_for, read):
    say_much()
    learned()
    managers = [client_for(Role.FUND_MANAGER) for _ in range(2)]
    back = {"side": "investor", "standing": 1, "reason": "되돌린다"}
    with ThreadPoolExecutor(2) as threads:
        statuses = threads.map(
            lambda one: one.post("/acceptance/adoptions", json=back, headers=keyed()).status_code, managers
        )
        assert sorted(statuses) == [201, 412]
    assert len(read.exec(select(ModelAdoption)).all()) == 2


def test_learning_twice_from_the_same_answers_learns_once(say_much, learned, read):
    say_much()
    learned()
    assert learned()[AnswerSide.INVESTOR].outcome is LearningOutcome.UNCHANGED
    assert len(read.exec(select(AcceptanceRecord)).all()) == 1


def test_a_pass_that_has_nothing_to_do_with_the_fit_is_missing_and_not_a_no(scene, database):
    signal = scene.signal()
    for number, said in enumerate(
        (
            {"kind": "meeting"}, {"kind": "passed", "reason": "ticket"}, {"kind": "passed", "reason": "no_money_now"},
            {"kind": "passed", "reason": "other", "words": "내부 방침"}, {"kind": "interested"},
        )
    ):  # fmt: skip
        project = scene.project(f"과제 {number}")
        scene.match(signal, project, 0.5, rank=number + 1)
        scene.answer((signal, project), **said)
    scene.answer((signal, project), "taken_back")
    scene.match(signal, scene.project("답 없음"), 0.5, rank=9)
    with Session(database) as session:
        evidence = evidence_of(session, AnswerSide.INVESTOR)
    assert evidence.accepted.tolist() == [True, False]


def test_reasons_are_about_the_fit_or_they_are_not():
    for reason in PassReason:
        passed = MatchAnswer(kind=AnswerKind.PASSED, reason=reason)
        assert says_of_pair(passed) is (False if reason in ABOUT_FIT else None)


def test_components_are_read_as_the_present_method_means_them(scene, database, store):
    signal, project = scene.pair(0.2)
    scene.answer((signal, project))
    with Session(database) as session:
        match = session.exec(select(Match)).one()
        match.components = components(0.9)
        session.add(match)
        session.commit()
        assert evidence_of(session, AnswerSide.INVESTOR).features[0, 0] == 0.2
        scene.run.method_digest = "b" * 64
        session.merge(scene.run)
        session.commit()
        assert evidence_of(session, AnswerSide.INVESTOR).features[0, 0] == 0.9


def test_a_model_of_another_version_gives_way_to_the_prior_and_the_page_says_so(scene, store, client_for):
    record = AcceptanceRecord(
        side=AnswerSide.INVESTOR, kind="logistic", content={"format": 0}, digest="0" * 64, answers=60, accepted=30,
        better=True, comparison={"answers": 20, "people": 3, "verdict": "better"},
    )  # fmt: skip
    store(record, ModelAdoption(side=AnswerSide.INVESTOR, number=1, model_id=record.id, cause=AdoptionCause.BETTER))
    signal, _ = scene.pair()
    assert not _eligible(scene, signal)[0]["chance"]["investor"]["learned"]
    [side, _] = client_for(Role.AUDITOR).get("/acceptance").json()["sides"]
    assert (side["unreadable"], side["learned"]) == (True, False)


def test_every_25th_answer_queues_learning(say_much, read):
    say_much(50)
    queued = read.connection().exec_driver_sql(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'learn_from_answers'"
    )
    assert queued.scalar() == 2


def test_too_few_answers_leave_the_prior(say_much, learned, read):
    say_much(LEAST_TO_LEARN - 1)
    assert learned()[AnswerSide.INVESTOR].outcome is LearningOutcome.TOO_FEW
    assert read.exec(select(AcceptanceRecord)).all() == []


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30,
    )
)  # fmt: skip
def test_the_prior_ranks_as_the_scores_do_whatever_they_are(pairs):
    ordered = sorted(pairs, key=lambda one: (not one[1], -one[0]))
    matches = [
        Match(
            signal_id=new_id(), project_id=new_id(), run_id=new_id(), eligible=eligible, rank=rank, score=score,
            components=components(1 - score), reasons={},
        )
        for rank, (score, eligible) in enumerate(ordered, 1)
    ]  # fmt: skip

    class Empty:
        def exec(self, _):
            return []

    shuffled = random.Random(0).sample(matches, len(matches))  # noqa: S311 - the same on every run
    assert [match for match, _ in ranked(live_models(Empty()), shuffled)] == matches


@given(st.lists(st.tuples(st.floats(0.001, 0.999), st.booleans()), max_size=300))
def test_bins_hold_every_answer_once_and_rise(judged):
    bins = in_bins(judged)
    assert sum(one.answers for one in bins) == (len(judged) if len(judged) >= 10 else 0)
    assert all(one.answers >= 10 and one.low <= one.observed + 1e-9 and one.observed <= one.high + 1e-9 for one in bins)
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)


def test_the_interval_of_a_share_is_wilsons():
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == pytest.approx(1.0)
