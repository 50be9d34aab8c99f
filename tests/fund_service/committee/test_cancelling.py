"""Meetings that cannot decide, and meetings that are cancelled."""

import pytest
from sqlmodel import select

from models.committee import AgendaItem, CommitteeMeeting, MeetingState
from models.person import Role
from models.timeline import DealActivity
from tests.fund_service.page_reading import faults_of

HTML = {"Accept": "text/html"}


@pytest.fixture
def deal(room):
    return room.make_deal()


def list_on(room, meeting, *deals):
    address = f"/committee/meetings/{meeting['id']}/agenda"
    body, version = {"deal_ids": [str(deal.id) for deal in deals]}, {"If-Match": f'"{meeting["version"]}"'}
    return room.manager.put(address, json=body, headers=version)


@pytest.fixture
def planned(room, deal):
    return list_on(room, room.call_meeting(), deal).json()


def cancel(room, client, meeting, reason="위원장 출장"):
    address = f"/committee/meetings/{meeting['id']}/cancel"
    return client.post(address, json={"reason": reason}, headers=room.keyed())


def test_a_cancelled_meeting_frees_its_deals_and_tells_them_why(room, planned, deal, read):
    other = room.call_meeting(title="다른 회의")
    assert list_on(room, other, deal).status_code == 409
    cancelled = cancel(room, room.voters[0], planned)
    assert cancelled.status_code == 200, cancelled.text
    assert (cancelled.json()["state"], cancelled.json()["cancel_reason"]) == ("cancelled", "위원장 출장")
    assert list_on(room, other, deal).status_code == 200
    told = read.exec(select(DealActivity.words).where(DealActivity.deal_id == deal.id)).all()
    assert "회의가 취소되었습니다: 제1차 투자심의위원회. 위원장 출장" in told
    lists = room.manager.get("/committee").json()
    assert [meeting["title"] for meeting in lists["upcoming"]] == ["다른 회의"]
    assert [meeting["state"] for meeting in lists["items"]] == ["cancelled"]


def test_a_cancelled_meeting_is_neither_opened_nor_changed_nor_cancelled_again(room, planned, deal):
    cancelled = cancel(room, room.manager, planned).json()
    address = f"/committee/meetings/{planned['id']}"
    assert room.manager.post(f"{address}/open", headers=room.keyed()).status_code == 409
    assert list_on(room, cancelled, deal).status_code == 409
    assert cancel(room, room.manager, planned).status_code == 409


def test_a_meeting_that_was_opened_is_not_cancelled(room, deal, read):
    opened = room.open_meeting(deal)
    assert cancel(room, room.manager, opened).status_code == 409
    assert read.get_one(CommitteeMeeting, opened["id"]).state is MeetingState.OPEN
    assert read.exec(select(AgendaItem)).one()


def test_only_the_chair_or_a_manager_who_never_led_a_deal_of_it_cancels(room, planned, client_for):
    for client in (room.voters[1], client_for(Role.FUND_MANAGER), client_for(Role.AUDITOR)):
        assert cancel(room, client, planned).status_code == 403


@pytest.mark.parametrize("reason", ["", " ", "x" * 1_001])
def test_a_meeting_is_cancelled_with_a_reason(room, planned, reason):
    assert cancel(room, room.manager, planned, reason).status_code in {400, 422}


def test_it_is_cancelled_by_a_form_that_keeps_what_was_typed(room, planned, deal):
    meeting = f"/committee/meetings/{planned['id']}"
    assert f"{meeting}/cancelling" in room.manager.get(meeting, headers=HTML).text
    empty = room.manager.post(f"{meeting}/cancelling", data={"reason": "", "idempotency_key": "k"}, headers=HTML)
    assert (empty.status_code, faults_of(empty.text, language="ko")) == (422, [])
    typed = {"reason": "정족수 미달", "idempotency_key": "k"}
    refused = room.voters[1].post(f"{meeting}/cancelling", data=typed, headers=HTML)
    assert (refused.status_code, "정족수 미달" in refused.text) == (422, True)
    done = room.manager.post(f"{meeting}/cancelling", data=typed, follow_redirects=False)
    assert (done.status_code, done.headers["Location"]) == (303, meeting)
    for language, said in (("ko", "취소된 회의입니다: 정족수 미달"), ("en", "The meeting was cancelled: 정족수 미달")):
        for address in (meeting, "/committee"):
            page = room.manager.get(address, headers=HTML, params={"lang": language})
            assert faults_of(page.text, language=language) == [], address
        page = room.manager.get(meeting, headers=HTML, params={"lang": language})
        assert said in page.text
        assert f"{meeting}/cancelling" not in page.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("ko", "이 안건은 정족수를 채울 수 없습니다."), ("en", "This item can never reach a quorum.")],
)
def test_an_item_that_never_reaches_a_quorum_is_said_before_the_meeting_opens(room, make_organisation, language, said):
    bound = make_organisation("이해상충기업")
    two = [str(member.id) for member in room.members[:2]]
    free, blocked = room.make_deal(), room.make_deal(company_id=bound.id)
    assert room.declare(room.voters[1], bound).status_code == 201
    meeting = list_on(room, room.call_meeting(member_ids=two), free, blocked).json()
    assert [item["tally"]["reachable"] for item in meeting["items"]] == [True, False]
    page = room.manager.get(f"/committee/meetings/{meeting['id']}", headers=HTML, params={"lang": language})
    assert faults_of(page.text, language=language) == []
    assert page.text.count(said) == 1
