"""The pages of answers: lists, forms and exports, and that a page shows what its JSON says."""

import csv
import io
import re

import pytest
from sqlmodel import select

from models.answer import AnswerSide, MatchAnswer
from models.deal import Deal, DealStage
from models.person import Role
from models.signal import Confidentiality
from tests.fund_service.answers.scene import components, keyed

HTML = {"Accept": "text/html"}


def page_of(client, address, language="ko"):
    answer = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}", headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


def key_in(page):
    return re.search(r'name="idempotency_key" value="([^"]+)"', page)[1]


def post(client, address, **typed):
    return client.post(address, data=typed, headers=HTML, follow_redirects=False)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_list_of_matches_tells_chances_honestly_and_takes_answers(scene, read, language):
    signal, project = scene.pair(0.6)
    page = page_of(scene.investor, f"/signals/{signal.id}/matches", language)
    assert {"ko": "아직 답이 적어 기본 가중치를 씁니다", "en": "Too few have answered yet"}[language] in page
    assert re.search(r"<strong>\d+ %</strong>", page)
    address = f"/signals/{signal.id}/answers/{project.id}/new"
    assert f'action="{address}"' in page

    key = key_in(page)
    said = post(scene.investor, address, kind="meeting", idempotency_key=key, back="list")
    again = post(scene.investor, address, kind="meeting", idempotency_key=key, back="list")

    assert (said.status_code, again.status_code) == (303, 303)
    assert said.headers["location"] == f"/signals/{signal.id}/matches#pair-{project.id}"
    assert len(read.exec(select(MatchAnswer)).all()) == 1
    after = page_of(scene.investor, f"/signals/{signal.id}/matches", language)
    assert "badge-answer-meeting" in after
    assert 'aria-pressed="true"' in after
    assert 'value="taken_back"' in after


def test_readers_who_do_not_answer_get_no_buttons(scene, client_for):
    signal, project = scene.pair()
    scene.answer((signal, project), "passed", reason="ticket", words="너무 큽니다")
    for role in (Role.FUND_MANAGER, Role.AUDITOR, Role.COMMITTEE_MEMBER):
        page = page_of(client_for(role), f"/signals/{signal.id}/matches")
        assert "answer-forms" not in page
        assert "너무 큽니다" in page


def test_a_pass_without_a_reason_shows_the_pair_again_with_what_was_typed(scene, read):
    signal, project = scene.pair()
    path = f"/signals/{signal.id}/answers/{project.id}"
    key = key_in(page_of(scene.investor, path))
    answer = post(scene.investor, f"{path}/new", kind="passed", words="내년에 봅시다", idempotency_key=key)
    assert answer.status_code == 422
    assert "내년에 봅시다" in answer.text
    assert "보류하는 까닭을 고르십시오." in answer.text
    assert read.exec(select(MatchAnswer)).all() == []
    done = post(
        scene.investor, f"{path}/new", kind="passed", reason="timing", words="내년에 봅시다", idempotency_key=key
    )
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert "내년에 봅시다" in page_of(scene.investor, path)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_own_answers_show_what_became_of_each(scene, store, people, language):
    signal, project = scene.pair()
    scene.answer((signal, project), "invested")
    scene.team_answer((signal, project), "meeting")
    deal = Deal(
        title_ko="투자", company_id=scene.lead.id, lead_id=people[Role.FUND_MANAGER].id, amount_krw=123_456_789,
        stage=DealStage.SCREENING, signal_id=signal.id, project_id=project.id,
    )  # fmt: skip
    store(deal)
    listed = scene.investor.get("/answers/given").json()
    [item] = listed["items"]
    assert (item["kind"], item["project_side"]["kind"], item["deals"]) == (
        "invested", "meeting", [{"stage": "screening", "held": False}],
    )  # fmt: skip
    assert listed["counts"] == {"invested": 1}
    page = page_of(scene.investor, "/answers/given", language)
    assert "badge-stage-screening" in page
    assert "123" not in scene.investor.get("/answers/given").text.replace(str(signal.id), "").replace(
        str(project.id), ""
    ).replace(item["id"], "")


def test_a_merged_deal_is_told_by_what_stands_for_it(scene, store, people):
    signal, project = scene.pair()
    scene.answer((signal, project))
    facts = {"title_ko": "투자", "company_id": scene.lead.id, "lead_id": people[Role.FUND_MANAGER].id, "amount_krw": 1}
    kept = Deal(stage=DealStage.DUE_DILIGENCE, **facts)
    merged = Deal(stage=DealStage.SOURCED, signal_id=signal.id, project_id=project.id, merged_into_id=kept.id, **facts)
    store(kept, merged)
    [item] = scene.investor.get("/answers/given").json()["items"]
    assert item["deals"] == [{"stage": "due_diligence", "held": False}]


def test_own_answers_are_narrowed_paged_and_exported(scene):
    signal = scene.signal()
    for number, kind in enumerate(("interested", "meeting", "meeting")):
        project = scene.project(f"과제 {number}")
        scene.match(signal, project, 0.5, rank=number + 1)
        scene.answer((signal, project), kind)
    first = scene.investor.get("/answers/given?kind=meeting&limit=1").json()
    rest = scene.investor.get(f"/answers/given?kind=meeting&limit=1&cursor={first['next_cursor']}").json()
    titles = [page["items"][0]["project_title_ko"] for page in (first, rest)]
    assert titles == ["과제 2", "과제 1"]
    assert rest["next_cursor"] is None
    assert first["counts"] == {"interested": 1, "meeting": 2}
    content = scene.investor.get("/answers/given/export?format=csv&kind=meeting").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert [row[6] for row in rows[1:]] == ["과제 2", "과제 1"]
    assert scene.investor.get("/answers/given/export?format=xlsx").content[:2] == b"PK"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_empty_lists_say_what_to_do(scene, language, make_person, client_of):
    assert 'class="empty"' in page_of(scene.investor, "/answers/given", language)
    assert 'class="empty"' in page_of(scene.team, "/answers", language)
    alone = client_of(make_person(Role.PROJECT_TEAM))
    assert 'class="empty"' in page_of(alone, "/answers", language)
    scene.project()
    assert 'class="empty"' in page_of(scene.team, "/answers", language)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_team_answers_from_its_page(scene, read, language):
    signal, project = scene.pair(0.7)
    assert signal.text not in page_of(scene.team, "/answers", language)
    scene.answer((signal, project))
    page = page_of(scene.team, "/answers", language)
    assert {"ko": "한빛벤처스", "en": "Hanbit"}[language] in page
    path = f"/projects/{project.id}/answers/{signal.id}"
    said = post(scene.team, f"{path}/new", kind="interested", idempotency_key=key_in(page), back="list")
    assert (said.status_code, said.headers["location"]) == (303, f"/answers#pair-{project.id}-{signal.id}")
    assert read.exec(select(MatchAnswer.position).where(MatchAnswer.side == AnswerSide.PROJECT)).one() == 1
    refused = post(scene.team, f"{path}/new", kind="passed", idempotency_key=key_in(page_of(scene.team, path)))
    assert refused.status_code == 422
    assert {"ko": "응할 뜻 있음", "en": "Open to it"}[language] in page_of(scene.team, path, language)
    content = scene.team.get("/answers/export?format=csv").content.decode("utf-8-sig")
    assert signal.text in content


def test_a_team_sees_more_than_are_listed_counted(scene):
    project = scene.project()
    with scene.at_once():
        signals = [scene.signal(f"전고체 배터리 수요 {number}") for number in range(22)]
        for signal in signals:
            scene.match(signal, project, 0.5, rank=1)
    for signal in signals:
        scene.answer((signal, project))
    [shown] = scene.team.get("/answers").json()["items"]
    assert (len(shown["items"]), shown["more"]) == (20, 2)


def test_lists_take_as_many_statements_for_one_as_for_ten(scene, statements):
    signal = scene.signal()

    def counted(address, client):
        client.get(address)
        with statements() as made:
            assert client.get(address).status_code == 200
        return len(made)

    def add(number):
        project = scene.project(f"과제 {number}")
        scene.match(signal, project, 0.5, rank=number + 1, parts=components(0.5))
        scene.answer((signal, project), "interested")

    add(0)
    addresses = [("/answers/given", scene.investor), (f"/signals/{signal.id}/matches", scene.investor)]
    before = [counted(*address) for address in addresses]
    for number in range(1, 10):
        add(number)
    assert [counted(*address) for address in addresses] == before


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_of_models_says_what_ranks_and_what_is_missing(scene, client_for, language):
    signal, project = scene.pair()
    scene.answer((signal, project), "passed", reason="no_money_now")
    page = page_of(client_for(Role.FUND_MANAGER), "/acceptance", language)
    assert {"ko": "아직 답이 적어 기본 가중치를 씁니다", "en": "Too few have answered yet"}[language] in page
    [side, _] = client_for(Role.AUDITOR).get("/acceptance").json()["sides"]
    assert (side["answers"], side["usable"], side["passes"]) == (1, 0, {"no_money_now": 1})
    assert "/acceptance/adoptions/new" not in page_of(client_for(Role.AUDITOR), "/acceptance")


def test_why_somebody_passed_on_a_confidential_signal_is_told_to_those_alone_who_may_read_it(scene, client_for):
    for kind, reason in ((Confidentiality.OPEN, "no_money_now"), (Confidentiality.CONFIDENTIAL, "timing")):
        scene.answer(scene.pair(confidentiality=kind), "passed", reason=reason)
    told = {}
    for role in (Role.FUND_MANAGER, Role.AUDITOR):
        side = client_for(role).get("/acceptance").json()["sides"][0]
        assert side["answers"] == 2, "models are learned from both"
        told[role] = set(side["passes"])
    assert told == {Role.FUND_MANAGER: {"no_money_now"}, Role.AUDITOR: {"no_money_now", "timing"}}
    assert "비공개 수요신호에 대한 답도" in page_of(client_for(Role.FUND_MANAGER), "/acceptance")


def test_going_back_is_asked_twice_and_for_a_reason(client_for, reference_data):
    manager = client_for(Role.FUND_MANAGER)
    page = page_of(manager, "/acceptance/adoptions/new?side=investor")
    typed = {"side": "investor", "standing": "0", "idempotency_key": key_in(page)}
    empty = post(manager, "/acceptance/adoptions/new", **typed)
    assert empty.status_code == 422
    same = post(manager, "/acceptance/adoptions/new", **typed, reason="그대로")
    assert same.status_code == 422
    assert "이 모형이 이미 순위를 매기고 있습니다." in same.text
    nonsense = post(manager, "/acceptance/adoptions/new", **(typed | {"side": "both"}), reason="둘 다")
    assert nonsense.status_code == 422


@pytest.mark.parametrize("standing", [True, "0", 0.0, -1])
def test_a_decision_names_what_it_was_made_about_by_a_whole_number(client_for, reference_data, standing):
    body = {"side": "investor", "standing": standing, "reason": "점검"}
    answer = client_for(Role.FUND_MANAGER).post("/acceptance/adoptions", json=body, headers=keyed())
    assert answer.status_code == 400, answer.text
