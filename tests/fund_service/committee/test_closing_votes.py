"""The vote on an item: nobody sees how it stands before all voted or it is closed, and it decides what is decided."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models.committee import AgendaItem, ItemState
from models.deal import Deal, DealStage
from models.person import Role
from models.vehicle import LimitKind, LimitRule
from tests.committee_acts import vote_of
from tests.fund_service.page_reading import faults_of

HTML = {"Accept": "text/html"}
WORDS = "오래 생각하여 적은 이유"


@pytest.fixture
def deal(room):
    return room.make_deal()


@pytest.fixture
def item(room, deal):
    [item] = room.open_meeting(deal)["items"]
    return item


def seen(client, item):
    return client.get(f"/committee/items/{item['id']}").json()["item"]


@pytest.mark.parametrize("choice", ["for", "against"])
def test_who_closes_the_item_learns_nothing_by_trying(room, item, choice):
    """Neither what is refused, nor in which words, nor what is shown differs by how members voted."""
    for voter in room.voters[:4]:
        assert room.vote(voter, item, choice).status_code == 201
    chair = room.voters[0]
    for client in (chair, room.manager):
        approved = room.decide(client, item)
        rejected = room.decide(client, item, "rejected", decline_reason="market")
        assert approved.status_code == rejected.status_code == 409
        assert approved.json()["detail"] == rejected.json()["detail"]
        assert approved.json()["detail"].startswith("표결이 마감되지 않았습니다. 회피되지 않은 위원 5명 중 4명이")
        shown = seen(client, item)
        assert [shown["tally"][count] for count in ("votes_for", "votes_against", "abstentions", "carries")] == [
            None
        ] * 4
        assert (shown["outcome"], shown["may_close_vote"]) == (None, True)
        assert {member["choice"] for member in shown["members"]} - {None} <= {choice}
        assert sum(member["choice"] is not None for member in shown["members"]) == (client is chair)


def test_a_limit_that_would_hinder_an_approval_tells_nothing_while_the_vote_is_open(room, item, store):
    basis = {"basis_ko": "규약", "basis_en": "agreement"}
    store(LimitRule(kind=LimitKind.COMPANY_CONCENTRATION, share_bp=2_000, **basis))
    for voter in room.voters[:4]:
        room.vote(voter, item)
    assert room.decide(room.manager, item).json()["code"] == "step_not_allowed"


def test_the_chair_closes_the_vote_and_it_is_shown_from_then_on(room, item):
    for voter, choice in zip(room.voters[:3], ["for", "for", "abstain"], strict=True):
        room.vote(voter, item, choice)
    assert room.close_vote(room.voters[1], item).status_code == 403, "no chair"
    closed = room.close_vote(room.voters[0], item)
    assert closed.status_code == 200, closed.text
    tally = closed.json()["tally"]
    assert (tally["votes_for"], tally["abstentions"], closed.json()["outcome"]) == (2, 1, "approved")
    assert [member["choice"] for member in seen(room.voters[4], item)["members"]][:3] == ["for", "for", "abstain"]
    assert room.vote(room.voters[3], item).status_code == 409
    assert room.close_vote(room.manager, item).status_code == 409


def test_the_lead_of_the_deal_does_not_close_its_vote(room, item, client_for):
    assert room.close_vote(client_for(Role.FUND_MANAGER), item).status_code == 403


def test_the_last_vote_closes_it(room, item, read):
    for voter in room.voters:
        assert seen(room.voters[0], item)["vote_closed_at"] is None
        answer = room.vote(voter, item)
    assert answer.json()["outcome"] == "approved"
    assert read.get_one(AgendaItem, item["id"]).vote_closed_by_id == room.members[4].id


@pytest.mark.parametrize(("choice", "outcome"), [("for", "approved"), ("against", "rejected")])
def test_what_the_votes_decide_is_not_put_off(room, item, choice, outcome, read):
    for voter in room.voters:
        room.vote(voter, item, choice)
    for other in {"approved", "rejected", "deferred"} - {outcome}:
        reason = {"decline_reason": "market"} if other == "rejected" else {}
        assert room.decide(room.voters[0], item, other, **reason).status_code == 409
    reason = {"decline_reason": "market"} if outcome == "rejected" else {}
    assert room.decide(room.voters[0], item, outcome, **reason).status_code == 200
    assert read.get_one(Deal, item["deal"]["id"]).stage is (
        DealStage.APPROVED if outcome == "approved" else DealStage.DECLINED
    )


def test_an_item_is_put_off_unseen_while_the_vote_is_open(room, item):
    room.vote(room.voters[0], item)
    assert room.decide(room.manager, item, "deferred").json()["state"] == "deferred"


def test_what_was_closed_is_not_listed_anew(room, item):
    assert room.close_vote(room.manager, item).status_code == 200
    assert room.manager.post(f"/committee/items/{item['id']}/relist", headers=room.keyed()).status_code == 409
    assert room.decide(room.manager, item, "deferred").status_code == 200


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_pages_close_the_vote_and_offer_what_the_votes_say(room, item, language):
    address, asked = f"/committee/items/{item['id']}", {"lang": language}
    for voter in room.voters[:3]:
        room.vote(voter, item, "against")
    page = room.manager.get(f"{address}/deciding", headers=HTML, params=asked)
    assert faults_of(page.text, language=language) == []
    assert 'id="outcome-deferred"' in page.text
    assert 'id="outcome-approved"' not in page.text
    assert f"{address}/closing" in page.text
    closed = room.manager.post(f"{address}/closing", data={"idempotency_key": "c"}, follow_redirects=False)
    assert (closed.status_code, closed.headers["Location"]) == (303, f"{address}/deciding")
    again = room.manager.post(f"{address}/closing", data={"idempotency_key": "d"}, headers=HTML)
    assert (again.status_code, faults_of(again.text, language="ko")) == (422, [])
    page = room.manager.get(f"{address}/deciding", headers=HTML, params=asked)
    assert faults_of(page.text, language=language) == []
    assert 'id="outcome-rejected"' in page.text
    assert 'id="outcome-approved"' not in page.text
    assert f"{address}/closing" not in page.text


def test_a_decision_the_rules_refuse_is_shown_again_with_what_was_typed(room, item):
    address = f"/committee/items/{item['id']}/deciding"
    typed = {"outcome": "approved", "words": WORDS, "conditions": "담보 설정", "terms_digest": item["terms_digest"]}
    refused = room.manager.post(address, data=typed | {"idempotency_key": "k"}, headers=HTML)
    assert (refused.status_code, faults_of(refused.text, language="ko")) == (422, [])
    assert all(said in refused.text for said in (WORDS, "담보 설정", "표결이 마감되지 않았습니다"))
    other = room.manager.post(address, data=typed | {"terms_digest": "0" * 64, "idempotency_key": "k"}, headers=HTML)
    assert (other.status_code, WORDS in other.text) == (422, True)
    assert room.decide(room.manager, item, "deferred").status_code == 200
    late = room.manager.post(address, data=typed | {"idempotency_key": "l"}, headers=HTML)
    assert (late.status_code, faults_of(late.text, language="ko")) == (422, [])
    assert WORDS in late.text, "even where it can no longer be sent"


def test_a_vote_the_rules_refuse_is_shown_again_with_what_was_typed(room, item):
    address = f"/committee/items/{item['id']}/vote"
    typed = {"choice": "for", "words": WORDS, "terms_digest": item["terms_digest"], "idempotency_key": "k"}
    assert room.vote(room.voters[0], item).status_code == 201
    twice = room.voters[0].post(address, data=typed, headers=HTML)
    assert (twice.status_code, faults_of(twice.text, language="ko")) == (422, [])
    assert WORDS in twice.text
    assert "이미 표결" in twice.text
    other = room.voters[1].post(address, data=typed | {"terms_digest": "0" * 64}, headers=HTML)
    assert (other.status_code, WORDS in other.text) == (422, True)
    assert room.close_vote(room.manager, item).status_code == 200
    late = room.voters[1].post(address, data=typed, headers=HTML)
    assert (late.status_code, WORDS in late.text) == (422, True)
    assert "표결이 마감되기 전까지만" in late.text


class TestWalls:
    """What the database refuses, whoever writes."""

    @staticmethod
    def refused(engine, statement, **values):
        with engine.begin() as connection, pytest.raises(IntegrityError) as refusal:
            connection.execute(sa.text(statement), values)
        return refusal.value.orig.diag.constraint_name

    def test_no_item_begins_decided(self, room, deal, database):
        other = room.call_meeting(title="다른 회의")
        listed = (
            "INSERT INTO agenda_item (id, recorded_at, meeting_id, deal_id, position, terms_digest, state, decided_at,"
            " words) VALUES (gen_random_uuid(), now(), :meeting, :deal, 9, repeat('0', 64), :state, now(), '')"
        )
        for state in ("approved", "rejected", "deferred", "voided"):
            constraint = self.refused(database, listed, meeting=other["id"], deal=deal.id, state=state)
            assert constraint == "item_listed_first", state

    def test_no_item_is_approved_but_by_the_votes_of_two_for_it(self, room, item, database, read):
        approve = "UPDATE agenda_item SET state = 'approved', decided_at = now() WHERE id = :id"
        for voter, choice in ((0, "against"), (1, "abstain"), (2, "for")):
            assert self.refused(database, approve, id=item["id"]) == "item_approved_by_votes"
            assert room.vote(room.voters[voter], item, choice).status_code == 201
        assert self.refused(database, approve, id=item["id"]) == "item_approved_by_votes"
        assert room.vote(room.voters[3], item).status_code == 201
        with database.begin() as connection:
            connection.execute(sa.text(approve), {"id": item["id"]})
        assert read.get_one(AgendaItem, item["id"]).state is ItemState.APPROVED

    def test_only_what_was_approved_is_voided(self, item, database):
        void = "UPDATE agenda_item SET state = 'voided', decided_at = now() WHERE id = :id"
        assert self.refused(database, void, id=item["id"]) == "item_voided_after_approval"

    def test_a_vote_that_is_closed_stays_closed(self, room, item, database, read, store):
        room.close_vote(room.manager, item)
        reopen = "UPDATE agenda_item SET vote_closed_at = NULL, vote_closed_by_id = NULL WHERE id = :id"
        assert self.refused(database, reopen, id=item["id"]) == "vote_stays_closed"
        with pytest.raises(IntegrityError) as refusal:
            store(vote_of(read.get_one(AgendaItem, item["id"]), room.members[0]))
        assert refusal.value.orig.diag.constraint_name == "vote_while_open"
