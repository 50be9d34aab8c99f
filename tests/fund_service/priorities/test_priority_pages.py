"""The pages of priorities, in both languages and to each role, their forms and their files."""

import io

import pytest
from pypdf import PdfReader

from models.person import Role
from tests.fund_service.page_reading import faults_of
from tests.fund_service.planning.test_planning_pages import HTML, send
from tests.fund_service.priorities.conftest import CIRCULAR, EVEN, weights

WORDS = {
    "ko": ("수요만으로 정당화되는 순서", "정책 부합도"),
    "en": ("What demand alone justifies", "Policy fit"),
}


def pages(round_id):
    """Name the pages of a round that proposes, or went on."""
    address = f"/planning/{round_id}"
    return [address, f"{address}/priorities", f"{address}/comparisons"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_pages_stand_in_both_languages_for_everybody_who_may_see_them(language, play, client_for):
    play.to_proposing()
    address = f"/planning/{play.round['id']}"
    assert send(play.planner, f"{address}/weighing", version="0", **{k: str(v) for k, v in weights().items()}) == (
        f"{address}/priorities"
    )
    form = {"version": "1", **{name: str(value) for name, value in weights(40, 10).items()}}
    send(play.planner, f"{address}/weighing", **form)
    for client, said in ((play.planner, EVEN), (play.member, CIRCULAR)):
        send(client, f"{address}/comparing", **{name: str(value) for name, value in said.items()})
    makers = [play.planner, play.member, play.manager, client_for(Role.AUDITOR)]
    forms = [f"{address}/weighing", f"{address}/comparing"]
    seen = {
        (number, path): client.get(path, params={"lang": language}, headers=HTML)
        for number, client in enumerate(makers)
        for path in [*pages(play.round["id"]), *(forms if client is play.planner else [])]
    }
    assert {answer.status_code for answer in seen.values()} == {200}
    for (_, path), answer in seen.items():
        assert faults_of(answer.text, language=language) == [], path
    ranking = seen[0, f"{address}/priorities"].text
    assert all(word in ranking for word in WORDS[language])
    assert ranking.count("rank-interval") == 2
    comparing = seen[0, f"{address}/comparisons"].text
    assert "81.0" in comparing
    assert "committee_member" in comparing


def test_a_form_at_fault_comes_back_with_all_that_was_typed(play):
    play.to_proposing()
    address = f"/planning/{play.round['id']}"
    form = {"version": "0", **{name: str(value) for name, value in weights(demand=37).items()}}
    refused = play.planner.post(f"{address}/weighing", data=form, headers=HTML)
    assert refused.status_code == 422
    assert "107%" in refused.text
    assert 'value="37"' in refused.text
    said = {name: str(value) for name, value in CIRCULAR.items()}
    lacking = play.planner.post(f"{address}/comparing", data=said | {"gap_policy": ""}, headers=HTML)
    assert lacking.status_code == 422
    assert '<option value="-9" selected>' in lacking.text
    send(play.planner, f"{address}/comparing", **said)
    assert '<option value="-9" selected>' in play.planner.get(f"{address}/comparing", headers=HTML).text
    contradictory = play.planner.post(f"{address}/comparisons/taking-over", data={"version": "0"}, headers=HTML)
    assert contradictory.status_code == 409
    send(play.planner, f"{address}/comparing", **{name: str(value) for name, value in EVEN.items()})
    assert send(play.planner, f"{address}/comparisons/taking-over", version="0") == f"{address}/priorities"
    assert "기준 비교에서 도출" in play.planner.get(f"{address}/priorities", headers=HTML).text


def test_before_there_is_anything_to_rank_the_page_says_so(play):
    play.open()
    page = play.planner.get(f"/planning/{play.round['id']}/priorities", headers=HTML)
    assert "아직 순위가 없습니다" in page.text
    exported = play.planner.get(f"/planning/{play.round['id']}/priorities/export", params={"format": "csv"})
    assert exported.content.decode("utf-8-sig").count("\n") == 1, "headings alone"


def test_the_ranking_stands_in_every_file_of_the_round(play):
    first, _ = play.to_published()
    address = f"/planning/{play.round['id']}"
    (standing,) = [
        one["standing"] for one in play.investor.get(address).json()["candidates"] if one["id"] == first["id"]
    ]
    assert (standing["place"], standing["rank"]) == (1, 1)
    candidate = play.investor.get(f"/planning/candidates/{first['id']}", headers=HTML).text
    assert "수요만으로 가능한 최고 자리" in candidate
    themes = play.investor.get(f"{address}/priorities/export", params={"format": "csv"}).content.decode("utf-8-sig")
    assert len(themes.strip().splitlines()) == 3
    table = play.investor.get(f"{address}/export", params={"format": "csv"}).content.decode("utf-8-sig")
    assert "상승 확실성(%)" in table.splitlines()[0]
    for language, words in (("ko", "우선순위별 주제"), ("en", "Themes by priority")):
        printed = play.investor.get(f"{address}/export", params={"lang": language})
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages)
        assert "".join(words.split()) in "".join(text.split())
