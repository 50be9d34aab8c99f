from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from models.committee import AgendaItem, CommitteeVote, ItemState, MeetingMember
from models.deal import ActivityKind, Deal, DealActivity, DealStage
from models.person import PersonRole, Role
from models.project import RndProject
from models.vehicle import LimitKind, LimitRule


@pytest.fixture
def deal(room):
    return room.make_deal()


@pytest.fixture
def item(room, deal):
    [item] = room.open_meeting(deal)["items"]
    return item


def votes_on(read, item):
    return read.exec(select(CommitteeVote).where(CommitteeVote.item_id == item["id"])).all()


def test_a_vote_is_counted_once_and_hidden_until_the_item_is_decided(room, item):
    cast = room.vote(room.voters[0], item, "for", words="좋다.")
    assert cast.status_code == 201, cast.text
    assert cast.headers["Location"] == f"/committee/items/{item['id']}"
    assert [member["choice"] for member in cast.json()["members"] if member["voted"]] == ["for"]
    seen = room.voters[1].get(cast.headers["Location"]).json()["item"]
    assert [(member["voted"], member["choice"]) for member in seen["members"] if member["voted"]] == [(True, None)]
    assert seen["tally"]["votes_for"] is None
    counted = room.manager.get(cast.headers["Location"]).json()["item"]
    assert (counted["tally"]["votes_for"], counted["tally"]["voted"]) == (1, 1)
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


class TestDecision:
    """Closing an item: what the votes say, by whom, and what becomes of the deal."""

    def test_an_approved_deal_takes_the_step_and_its_conditions_wait(self, room, deal, read):
        item = room.approve(deal, conditions=["이사회 결의서 제출", "담보 설정"])
        assert item["state"] == "approved"
        assert [condition["met_at"] for condition in item["conditions"]] == [None, None]
        assert {member["choice"] for member in item["members"]} == {"for"}
        assert read.get_one(Deal, deal.id).stage is DealStage.APPROVED
        told = read.exec(select(DealActivity).where(DealActivity.deal_id == deal.id)).all()
        [words] = [activity.words for activity in told if activity.kind is ActivityKind.COMMITTEE]
        assert "찬성 5, 반대 0, 기권 0" in words

    def test_nothing_is_approved_without_quorum_and_it_can_be_deferred(self, room, item, deal, read):
        for voter in room.voters[:2]:
            room.vote(voter, item)
        assert room.decide(room.manager, item).status_code == 409
        assert room.decide(room.manager, item, "rejected", decline_reason="market").status_code == 409
        deferred = room.decide(room.manager, item, "deferred")
        assert deferred.json()["state"] == "deferred"
        assert read.get_one(Deal, deal.id).stage is DealStage.DUE_DILIGENCE

    def test_a_rejection_declines_the_deal_with_code_and_words(self, room, item, deal, read):
        for voter, choice in zip(room.voters, ["for", "for", "against", "against", "abstain"], strict=True):
            assert room.vote(voter, item, choice).status_code == 201
        assert room.decide(room.manager, item).status_code == 409, "two of four is below two thirds"
        assert room.decide(room.manager, item, "rejected").status_code == 422, "no reason code"
        rejected = room.decide(room.manager, item, "rejected", decline_reason="market")
        assert rejected.status_code == 200, rejected.text
        declined = read.get_one(Deal, deal.id)
        assert (declined.stage, declined.decline_reason) == (DealStage.DECLINED, "market")
        assert declined.decline_words == "근거가 충분하다."

    def test_what_the_votes_approve_cannot_be_rejected(self, room, item):
        for voter in room.voters:
            room.vote(voter, item)
        assert room.decide(room.manager, item, "rejected", decline_reason="market").status_code == 409

    def test_what_a_limit_forbids_is_not_approved_by_any_vote(self, room, item, deal, read, store):
        basis = {"basis_ko": "규약", "basis_en": "agreement"}
        store(LimitRule(kind=LimitKind.COMPANY_CONCENTRATION, share_bp=2_000, **basis))
        for voter in room.voters:
            room.vote(voter, item)
        refused = room.decide(room.manager, item)
        assert (refused.status_code, refused.json()["code"]) == (409, "limit_broken")
        assert "5,000,000,000" in refused.json()["detail"], "the ledger has no won: all of it is too much"
        assert read.get_one(Deal, deal.id).stage is DealStage.COMMITTEE
        assert room.decide(room.manager, item, "deferred").status_code == 200

    def test_a_vote_after_the_decision_is_refused(self, room, item):
        for voter in room.voters[:4]:
            room.vote(voter, item)
        assert room.decide(room.manager, item).status_code == 200
        assert room.vote(room.voters[4], item).status_code == 409
        assert room.decide(room.manager, item, "deferred").status_code == 409

    def test_voting_and_closing_at_once_leave_no_vote_uncounted(self, room, item, read):
        for voter in room.voters[:3]:
            room.vote(voter, item)
        with ThreadPoolExecutor(3) as pool:
            late = [pool.submit(room.vote, voter, item, "against") for voter in room.voters[3:]]
            closing = pool.submit(room.decide, room.manager, item)
            statuses = [one.result().status_code for one in late]
            decided = closing.result()
        stored = read.get_one(AgendaItem, item["id"])
        assert set(statuses) <= {201, 409}
        against = statuses.count(201)
        if decided.status_code == 200:
            assert stored.state is ItemState.APPROVED
            assert decided.json()["tally"]["votes_against"] == against <= 1
        else:
            assert (decided.status_code, against) == (409, 2)
        assert len(votes_on(read, item)) == 3 + against

    def test_one_of_two_decisions_at_once_holds(self, room, item):
        for voter in room.voters:
            room.vote(voter, item)
        with ThreadPoolExecutor(4) as pool:
            statuses = sorted(pool.map(lambda _: room.decide(room.manager, item).status_code, range(4)))
        assert statuses == [200, 409, 409, 409]

    def test_the_chair_or_a_manager_closes_and_nobody_else(self, room, item, client_for):
        for voter in room.voters:
            room.vote(voter, item)
        assert room.decide(room.voters[1], item).status_code == 403
        assert room.decide(client_for(Role.FUND_MANAGER), item).status_code == 403, "leads the deal"
        assert room.decide(client_for(Role.AUDITOR), item).status_code == 403
        assert room.decide(room.voters[0], item).status_code == 200

    def test_a_meeting_with_pending_items_does_not_close(self, room, item):
        address = f"/committee/meetings/{item['meeting_id']}/close"
        assert room.manager.post(address, headers=room.keyed()).status_code == 409
        assert room.decide(room.manager, item, "deferred").status_code == 200
        assert room.manager.post(address, headers=room.keyed()).json()["state"] == "closed"
        assert room.manager.post(address, headers=room.keyed()).status_code == 409


class TestApproval:
    """An approval binds the terms it was given on."""

    def test_an_edit_of_the_terms_voids_the_approval(self, room, deal, read, client_for):
        item = room.approve(deal)
        lead = client_for(Role.FUND_MANAGER)
        shown = lead.get(f"/deals/{deal.id}")
        facts = read.get_one(Deal, deal.id)
        body = {
            name: getattr(facts, name)
            for name in ("title_ko", "instrument", "amount_krw", "region_code", "additionality", "main_purpose")
        }
        body |= {"company_id": str(facts.company_id), "vehicle_id": str(facts.vehicle_id), "amount_krw": 9 * 10**9}
        edited = lead.put(f"/deals/{deal.id}", json=body, headers={"If-Match": shown.headers["ETag"]})
        assert edited.status_code == 200, edited.text
        assert read.get_one(AgendaItem, item["id"]).state is ItemState.VOIDED
        told = read.exec(select(DealActivity.words).where(DealActivity.deal_id == deal.id)).all()
        assert "투자건이 바뀌어 위원회의 승인이 무효가 되었습니다." in told
        tab = lead.get(f"/deals/{deal.id}/committee").json()
        assert (tab["standing"], tab["items"][0]["state"]) == (None, "voided")

    def test_another_owner_of_the_company_voids_the_approval(self, room, deal, company, read, client_for):
        item = room.approve(deal)
        body = {"kind": "partner_firm", "name_ko": company.name_ko, "ownership_group_name": "새 주인"}
        moved = client_for(Role.PLANNER).put(f"/organisations/{company.id}", json=body, headers={"If-Match": '"1"'})
        assert moved.status_code == 200
        assert read.get_one(AgendaItem, item["id"]).state is ItemState.VOIDED
        assert read.get_one(Deal, deal.id).stage is DealStage.COMMITTEE

    def test_another_name_of_the_company_does_not(self, room, deal, company, read, client_for):
        item = room.approve(deal)
        body = {"kind": "partner_firm", "name_ko": "새 이름", "ownership_group_id": str(company.ownership_group_id)}
        renamed = client_for(Role.PLANNER).put(f"/organisations/{company.id}", json=body, headers={"If-Match": '"1"'})
        assert renamed.status_code == 200
        assert read.get_one(AgendaItem, item["id"]).state is ItemState.APPROVED

    def test_another_consortium_of_the_project_voids_the_approval(self, room, company, read, client_for, store):
        project = RndProject(title_ko="수소 저장 과제")
        store(project)
        deal = room.make_deal(project_id=project.id)
        item = room.approve(deal)
        keeper, address = client_for(Role.PLANNER), f"/projects/{project.id}"
        same = keeper.put(address, json={"title_ko": "새 이름"}, headers={"If-Match": '"1"'})
        assert same.status_code == 200
        assert read.get_one(AgendaItem, item["id"]).state is ItemState.APPROVED
        members = [{"organisation_id": str(company.id), "role": "lead"}]
        body = {"title_ko": "새 이름", "consortium": members}
        assert keeper.put(address, json=body, headers={"If-Match": '"2"'}).status_code == 200
        read.expire_all()
        assert read.get_one(AgendaItem, item["id"]).state is ItemState.VOIDED

    def test_a_condition_is_met_with_evidence_by_another_than_the_lead(self, room, deal, client_for):
        item = room.approve(deal, conditions=["이사회 결의서 제출"])
        address = f"/committee/conditions/{item['conditions'][0]['id']}/met"
        tab = room.manager.get(f"/deals/{deal.id}/committee").json()
        assert tab["standing"] == item["id"]
        evidence = {"evidence_document_id": tab["documents"][0]["code"]}
        lead = client_for(Role.FUND_MANAGER)
        assert lead.post(address, json=evidence, headers=room.keyed()).status_code == 403
        other = room.manager.get(f"/deals/{room.make_deal().id}/committee").json()["documents"][0]["code"]
        foreign = room.manager.post(address, json={"evidence_document_id": other}, headers=room.keyed())
        assert foreign.status_code == 422
        met = room.manager.post(address, json=evidence, headers=room.keyed())
        assert met.status_code == 200, met.text
        assert met.json()["conditions"][0]["met_by_name"] == "다른 운용역"
        assert room.manager.post(address, json=evidence, headers=room.keyed()).status_code == 409
