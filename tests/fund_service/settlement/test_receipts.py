"""One document, one claim: of every deal and team, refused claims apart, and by the database itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models.person import Role
from tests.fund_service.page_reading import faults_of
from tests.fund_service.settlement.treasury import PDF, TODAY, keyed, person_with, receipt

HTML = {"Accept": "text/html"}


@pytest.fixture
def same():
    """One document, sent as often as somebody likes."""
    return receipt(PDF)


@pytest.fixture
def rival(treasury, make_company, store, client_of):
    """Another team with a grant of its own, and how it claims."""
    company = make_company("다른연구소")
    person, role = person_with(Role.PROJECT_TEAM, "rival", organisation_id=company.id)
    store(person, role)
    deal = treasury.paid(company, 1_000_000)
    client = client_of(person)

    def claim(amount, **changes):
        body = {
            "tranche_id": str(treasury.tranches(deal)[0].id), "category": "materials", "amount_krw": amount,
            "spent_on": TODAY.isoformat(), "words": "시약",
        } | changes  # fmt: skip
        return client.post("/settlement/claims", json=body, headers=keyed())

    return claim


def test_a_document_supports_one_claim_and_the_other_is_named_to_its_team(claim, grant, treasury, same):
    assert claim(grant, 400_000, document=same, words="원심분리기").status_code == 201
    for amount, category in ((400_000, "equipment"), (1_000, "personnel")):
        answer = claim(grant, amount, category=category, document=same | {"name": "다른 이름.pdf"})
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict"), answer.text
        assert answer.json()["fields"][0]["field"] == "document"
        assert "원심분리기" in answer.json()["detail"]
        assert "400,000" in answer.json()["detail"]
    assert treasury.balance("settled", deal_id=grant.id) == 0


def test_a_team_of_another_deal_learns_no_more_than_that_it_was_used(claim, grant, rival, same):
    assert claim(grant, 400_000, document=same, words="원심분리기").status_code == 201
    answer = rival(500_000, document=same)
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (409, "document")
    for secret in ("원심분리기", "400,000", str(grant.id), TODAY.isoformat()):
        assert secret not in answer.text
    assert rival(500_000, document=receipt()).status_code == 201


def test_a_document_is_not_put_to_a_drawn_claim_when_another_stands_on_it(
    *, claim, claimant, reviewer, grant, rival, same
):
    assert rival(400_000, document=same).status_code == 201
    drawn = claim(grant, 1_000).json()
    assert reviewer.post(f"/deals/{grant.id}/settlement/samples", headers=keyed()).status_code == 201
    path = f"/settlement/claims/{drawn['id']}/document"
    answer = claimant.post(path, json=same)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict"), answer.text
    assert "시약" not in answer.text
    assert claimant.get(f"/settlement/claims/{drawn['id']}").json()["claim"]["needs_document"]
    page = claimant.post(f"{path}/new", files={"document": ("a.pdf", PDF, "application/pdf")}, headers=HTML)
    assert page.status_code == 422
    assert faults_of(page.text, language="ko") == []
    assert "이미 사용된 증빙" in page.text
    assert claimant.post(path, json=receipt()).status_code == 200


def test_the_document_of_a_refused_claim_is_free_again(claim, reviewer, grant, same):
    first = claim(grant, 400_000, document=same).json()
    body = {"outcome": "refused", "words": "비목 오류"}
    assert reviewer.post(f"/settlement/claims/{first['id']}/review", json=body, headers=keyed()).status_code == 200
    assert claim(grant, 400_000, category="equipment", document=same).status_code == 201
    assert claim(grant, 400_000, category="personnel", document=same).status_code == 409


def test_a_document_sent_to_two_deals_at_the_same_moment_supports_one(claim, grant, rival, same):
    def post(number):
        answer = rival(1_000, document=same) if number % 2 else claim(grant, 1_000, document=same)
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(12)))
    assert sorted(answers) == [201] + [409] * 11


def test_the_database_itself_keeps_a_document_to_one_claim(claim, grant, database, same):
    first, other = claim(grant, 1_000, document=same).json(), claim(grant, 1_000, category="personnel").json()

    def run(statement, **values):
        with database.begin() as connection:
            connection.execute(sa.text(statement), values)

    for change in (
        "document_id = (SELECT document_id FROM expense_claim WHERE id = :first)",
        "document_id = (SELECT document_id FROM expense_claim WHERE id = :first), document_sha256 = NULL",
    ):
        with pytest.raises(IntegrityError) as refusal:
            run(f"UPDATE expense_claim SET {change} WHERE id = :other", first=first["id"], other=other["id"])  # noqa: S608 - ours
        assert refusal.value.orig.diag.constraint_name == "uq_expense_claim_document_sha256"
    run("UPDATE expense_claim SET document_sha256 = repeat('f', 64) WHERE id = :first", first=first["id"])
    with database.connect() as connection:
        kept = connection.scalar(
            sa.text("SELECT document_sha256 FROM expense_claim WHERE id = :id"), {"id": first["id"]}
        )
    assert kept == first["document_sha256"], "what is on file, whatever was written"
