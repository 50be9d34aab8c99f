"""Claims of research teams over HTTP: self-settled, put to review or refused, each by a rule that is named."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from models.deal import InvestmentInstrument
from models.person import Role
from models.project import RndProject
from tests.committee_acts import figure_of_policy
from tests.fund_service.settlement.treasury import PDF, TODAY, keyed, person_with, receipt


def standing(client, deal):
    [found] = [item for item in client.get("/settlement").json()["items"] if item["deal_id"] == str(deal.id)]
    return {name: found[name] for name in ("paid_krw", "settled_krw", "unsettled_krw", "in_review_krw", "left_krw")}


def test_a_small_expense_is_settled_at_once_with_no_document(claim, claimant, grant, treasury):
    answer = claim(grant, 299_999)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["state"], said["counts"], said["needs_document"], said["threshold_krw"]) == (
        "settled", True, False, 300_000,
    )  # fmt: skip
    assert claimant.get(answer.headers["Location"]).json()["claim"] == said
    assert standing(claimant, grant) == {
        "paid_krw": 1_000_000, "settled_krw": 299_999, "unsettled_krw": 700_001, "in_review_krw": 0,
        "left_krw": 700_001,
    }  # fmt: skip
    assert treasury.balance("settled", deal_id=grant.id) == 299_999


def test_from_the_threshold_on_a_document_is_needed_and_nothing_is_settled_before_a_review(claim, claimant, grant):
    refused = claim(grant, 300_000)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "document")
    assert "300,000" in refused.json()["detail"]
    answer = claim(grant, 300_000, document=receipt(PDF))
    assert (answer.status_code, answer.json()["state"], answer.json()["counts"]) == (201, "in_review", False)
    assert answer.json()["document_name"] == "영수증.pdf"
    assert standing(claimant, grant) == {
        "paid_krw": 1_000_000, "settled_krw": 0, "unsettled_krw": 1_000_000, "in_review_krw": 300_000,
        "left_krw": 700_000,
    }  # fmt: skip
    document = claimant.get(f"/settlement/claims/{answer.json()['id']}/document")
    assert document.content == PDF
    assert document.headers["Content-Disposition"].startswith("attachment")


def test_the_threshold_is_the_one_officials_set(claim, grant, store):
    store(*figure_of_policy("self_settlement_below_krw", amount_krw=100_000))
    assert claim(grant, 99_999).json()["threshold_krw"] == 100_000
    assert claim(grant, 100_000, category="equipment").status_code == 422


def test_an_expense_split_to_stay_below_the_threshold_counts_as_one(claim, claimant, grant):
    first = claim(grant, 200_000).json()
    assert first["state"] == "settled"
    refused = claim(grant, 100_000)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "document")
    assert "200,000" in refused.json()["detail"]
    assert claim(grant, 100_000, category="equipment").json()["state"] == "settled", "another category"
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    assert claim(grant, 100_000, spent_on=yesterday).json()["state"] == "settled", "another day"
    assert claim(grant, 100_000, document=receipt()).json()["state"] == "in_review"
    again = claimant.get(f"/settlement/claims/{first['id']}").json()["claim"]
    assert (again["state"], again["counts"], again["needs_document"]) == ("in_review", True, True)


def test_a_refused_claim_is_not_added_to_others_of_its_day(claim, reviewer, grant):
    refused = claim(grant, 400_000, document=receipt()).json()
    body = {"outcome": "refused", "words": "과제와 무관"}
    assert reviewer.post(f"/settlement/claims/{refused['id']}/review", json=body, headers=keyed()).status_code == 200
    assert claim(grant, 299_999).json()["state"] == "settled"


def test_an_expense_split_over_two_tranches_counts_as_one(claim, treasury, company):
    deal = treasury.paid(company, 500_000, 500_000)
    assert claim(deal, 200_000).status_code == 201
    answer = claim(deal, 100_000, tranche_id=str(treasury.tranches(deal)[1].id))
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "document")


@pytest.mark.parametrize("category", ["entertainment", "fines"])
def test_what_is_never_eligible_is_refused_by_name(claim, claimant, grant, category):
    answer = claim(grant, 1_000, category=category)
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "category")
    assert standing(claimant, grant)["left_krw"] == 1_000_000


@pytest.mark.parametrize("days", [1, -101, 201])
def test_a_day_that_has_not_come_or_lies_outside_the_project_is_refused(claim, grant, days):
    answer = claim(grant, 1_000, spent_on=(TODAY + timedelta(days=days)).isoformat())
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "spent_on")


def test_nothing_is_claimed_after_the_project_has_ended(claim, treasury, company, store, claim_of):
    ended = RndProject(title_ko="끝난 과제", ends_on=TODAY - timedelta(days=1))
    store(ended)
    deal = treasury.paid(company, 10_000, project_id=ended.id)
    assert claim(deal, 1_000).status_code == 422
    assert claim(deal, 1_000, spent_on=(TODAY - timedelta(days=1)).isoformat()).status_code == 201


def test_more_than_is_left_of_the_tranche_is_refused_with_what_is_left(claim, claimant, treasury, company, claim_of):
    deal = treasury.paid(company, 250_000, 500_000)
    assert claim(deal, 100_000).status_code == 201
    answer = claim(deal, 150_001, category="personnel")
    assert (answer.status_code, answer.json()["code"]) == (409, "money_not_there")
    assert "150,000" in answer.json()["detail"]
    assert claim(deal, 150_000, category="personnel").status_code == 201
    assert standing(claimant, deal)["left_krw"] == 500_000, "the other tranche is untouched"


def test_claims_in_review_are_not_promised_twice(claim, grant):
    assert claim(grant, 900_000, document=receipt()).status_code == 201
    assert claim(grant, 100_001, category="personnel").status_code == 409
    assert claim(grant, 100_000, category="personnel").status_code == 201


def test_a_claim_in_review_holds_its_own_tranche(claim, treasury, company):
    deal = treasury.paid(company, 500_000, 500_000)
    assert claim(deal, 400_000, document=receipt()).json()["state"] == "in_review"
    assert claim(deal, 100_001, category="personnel").status_code == 409
    assert claim(deal, 100_000, category="personnel").status_code == 201


def test_claims_made_at_the_same_moment_never_overspend(claimant, claim_of, treasury, company):
    deal = treasury.paid(company, 100_000)
    categories = ["personnel", "equipment", "materials", "activities", "subcontract", "allowance", "overhead"]

    def post(number):
        body = claim_of(deal, 10_000, category=categories[number % len(categories)])
        return claimant.post("/settlement/claims", json=body, headers=keyed()).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(24)))
    assert sorted(answers) == [201] * 10 + [409] * 14
    assert treasury.balance("unsettled", deal_id=deal.id) == 0
    assert treasury.balance("settled", deal_id=deal.id) == 100_000


def test_an_expense_split_into_claims_of_the_same_moment_counts_as_one(claimant, claim_of, grant):
    def post(_):
        return claimant.post("/settlement/claims", json=claim_of(grant, 90_000), headers=keyed()).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert sorted(answers) == [201] * 3 + [422] * 5, "270,000 won without a document, and no more"


def test_a_tranche_that_was_not_paid_takes_no_claims(claim, claimant, treasury, company):
    deal = treasury.committed(company, 1_000, tranches=(1_000,))
    answer = claim(deal, 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")
    assert claimant.get("/settlement/claims/new").json()["tranches"] == [], "nor is it offered"


def test_a_claim_sent_twice_under_one_key_counts_once(claimant, claim_of, grant, treasury):
    body, key = claim_of(grant, 1_000), keyed()
    answers = [claimant.post("/settlement/claims", json=body, headers=key) for _ in range(3)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert treasury.balance("settled", deal_id=grant.id) == 1_000
    other = claimant.post("/settlement/claims", json=claim_of(grant, 2_000), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    missing = claimant.post("/settlement/claims", json=body)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_needed")


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_krw": 0}, {"amount_krw": -1}, {"amount_krw": 1.5}, {"amount_krw": True}, {"amount_krw": "1"},
        {"amount_krw": 1e3}, {"amount_krw": 2**63}, {"category": "gifts"}, {"words": ""}, {"words": "가" * 501},
        {"words": "a\x00"}, {"spent_on": "2026-1-1"}, {"tranche_id": "x"}, {"state": "accepted"},
        {"claimed_by_id": "x"}, {"instruction_id": "x"}, {"document": {"name": "a.pdf"}},
        {"document": {**receipt(), "content_base64": "!!!!"}},
        {"document": {**receipt(), "content_base64": "영수증이다"}},
        {"document": {**receipt(), "name": "a.exe"}}, {"document": {**receipt(), "name": "a.png"}},
    ],
)  # fmt: skip
def test_a_claim_with_a_value_that_cannot_be_is_refused(claim, grant, treasury, changes):
    answer = claim(grant, 1_000, **changes)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["fields"], answer.text
    assert treasury.balance("settled", deal_id=grant.id) == 0


def test_a_team_never_sees_the_deal_of_another(claim, make_company, store, client_of, grant):
    person, role = person_with(Role.PROJECT_TEAM, "others", organisation_id=make_company("다른연구소").id)
    store(person, role)
    stranger = client_of(person)
    made = claim(grant, 1_000).json()
    assert stranger.get("/settlement").json()["items"] == []
    assert stranger.get("/settlement/claims").json()["items"] == []
    assert stranger.get(f"/settlement/claims?deal_id={grant.id}").json()["items"] == []
    missing = str(grant.id)
    for path in ("/settlement/claims/{}", "/settlement/claims/{}/document"):
        seen, none = stranger.get(path.format(made["id"])), stranger.get(path.format(missing))
        assert (seen.status_code, seen.text) == (none.status_code, none.text) == (404, seen.text)
    body = {"tranche_id": made["tranche_id"], "category": "materials", "amount_krw": 1, "spent_on": TODAY.isoformat(),
            "words": "남의 것"}  # fmt: skip
    foreign = stranger.post("/settlement/claims", json=body, headers=keyed())
    none = stranger.post("/settlement/claims", json=body | {"tranche_id": missing}, headers=keyed())
    assert (foreign.status_code, foreign.text) == (none.status_code, none.text) == (404, foreign.text)
    rows = stranger.get("/settlement/claims/export?format=csv").text
    assert made["words"] not in rows
    attach = stranger.post(f"/settlement/claims/{made['id']}/document", json=receipt())
    assert attach.status_code == 404


def test_a_team_settles_only_grants(claim, treasury, company):
    deal = treasury.paid(company, 1_000, instrument=InvestmentInstrument.EQUITY)
    assert claim(deal, 1).status_code == 404


@pytest.mark.parametrize("role", [Role.PLANNER, Role.INVESTOR, Role.ADMINISTRATOR])
def test_others_have_no_settlement(client_for, role):
    for path in ("/settlement", "/settlement/claims", "/settlement/reviews", "/settlement/claims/export"):
        assert client_for(role).get(path).status_code == 403


def test_a_team_reads_no_queue_of_reviews_and_no_deal(claimant, grant):
    for path in ("/settlement/reviews", f"/deals/{grant.id}/settlement"):
        assert claimant.get(path).status_code == 403


def test_a_person_of_no_organisation_has_nothing_to_settle(client_for, claim_of, grant):
    nobody = client_for(Role.PROJECT_TEAM)
    assert nobody.get("/settlement").json()["items"] == []
    assert nobody.post("/settlement/claims", json=claim_of(grant, 1), headers=keyed()).status_code == 404


def test_claims_are_listed_narrowed_and_exported(claim, claimant, reviewer, grant):
    small = claim(grant, 1_000, words="=HYPERLINK(1)").json()
    large = claim(grant, 400_000, category="equipment", document=receipt()).json()
    listed = claimant.get("/settlement/claims").json()["items"]
    assert [item["id"] for item in listed] == [large["id"], small["id"]]
    page = claimant.get("/settlement/claims?limit=1").json()
    following = claimant.get(f"/settlement/claims?limit=1&cursor={page['next_cursor']}").json()
    assert [page["items"][0]["id"], following["items"][0]["id"]] == [large["id"], small["id"]]
    for query, expected in {
        "state=settled": small, "category=equipment": large, "waiting=true": large, "waiting=false": small,
    }.items():  # fmt: skip
        found = reviewer.get(f"/settlement/claims?{query}").json()["items"]
        assert [item["id"] for item in found] == [expected["id"]], query
    exported = claimant.get("/settlement/claims/export?format=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(exported)))
    assert [row[4] for row in rows[1:]] == ["400000", "1000"]
    assert rows[2][6] == "'=HYPERLINK(1)"
    assert claimant.get("/settlement/claims/export?format=xlsx").content.startswith(b"PK")
