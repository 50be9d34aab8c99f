"""The ledger's pages, in both languages: complete, labelled, and the forms lead from question to posted entry."""

import re

import pytest

from models.instruction import InstructionKind as K
from models.person import Role
from tests.fund_service.page_reading import faults_of

EOK = 100_000_000
HTML = {"Accept": "text/html"}


def page(client, path, language="ko", **more):
    answer = client.get(path, headers={**HTML, "Accept-Language": language}, **more)
    assert answer.status_code == 200, (path, answer.text[:2000])
    return answer.text


@pytest.fixture
def managers(funded, client_of):
    return [client_of(person) for person in (funded.maker, *funded.checkers)]


@pytest.mark.parametrize("language", ["ko"])
def test_every_page_is_whole(funded, managers, language, client_for):
    deal = funded.paid(10 * EOK)
    waiting = funded.make(K.ROYALTY, 5, deal_id=deal.id)
    _, checker, _ = managers
    entry = funded.entry_of(funded.move(K.VALUATION, 12 * EOK, deal_id=deal.id, terms={"method": "최근 투자단가"}))
    paths = [
        "/ledger/instructions",
        f"/ledger/instructions?vehicle_id={funded.direct.id}&kind=royalty&state=pending",
        f"/ledger/instructions/{waiting.id}",
        f"/ledger/instructions/{waiting.id}/checking",
        f"/ledger/instructions/{waiting.id}/voiding",
        *(f"/ledger/instructions/new?kind={kind.value}" for kind in K if kind is not K.SETTLEMENT),
        *(f"/ledger/instructions/new?kind={kind.value}&deal_id={deal.id}" for kind in (K.DISBURSEMENT, K.PROCEEDS)),
        f"/ledger/instructions/new?kind=reversal&entry_id={entry.id}",
        "/ledger/entries",
        f"/ledger/entries?vehicle_id={funded.direct.id}&account_kind=cash&since=2026-01-01&until=2030-01-01",
        f"/ledger/entries/{entry.id}",
        "/ledger/accounts",
        "/ledger/accounts?as_of=2026-02-01",
        f"/deals/{deal.id}/money",
    ]
    for path in paths:
        assert faults_of(page(checker, path, language), language=language) == [], path
    for role in (Role.AUDITOR, Role.COMMITTEE_MEMBER):
        reader = client_for(role)
        for path in ("/ledger/instructions", f"/ledger/instructions/{waiting.id}", f"/deals/{deal.id}/money"):
            assert faults_of(page(reader, path), language="ko") == []


def hidden_fields(html):
    return {
        re.search(r'name="([^"]*)"', field)[1]: re.search(r'value="([^"]*)"', field)[1]
        for field in re.findall(r'<input type="hidden"[^>]*>', html.partition("<main")[2].partition("</main")[0])
    }


def test_an_instruction_is_reviewed_made_and_checked_on_pages(funded, managers):
    maker, checker, _ = managers
    asked = {
        "kind": "capital_call",
        "vehicle_id": str(funded.direct.id),
        "amount_krw": "300,000,000",
        "due_on": "2030-01-01",
        "item_investment": "200,000,000",
        "item_expense": "100,000,000",
        "words": "1차 캐피탈콜",
    }
    review = maker.post("/ledger/instructions/review", data=asked, headers=HTML)
    assert review.status_code == 200
    assert faults_of(review.text, language="ko") == []
    assert "300,000,000" in review.text or "3억" in review.text
    made = maker.post("/ledger/instructions/new", data=hidden_fields(review.text), headers=HTML, follow_redirects=False)
    assert made.status_code == 303, made.text
    path = made.headers["location"]
    again = maker.post(
        "/ledger/instructions/new", data=hidden_fields(review.text), headers=HTML, follow_redirects=False
    )
    assert again.status_code == 303, again.text[:3000]
    assert again.headers["location"] == path
    checking = page(checker, f"{path}/checking")
    done = checker.post(f"{path}/checking", data=hidden_fields(checking), headers=HTML, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert checker.get(path).json()["state"] == "posted"
    assert funded.balance("called", vehicle_id=funded.direct.id) == 300_000_000


def test_a_refused_form_keeps_what_was_typed(funded, managers):
    maker, *_ = managers
    asked = {
        "kind": "expense",
        "vehicle_id": str(funded.direct.id),
        "amount_krw": "1.5",
        "purpose": "expense",
        "words": "수수료",
    }
    refused = maker.post("/ledger/instructions/review", data=asked, headers=HTML)
    assert refused.status_code == 422
    assert 'value="1.5"' in refused.text
    assert faults_of(refused.text, language="ko") == []
    asked["amount_krw"] = "5"
    refused = maker.post("/ledger/instructions/review", data=asked, headers=HTML)
    assert refused.status_code == 422
    assert "현금" in refused.text
