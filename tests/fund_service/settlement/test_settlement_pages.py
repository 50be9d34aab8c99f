"""The pages of settlement: whole in both languages, every form works, and what was typed is kept."""

import pytest

from models.person import Role
from tests.fund_service.page_reading import Reading, faults_of
from tests.fund_service.settlement.treasury import PDF, TODAY, keyed, receipt

HTML = {"Accept": "text/html"}
LANGUAGES = ["ko", "en"]

EMPTY = 'class="empty-title"'
"""What a page with nothing on it yet has instead."""


def read_page(client, path, language):
    answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}", headers=HTML)
    assert answer.status_code == 200, answer.text
    assert faults_of(answer.text, language=language) == []
    return answer.text


@pytest.fixture
def lively(claim, grant, reviewer):
    """A grant with claims of several states and a draw."""
    claim(grant, 1_000)
    claim(grant, 2_000)
    waiting = claim(grant, 400_000, category="equipment", document=receipt()).json()
    made = reviewer.post(f"/deals/{grant.id}/settlement/samples", headers=keyed()).json()
    return grant, waiting, made


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_a_team_are_whole(claimant, lively, treasury, language):
    deal, waiting, made = lively
    drawn = next(lot["claim_id"] for lot in made["lots"] if lot["drawn"])
    tranche = treasury.tranches(deal)[0].id
    for path in ("/settlement", "/settlement/claims", "/settlement/claims?state=settled&category=fines",
                 f"/settlement/claims/new?tranche_id={tranche}", f"/settlement/claims/{waiting['id']}",
                 f"/settlement/claims/{drawn}"):  # fmt: skip
        page = read_page(claimant, path, language)
        assert "/settlement/reviews" not in page
        assert f"/deals/{deal.id}" not in page, "links that would be refused are not offered"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", [Role.FUND_MANAGER, Role.AUDITOR])
def test_the_pages_of_fund_readers_are_whole(client_for, lively, language, role):
    deal, waiting, made = lively
    for path in ("/settlement", "/settlement/claims", "/settlement/reviews", f"/settlement/claims/{waiting['id']}",
                 f"/deals/{deal.id}/settlement", f"/deals/{deal.id}/settlement/samples/{made['id']}"):  # fmt: skip
        page = Reading(read_page(client_for(role), path, language))
        if role is Role.AUDITOR:
            posts = [form["action"] for form, _ in page.of("form") if form.get("method") == "post"]
            assert set(posts) <= {"/language", "/sign-out"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_empty_pages_say_what_comes_next(claimant, reviewer, treasury, company, language):
    for path in ("/settlement", "/settlement/claims", "/settlement/claims/new"):
        assert EMPTY in read_page(claimant, path, language), path
    deal = treasury.committed(company, 1_000)
    for path in ("/settlement/reviews", f"/deals/{deal.id}/settlement"):
        assert EMPTY in read_page(reviewer, path, language), path
    assert EMPTY not in read_page(reviewer, f"/deals/{deal.id}/settlement/tranches/new", language)


def test_the_tab_prepares_payments_and_the_return_of_what_is_left(reviewer, lively, treasury, company):
    deal, _, _ = lively
    page = reviewer.get(f"/deals/{deal.id}/settlement", headers=HTML).text
    assert "kind=unspent_return" in page
    assert "amount_krw=597000" in page, "a million, less 3,000 settled and 400,000 in review"
    other = treasury.committed(company, 5_000, tranches=(5_000,))
    evidence = treasury.evidence(other, by=treasury.maker)
    read_page(reviewer, f"/deals/{other.id}/settlement", "ko")
    [tranche] = treasury.tranches(other)
    path = f"/deals/{other.id}/settlement/tranches/{tranche.id}"
    form = {"evidence_document_id": str(evidence.id), "idempotency_key": "m1"}
    answer = reviewer.post(f"{path}/milestone/new", data=form, headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/deals/{other.id}/settlement")
    assert "kind=disbursement" in reviewer.get(f"/deals/{other.id}/settlement", headers=HTML).text
    gone = reviewer.post(f"{path}/cancellation/new", data={}, headers=HTML, follow_redirects=False)
    assert gone.status_code == 303
    assert treasury.tranches(other)[0].state == "cancelled"


def form_of(treasury, deal, **changes):
    return {
        "tranche_id": str(treasury.tranches(deal)[0].id), "category": "materials", "amount_krw": "300,000",
        "spent_on": TODAY.isoformat(), "words": "분말 <b>2 kg</b>", "idempotency_key": "key-1",
    } | changes  # fmt: skip


def test_a_refused_form_keeps_what_was_typed_and_names_the_rule(claimant, grant, treasury):
    answer = claimant.post("/settlement/claims/new", data=form_of(treasury, grant), headers=HTML)
    assert answer.status_code == 422
    assert faults_of(answer.text, language="ko") == []
    assert "300,000원 이상이면 증빙이 필요합니다" in answer.text
    assert "분말 &lt;b&gt;2 kg" in answer.text
    assert 'value="key-1"' in answer.text
    wrong = claimant.post("/settlement/claims/new", data=form_of(treasury, grant, amount_krw="삼십만"), headers=HTML)
    assert wrong.status_code == 422
    assert 'value="삼십만"' in wrong.text


def test_a_form_with_its_document_is_claimed_once_and_reviewed_from_its_page(claimant, reviewer, grant, treasury):
    files = {"document": ("영수증.pdf", PDF, "application/pdf")}
    form = form_of(treasury, grant)
    answers = [
        claimant.post("/settlement/claims/new", data=form, files=files, headers=HTML, follow_redirects=False)
        for _ in range(2)
    ]
    assert answers[0].status_code == 303, answers[0].text
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (303, answers[0].headers["Location"])
    }
    path = answers[0].headers["Location"]
    other = {"document": ("영수증.pdf", PDF + b"!", "application/pdf")}
    again = claimant.post("/settlement/claims/new", data=form, files=other, headers=HTML)
    assert again.status_code == 422, "the same key with another document"
    words = {"outcome": "refused", "words": "", "idempotency_key": "r1"}
    empty = reviewer.post(f"{path}/review/new", data=words, headers=HTML)
    assert empty.status_code == 422
    assert faults_of(empty.text, language="ko") == []
    done = reviewer.post(
        f"{path}/review/new", data={"outcome": "accepted", "idempotency_key": "r2"}, headers=HTML,
        follow_redirects=False,
    )  # fmt: skip
    assert (done.status_code, done.headers["Location"]) == (303, path)
    assert treasury.balance("settled", deal_id=grant.id) == 300_000


def test_the_document_of_a_drawn_claim_is_sent_from_its_page(claimant, lively):
    _, _, made = lively
    drawn = next(lot["claim_id"] for lot in made["lots"] if lot["drawn"])
    path = f"/settlement/claims/{drawn}/document/new"
    none = claimant.post(path, data={"x": ""}, headers=HTML)
    assert none.status_code == 422
    assert faults_of(none.text, language="ko") == []
    program = claimant.post(path, files={"document": ("a.exe", b"MZ", "application/x-msdownload")}, headers=HTML)
    assert program.status_code == 422
    sent = claimant.post(
        path, files={"document": ("영수증.pdf", PDF, "application/pdf")}, headers=HTML, follow_redirects=False
    )
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/settlement/claims/{drawn}")


def test_lots_are_drawn_from_the_tab(claim, grant, reviewer):
    claim(grant, 1_000)
    path = f"/deals/{grant.id}/settlement/samples/new"
    answer = reviewer.post(path, data={"idempotency_key": "d1"}, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    assert reviewer.get(answer.headers["Location"], headers=HTML).status_code == 200


def test_a_deal_that_is_not_there_has_no_tab(reviewer, grant):
    missing = "00000000-0000-0000-0000-000000000000"
    for path in (f"/deals/{missing}/settlement", f"/deals/{missing}/settlement/tranches/new"):
        assert reviewer.get(path).status_code == 404


def test_a_list_takes_as_many_statements_however_long_it_is(claim, grant, claimant, statements):
    claim(grant, 1_000)
    with statements() as few:
        claimant.get("/settlement")
    for number in range(4):
        claim(grant, 1_000 + number, category="personnel")
    with statements() as many:
        claimant.get("/settlement")
    assert len(many) == len(few)


def test_the_first_page_leads_a_team_to_its_settlement(claimant, lively, reviewer):
    desk = claimant.get("/").json()["settlement"]
    assert desk == {"grants": 1, "left_krw": 597_000, "documents_asked": 1}
    page = read_page(claimant, "/", "ko")
    assert 'href="/settlement/claims/new"' in page
    assert reviewer.get("/").json()["settlement"] is None
