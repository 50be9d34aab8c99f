"""A planning round played on its pages, in both languages."""

import io
import re

import pytest
from pypdf import PdfReader

from models.person import Role

HTML = {"Accept": "text/html"}


def send(client, address, **form):
    """Post a form, and give where it leads."""
    answer = client.post(address, data=form, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_round_is_opened_and_edited_from_its_form(play):
    planner = play.planner
    assert "아직 기획 라운드가 없습니다" in planner.get("/planning", headers=HTML).text
    assert planner.get("/planning/new", headers=HTML).status_code == 200
    form = {"title_ko": "2027년 기획", "collects_until": "2099-12-31", "least_reviews": "2", "objection_days": "14"}
    refused = planner.post("/planning/new", data=form | {"collects_until": "2020-01-01"}, headers=HTML)
    assert refused.status_code == 422
    assert "2027년 기획" in refused.text, "nothing typed is lost"
    address = send(planner, "/planning/new", **form)
    edited = form | {"title_en": "Planning 2027", "field_codes": ["01", "02"], "version": "1"}
    assert send(planner, f"{address}/edit", **edited) == address
    assert planner.post(f"{address}/edit", data=edited, headers=HTML).status_code == 422, "somebody changed it"
    assert "Planning 2027" in planner.get(f"{address}?lang=en", headers=HTML).text
    assert planner.get(address).json()["field_codes"] == ["01", "02"]


def test_a_candidate_is_added_worded_and_given_up_from_its_forms(play):
    first, second = play.to_proposing()
    planner, address = play.planner, f"/planning/{play.round['id']}"
    form = {"title_ko": "양자 센서 시험망", "field_code": "11", "region_code": "", "rationale_ko": "정책 과제이다."}
    assert planner.get(f"{address}/candidates/new", headers=HTML).status_code == 200
    refused = planner.post(f"{address}/candidates/new", data=form | {"field_code": "99"}, headers=HTML)
    assert refused.status_code == 422
    assert "양자 센서 시험망" in refused.text
    added = send(planner, f"{address}/candidates/new", **form)
    themes = [theme["id"] for one in (first, second) for theme in one["themes"]]
    page = planner.get(f"{added}/edit", headers=HTML).text
    assert all(theme in page for theme in themes)
    worded = form | {"region_code": "11", "budget_krw": "1200000000", "theme_ids": themes[0], "version": "1"}
    assert send(planner, f"{added}/edit", **worded) == added
    seen = planner.get(added).json()
    assert (seen["region_code"], seen["budget_krw"]) == ("11", 1_200_000_000)
    assert [theme["id"] for theme in seen["themes"]] == themes[:1]
    assert planner.get(f"/planning/candidates/{first['id']}").json()["themes"] == [], "a theme has one candidate"
    assert send(planner, f"{added}/dropping") == address
    assert len(planner.get(address).json()["candidates"]) == 2
    stray = planner.put(f"/planning/candidates/{first['id']}/themes", json={"theme_ids": [play.round["id"]]})
    assert stray.status_code == 422


def test_a_round_is_judged_decided_published_and_objected_to_from_its_pages(play):
    first, second = play.to_proposing()
    planner, address = play.planner, f"/planning/{play.round['id']}"
    assert send(planner, f"{address}/stepping", to="deliberating", idempotency_key="a") == address
    marks = {"strategic": "5", "market": "4", "commercial": "3", "words": "좋다."}
    for one in (first, second):
        page = f"/planning/candidates/{one['id']}"
        for client in (planner, play.member):
            assert client.get(f"{page}/reviewing", headers=HTML).status_code == 200
            assert send(client, f"{page}/reviewing", **marks) == page
        assert "좋다." in planner.get(f"{page}/reviewing", headers=HTML).text
    lacking = planner.post(f"/planning/candidates/{first['id']}/reviewing", data={"words": "빈 평가"}, headers=HTML)
    assert lacking.status_code == 422
    assert "빈 평가" in lacking.text
    send(planner, f"{address}/stepping", to="deciding", idempotency_key="b")
    page = f"/planning/candidates/{first['id']}"
    said = {"outcome": "adopted", "reason": "policy", "words_ko": "국정 과제이다.", "words_en": "A national task."}
    refused = planner.post(f"{page}/deciding", data=said | {"idempotency_key": "c"}, headers=HTML)
    assert refused.status_code == 422
    assert "순위" in refused.text
    assert send(planner, f"{page}/deciding", **said, place="1", idempotency_key="d") == page
    assert "국정 과제이다." in planner.get(f"{page}/deciding", headers=HTML).text
    assert send(play.manager, f"{page}/approving", idempotency_key="e") == page
    goes = {"outcome": "merged", "reason": "same_need", "words_ko": "같은 수요이다.", "merged_into_id": first["id"]}
    send(planner, f"/planning/candidates/{second['id']}/deciding", **goes, idempotency_key="f")
    send(planner, f"{address}/stepping", to="published", idempotency_key="g")
    for language, words in (("ko", "국정 과제이다."), ("en", "A national task.")):
        seen = play.investor.get(f"/planning/answers?lang={language}", headers=HTML).text
        assert words in seen
        assert words in play.investor.get(f"{page}?lang={language}", headers=HTML).text
    objection = re.search(
        r"/planning/answers/[0-9a-f-]+/objection/new", play.investor.get("/planning/answers", headers=HTML).text
    )[0]
    assert play.investor.get(objection, headers=HTML).status_code == 200
    empty = play.investor.post(objection, data={"words": " ", "idempotency_key": "h"}, headers=HTML)
    assert empty.status_code == 422
    assert send(play.investor, objection, words="사유가 다릅니다.", idempotency_key="i") == "/planning/answers"
    seen = planner.get(address, headers=HTML).text
    assert "사유가 다릅니다." in seen
    reply = re.search(r"/planning/objections/[0-9a-f-]+/replying", seen)[0]
    assert "사유가 다릅니다." in planner.get(reply, headers=HTML).text
    assert planner.post(reply, data={"words": "", "idempotency_key": "j"}, headers=HTML).status_code == 422
    assert send(planner, reply, words="근거를 보냅니다.", idempotency_key="k") == address
    assert "근거를 보냅니다." in play.investor.get("/planning/answers", headers=HTML).text


@pytest.mark.parametrize("role", [Role.INVESTOR, Role.FUND_MANAGER, Role.AUDITOR, Role.PROJECT_TEAM])
def test_only_planners_run_rounds(role, play, client_for):
    play.open()
    client = client_for(role)
    assert client.get("/planning/new", headers=HTML).status_code == 403
    assert play.step("proposing", client=client).status_code == 403


def test_a_round_that_was_called_off_says_so(play):
    play.open()
    assert play.step("cancelled").status_code == 200
    assert "취소된 라운드입니다" in play.manager.get(f"/planning/{play.round['id']}", headers=HTML).text


def test_lists_are_read_on_from_a_cursor(play):
    for _ in range(3):
        play.open()
    first = play.planner.get("/planning", params={"limit": 2}).json()
    rest = play.planner.get("/planning", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_round_is_downloaded_as_a_table(kind, play):
    play.to_published()
    answer = play.planner.get(f"/planning/{play.round['id']}/export", params={"format": kind})
    assert answer.status_code == 200
    assert "planning-round" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("language", "words"), [("ko", "수요가 넓고 응답이 부족함"), ("en", "Broad demand that little answers yet")]
)
def test_a_round_is_printed_with_what_was_decided_and_why(language, words, play):
    play.to_published()
    address = f"/planning/{play.round['id']}/export"
    answers = [play.investor.get(address, params={"lang": language}) for _ in range(2)]
    assert answers[0].content == answers[1].content, "the same round gives the same bytes"
    printed = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answers[0].content)).pages)
    assert "demand 때문이다." in printed
    assert "".join(words.split()) in "".join(printed.split())
