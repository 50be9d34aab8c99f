"""The choice over HTTP: what is chosen, why, what if, and who may see it."""

import csv
import io
import re
from datetime import date

import pytest
from sqlmodel import Session

from fund_service.portfolio.reading import envelopes_of, read_board
from fund_service.vehicles.envelopes import envelopes_for
from models.deal import DealStage
from models.person import Role
from models.plan import Region
from models.vehicle import LimitForce, LimitKind, LimitRule
from tests.fund_service.page_reading import faults_of

BILLION = 10**9
READERS = {Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR}


@pytest.fixture
def manager(client_for):
    return client_for(Role.FUND_MANAGER)


@pytest.fixture
def three(mother, make_envelope, make_deal, reference_data):
    """Three deals on one envelope that holds two of them."""
    envelope = make_envelope(25 * BILLION, year=date.today().year)  # noqa: DTZ011 - the year of the test run
    return envelope, [make_deal(scores=[5, 5]), make_deal(scores=[4, 4]), make_deal(scores=[2, 2])]


def chosen(view: dict) -> set[str]:
    return {candidate["deal_id"] for candidate in view["candidates"] if candidate["chosen"]}


def candidate(view: dict, deal) -> dict:
    return next(found for found in view["candidates"] if found["deal_id"] == str(deal.id))


def test_the_deals_reviewed_best_are_chosen_and_each_is_told_why(manager, three):
    envelope, (best, good, poor) = three
    view = manager.get("/portfolio").json()
    assert chosen(view) == {str(best.id), str(good.id)}
    assert view["totals"] == {"deals": 2, "amount_krw": 20 * BILLION, "value_krw": 15_000_000_000, "breach_krw": 0}
    assert candidate(view, poor)["verdict"] == "worth_less"
    assert candidate(view, poor)["difference_krw"] == 3_334_000_000
    assert [ref["deal_id"] for ref in candidate(view, poor)["leave"]] == [str(good.id)]
    rule = next(rule for rule in view["rules"] if rule["rule"] == f"envelope-{envelope.id}")
    assert (rule["slack_krw"], rule["cost_krw"]) == (5 * BILLION, 3_333_000_000)
    assert (view["samples"], view["comparison"]) == (100, None)
    assert candidate(view, best)["standing"] == "core"


def test_a_wish_is_compared_with_the_record(manager, three):
    _, (best, _, poor) = three
    view = manager.get("/portfolio", params={"in": str(poor.id)}).json()
    assert chosen(view) == {str(best.id), str(poor.id)}
    assert view["comparison"]["query"] == ""
    assert view["comparison"]["totals"]["value_krw"] == 15_000_000_000
    assert [ref["deal_id"] for ref in view["comparison"]["only_here"]] == [str(poor.id)]
    against = manager.get("/portfolio", params={"in": str(best.id), "against": view["query"]}).json()
    assert [ref["deal_id"] for ref in against["comparison"]["only_there"]] == [str(poor.id)]


def test_what_a_wish_costs_is_said_as_what_the_best_set_gains_without_it(manager, three):
    _, (best, _, poor) = three
    for wish, way in ((f"in={poor.id}", "without it"), (f"out={best.id}", "with it")):
        page = manager.get(f"/portfolio?{wish}&lang=en", headers={"Accept": "text/html"}).text
        assert re.search(rf"\b{way} the best set is worth [^-<]+ more", page), way
        assert "is worth -" not in page


def test_a_wish_list_that_cannot_be_kept_names_what_clashes(manager, three):
    envelope, deals = three
    view = manager.get("/portfolio", params={"in": [str(deal.id) for deal in deals]}).json()
    assert view["totals"]["breach_krw"] == 5 * BILLION
    clash = view["clashes"][0]
    assert [rule["rule"] for rule in clash["rules"]] == [f"envelope-{envelope.id}"]
    assert {ref["deal_id"] for ref in clash["wanted"]} == {str(deal.id) for deal in deals}
    moved = {"rule": f"envelope-{envelope.id}", "to": 30 * BILLION}
    assert manager.get("/portfolio", params={"in": [str(deal.id) for deal in deals], **moved}).json()["clashes"] == []


def test_a_rule_that_warns_is_held_on_request_only(manager, three, store):
    rule = LimitRule(
        kind=LimitKind.MAIN_PURPOSE_SHARE, share_bp=6_000, force=LimitForce.WARNS, basis_ko="공고", basis_en="Notice"
    )
    store(rule)
    key = f"limit-{rule.id}"
    view = manager.get("/portfolio").json()
    assert [found["held"] for found in view["rules"] if found["rule"] == key] == [False]
    held = manager.get("/portfolio", params={"hold": key}).json()
    assert [found["held"] for found in held["rules"] if found["rule"] == key] == [True]


def test_what_the_committee_approved_stays_in_unless_told_otherwise(manager, three, make_deal):
    approved = make_deal(scores=[1, 1], stage=DealStage.APPROVED)
    assert str(approved.id) in chosen(manager.get("/portfolio").json())
    assert str(approved.id) not in chosen(manager.get("/portfolio", params={"keep_approved": "false"}).json())


def test_deals_elsewhere_in_the_pipeline_are_no_candidates(manager, mother, make_deal):
    make_deal(stage=DealStage.DUE_DILIGENCE)
    view = manager.get("/portfolio").json()
    assert (view["candidates"], view["chart"], view["samples"]) == ([], None, 0)


def test_without_a_mother_fund_there_is_nothing_to_choose(manager, make_deal):
    make_deal()
    assert manager.get("/portfolio").json()["candidates"] == []


@pytest.mark.parametrize(
    "params",
    [
        {"in": "1"},
        {"rule": "x"},
        {"rule": "x", "to": "1.5"},
        {"rule": "x", "to": "-1"},
        {"to": str(10**30), "rule": "x"},
        {"against": "in=1"},
        {"against": "in=\x00"},
        {"hold": "x", "drop": "x"},
    ],
)
def test_what_is_no_scenario_is_refused(manager, params):
    answer = manager.get("/portfolio", params=params)
    assert answer.status_code in {400, 422}


def test_who_reads_the_fund_reads_the_choice_and_nobody_else(client_for, mother):
    for role in [None, *Role]:
        status = client_for(role).get("/portfolio").status_code
        assert status == (200 if role in READERS else 401 if role is None else 403), role


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_is_sound_in_both_languages(manager, three, language):
    envelope, deals = three
    wishes = {"in": [str(deal.id) for deal in deals], "rule": f"envelope-{envelope.id}", "to": BILLION}
    for params in ({}, wishes, {"out": str(deals[0].id)}):
        page = manager.get("/portfolio", params={**params, "lang": language}, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert faults_of(page.text, language=language) == []


def test_the_page_without_candidates_says_so(manager, database):
    page = manager.get("/portfolio?lang=en", headers={"Accept": "text/html"})
    assert "No deal is before the committee" in page.text


def test_a_form_with_nothing_filled_in_is_the_record(manager, three):
    page = manager.get(
        "/portfolio?against=&rule=&to=&keep_approved=true", headers={"Accept": "text/html", "Accept-Language": "en"}
    )
    assert page.status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_choice_is_exported(manager, three, kind):
    answer = manager.get("/portfolio/export", params={"format": kind}, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) == 4
        assert len({len(row) for row in rows}) == 1


def test_statements_do_not_grow_with_candidates(manager, three, make_deal, statements):
    with statements() as few:
        manager.get("/portfolio")
    for _ in range(4):
        make_deal(scores=[3])
    with statements() as more:
        manager.get("/portfolio")
    assert len(few) == len(more)


def test_envelopes_are_those_a_commitment_would_draw_on(
    mother, make_envelope, make_deal, reference_data, read: Session
):
    envelopes = [
        make_envelope(1, year=2026),
        make_envelope(1, year=2027),
        make_envelope(1, region_code="11"),
        make_envelope(1, region_code="26", year=2026),
        make_envelope(1, mega_region_code=mega_region(read, "26")),
        make_envelope(1, vehicle_id=mother.id),
    ]
    for region in (None, "11", "26"):
        deal, on = make_deal(region_code=region), date(2026, 5, 1)
        fits = envelopes_of(
            deal, mega_region(read, region), [mother.id], envelopes=sorted(envelopes, key=lambda it: it.id), on=on
        )
        stored = envelopes_for(read, deal, vehicle_id=mother.id, on=on)
        assert [it.id for it in fits] == [it.id for it in stored]
        position = next(it.position for it in read_board(read, on=on).asking if it.deal.id == deal.id)
        assert position.envelopes == {f"envelope-{it.id}" for it in stored}


def mega_region(session: Session, region: str | None) -> str | None:

    row = None if region is None else session.get(Region, region)
    return None if row is None else row.mega_region_code
