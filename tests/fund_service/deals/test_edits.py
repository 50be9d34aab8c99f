"""Edits of deals: no lost update, terms that void approvals, terms that stand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models.clock import utc_now
from models.committee import AgendaItem, CommitteeMeeting, ItemState
from models.deal import DealStage
from models.identity import new_id
from models.person import Role
from models.timeline import DealActivity
from tests.committee_acts import decide
from tests.fund_service.deals.facts import if_match, terms_of

pytestmark = pytest.mark.usefixtures("reference_data")

PAIRS = 200


@pytest.fixture
def approve(database, store, people):
    """Commit the committee's approval of a deal as it stands."""

    def approve(deal):
        meeting = CommitteeMeeting(title="1차", meets_at=utc_now(), chair_id=people[Role.COMMITTEE_MEMBER].id)
        item = AgendaItem(
            meeting_id=meeting.id, deal_id=deal.id, position=1, terms_digest=deal.terms_digest(),
        )  # fmt: skip
        store(meeting)
        with Session(database, expire_on_commit=False) as session:
            decide(session, item, at=utc_now() - timedelta(days=1))
            session.commit()
        return item

    return approve


def test_of_two_edits_of_the_same_version_exactly_one_lands(manager, client_for, make_deal):
    """Acceptance test 10: lost update, 200 pairs at once."""
    deal, other = make_deal(), client_for(Role.FUND_MANAGER)
    address = f"/deals/{deal.id}"
    view = manager.get(address).json()
    with ThreadPoolExecutor(2) as pool:
        for number in range(PAIRS):
            asked = [
                pool.submit(
                    client.put,
                    address,
                    json=terms_of(view, amount_krw=10**9 + 2 * number + side),
                    headers=if_match(view),
                )
                for side, client in enumerate((manager, other))
            ]
            answers = sorted((answer.result() for answer in asked), key=lambda answer: answer.status_code)
            assert [answer.status_code for answer in answers] == [200, 412]
            view = manager.get(address).json()
            assert view == answers[0].json(), "what the winner was answered is what is there"
    assert view["version"] == 1 + PAIRS


def test_an_edit_needs_the_version_it_starts_from(manager, make_deal, said):
    address = f"/deals/{make_deal().id}"
    assert manager.put(address, json=said).status_code == 428
    assert manager.put(address, json=said, headers={"If-Match": "*"}).status_code == 428
    assert manager.put(address, json=said, headers={"If-Match": '"2"'}).status_code == 412
    assert manager.post(f"{address}/steps", json={"stage": "screening"}).status_code == 428
    assert manager.post(f"{address}/steps", json={"stage": "screening"}, headers={"If-Match": '"9"'}).status_code == 412
    assert manager.get(address).json()["version"] == 1


def test_an_edit_is_told_on_the_timeline_and_keeps_the_lead_it_does_not_name(manager, make_deal, people):
    deal = make_deal()
    view = manager.get(f"/deals/{deal.id}").json()
    answer = manager.put(
        f"/deals/{deal.id}", json=terms_of(view, title_en="Vessels", lead_id=None), headers=if_match(view)
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"2"'
    assert answer.json()["lead"]["id"] == str(people[Role.FUND_MANAGER].id)
    assert [activity["kind"] for activity in answer.json()["items"]] == ["edited"]
    assert answer.json()["deal"]["title_en"] == "Vessels"


def test_other_terms_void_an_approval_and_send_the_deal_back(manager, ready_deal, approve, read):
    deal = ready_deal(DealStage.APPROVED)
    item = approve(deal)
    view = manager.get(f"/deals/{deal.id}").json()
    answer = manager.put(
        f"/deals/{deal.id}", json=terms_of(view, amount_krw=view["deal"]["amount_krw"] + 1), headers=if_match(view)
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["deal"]["stage"] == "committee", "all that the committee asks for is still there"
    assert read.get_one(AgendaItem, item.id).state is ItemState.VOIDED


def test_terms_that_no_longer_pass_the_gate_send_it_back_to_due_diligence(manager, ready_deal, approve, read):
    for stage in (DealStage.COMMITTEE, DealStage.APPROVED):
        deal = ready_deal(stage)
        item = approve(deal)
        view = manager.get(f"/deals/{deal.id}").json()
        answer = manager.put(f"/deals/{deal.id}", json=terms_of(view, region_code=None), headers=if_match(view))
        assert answer.json()["deal"]["stage"] == "due_diligence"
        assert read.get_one(AgendaItem, item.id).state is ItemState.VOIDED


def test_another_lead_is_no_other_term(manager, make_deal, vehicle, approve, read):
    deal = make_deal(DealStage.APPROVED, vehicle_id=vehicle.id)
    item = approve(deal)
    view = manager.get(f"/deals/{deal.id}").json()
    answer = manager.put(f"/deals/{deal.id}", json=terms_of(view), headers=if_match(view))
    assert (answer.status_code, answer.json()["deal"]["stage"]) == (200, "approved")
    assert read.get_one(AgendaItem, item.id).state is ItemState.APPROVED


@pytest.mark.parametrize(
    "stage",
    [stage for stage in DealStage if stage.value in {
        "contracted", "disbursing", "monitoring", "exited", "declined", "withdrawn",
    }],
)  # fmt: skip
def test_terms_that_are_contracted_or_over_stand(manager, make_deal, read, stage):
    deal = make_deal(stage)
    view = manager.get(f"/deals/{deal.id}").json()
    for change in ({"amount_krw": 1}, {"instrument": "loan"}, {"additionality": "다른 이유"}, {"title_en": "x"}):
        answer = manager.put(f"/deals/{deal.id}", json=terms_of(view, **change), headers=if_match(view))
        assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed"), answer.text
    assert manager.get(f"/deals/{deal.id}").json() == view
    assert read.exec(select(DealActivity)).all() == []
    assert manager.put(f"/deals/{deal.id}", json=terms_of(view), headers=if_match(view)).status_code == 200


def test_there_is_nothing_to_edit_where_there_is_no_deal(manager, said):
    for address in (f"/deals/{new_id()}", f"/deals/{new_id()}/steps"):
        body = said if not address.endswith("steps") else {"stage": "screening"}
        method = manager.put if not address.endswith("steps") else manager.post
        assert method(address, json=body, headers={"If-Match": '"1"'}).status_code == 404
