"""The pages of deals: whole in both languages, and forms that keep what was typed."""

import pytest
from sqlmodel import select

from models.deal import Deal, DealStage
from tests.fund_service.deals.facts import READY
from tests.fund_service.page_reading import Reading, faults_of

pytestmark = pytest.mark.usefixtures("reference_data")

HTML = {"Accept": "text/html"}


@pytest.fixture
def addresses(make_deal, make_match, make_company, vehicle, manager):
    """Every page, with something on it."""
    deal = make_deal(DealStage.SCREENING, vehicle_id=vehicle.id, summary="용기를 만든다.", **READY)
    declined, merged = make_deal(DealStage.DECLINED), make_deal()
    match, _, _ = make_match(lead=make_company("나래테크"))
    of_match = manager.post(f"/matches/{match.id}/deal", json={}).headers["Location"]
    into = {"into_id": str(deal.id), "words": "같다."}
    assert manager.post(f"/deals/{merged.id}/merge", json=into, headers={"If-Match": '"1"'}).status_code == 200
    manager.post("/deals/filters", json={"name": "내 것", "query": "stage=sourced"})
    return [
        "/deals", "/deals?stage=exited", "/deals?q=없는말", "/deals/board", "/deals/board?region_code=26", "/deals/new",
        f"/deals/{deal.id}", f"/deals/{declined.id}", f"/deals/{merged.id}", of_match, f"/deals/{deal.id}/edit",
        f"/deals/{deal.id}/step", f"/deals/{deal.id}/merge/new", f"{of_match}/merge/new",
        f"/matches/{match.id}/deal/new",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["ko", "en"])
def test_pages_are_whole_in_both_languages(manager, english, addresses, language):
    reader = {"ko": manager, "en": english}[language]
    for address in addresses:
        answer = reader.get(address, headers=HTML)
        assert answer.status_code == 200, (address, answer.text[:2000])
        assert faults_of(answer.text, language=language) == [], address


def test_empty_pages_say_what_to_do_next(manager):
    for address in ("/deals", "/deals/board", "/deals?q=x"):
        answer = manager.get(address, headers=HTML)
        assert answer.status_code == 200
        assert faults_of(answer.text, language="ko") == []
    assert "/deals/new" in manager.get("/deals", headers=HTML).text


def typed(**changes):
    return {
        "title_ko": "수소 저장 용기 양산", "title_en": "", "summary": "줄\r\n둘", "company": "124-81-00998",
        "project": "",
        "region_code": "26", "initiative_code": "", "lead_id": "", "amount_krw": "5,000,000,000", "instrument": "loan",
        "vehicle_id": "", "project_budget_krw": "", "private_krw": "0", "other_public_krw": "", "main_purpose": "false",
        "additionality": "",
    } | changes  # fmt: skip


def test_a_form_makes_a_deal_and_the_form_to_edit_saves_it_unchanged(manager, company):
    answer = manager.post("/deals/new", data=typed(), follow_redirects=False)
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    before = manager.get(address).json()
    assert (before["deal"]["amount_krw"], before["main_purpose"], before["summary"]) == (5 * 10**9, False, "줄\n둘")
    form = manager.get(f"{address}/edit").json()
    saved = manager.post(f"{address}/edit", data=form["values"] | {"version": "1"}, follow_redirects=False)
    assert saved.status_code == 303, saved.text
    after = manager.get(address).json()
    changed = {"version", "updated_at", "items", "deal"}
    assert {name: value for name, value in after.items() if name not in changed} == {
        name: value for name, value in before.items() if name not in changed
    }
    assert after["terms_digest"] == before["terms_digest"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"company": "없는 기업"}, "company"), ({"company": ""}, "company"), ({"project": "없는 과제"}, "project"),
        ({"amount_krw": "1,00"}, "amount_krw"), ({"title_ko": ""}, "title_ko"),
    ],
)  # fmt: skip
def test_a_refused_form_keeps_what_was_typed_and_names_the_field(manager, company, read, changes, field):
    answer = manager.post("/deals/new", data=typed(**changes))
    assert answer.status_code == 422
    view = answer.json()
    assert field in view["faults"]
    assert view["values"] == typed(**changes)
    assert read.exec(select(Deal)).all() == []
    page = manager.post("/deals/new", data=typed(**changes), headers=HTML)
    assert faults_of(page.text, language="ko") == []


def test_a_project_can_be_named_by_title_number_or_id(manager, company, make_match):
    _, project, _ = make_match(external_id="P-1", source="x")
    for number, name in enumerate((project.title_ko, "P-1", str(project.id))):
        made = {str(deal["id"]) for deal in manager.get("/deals").json()["items"]}
        answer = manager.post(
            "/deals/new", data=typed(project=name, title_ko=f"이름 {number}", distinct_from=list(made)),
            follow_redirects=False,
        )  # fmt: skip
        assert answer.status_code == 303, answer.text
        assert manager.get(answer.headers["Location"]).json()["project"]["id"] == str(project.id)


def test_a_card_moves_by_its_button_and_a_closed_gate_is_explained(manager, make_deal):
    deal = make_deal()
    page = Reading(manager.get("/deals/board", headers=HTML).text)
    assert any(attributes.get("action") == f"/deals/{deal.id}/step" for attributes, _ in page.of("form"))
    moved = manager.post(
        f"/deals/{deal.id}/step", data={"stage": "screening", "version": "1", "view": "board"}, follow_redirects=False
    )
    assert (moved.status_code, moved.headers["Location"]) == (303, "/deals/board")
    form = {"stage": "due_diligence", "version": "2", "view": "board"}
    refused = manager.post(f"/deals/{deal.id}/step", data=form, headers=HTML)
    assert refused.status_code == 422
    assert "투자기구" in refused.text
    assert faults_of(refused.text, language="ko") == []
    stale = manager.post(f"/deals/{deal.id}/step", data=form | {"version": "1"}, headers=HTML)
    assert stale.status_code == 422


def test_a_deal_is_declined_merged_and_split_again_by_forms(manager, make_deal):
    deal, kept = make_deal(), make_deal()
    typed_words = {"stage": "declined", "reason": "market", "words": "시장이 없다.", "version": "1"}
    assert manager.post(f"/deals/{deal.id}/step", data=typed_words, follow_redirects=False).status_code == 303
    merge = {"into_id": str(kept.id), "words": "같다.", "version": "2"}
    answer = manager.post(f"/deals/{deal.id}/merge/new", data=merge, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/deals/{kept.id}")
    assert manager.post(f"/deals/{deal.id}/merge/new", data=merge).status_code == 422
    undone = manager.post(f"/deals/{deal.id}/merge/undo/confirm", data={"version": "3"}, follow_redirects=False)
    assert (undone.status_code, undone.headers["Location"]) == (303, f"/deals/{deal.id}")
    assert manager.get(f"/deals/{deal.id}").json()["deal"]["stage"] == "declined"


def test_a_match_leads_to_its_deal_by_a_form(manager, make_match, company):
    match, project, _ = make_match()
    form = manager.get(f"/matches/{match.id}/deal/new").json()
    assert form["values"] == {"amount_krw": "4000000000", "company": "1248100998"}
    bad = manager.post(f"/matches/{match.id}/deal/new", data=form["values"] | {"amount_krw": "x"})
    assert (bad.status_code, list(bad.json()["faults"])) == (422, ["amount_krw"])
    made = manager.post(f"/matches/{match.id}/deal/new", data=form["values"], follow_redirects=False)
    assert made.status_code == 303, made.text
    again = manager.post(f"/matches/{match.id}/deal/new", data=form["values"], headers=HTML)
    assert again.status_code == 422
    assert made.headers["Location"] in again.text
    assert faults_of(again.text, language="ko") == []
    assert manager.get(made.headers["Location"]).json()["project"]["id"] == str(project.id)
