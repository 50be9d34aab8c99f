"""Tranches: planned to the won, never beyond the commitment, their milestones confirmed by somebody else."""

from datetime import timedelta

import pytest

from models.committee import DeclaredInterest, InterestKind
from models.person import Role
from tests.fund_service.settlement.treasury import TODAY, K, keyed, person_with, receipt


@pytest.fixture
def deal(treasury, company):
    """A deal that a million and one won are committed to, with no tranche planned."""
    return treasury.committed(company, 1_000_001)


@pytest.fixture
def plan(reviewer, treasury):
    def plan(deal, *amounts, split=None, count=0):
        tranches = [{"milestone": f"{number}단계", "amount_krw": amount} for number, amount in enumerate(amounts, 1)]
        tranches += [{"milestone": f"{number}단계"} for number in range(1, count + 1)]
        body = {"commitment_id": str(treasury.commitment(deal).id), "split_krw": split, "tranches": tranches}
        return reviewer.post(f"/deals/{deal.id}/settlement/tranches", json=body, headers=keyed())

    return plan


def act(client, deal, tranche, what, body=None):
    path = f"/deals/{deal.id}/settlement/tranches/{tranche['id']}/{what}"
    return client.post(path, json=body, headers=keyed()) if body else client.post(path, headers=keyed())


def test_tranches_are_planned_up_to_the_commitment_and_no_won_beyond(plan, deal):
    answer = plan(deal, 400_000, 600_000)
    assert answer.status_code == 201, answer.text
    assert [(one["position"], one["amount_krw"], one["state"]) for one in answer.json()["tranches"]] == [
        (1, 400_000, "planned"), (2, 600_000, "planned"),
    ]  # fmt: skip
    refused = plan(deal, 2)
    assert (refused.status_code, refused.json()["code"]) == (409, "money_not_there")
    assert "1원" in refused.json()["detail"]
    assert plan(deal, 1).json()["tranches"][2]["position"] == 3


@pytest.mark.parametrize("count", [1, 3, 7, 11])
def test_an_amount_is_split_equally_to_the_won(plan, deal, count):
    amounts = [one["amount_krw"] for one in plan(deal, split=1_000_001, count=count).json()["tranches"]]
    assert (len(amounts), sum(amounts)) == (count, 1_000_001)
    assert max(amounts) - min(amounts) <= 1


@pytest.mark.parametrize(
    "body",
    [
        {"tranches": []}, {"tranches": [{"milestone": "a"}]}, {"tranches": [{"milestone": "", "amount_krw": 1}]},
        {"tranches": [{"milestone": "a", "amount_krw": 0}]}, {"tranches": [{"milestone": "a", "amount_krw": 1.5}]},
        {"split_krw": 10, "tranches": [{"milestone": "a", "amount_krw": 1}]},
        {"split_krw": 1, "tranches": [{"milestone": "a"}, {"milestone": "b"}]},
        {"tranches": [{"milestone": "a", "amount_krw": 1, "state": "paid"}]},
        {"tranches": [{"milestone": "a", "amount_krw": 1}], "position": 3},
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused(reviewer, deal, treasury, body):
    whole = {"commitment_id": str(treasury.commitment(deal).id), **body}
    answer = reviewer.post(f"/deals/{deal.id}/settlement/tranches", json=whole, headers=keyed())
    assert answer.status_code in {400, 422}, answer.text
    assert not treasury.tranches(deal)


def test_a_commitment_of_another_deal_is_not_planned(reviewer, deal, treasury, company):
    other = treasury.committed(company, 5_000)
    body = {
        "commitment_id": str(treasury.commitment(other).id),
        "tranches": [{"milestone": "a", "amount_krw": 1}],
    }
    assert reviewer.post(f"/deals/{deal.id}/settlement/tranches", json=body, headers=keyed()).status_code == 404


def test_what_was_released_cannot_be_planned(plan, deal, treasury):
    treasury.move(K.COMMITMENT_RELEASE, 900_001, deal_id=deal.id)
    assert plan(deal, 100_001).status_code == 409
    assert plan(deal, 100_000).status_code == 201


def test_a_receipt_is_no_evidence_of_a_milestone(claim, grant, treasury, reviewer):
    evidence = treasury.evidence(grant, by=treasury.maker)
    assert claim(grant, 400_000, document=receipt()).status_code == 201
    offered = [document["id"] for document in reviewer.get(f"/deals/{grant.id}/settlement").json()["documents"]]
    assert str(evidence.id) in offered
    assert len(offered) == 2, "the evidence of the paid tranche and this, and no receipt"


def test_a_cancelled_tranche_can_be_planned_again(plan, deal, reviewer):
    [one] = plan(deal, 1_000_001).json()["tranches"]
    assert plan(deal, 1).status_code == 409
    answer = act(reviewer, deal, one, "cancellation")
    assert (answer.status_code, answer.json()["tranches"][0]["state"]) == (200, "cancelled")
    assert act(reviewer, deal, one, "cancellation").status_code == 409
    assert plan(deal, 1_000_001).status_code == 201


def test_a_paid_tranche_is_neither_cancelled_nor_met_again(reviewer, grant, treasury):
    [tranche] = treasury.tranches(grant)
    evidence = treasury.evidence(grant, by=treasury.maker)
    one = {"id": tranche.id}
    assert act(reviewer, grant, one, "cancellation").status_code == 409
    assert act(reviewer, grant, one, "milestone", {"evidence_document_id": str(evidence.id)}).status_code == 409


@pytest.fixture
def filers(treasury, store, client_of):
    """Both accounts of the human being who files evidence."""
    second, role = person_with(Role.FUND_MANAGER, "maker-again", human_id=treasury.maker.human_id)
    store(second, role)
    return client_of(treasury.maker), client_of(second)


def test_a_milestone_is_confirmed_by_another_than_filed_its_evidence(plan, deal, reviewer, treasury, filers):
    [one] = plan(deal, 1_000_001).json()["tranches"]
    evidence = treasury.evidence(deal, by=treasury.maker)
    body = {"evidence_document_id": str(evidence.id)}
    for filer in filers:
        refused = act(filer, deal, one, "milestone", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    answer = act(reviewer, deal, one, "milestone", body)
    assert answer.status_code == 200, answer.text
    met = answer.json()["tranches"][0]
    assert (met["state"], met["evidence_sha256"], met["met_by"]) == ("met", "a" * 64, "checker")
    treasury.fill(1_000_001)
    treasury.move(K.DISBURSEMENT, 1_000_001, deal_id=deal.id, terms={"tranche_id": one["id"]})
    assert reviewer.get(f"/deals/{deal.id}/settlement").json()["settlement"]["paid_krw"] == 1_000_001


def test_nobody_with_an_interest_confirms_a_milestone(plan, deal, reviewer, treasury, store):
    [one] = plan(deal, 10).json()["tranches"]
    store(
        DeclaredInterest(
            person_id=treasury.checker.id, kind=InterestKind.FAMILY, organisation_id=deal.company_id, known_on=TODAY,
            words="배우자",
        )
    )  # fmt: skip
    body = {"evidence_document_id": str(treasury.evidence(deal, by=treasury.maker).id)}
    assert act(reviewer, deal, one, "milestone", body).json()["code"] == "four_eyes"


def test_evidence_of_another_deal_is_none(plan, deal, reviewer, treasury, company):
    [one] = plan(deal, 10).json()["tranches"]
    foreign = treasury.evidence(treasury.committed(company, 5_000), by=treasury.maker)
    answer = act(reviewer, deal, one, "milestone", {"evidence_document_id": str(foreign.id)})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "evidence_document_id")


def test_a_tranche_is_reached_only_through_its_own_deal(plan, deal, reviewer, treasury, company):
    [one] = plan(deal, 10).json()["tranches"]
    other = treasury.committed(company, 5_000)
    assert act(reviewer, other, one, "cancellation").status_code == 404


@pytest.mark.parametrize("role", [Role.COMMITTEE_MEMBER, Role.AUDITOR])
def test_readers_of_the_fund_read_the_tab_and_change_nothing(client_for, deal, treasury, role):
    reader = client_for(role)
    assert reader.get(f"/deals/{deal.id}/settlement").status_code == 200
    body = {"commitment_id": str(treasury.commitment(deal).id), "tranches": [{"milestone": "a", "amount_krw": 1}]}
    assert reader.post(f"/deals/{deal.id}/settlement/tranches", json=body, headers=keyed()).status_code == 403


def test_the_form_plans_rows_and_keeps_what_was_typed(reviewer, deal, treasury):
    due = (TODAY + timedelta(days=30)).isoformat()
    form = {
        "commitment_id": str(treasury.commitment(deal).id), "idempotency_key": "k1",
        "milestone": ["시제품", "", "양산", ""], "due_on": [due, "", "", ""], "amount_krw": ["1,000,001", "", "1", ""],
    }  # fmt: skip
    path = f"/deals/{deal.id}/settlement/tranches/new"
    refused = reviewer.post(path, data=form, headers={"Accept": "text/html"})
    assert refused.status_code == 422
    assert "양산" in refused.text
    assert not treasury.tranches(deal)
    form["amount_krw"] = ["1,000,000", "", "1", ""]
    answer = reviewer.post(path, data=form, headers={"Accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/deals/{deal.id}/settlement")
    planned = treasury.tranches(deal)
    assert [(one.milestone, one.amount_krw) for one in planned] == [("시제품", 1_000_000), ("양산", 1)]
    assert planned[0].due_on.isoformat() == due
    again = reviewer.post(path, data=form, headers={"Accept": "text/html"}, follow_redirects=False)
    assert again.status_code == 303
    assert len(treasury.tranches(deal)) == 2, "the same form sent twice plans once"


def test_a_tranche_that_is_overdue_stands_out_until_it_is_cancelled(reviewer, deal, treasury):
    body = {
        "commitment_id": str(treasury.commitment(deal).id),
        "tranches": [{"milestone": "a", "amount_krw": 1, "due_on": str(TODAY + timedelta(days))} for days in (-1, 0)],
    }
    path = f"/deals/{deal.id}/settlement"
    late, _ = reviewer.post(f"{path}/tranches", json=body, headers=keyed()).json()["tranches"]
    assert reviewer.get(path, headers={"Accept": "text/html"}).text.count('class="overdue"') == 1
    assert act(reviewer, deal, late, "cancellation").status_code == 200
    assert 'class="overdue"' not in reviewer.get(path, headers={"Accept": "text/html"}).text
