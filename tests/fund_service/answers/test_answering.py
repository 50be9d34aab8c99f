"""Answers over HTTP: who may say what to which pair, what is kept with it, and that nothing is ever changed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from models.answer import AnswerKind, AnswerSide, MatchAnswer, MatchShown, PassReason
from models.identity import new_id
from models.match import Match
from models.organisation import OrganisationKind
from models.person import Role
from models.signal import Confidentiality
from tests.fund_service.answers.scene import METHOD, components, keyed


def test_an_answer_is_kept_with_what_was_shown_and_said_at_that_moment(scene, read):
    signal, first = scene.pair(0.8)
    second = scene.project("다른 과제")
    scene.match(signal, second, 0.4, rank=2)
    assert scene.investor.get(f"/signals/{signal.id}/matches").status_code == 200

    answer = scene.answer((signal, second), "meeting", words="4분기에 뵙고 싶습니다.")

    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/signals/{signal.id}/answers/{second.id}"
    kept = read.exec(select(MatchAnswer)).one()
    shown = read.exec(select(MatchShown)).one()
    assert (kept.kind, kept.side, kept.number, kept.words) == (
        AnswerKind.MEETING, AnswerSide.INVESTOR, 1, "4분기에 뵙고 싶습니다.",
    )  # fmt: skip
    assert shown.shown == [first.id, second.id]
    assert (kept.shown_id, kept.position) == (shown.id, 2)
    assert (kept.score, kept.components, kept.method_digest) == (0.4, components(0.4), METHOD)
    assert kept.model_id is None
    assert 0 < kept.probability < 1


def test_a_change_of_mind_is_another_answer_and_the_latest_counts(scene, read):
    pair = scene.pair()
    for said in ({"kind": "interested"}, {"kind": "passed", "reason": "ticket"}, {"kind": "taken_back"}):
        assert scene.answer(pair, **said).status_code == 201

    page = scene.investor.get(f"/signals/{pair[0].id}/answers/{pair[1].id}").json()

    assert [entry["kind"] for entry in page["history"]] == ["taken_back", "passed", "interested"]
    assert [entry["number"] for entry in page["history"]] == [3, 2, 1]
    assert page["answers"]["investor"] is None
    assert scene.investor.get("/answers/given").json()["items"] == []
    assert len(read.exec(select(MatchAnswer)).all()) == 3


def test_the_same_said_again_adds_nothing(scene, read):
    pair = scene.pair()
    assert [scene.answer(pair).status_code for _ in range(2)] == [201, 201]
    assert len(read.exec(select(MatchAnswer)).all()) == 1


def test_what_was_never_said_cannot_be_taken_back(scene):
    answer = scene.answer(scene.pair(), "taken_back")
    assert answer.status_code == 409
    assert answer.json()["code"] == "step_not_allowed"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "passed"}, "reason"),
        ({"kind": "interested", "reason": "ticket"}, "reason"),
        ({"kind": "passed", "reason": "other"}, "words"),
        ({"kind": "delighted"}, "kind"),
        ({"kind": "interested", "position": 1}, "position"),
    ],
)
def test_an_answer_that_says_nothing_clear_is_refused(scene, read, said, field):
    answer = scene.answer(scene.pair(), **said)
    assert answer.status_code == 400
    assert [fault["field"] for fault in answer.json()["fields"]] == [field]
    assert read.exec(select(MatchAnswer)).all() == []


def test_an_answer_outlives_matching_anew(scene, read, store, database):
    signal, project = scene.pair()
    scene.answer((signal, project))
    with database.begin() as connection:
        connection.execute(sa.delete(Match))
    scene.match(signal, project, 0.9)

    [item] = scene.investor.get(f"/signals/{signal.id}/matches").json()["eligible"]

    assert item["answers"]["investor"]["kind"] == "interested"
    assert read.exec(select(MatchAnswer.score)).one() == 0.5


def test_a_project_may_be_answered_that_nobody_proposed(scene, read):
    pair = scene.signal(), scene.project()
    assert scene.answer(pair).status_code == 201
    kept = read.exec(select(MatchAnswer)).one()
    assert (kept.score, kept.components, kept.probability, kept.position) == (None, None, None, None)


def test_nobody_answers_for_a_foreign_signal(scene, make_organisation, make_person, client_of, client_for):
    pair = scene.pair()
    other = client_of(make_person(Role.INVESTOR, make_organisation("다른 투자사", OrganisationKind.INVESTOR)))
    assert scene.answer(pair, client=other).status_code == 404
    assert other.get(f"/signals/{pair[0].id}/answers/{pair[1].id}").status_code == 404
    for role in (Role.FUND_MANAGER, Role.AUDITOR, Role.PLANNER, Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER):
        assert scene.answer(pair, client=client_for(role)).status_code == 403, role


def test_nobody_answers_for_a_foreign_project(scene, make_organisation, make_person, client_of):
    pair = scene.pair()
    partner = make_organisation("협력사")
    other = client_of(make_person(Role.PROJECT_TEAM, partner))
    assert scene.team_answer(pair, client=other).status_code == 404
    assert scene.team_answer(pair, client=scene.investor).status_code == 403


def test_a_team_does_not_say_that_it_invested(scene):
    pair = scene.pair()
    scene.answer(pair)
    answer = scene.team_answer(pair, "invested")
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == "kind"


def test_a_confidential_signal_is_nowhere_for_a_team(scene):
    signal, project = scene.pair(confidentiality=Confidentiality.CONFIDENTIAL)
    scene.answer((signal, project), "meeting")
    page = scene.team.get("/answers").json()
    assert [item["project_id"] for item in page["items"]] == [str(project.id)]
    assert (page["items"][0]["items"], page["items"][0]["more"]) == ([], 0)
    assert scene.team_answer((signal, project)).status_code == 404
    assert scene.team.get(f"/projects/{project.id}/answers/{signal.id}").status_code == 404


def test_a_team_learns_of_demand_when_the_investor_shows_interest_and_nothing_before(scene):
    signal, project = scene.pair(ticket_min_krw=1_234_000_000)
    path = f"/projects/{project.id}/answers/{signal.id}"

    def shown():
        view = scene.team.get("/answers").json()["items"][0]
        assert view["more"] == 0
        return [(it["organisation_name_ko"], (it["answers"]["investor"] or {}).get("kind")) for it in view["items"]]

    def is_nowhere():
        assert shown() == []
        for address in ("/answers", "/answers/export?format=csv"):
            text = scene.team.get(address, headers={"Accept": "text/html"}).text
            assert not [said for said in (signal.text, str(signal.id), "한빛벤처스", "1,234") if said in text]
        assert scene.team.get(path).status_code == 404
        assert scene.team_answer((signal, project)).status_code == 404

    is_nowhere()
    scene.answer((signal, project), "passed", reason="no_money_now", words="내년에")
    is_nowhere()
    scene.answer((signal, project), "meeting", words="비밀 메모")
    assert shown() == [("한빛벤처스", "meeting")]
    text = scene.team.get("/answers").text + scene.team.get(f"/projects/{project.id}/answers/{signal.id}").text
    assert "비밀 메모" not in text
    assert "내년에" not in text


def test_a_team_that_said_yes_is_a_party_and_keeps_it_before_it_when_the_investor_takes_the_interest_back(scene):
    pair = signal, project = scene.pair()
    scene.answer(pair)
    scene.team_answer(pair, "meeting")
    scene.answer(pair, "taken_back")
    [listed] = scene.team.get("/answers").json()["items"][0]["items"]
    assert (listed["organisation_name_ko"], listed["answers"]["investor"]) == (None, None)
    assert listed["answers"]["project"]["kind"] == "meeting"
    assert str(signal.id) in scene.team.get(f"/projects/{project.id}/answers/{signal.id}").text


@pytest.mark.parametrize("said", [{"kind": "passed", "reason": "stage"}, {"kind": "taken_back"}])
def test_a_team_that_stands_by_no_yes_reads_a_signal_no_more_once_the_interest_is_taken_back(scene, said):
    pair = signal, project = scene.pair()
    scene.answer(pair)
    scene.team_answer(pair)
    assert scene.team_answer(pair, **said).status_code == 201
    path = f"/projects/{project.id}/answers/{signal.id}"
    assert scene.team.get(path).status_code == 200, "as long as the investor is interested"
    scene.answer(pair, "passed", reason="ticket")
    assert scene.team.get("/answers").json()["items"][0]["items"] == []
    assert scene.team.get(path).status_code == 404
    assert scene.team_answer(pair).status_code == 404


def test_a_team_that_takes_its_yes_back_after_the_investor_is_led_to_what_it_may_still_read(scene):
    pair = signal, project = scene.pair()
    scene.answer(pair)
    scene.team_answer(pair)
    scene.answer(pair, "taken_back")
    path = f"/projects/{project.id}/answers/{signal.id}"
    said = {"kind": "taken_back", "idempotency_key": new_id().hex}
    answer = scene.team.post(f"{path}/new", data=said, headers={"Accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/answers#pair-{project.id}-{signal.id}")
    assert scene.team.get(path).status_code == 404


def test_a_confidential_pair_reads_as_one_that_is_not_there(scene, make_organisation, make_person, client_of):
    other = client_of(make_person(Role.INVESTOR, make_organisation("다른 투자사", OrganisationKind.INVESTOR)))
    signal, project = scene.pair(confidentiality=Confidentiality.CONFIDENTIAL)
    scene.answer((signal, project), "meeting")
    absent = new_id()
    for client, address in (
        (other, f"/signals/{{}}/answers/{project.id}"), (scene.team, f"/projects/{project.id}/answers/{{}}"),
        (other, "/signals/{}/matches"), (scene.team, "/signals/{}/matches"),
    ):  # fmt: skip
        for ask in (client.get, lambda path: client.post(path, json={"kind": "interested"}, headers=keyed())):  # noqa: B023 - called at once
            told, nothing = (
                (answer.status_code, answer.text.replace(str(key), "…"))
                for key in (signal.id, absent)
                for answer in [ask(address.format(key))]
            )
            assert told == nothing


def test_an_investor_learns_what_a_team_says_and_not_why(scene):
    signal, project = scene.pair()
    scene.answer((signal, project))
    assert scene.team_answer((signal, project), "passed", reason="other", words="내부 사정").status_code == 201
    answers = [
        scene.investor.get(f"/signals/{signal.id}/matches").json()["eligible"][0]["answers"],
        scene.investor.get(f"/signals/{signal.id}/answers/{project.id}").json()["answers"],
    ]
    assert [(told["project"]["kind"], told["project"]["reason"]) for told in answers] == [("passed", None)] * 2
    assert "내부 사정" not in scene.investor.get(f"/signals/{signal.id}/answers/{project.id}").text


def test_a_fund_manager_reads_both_sides_of_an_open_signal_and_nothing_of_a_confidential_one(scene, client_for):
    manager = client_for(Role.FUND_MANAGER)
    signal, project = scene.pair()
    scene.answer((signal, project))
    scene.team_answer((signal, project), "meeting")
    scene.answer((signal, project), "passed", reason="timing", words="하반기")
    page = manager.get(f"/signals/{signal.id}/answers/{project.id}").json()
    assert page["answers"]["investor"]["words"] == "하반기"
    assert {entry["side"] for entry in page["history"]} == {"investor", "project"}
    assert page["answers"]["answering"] is None
    closed, other = scene.pair(confidentiality=Confidentiality.CONFIDENTIAL)
    assert manager.get(f"/signals/{closed.id}/answers/{other.id}").status_code == 404


def test_a_key_counts_once_however_often_it_comes_at_the_same_time(scene, read):
    pair = scene.pair()
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: scene.answer(pair, "meeting", key="the-same"), range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(read.exec(select(MatchAnswer)).all()) == 1


def test_different_answers_at_the_same_time_stand_one_after_the_other(scene, read):
    pair = scene.pair()
    kinds = ["interested", "meeting", "invested"] * 2
    with ThreadPoolExecutor(3) as threads:
        assert {answer.status_code for answer in threads.map(lambda kind: scene.answer(pair, kind), kinds)} == {201}
    numbers = sorted(answer.number for answer in read.exec(select(MatchAnswer)))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_key_used_for_another_answer_is_refused(scene):
    pair = scene.pair()
    scene.answer(pair, "meeting", key="one")
    assert scene.answer(pair, "invested", key="one").status_code == 422
    address = f"/signals/{pair[0].id}/answers/{pair[1].id}"
    assert scene.investor.post(address, json={"kind": "meeting"}).status_code == 400


@pytest.mark.parametrize("table", ["match_answer", "match_shown", "acceptance_model", "model_adoption"])
@pytest.mark.parametrize("change", ["UPDATE {} SET recorded_at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_service_itself_cannot_rewrite_what_was_said(database, owner, table, change):
    for engine in (database, owner):
        if engine is owner and change.startswith(("UPDATE", "DELETE")):
            continue  # row triggers say nothing of an empty table
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(sa.text(change.format(table) + (" CASCADE" if "TRUNCATE" in change else "")))


def test_even_its_owner_cannot_rewrite_an_answer(scene, owner):
    scene.answer(scene.pair())
    for change in ("UPDATE match_answer SET kind = 'invested'", "DELETE FROM match_answer"):
        with owner.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
            connection.execute(sa.text(change))


def _row(scene, people, pair, **facts):
    facts = {"organisation_id": scene.owner.id, "person_id": people[Role.INVESTOR].id, "number": 1} | facts
    return MatchAnswer(
        signal_id=pair[0].id, project_id=pair[1].id, side=AnswerSide.INVESTOR, kind=AnswerKind.INTERESTED, **facts
    )


def test_the_database_refuses_an_answer_of_somebody_else(scene, people, store):
    pair = scene.pair()
    for facts in (
        {"person_id": people[Role.FUND_MANAGER].id},
        {"organisation_id": scene.lead.id},
        {"number": 2},
    ):
        with pytest.raises(DBAPIError, match="answer"):
            store(_row(scene, people, pair, **facts))
    store(_row(scene, people, pair))


def test_the_database_refuses_a_place_in_a_list_that_did_not_show_it(scene, people, store, read):
    pair = scene.pair()
    scene.investor.get(f"/signals/{pair[0].id}/matches")
    shown = read.exec(select(MatchShown)).one()
    with pytest.raises(DBAPIError, match="stands where its list shows it"):
        store(_row(scene, people, pair, shown_id=shown.id, position=2))
    with pytest.raises(DBAPIError, match="stands where its list shows it"):
        store(_row(scene, people, pair, shown_id=new_id(), position=1))
    store(_row(scene, people, pair, shown_id=shown.id, position=1))


def test_a_list_is_noted_once_until_it_changes_and_only_for_those_who_answer(scene, read, client_for):
    signal, _ = scene.pair()
    for _ in range(2):
        scene.investor.get(f"/signals/{signal.id}/matches")
        client_for(Role.AUDITOR).get(f"/signals/{signal.id}/matches")
    assert len(read.exec(select(MatchShown)).all()) == 1
    scene.match(signal, scene.project("새 과제"), 0.9, rank=2)
    scene.investor.get(f"/signals/{signal.id}/matches")
    assert [len(shown.shown) for shown in read.exec(select(MatchShown).order_by(MatchShown.recorded_at))] == [1, 2]


FETCHED_BEFOREHAND = [{"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}]


@pytest.mark.parametrize("headers", FETCHED_BEFOREHAND, ids=str)
def test_a_list_that_a_browser_fetches_beforehand_is_not_noted_as_shown(scene, read, headers):
    pair = signal, _ = scene.pair()
    scene.answer(pair)
    for client, path in ((scene.investor, f"/signals/{signal.id}/matches"), (scene.team, "/answers")):
        assert client.get(path, headers=headers).status_code == 200
    assert read.exec(select(MatchShown)).all() == []


def test_a_file_taken_away_and_a_question_for_the_head_alone_show_nobody_a_list(scene, read):
    pair = signal, _ = scene.pair()
    scene.answer(pair)
    for client, path in ((scene.investor, f"/signals/{signal.id}/matches"), (scene.team, "/answers")):
        assert client.get(f"{path}/export?format=csv").status_code == 200
        assert client.head(path).status_code == 405
    assert read.exec(select(MatchShown)).all() == []


def test_a_list_is_shown_whole_and_noted_whatever_the_reader_has_of_it(scene, read):
    signal, project = scene.pair()
    answer = scene.investor.get(
        f"/signals/{signal.id}/matches", headers={"If-None-Match": '"1"', "Cache-Control": "no-cache"}
    )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert read.exec(select(MatchShown)).one().shown == [project.id]


def test_lists_are_read_where_nothing_can_be_written(scene, read, database):
    """On a replica that is only read, what was shown is not noted, and everything is shown."""
    pair = signal, project = scene.pair()
    scene.answer(pair)

    def only_read(connection):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    sa.event.listen(database, "begin", only_read)
    try:
        mine = scene.investor.get(f"/signals/{signal.id}/matches")
        theirs = scene.team.get("/answers")
    finally:
        sa.event.remove(database, "begin", only_read)
    assert (mine.status_code, theirs.status_code) == (200, 200)
    assert mine.json()["eligible"][0]["project"]["id"] == str(project.id)
    assert len(theirs.json()["items"][0]["items"]) == 1
    assert read.exec(select(MatchShown)).all() == []


def test_a_team_sees_its_place_in_the_list_kept_with_its_answer(scene, read):
    signal, project = scene.pair(0.3)
    better = scene.signal("전고체 전해질 소재를 찾습니다.")
    scene.match(better, project, 0.7)
    for wanted in (signal, better):
        scene.answer((wanted, project))
    listed = scene.team.get("/answers").json()["items"][0]["items"]
    assert [(item["signal_id"], item["position"]) for item in listed] == [(str(better.id), 1), (str(signal.id), 2)]
    assert scene.team_answer((signal, project), "passed", reason="stage").status_code == 201
    kept = read.exec(select(MatchAnswer).where(MatchAnswer.side == AnswerSide.PROJECT)).one()
    assert (kept.side, kept.position, kept.reason) == (AnswerSide.PROJECT, 2, PassReason.STAGE)
