"""Deals made by hand or of a match: what is copied, what links back, what is refused."""

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.deal import Deal
from models.identity import new_id
from models.match import Match
from models.person import Role
from models.signal import Confidentiality
from models.timeline import DealActivity, DealStageChange

pytestmark = pytest.mark.usefixtures("reference_data")


def test_a_deal_by_hand_starts_as_sourced_with_its_maker_as_lead(manager, said, people, read):
    answer = manager.post("/deals", json=said | {"private_krw": 0, "main_purpose": False})
    assert answer.status_code == 201, answer.text
    view = answer.json()
    assert answer.headers["Location"] == f"/deals/{view['deal']['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert (view["deal"]["stage"], view["lead"]["id"]) == ("sourced", str(people[Role.FUND_MANAGER].id))
    assert (view["main_purpose"], view["origin"], view["days_in_stage"]) == (False, None, 0)
    assert [(step["from_stage"], step["to_stage"]) for step in view["stages"]] == [(None, "sourced")]
    assert [activity["kind"] for activity in view["items"]] == ["created"]
    assert manager.get(answer.headers["Location"]).json() == view


def test_a_deal_of_a_match_copies_the_project_and_keeps_the_way_back(manager, make_match, company, vehicle):
    match, project, signal = make_match()
    answer = manager.post(f"/matches/{match.id}/deal", json={"vehicle_id": str(vehicle.id), "instrument": "grant"})
    assert answer.status_code == 201, answer.text
    view = answer.json()
    deal = view["deal"]
    assert (deal["title_ko"], deal["amount_krw"], deal["company_id"]) == (
        project.title_ko, 4 * 10**9, str(company.id),
    )  # fmt: skip
    assert (deal["instrument"], view["summary"], view["project_budget_krw"]) == (
        "grant",
        "용기를 가볍게 만든다.",
        12 * 10**9,
    )
    assert (view["region"]["code"], view["initiative"]["code"]) == ("26", "industrial-leap-technology")
    assert view["project"]["id"] == str(project.id)
    assert view["origin"] == {
        "signal_id": str(signal.id), "signal_readable": True, "organisation_name_ko": "한빛벤처스",
        "organisation_name_en": "Hanbit Ventures", "match_id": str(match.id), "match_score": 0.625,
        "match_stands": True,
        "match_now_id": str(match.id),
    }  # fmt: skip


def test_the_link_outlives_matching_anew(manager, make_match, database, store):
    match, _, _ = make_match()
    location = manager.post(f"/matches/{match.id}/deal", json={}).headers["Location"]
    with database.begin() as connection:
        connection.execute(sa.delete(Match).where(Match.id == match.id))
    origin = manager.get(location).json()["origin"]
    assert (origin["match_id"], origin["match_score"], origin["match_stands"]) == (str(match.id), 0.625, False)


@pytest.mark.parametrize(
    ("match", "asked", "expected"),
    [
        ({"eligible": False}, {}, (422, None)),
        ({"lead": None}, {}, (422, "company_id")),
        ({"need_krw": None}, {}, (422, "amount_krw")),
        ({"confidentiality": Confidentiality.CONFIDENTIAL}, {}, (404, None)),
        ({}, {"vehicle_id": str(new_id())}, (422, "vehicle_id")),
        ({}, {"company_id": str(new_id())}, (422, "company_id")),
        ({}, {"match_score": 1.0}, (400, "match_score")),
    ],
    ids=["near miss", "no lead", "no amount", "a signal one may not read", "vehicle", "company", "mass assignment"],
)
def test_what_no_match_says_is_asked_for(manager, make_match, match, asked, expected):
    status, field = expected
    pair, _, _ = make_match(**match)
    answer = manager.post(f"/matches/{pair.id}/deal", json=asked)
    assert answer.status_code == status, answer.text
    assert field is None or [fault["field"] for fault in answer.json()["fields"]] == [field]
    assert manager.get("/deals").json()["items"] == []


def test_there_is_no_deal_of_a_match_that_is_none(manager):
    assert manager.post(f"/matches/{new_id()}/deal", json={}).status_code == 404
    assert manager.get(f"/matches/{new_id()}/deal/new").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_ko": None}, "title_ko"),
        ({"amount_krw": 0}, "amount_krw"),
        ({"amount_krw": 2**53}, "amount_krw"),
        ({"amount_krw": 5e9}, "amount_krw"),
        ({"private_krw": -1}, "private_krw"),
        ({"region_code": "99"}, "region_code"),
        ({"initiative_code": "none-such"}, "initiative_code"),
        ({"company_id": "019f0000-0000-7000-8000-000000000000"}, "company_id"),
        ({"project_id": "019f0000-0000-7000-8000-000000000000"}, "project_id"),
        ({"title_ko": "가\x00나"}, "title_ko"),
    ],
)
def test_a_value_outside_the_rules_is_named(manager, said, read, changes, field):
    answer = manager.post("/deals", json=said | changes)
    assert answer.status_code in {400, 422}, answer.text
    assert field in [fault["field"] for fault in answer.json()["fields"]]
    assert read.exec(select(Deal)).all() == []


def test_only_a_fund_manager_leads_a_deal(manager, said, people):
    answer = manager.post("/deals", json=said | {"lead_id": str(people[Role.AUDITOR].id)})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "lead_id")


@pytest.mark.parametrize(
    "extra",
    [
        {"stage": "approved"}, {"version": 7}, {"id": str(new_id())}, {"signal_id": str(new_id())},
        {"match_id": str(new_id())}, {"match_score": 1.0}, {"merged_into_id": str(new_id())}, {"source": "bank"},
        {"external_id": "1"}, {"source_digest": "0" * 64}, {"recorded_at": "2020-01-01T00:00:00Z"},
        {"stage_since": "2020-01-01T00:00:00Z"}, {"decline_reason": "market"},
    ],
    ids=lambda extra: next(iter(extra)),
)  # fmt: skip
def test_nothing_can_be_set_that_was_not_offered(manager, said, read, make_deal, extra):
    """Acceptance test 22: mass assignment."""
    assert manager.post("/deals", json=said | extra).status_code == 400
    deal = make_deal()
    before = manager.get(f"/deals/{deal.id}").json()
    answer = manager.put(f"/deals/{deal.id}", json=said | extra, headers={"If-Match": '"1"'})
    assert answer.status_code == 400, answer.text
    assert manager.post(
        f"/deals/{deal.id}/steps", json={"stage": "screening"} | ({"person_id": "x"} if "stage" in extra else extra),
        headers={"If-Match": '"1"'},
    ).status_code == 400  # fmt: skip
    assert manager.get(f"/deals/{deal.id}").json() == before
    assert len(read.exec(select(Deal)).all()) == 1


def test_a_refused_deal_leaves_no_history(manager, said, read):
    assert manager.post("/deals", json=said | {"region_code": "99"}).status_code == 422
    assert read.exec(select(DealActivity)).all() == read.exec(select(DealStageChange)).all() == []
