"""Closing an item: what the votes say, by whom, and what becomes of the deal."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from models.committee import AgendaItem, CommitteeVote, ItemState
from models.deal import Deal, DealStage
from models.person import Role
from models.timeline import ActivityKind, DealActivity
from models.vehicle import LimitKind, LimitRule


@pytest.fixture
def deal(room):
    return room.make_deal()


@pytest.fixture
def item(room, deal):
    [item] = room.open_meeting(deal)["items"]
    return item


def test_an_approved_deal_takes_the_step_and_its_conditions_wait(room, deal, read):
    item = room.approve(deal, conditions=["이사회 결의서 제출", "담보 설정"])
    assert item["state"] == "approved"
    assert [condition["met_at"] for condition in item["conditions"]] == [None, None]
    assert {member["choice"] for member in item["members"]} == {"for"}
    assert read.get_one(Deal, deal.id).stage is DealStage.APPROVED
    told = read.exec(select(DealActivity).where(DealActivity.deal_id == deal.id)).all()
    [words] = [activity.words for activity in told if activity.kind is ActivityKind.COMMITTEE]
    assert "찬성 5, 반대 0, 기권 0" in words


def test_nothing_is_approved_without_quorum_and_it_can_be_deferred(room, item, deal, read):
    for voter in room.voters[:2]:
        room.vote(voter, item)
    assert room.close_vote(room.manager, item).status_code == 200
    assert room.decide(room.manager, item).status_code == 409
    assert room.decide(room.manager, item, "rejected", decline_reason="market").status_code == 409
    deferred = room.decide(room.manager, item, "deferred")
    assert deferred.json()["state"] == "deferred"
    assert read.get_one(Deal, deal.id).stage is DealStage.DUE_DILIGENCE


def test_a_rejection_declines_the_deal_with_code_and_words(room, item, deal, read):
    for voter, choice in zip(room.voters, ["for", "for", "against", "against", "abstain"], strict=True):
        assert room.vote(voter, item, choice).status_code == 201
    assert room.decide(room.manager, item).status_code == 409, "two of four is below two thirds"
    assert room.decide(room.manager, item, "rejected").status_code == 422, "no reason code"
    rejected = room.decide(room.manager, item, "rejected", decline_reason="market")
    assert rejected.status_code == 200, rejected.text
    declined = read.get_one(Deal, deal.id)
    assert (declined.stage, declined.decline_reason) == (DealStage.DECLINED, "market")
    assert declined.decline_words == "근거가 충분하다."


def test_what_the_votes_approve_cannot_be_rejected(room, item):
    for voter in room.voters:
        room.vote(voter, item)
    assert room.decide(room.manager, item, "rejected", decline_reason="market").status_code == 409


def test_what_a_limit_forbids_is_not_approved_by_any_vote(room, item, deal, read, store):
    basis = {"basis_ko": "규약", "basis_en": "agreement"}
    store(LimitRule(kind=LimitKind.COMPANY_CONCENTRATION, share_bp=2_000, **basis))
    for voter in room.voters:
        room.vote(voter, item)
    refused = room.decide(room.manager, item)
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_broken")
    assert "5,000,000,000" in refused.json()["detail"], "the ledger has no won: all of it is too much"
    assert read.get_one(Deal, deal.id).stage is DealStage.COMMITTEE
    assert room.decide(room.manager, item, "deferred").status_code == 200


def test_a_vote_after_the_decision_is_refused(room, item):
    for voter in room.voters[:4]:
        room.vote(voter, item)
    assert room.close_vote(room.manager, item).status_code == 200
    assert room.decide(room.manager, item).status_code == 200
    assert room.vote(room.voters[4], item).status_code == 409
    assert room.decide(room.manager, item, "deferred").status_code == 409


def test_voting_and_closing_at_once_leave_no_vote_uncounted(room, item, read):
    for voter in room.voters[:3]:
        room.vote(voter, item)
    with ThreadPoolExecutor(3) as pool:
        late = [pool.submit(room.vote, voter, item, "against") for voter in room.voters[3:]]
        closing = pool.submit(room.close_vote, room.manager, item)
        statuses = [one.result().status_code for one in late]
        closed = closing.result()
    assert set(statuses) <= {201, 409}
    against = statuses.count(201)
    assert closed.status_code == (200 if against < 2 else 409), "two late votes were the last, which close it"
    votes = read.exec(select(CommitteeVote).where(CommitteeVote.item_id == item["id"])).all()
    assert len(votes) == 3 + against
    decided = room.decide(room.manager, item)
    assert (decided.status_code, read.get_one(AgendaItem, item["id"]).state) == (
        (200, ItemState.APPROVED) if against < 2 else (409, ItemState.PENDING)
    )
    if against < 2:
        assert decided.json()["tally"]["votes_against"] == against


def test_one_of_two_decisions_at_once_holds(room, item):
    for voter in room.voters:
        room.vote(voter, item)
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(lambda _: room.decide(room.manager, item).status_code, range(4)))
    assert statuses == [200, 409, 409, 409]


def test_the_chair_or_a_manager_closes_and_nobody_else(room, item, client_for):
    for voter in room.voters:
        room.vote(voter, item)
    assert room.decide(room.voters[1], item).status_code == 403
    assert room.decide(client_for(Role.FUND_MANAGER), item).status_code == 403, "leads the deal"
    assert room.decide(client_for(Role.AUDITOR), item).status_code == 403
    assert room.decide(room.voters[0], item).status_code == 200


def test_a_meeting_with_pending_items_does_not_close(room, item):
    address = f"/committee/meetings/{item['meeting_id']}/close"
    assert room.manager.post(address, headers=room.keyed()).status_code == 409
    assert room.decide(room.manager, item, "deferred").status_code == 200
    assert room.manager.post(address, headers=room.keyed()).json()["state"] == "closed"
    assert room.manager.post(address, headers=room.keyed()).status_code == 409
