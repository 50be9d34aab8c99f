"""Reviews of claims: by another human being without an interest, on a document, and a refusal takes the money back."""

import pytest
from sqlmodel import select

from models.committee import DeclaredInterest, InterestKind
from models.person import Person, PersonRole, Role
from models.timeline import ActivityKind, DealActivity
from tests.fund_service.settlement.treasury import TODAY, keyed, person_with, receipt


@pytest.fixture
def waiting(claim, grant):
    """A claim that waits for a review."""
    return claim(grant, 400_000, document=receipt()).json()


def review(client, claim, outcome, words="확인", key=None):
    body = {"outcome": outcome, "words": words}
    return client.post(f"/settlement/claims/{claim['id']}/review", json=body, headers=keyed(key))


def test_an_accepted_claim_is_settled(waiting, reviewer, treasury, grant):
    assert treasury.balance("settled", deal_id=grant.id) == 0
    answer = review(reviewer, waiting, "accepted")
    assert (answer.status_code, answer.json()["state"], answer.json()["counts"]) == (200, "accepted", True)
    assert (answer.json()["reviewed_by"], answer.json()["review_words"]) == ("checker", "확인")
    assert treasury.balance("settled", deal_id=grant.id) == 400_000


def test_a_refused_claim_frees_what_it_held(waiting, reviewer, claim, grant, treasury):
    assert claim(grant, 700_000, category="equipment", document=receipt()).status_code == 409
    answer = review(reviewer, waiting, "refused", "과제와 무관")
    assert (answer.status_code, answer.json()["state"], answer.json()["counts"]) == (200, "refused", False)
    assert treasury.balance("settled", deal_id=grant.id) == 0
    assert claim(grant, 700_000, category="equipment", document=receipt()).status_code == 201


def test_a_refusal_says_why(waiting, reviewer):
    for words in (None, ""):
        answer = review(reviewer, waiting, "refused", words)
        assert answer.status_code in {400, 422}, answer.text


@pytest.mark.parametrize("outcome", ["settled", "sampled", "in_review", "yes", True, None])
def test_a_review_accepts_or_refuses(waiting, reviewer, outcome):
    assert review(reviewer, waiting, outcome).status_code == 400


def test_a_claim_is_reviewed_once(waiting, reviewer, treasury, grant):
    key = keyed()["Idempotency-Key"]
    first = review(reviewer, waiting, "accepted", key=key)
    assert review(reviewer, waiting, "accepted", key=key).text == first.text
    for outcome in ("accepted", "refused"):
        assert review(reviewer, waiting, outcome).status_code == 409
    assert treasury.balance("settled", deal_id=grant.id) == 400_000


def test_a_self_settled_claim_is_not_reviewed_unless_it_is_drawn(claim, grant, reviewer):
    assert review(reviewer, claim(grant, 1_000).json(), "refused").status_code == 409


def test_nobody_reviews_their_own_claim_under_any_account(waiting, team, store, client_of, treasury):
    second, role = person_with(Role.FUND_MANAGER, "second-account", human_id=team.human_id)
    store(second, role, PersonRole(person_id=team.id, role=Role.FUND_MANAGER))

    def leave(session):
        session.get_one(Person, team.id).organisation_id = None

    assert not client_of(team).get(f"/settlement/claims/{waiting['id']}").json()["may_review"], "nor is it offered"
    for step in (None, leave):  # having left the organisation, nothing but the claim itself binds them
        if step is not None:
            treasury.write(step)
        for person in (second, team):
            answer = review(client_of(person), waiting, "accepted")
            assert (answer.status_code, answer.json()["code"]) == (403, "four_eyes")
    assert not client_of(second).get(f"/settlement/claims/{waiting['id']}").json()["claim"]["counts"]


def test_nobody_with_an_interest_reviews(waiting, treasury, reviewer, store, company):
    store(
        DeclaredInterest(
            person_id=treasury.checker.id, kind=InterestKind.PERSONAL, organisation_id=company.id, known_on=TODAY,
            words="주식 보유",
        )
    )  # fmt: skip
    answer = review(reviewer, waiting, "accepted")
    assert (answer.status_code, answer.json()["code"]) == (403, "four_eyes")


@pytest.mark.parametrize("role", [Role.COMMITTEE_MEMBER, Role.AUDITOR, Role.PROJECT_TEAM, Role.ADMINISTRATOR])
def test_only_fund_managers_review(waiting, client_for, role):
    assert review(client_for(role), waiting, "accepted").status_code == 403


def test_a_claim_drawn_into_review_by_a_split_counts_until_it_is_refused(claim, claimant, reviewer, grant, treasury):
    small = claim(grant, 200_000).json()
    claim(grant, 200_000, document=receipt())
    assert treasury.balance("settled", deal_id=grant.id) == 200_000
    refused = review(reviewer, small, "accepted")
    assert (refused.status_code, refused.json()["code"]) == (409, "gate_closed"), "no document yet"
    attached = claimant.post(f"/settlement/claims/{small['id']}/document", json=receipt())
    assert (attached.status_code, attached.json()["document_name"]) == (200, "영수증.pdf")
    again = claimant.post(f"/settlement/claims/{small['id']}/document", json=receipt())
    assert again.status_code == 409, "what a reviewer reads is not exchanged"
    answer = review(reviewer, small, "refused", "같은 영수증")
    assert (answer.json()["state"], answer.json()["counts"]) == ("refused", False)
    assert treasury.balance("settled", deal_id=grant.id) == 0
    assert treasury.balance("unsettled", deal_id=grant.id) == 1_000_000


def test_the_queue_shows_what_waits(waiting, reviewer, client_for, grant, claim):
    claim(grant, 1_000, category="personnel")
    for client in (reviewer, client_for(Role.AUDITOR)):
        assert [item["id"] for item in client.get("/settlement/reviews").json()["items"]] == [waiting["id"]]
    review(reviewer, waiting, "accepted")
    assert reviewer.get("/settlement/reviews").json()["items"] == []


def test_what_happens_to_claims_stands_on_the_deals_timeline(waiting, reviewer, read, grant):
    review(reviewer, waiting, "accepted")
    told = read.exec(
        select(DealActivity).where(DealActivity.deal_id == grant.id, DealActivity.kind == ActivityKind.SETTLEMENT)
    ).all()
    assert [str(activity.subject_id) for activity in told] == [waiting["id"]] * 2
