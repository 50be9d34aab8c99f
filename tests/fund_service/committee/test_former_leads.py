"""Whoever ever led a deal is no more independent of it than the one who leads it now, under whatever account."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlmodel import Session, select

from fund_service.diligence.queries import reviews_given
from models.clock import utc_now
from models.deal import Deal
from models.diligence import DealReview
from models.identity import new_id
from models.lead import DealLead
from models.person import PersonRole, Role
from tests.fund_service.deals.facts import if_match, terms_of


@pytest.fixture
def former(room, store):
    """A member of the committee who manages the fund too, and led the deal once."""
    store(PersonRole(person_id=room.members[1].id, role=Role.FUND_MANAGER))
    return room.members[1]


@pytest.fixture
def deal(room, former, lead):
    """A deal that its first lead handed over, over HTTP."""
    made = room.make_deal(lead_id=former.id)
    view = room.manager.get(f"/deals/{made.id}").json()
    body = terms_of(view, lead_id=str(lead.id))
    handed = room.manager.put(f"/deals/{made.id}", json=body, headers=if_match(view))
    assert handed.status_code == 200, handed.text
    return made


def hand_over(database, deal, person):
    with Session(database) as session:
        session.get_one(Deal, deal.id).lead_id = person.id
        session.commit()


def test_the_database_remembers_every_lead_of_a_deal(deal, lead, room, database, read):
    former = room.members[1]
    hand_over(database, deal, room.members[2])
    leads = read.exec(select(DealLead).where(DealLead.deal_id == deal.id)).all()
    assert {one.person_id for one in leads} == {former.id, lead.id, room.members[2].id}
    for change in (
        "UPDATE deal_lead SET since = now()",
        "DELETE FROM deal_lead",
        f"INSERT INTO deal_lead VALUES ('{deal.id}', '{former.id}', now())",  # noqa: S608 - our own
    ):
        with database.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.exec_driver_sql(change)


def test_a_lead_is_not_declared_somebody_else_afterwards(deal, former, owner):
    with owner.begin() as connection, pytest.raises(IntegrityError) as refused:
        connection.execute(sa.text("UPDATE person SET human_id = :h WHERE id = :id"), {"h": new_id(), "id": former.id})
    assert refused.value.orig.diag.constraint_name == "human_stays"


def test_a_former_lead_has_no_vote_and_is_not_counted(room, deal):
    [item] = room.open_meeting(deal)["items"]
    refused = room.vote(room.voters[1], item)
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    assert item["members"][1]["recusal"]["reason"] == "lead"
    assert item["tally"]["eligible"] == 4


def test_nor_under_another_account(room, deal, former, make_person, client_of):
    twin = make_person("다른 계정", Role.COMMITTEE_MEMBER, human_id=former.human_id)
    called = [str(person.id) for person in (room.members[0], room.members[2], twin)]
    [item] = room.open_meeting(deal, member_ids=called)["items"]
    assert room.vote(client_of(twin), item).status_code == 403
    assert item["tally"]["eligible"] == 2


def test_a_former_lead_neither_presides_nor_closes_votes_nor_decides(room, deal, former):
    chair = room.voters[1]
    meeting = room.open_meeting(deal, chair_id=str(former.id))
    [item] = meeting["items"]
    assert room.close_vote(chair, item).status_code == 403
    assert room.decide(chair, item, "deferred").status_code == 403
    planned = room.call_meeting(title="다음 회의")
    other = room.make_deal(lead_id=former.id)
    body = {"deal_ids": [str(other.id)]}
    address = f"/committee/meetings/{planned['id']}"
    assert room.manager.put(f"{address}/agenda", json=body, headers={"If-Match": '"1"'}).status_code == 200
    assert not chair.get(address).json()["may_preside"]
    assert chair.post(f"{address}/open", headers=room.keyed()).status_code == 403


def test_a_former_lead_confirms_no_condition(room, deal):
    item = room.open_meeting(deal)["items"][0]
    for voter in (room.voters[0], *room.voters[2:]):
        assert room.vote(voter, item).status_code == 201
    approved = room.decide(room.manager, item, conditions=["담보 설정"]).json()
    evidence = {"evidence_document_id": room.manager.get(f"/deals/{deal.id}/committee").json()["documents"][0]["code"]}
    address = f"/committee/conditions/{approved['conditions'][0]['id']}/met"
    assert not room.voters[1].get(f"/deals/{deal.id}/committee").json()["may_confirm"]
    assert room.voters[1].post(address, json=evidence, headers=room.keyed()).status_code == 403
    assert room.manager.post(address, json=evidence, headers=room.keyed()).status_code == 200


def test_a_vote_cast_before_somebody_became_lead_is_not_counted(room, database):
    deal = room.make_deal()
    [item] = room.open_meeting(deal)["items"]
    assert room.vote(room.voters[1], item).status_code == 201
    hand_over(database, deal, room.members[1])
    shown = room.manager.get(f"/committee/items/{item['id']}").json()["item"]
    assert (shown["tally"]["eligible"], shown["tally"]["voted"]) == (4, 0)


def test_what_was_decided_is_counted_as_it_was_when_a_voter_leads_the_deal_later(room, database):
    deal = room.make_deal()
    before = room.approve(deal)
    with Session(database) as session:
        stored = session.get_one(Deal, deal.id)
        stored.lead_id, stored.updated_at = room.members[1].id, utc_now() + timedelta(seconds=1)
        session.commit()
    after = room.manager.get(f"/committee/items/{before['id']}").json()["item"]
    assert (after["tally"], after["members"]) == (before["tally"], before["members"])


def test_the_review_of_a_former_lead_is_none_of_an_independent(deal, reviewers, store, read, room):
    former = room.members[1]
    store(DealReview(deal_id=deal.id, person_id=former.id, words="적절하다."))
    assert reviews_given(read, deal.id) == len(reviewers)
    shown = room.manager.get(f"/deals/{deal.id}/diligence").json()["reviews"]
    assert {review["person_id"]: review["independent"] for review in shown}[str(former.id)] is False
