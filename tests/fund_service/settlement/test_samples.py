"""The random sample: drawn by a seed nobody chooses, repeatable by anybody, never undone by drawing again."""

import csv
import hashlib
import io
from itertools import count
from uuid import UUID

import pytest

from fund_service.settlement.lots import in_order_of_lots
from models.person import Role
from models.settlement import SampleDraw, SampleLot
from tests.committee_acts import figure_of_policy
from tests.fund_service.settlement.treasury import keyed, receipt


@pytest.fixture
def claims(claim, treasury, company):
    """A grant with twelve self-settled claims."""
    deal = treasury.paid(company, 10_000_000)
    return deal, [claim(deal, 10_000 + number).json()["id"] for number in range(12)]


def draw(client, deal, key=None):
    return client.post(f"/deals/{deal.id}/settlement/samples", headers=keyed(key))


def test_a_draw_asks_for_the_documents_of_those_with_the_smallest_lots(claims, reviewer):
    deal, made = claims
    answer = draw(reviewer, deal)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["candidates"], said["drawn"], said["share_bp"], said["repeats"]) == (12, 1, 500, True)
    by_hand = sorted(made, key=lambda claim: hashlib.sha256(f"{said['seed']}:{claim}".encode()).hexdigest())
    assert [lot["claim_id"] for lot in said["lots"]] == by_hand
    assert [lot["drawn"] for lot in said["lots"]] == [True] + [False] * 11
    assert said["claims_digest"] == hashlib.sha256("\n".join(sorted(made)).encode()).hexdigest()
    sampled = reviewer.get(f"/settlement/claims?deal_id={deal.id}&state=sampled").json()["items"]
    assert [(claim["id"], claim["counts"], claim["needs_document"]) for claim in sampled] == [(by_hand[0], True, True)]
    assert reviewer.get(answer.headers["Location"], headers={"Accept": "application/json"}).json()["draw"] == said


def test_a_refused_sample_is_taken_back_on_the_ledger(claims, reviewer, claimant, treasury):
    deal, _ = claims
    [claim] = [lot for lot in draw(reviewer, deal).json()["lots"] if lot["drawn"]]
    before = treasury.balance("settled", deal_id=deal.id)
    body = {"outcome": "refused", "words": "증빙 미제출"}
    answer = reviewer.post(f"/settlement/claims/{claim['claim_id']}/review", json=body, headers=keyed())
    assert (answer.status_code, answer.json()["counts"]) == (200, False)
    assert treasury.balance("settled", deal_id=deal.id) == before - claim["amount_krw"]
    assert treasury.balance("unsettled", deal_id=deal.id) == 10_000_000 - before + claim["amount_krw"]


def test_an_accepted_sample_goes_on_counting_once(claims, reviewer, claimant, treasury):
    deal, _ = claims
    [claim] = [lot["claim_id"] for lot in draw(reviewer, deal).json()["lots"] if lot["drawn"]]
    before = treasury.balance("settled", deal_id=deal.id)
    body = {"outcome": "accepted"}
    assert reviewer.post(f"/settlement/claims/{claim}/review", json=body, headers=keyed()).status_code == 409
    assert claimant.post(f"/settlement/claims/{claim}/document", json=receipt()).status_code == 200
    assert reviewer.post(f"/settlement/claims/{claim}/review", json=body, headers=keyed()).status_code == 200
    assert treasury.balance("settled", deal_id=deal.id) == before


def test_a_later_draw_adds_to_the_sample_and_both_stay_repeatable(claims, reviewer, claim):
    deal, _ = claims
    first = draw(reviewer, deal).json()
    claim(deal, 250_000, document=receipt())  # takes the rest into review, by the rule of split expenses
    claim(deal, 5_000, category="personnel")
    second = draw(reviewer, deal).json()
    assert (second["candidates"], second["drawn"]) == (1, 1)
    assert second["seed"] != first["seed"]
    page = reviewer.get(f"/deals/{deal.id}/settlement").json()
    assert [one["id"] for one in page["draws"]] == [second["id"], first["id"]]
    for one in (first, second):
        shown = reviewer.get(f"/deals/{deal.id}/settlement/samples/{one['id']}").json()["draw"]
        assert (shown["repeats"], [lot["lot"] for lot in shown["lots"]]) == (True, [lot["lot"] for lot in one["lots"]])
    answer = draw(reviewer, deal)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed"), "nobody is left to draw"


def test_a_draw_sent_twice_under_one_key_is_one_draw(claims, reviewer):
    deal, _ = claims
    key = keyed()["Idempotency-Key"]
    assert draw(reviewer, deal, key).text == draw(reviewer, deal, key).text
    assert len(reviewer.get(f"/deals/{deal.id}/settlement").json()["draws"]) == 1
    assert reviewer.post(f"/deals/{deal.id}/settlement/samples").status_code == 400


def test_the_lots_are_exported_as_the_page_says_to_repeat_them(claims, reviewer):
    deal, _ = claims
    made = draw(reviewer, deal).json()
    path = f"/deals/{deal.id}/settlement/samples/{made['id']}"
    content = reviewer.get(f"{path}/export?format=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))[1:]
    assert [row[1] for row in rows] == [lot["lot"] for lot in made["lots"]]
    assert all(hashlib.sha256(f"{made['seed']}:{row[0]}".encode()).hexdigest() == row[1] for row in rows)
    page = reviewer.get(path, headers={"Accept": "text/html"}).text
    assert str(made["seed"]) in page
    assert "sha256sum" in page


def test_a_draw_is_reached_only_through_its_own_deal(claims, reviewer, grant):
    deal, _ = claims
    made = draw(reviewer, deal).json()
    assert reviewer.get(f"/deals/{grant.id}/settlement/samples/{made['id']}").status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COMMITTEE_MEMBER, Role.PROJECT_TEAM])
def test_only_fund_managers_draw_lots(claims, client_for, role):
    assert draw(client_for(role), claims[0]).status_code == 403


def test_the_share_is_the_one_officials_set_and_the_page_counts_what_is_left_to_draw(claims, reviewer, store):
    deal, _ = claims
    store(*figure_of_policy("settlement_sample_bp", share_bp=2_500))
    assert reviewer.get(f"/deals/{deal.id}/settlement").json()["undrawn"] == 12
    said = draw(reviewer, deal).json()
    assert (said["drawn"], said["share_bp"]) == (3, 2_500)
    page = reviewer.get(f"/deals/{deal.id}/settlement").json()
    assert (page["undrawn"], page["sample_share_bp"]) == (9, 2_500)


@pytest.mark.parametrize("fault", ["seed", "digest", "order"])
def test_a_draw_that_does_not_repeat_is_told(*, claims, reviewer, treasury, store, fault):
    deal, _ = claims
    good = draw(reviewer, deal).json()
    lots = [lot["claim_id"] for lot in good["lots"]]
    others = (seed for seed in count(good["seed"] + 1) if in_order_of_lots(seed, map(UUID, lots))[0] != UUID(lots[0]))
    kept = SampleDraw(
        deal_id=deal.id, share_bp=500, candidates=12, drawn=1, drawn_by_id=treasury.checker.id,
        seed=next(others) if fault == "seed" else good["seed"],
        claims_digest="0" * 64 if fault == "digest" else good["claims_digest"],
    )  # fmt: skip
    order = lots[::-1] if fault == "order" else lots
    store(kept, *(SampleLot(draw_id=kept.id, claim_id=one, position=place) for place, one in enumerate(order, 1)))
    path = f"/deals/{deal.id}/settlement/samples/"
    assert [reviewer.get(f"{path}{one}").json()["draw"]["repeats"] for one in (good["id"], kept.id)] == [True, False]


def test_a_document_is_taken_where_it_is_asked_for_alone(claims, reviewer, claimant):
    deal, made = claims
    [drawn] = [lot["claim_id"] for lot in draw(reviewer, deal).json()["lots"] if lot["drawn"]]
    spared = next(claim for claim in made if claim != drawn)
    answer = claimant.post(f"/settlement/claims/{spared}/document", json=receipt())
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")
    for claim, asked in ((drawn, True), (spared, False)):
        path = f"/settlement/claims/{claim}"
        page, seen = claimant.get(path).json(), reviewer.get(path).json()
        assert (page["may_attach"], page["may_review"]) == (asked, False)
        assert (seen["may_attach"], seen["may_review"]) == (False, asked)
