"""Whatever teams and reviewers do, in whatever order: what is settled and what is left come to what was paid."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from fund_service.settlement.standings import carried_out_by
from models.deal import Deal
from models.person import Role
from models.settlement import ExpenseCategory
from tests.fund_service.settlement.treasury import K, as_manager, keyed, receipt

ACTIONS = st.lists(
    st.one_of(
        st.tuples(
            st.just("claim"),
            st.integers(0, 1),
            st.sampled_from([1, 7_000, 60_000, 250_000, 299_999, 300_000, 400_000]),
            st.sampled_from(list(ExpenseCategory)),
        ),
        st.tuples(st.just("review"), st.integers(0, 9), st.sampled_from(["accepted", "refused"])),
        st.tuples(st.just("draw")),
        st.tuples(st.just("return"), st.sampled_from([1, 10_000, 200_000])),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_settled_and_left_come_to_what_was_paid(actions, claim, reviewer, treasury, company):
    deal = treasury.paid(company, 700_000, 300_001)
    tranches, returned = treasury.tranches(deal), 0
    for action, *asked in actions:
        match action, asked:
            case "claim", [place, amount, category]:
                answer = claim(deal, amount, tranche_id=str(tranches[place].id), category=category, document=receipt())
                assert answer.status_code in {201, 409, 422}, answer.text
            case "review", [place, outcome]:
                waiting = reviewer.get(f"/settlement/claims?deal_id={deal.id}&waiting=true").json()["items"]
                for waits in waiting[place : place + 1]:
                    body = {"outcome": outcome, "words": "검토"}
                    path = f"/settlement/claims/{waits['id']}/review"
                    assert reviewer.post(path, json=body, headers=keyed()).status_code in {200, 409}
            case "draw", _:
                answer = reviewer.post(f"/deals/{deal.id}/settlement/samples", headers=keyed())
                assert answer.status_code in {201, 409}
            case "return", [amount]:
                if treasury.balance("unsettled", deal_id=deal.id) >= amount:
                    treasury.move(K.UNSPENT_RETURN, amount, deal_id=deal.id)
                    returned += amount
        check(reviewer, treasury, deal, paid=1_000_001 - returned)


def check(reader, treasury, deal, *, paid):
    shown = reader.get(f"/deals/{deal.id}/settlement").json()["settlement"]
    assert shown["paid_krw"] == paid
    assert shown["settled_krw"] + shown["unsettled_krw"] == paid
    assert (shown["settled_krw"], shown["unsettled_krw"]) == (
        treasury.balance("settled", deal_id=deal.id),
        treasury.balance("unsettled", deal_id=deal.id),
    )
    claims = reader.get(f"/settlement/claims?deal_id={deal.id}&limit=100").json()["items"]
    assert sum(made["amount_krw"] for made in claims if made["counts"]) == shown["settled_krw"]
    for tranche in shown["tranches"]:
        assert tranche["settled_krw"] + tranche["in_review_krw"] + tranche["left_krw"] <= tranche["amount_krw"]
        assert tranche["left_krw"] >= 0


def test_unspent_money_goes_back_to_the_envelope_and_cannot_be_claimed_any_more(claim, claimant, treasury, grant):
    claim(grant, 100_000)
    before = treasury.balance("envelope_available", envelope_id=treasury.envelope.id)
    cash = treasury.balance("cash", vehicle_id=treasury.mother.id)
    treasury.move(K.UNSPENT_RETURN, 850_000, deal_id=grant.id)
    assert treasury.balance("envelope_available", envelope_id=treasury.envelope.id) == before + 850_000
    assert treasury.balance("cash", vehicle_id=treasury.mother.id) == cash + 850_000
    assert claim(grant, 50_001, category="personnel").status_code == 409
    assert claim(grant, 50_000, category="personnel").status_code == 201
    [shown] = claimant.get("/settlement").json()["items"]
    assert (shown["paid_krw"], shown["settled_krw"], shown["left_krw"]) == (150_000, 150_000, 0)


def test_what_was_returned_is_left_of_no_tranche_beside_what_is_in_review(claim, treasury, company):
    deal = treasury.paid(company, 500_000, 500_000)
    assert claim(deal, 400_000, document=receipt()).json()["state"] == "in_review"
    treasury.move(K.UNSPENT_RETURN, 500_000, deal_id=deal.id)
    other = {"tranche_id": str(treasury.tranches(deal)[1].id), "category": "personnel"}
    assert claim(deal, 100_001, **other).status_code == 409
    assert claim(deal, 100_000, **other).status_code == 201


def test_nobody_but_a_research_team_answers_for_the_grants_of_its_organisation(grant, team, read):
    caller = replace(as_manager(team), organisation_id=team.organisation_id)
    for role in Role:
        asked = select(Deal.id).where(carried_out_by(replace(caller, roles=frozenset({role}))))
        assert read.exec(asked).all() == ([grant.id] if role is Role.PROJECT_TEAM else []), role
