from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from models.committee import CommitteeVote, MeetingMember
from models.deal import Deal
from models.person import PersonRole, Role


@pytest.fixture
def deal(room):
    return room.make_deal()


@pytest.fixture
def item(room, deal):
    [item] = room.open_meeting(deal)["items"]
    return item


def votes_on(read, item):
    return read.exec(select(CommitteeVote).where(CommitteeVote.item_id == item["id"])).all()


def test_a_vote_is_hidden_from_everybody_else_while_the_vote_is_open(room, item):
    cast = room.vote(room.voters[0], item, "for", words="좋다.")
    assert cast.status_code == 201, cast.text
    assert cast.headers["Location"] == f"/committee/items/{item['id']}"
    assert [member["choice"] for member in cast.json()["members"] if member["voted"]] == ["for"]
    seen = room.voters[1].get(cast.headers["Location"]).json()["item"]
    assert [(member["voted"], member["choice"]) for member in seen["members"] if member["voted"]] == [(True, None)]
    assert seen["tally"]["votes_for"] is None
    counted = room.manager.get(cast.headers["Location"]).json()["item"]
    assert (counted["tally"]["votes_for"], counted["tally"]["voted"]) == (None, 1)
    assert [member["choice"] for member in counted["members"]] == [None] * 5


def test_the_same_key_gives_the_same_answer_and_another_vote_is_refused(room, item, read):
    first, again = room.vote(room.voters[0], item, key="k"), room.vote(room.voters[0], item, key="k")
    assert (first.status_code, first.text) == (again.status_code, again.text)
    assert room.vote(room.voters[0], item, "against", key="k").status_code == 422
    assert room.vote(room.voters[0], item, "against").status_code == 409
    assert len(votes_on(read, item)) == 1
    missing = room.voters[1].post(
        f"/committee/items/{item['id']}/votes", json={"choice": "for", "terms_digest": item["terms_digest"]}
    )
    assert missing.status_code == 400


def test_twenty_votes_at_once_of_one_person_are_one(room, item, read):
    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(lambda _: room.vote(room.voters[0], item).status_code, range(20)))
    assert statuses == [201] + [409] * 19
    assert len(votes_on(read, item)) == 1


@pytest.fixture
def second(make_person, room):
    """Another account of the first member."""
    return make_person("위원 0 (다른 계정)", Role.COMMITTEE_MEMBER, human_id=room.members[0].human_id)


def test_a_second_account_of_the_same_human_being_has_no_second_vote(room, item, second, client_of, store):
    assert room.vote(room.voters[0], item).status_code == 201
    assert room.vote(client_of(second), item).status_code == 403, "not called"
    # Past what the service lets anybody do.
    store(MeetingMember(meeting_id=item["meeting_id"], person_id=second.id))
    assert room.vote(client_of(second), item).status_code == 409
    assert room.manager.get(f"/committee/items/{item['id']}").json()["item"]["tally"]["voted"] == 1


def test_two_accounts_of_one_human_being_cannot_both_be_called(room, make_person):
    second = make_person("같은 사람", Role.COMMITTEE_MEMBER, human_id=room.members[0].human_id)
    called = [str(room.members[0].id), str(second.id)]
    body = {"title": "회의", "meets_at": "2026-12-01T14:00", "chair_id": called[0], "member_ids": called}
    answer = room.manager.post("/committee/meetings", json=body)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == "member_ids"


def test_only_those_called_vote_and_only_members_of_the_committee(room, item, client_for, make_person, client_of):
    assert room.vote(client_of(make_person("다른 위원", Role.COMMITTEE_MEMBER)), item).status_code == 403
    for role in (Role.FUND_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR, Role.INVESTOR):
        assert room.vote(client_for(role), item).status_code == 403


def test_the_lead_of_a_deal_has_no_vote_on_it(room, store, read):
    store(PersonRole(person_id=room.members[1].id, role=Role.FUND_MANAGER))
    [item] = room.open_meeting(room.make_deal(lead_id=room.members[1].id))["items"]
    refused = room.vote(room.voters[1], item)
    assert refused.status_code == 403
    assert item["members"][1]["recusal"]["reason"] == "lead"
    assert item["tally"]["eligible"] == 4
    assert not votes_on(read, item)


def test_a_vote_binds_the_terms_that_were_read(room, item):
    assert room.vote(room.voters[0], item, terms_digest="0" * 64).status_code == 412
    assert room.vote(room.voters[0], item, terms_digest="x").status_code in {400, 422}


def test_a_deal_edited_since_it_was_listed_has_to_be_listed_anew(room, item, deal, database):
    edit(database, deal, amount_krw=6 * 10**9)
    assert room.vote(room.voters[0], item).status_code == 409
    shown = room.manager.get(f"/committee/items/{item['id']}").json()["item"]
    assert shown["outdated"]
    assert shown["may_relist"]
    assert room.decide(room.manager, item).status_code == 409
    relisted = room.manager.post(f"/committee/items/{item['id']}/relist", headers=room.keyed())
    assert relisted.status_code == 200, relisted.text
    assert not relisted.json()["outdated"]
    assert relisted.json()["terms_digest"] != item["terms_digest"]
    assert room.vote(room.voters[0], item).status_code == 412
    assert room.vote(room.voters[0], relisted.json()).status_code == 201
    edit(database, deal, amount_krw=7 * 10**9)
    assert room.manager.post(f"/committee/items/{item['id']}/relist", headers=room.keyed()).status_code == 409
    assert room.decide(room.manager, relisted.json(), "deferred").status_code == 200


def edit(database, deal, **changes):
    with Session(database) as session:
        stored = session.get_one(Deal, deal.id)
        for name, value in changes.items():
            setattr(stored, name, value)
        session.commit()


def test_nobody_is_a_committee_alone(room, deal):
    """Who calls a meeting may make quorum and majority harder to reach, not easier than more than half of two."""
    alone = [str(room.members[0].id)]
    [item] = room.open_meeting(deal, member_ids=alone, chair_id=alone[0])["items"]
    assert room.vote(room.voters[0], item).status_code == 201
    assert room.decide(room.voters[0], item).status_code == 409
    assert room.decide(room.manager, item).status_code == 409
    assert room.decide(room.manager, item, "deferred").status_code == 200
    body = {"title": "회의", "meets_at": "2026-12-01T14:00", "chair_id": alone[0], "member_ids": alone}
    for rule in ("quorum_bp", "approval_bp"):
        answer = room.manager.post("/committee/meetings", json=body | {rule: 5_000})
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (400, rule)
