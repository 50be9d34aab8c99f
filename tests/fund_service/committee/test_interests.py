"""Conflicts of interest: who is bound is refused, the quorum is counted anew, what they decided before is flagged."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from fund_service.committee.interests import interest_in
from models.clock import business_date, utc_now
from models.committee import DecisionFlag, DeclaredInterest, InterestKind
from models.deal import Deal
from models.diligence import DealReview
from models.instruction import Instruction, InstructionCheck, InstructionKind
from models.organisation import OwnershipGroup
from models.person import Role
from models.project import ConsortiumMember, ConsortiumRole, RndProject
from models.timeline import ActivityKind, DealActivity

TODAY = business_date(utc_now())
LONG_AGO = TODAY - timedelta(days=30)


@pytest.fixture
def deal(room):
    return room.make_deal()


@pytest.fixture
def group(store):
    return OwnershipGroup(name_ko="한빛그룹")


@pytest.fixture
def party(make_organisation, group):
    """The company of the deals under test."""
    return make_organisation("한빛소재", group=group)


@pytest.fixture
def affiliate(make_organisation, group, party):
    return make_organisation("한빛전자", group=group)


@pytest.fixture
def item(room, party):
    [item] = room.open_meeting(room.make_deal(company_id=party.id))["items"]
    return item


@pytest.mark.parametrize("kind", list(InterestKind))
def test_whoever_declared_an_interest_in_a_party_is_refused_whatever_its_kind(room, kind, item, party, caplog):
    assert room.declare(room.voters[1], party, kind.value).status_code == 201
    with caplog.at_level(logging.WARNING, "fund_service.committee"):
        refused = room.vote(room.voters[1], item)
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    assert item["id"] in caplog.text
    seen = room.voters[0].get(f"/committee/items/{item['id']}").json()["item"]
    recused = [member for member in seen["members"] if member["recusal"]]
    assert [(member["name"], member["recusal"]["reason"]) for member in recused] == [("위원 1", kind.value)]
    assert recused[0]["recusal"]["party_ko"] == "한빛소재"
    assert (seen["tally"]["eligible"], seen["tally"]["needed"]) == (4, 3)


@pytest.mark.parametrize(
    ("kind", "recused"), [("personal", False), ("family", False), ("employer", True), ("ownership_group", True)]
)
def test_an_interest_in_an_affiliate_reaches_as_far_as_its_kind(room, kind, recused, item, affiliate):
    room.declare(room.voters[1], affiliate, kind)
    assert room.vote(room.voters[1], item).status_code == (403 if recused else 201)


def test_an_interest_in_the_ownership_group_itself_reaches_its_members(room, item, group):
    assert room.declare(room.voters[1], ownership_group_id=str(group.id)).status_code == 201
    assert room.vote(room.voters[1], item).status_code == 403


@pytest.fixture(params=["party", "affiliate"])
def own(request):
    """An organisation that a member belongs to."""
    return request.getfixturevalue(request.param)


def test_ones_own_organisation_and_its_group_count_without_declaring(room, own, make_person, client_of, party):
    member = make_person("소속 위원", Role.COMMITTEE_MEMBER, organisation_id=own.id)
    called = [str(one.id) for one in (*room.members, member)]
    [item] = room.open_meeting(room.make_deal(company_id=party.id), member_ids=called)["items"]
    assert room.vote(client_of(member), item).status_code == 403
    [reason] = [one["recusal"]["reason"] for one in item["members"] if one["recusal"]]
    assert reason == "own_organisation"


def test_a_member_of_the_project_s_consortium_is_a_party_too(room, make_organisation, store):
    partner = make_organisation("공동연구소")
    project = RndProject(title_ko="수소 저장 과제")
    store(project, ConsortiumMember(project_id=project.id, organisation_id=partner.id, role=ConsortiumRole.PARTNER))
    [item] = room.open_meeting(room.make_deal(project_id=project.id))["items"]
    room.declare(room.voters[1], partner)
    assert room.vote(room.voters[1], item).status_code == 403
    assert room.vote(room.voters[2], item).status_code == 201


def test_an_interest_holds_for_every_account_of_the_human_being_and_only_for_its_time(
    room, make_person, make_organisation, store, database
):
    other = make_person("다른 계정", Role.FUND_MANAGER, human_id=room.members[0].human_id)
    company = make_organisation("다솜")
    deal = room.make_deal(company_id=company.id)
    store(
        DeclaredInterest(
            person_id=room.members[0].id, kind=InterestKind.FAMILY, organisation_id=company.id,
            known_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=3), words="동생",
        )
    )  # fmt: skip
    with Session(database) as session:
        held = {
            days: interest_in(session, person_id=other.id, deal=deal, on=TODAY - timedelta(days=days)) is not None
            for days in (10, 9, 3, 2)
        }
        assert interest_in(session, person_id=room.members[1].id, deal=deal, on=TODAY - timedelta(days=5)) is None
    assert held == {10: False, 9: True, 3: True, 2: False}


def test_an_interest_that_ended_while_the_deal_was_under_way_goes_on_binding(room, item, party, store, database):
    """Else it would be ended today to vote tomorrow."""
    deal_id = UUID(item["deal"]["id"])
    with Session(database) as session:
        session.get_one(Deal, deal_id).recorded_at -= timedelta(days=9)
        session.commit()
    for voter, ended, status in ((0, 3, 403), (1, 12, 201)):
        store(
            DeclaredInterest(
                person_id=room.members[voter].id, kind=InterestKind.PERSONAL, organisation_id=party.id,
                known_on=TODAY - timedelta(days=20), ends_on=TODAY - timedelta(days=ended), words="지분",
            )
        )  # fmt: skip
        assert room.vote(room.voters[voter], item).status_code == status


def test_the_quorum_is_counted_over_those_not_recused_and_their_votes_alone(room, item, party):
    """Five are called; two voted before they declared. Two of the three who are left make the quorum."""
    for voter in room.voters[:2]:
        assert room.vote(voter, item, "against").status_code == 201
    for voter in room.voters[:2]:
        assert room.declare(voter, party).status_code == 201
    assert room.vote(room.voters[2], item).status_code == 201
    assert room.decide(room.manager, item).status_code == 409
    assert room.vote(room.voters[3], item).status_code == 201
    assert room.close_vote(room.manager, item).status_code == 200
    decided = room.decide(room.manager, item)
    assert decided.status_code == 200, decided.text
    tally = decided.json()["tally"]
    assert (tally["eligible"], tally["voted"], tally["votes_for"], tally["votes_against"]) == (3, 2, 2, 0)


def test_recusals_are_told_on_the_timeline_with_the_decision(room, item, party, read):
    room.declare(room.voters[1], party, "family")
    for voter in (room.voters[0], *room.voters[2:]):
        room.vote(voter, item)
    room.decide(room.manager, item)
    words = read.exec(select(DealActivity.words).where(DealActivity.kind == ActivityKind.COMMITTEE)).all()
    assert any("위원 1 (가족 관계: 한빛소재)" in one for one in words)


def test_a_manager_with_an_interest_closes_nothing_and_confirms_nothing(room, party, client_for):
    deal = room.make_deal(company_id=party.id)
    item = room.approve(deal, conditions=["담보 설정"])
    assert room.declare(room.manager, party).status_code == 201
    document = room.manager.get(f"/deals/{deal.id}/committee").json()["documents"][0]["code"]
    address = f"/committee/conditions/{item['conditions'][0]['id']}/met"
    assert room.manager.post(address, json={"evidence_document_id": document}, headers=room.keyed()).status_code == 403
    [other] = room.open_meeting(room.make_deal(company_id=party.id))["items"]
    assert room.decide(room.manager, other, "deferred").status_code == 403


class TestLateDeclaration:
    """What was decided between the first day of an interest and its declaration is flagged."""

    @pytest.fixture
    def decided(self, room, party):
        return room.approve(room.make_deal(company_id=party.id))

    @pytest.fixture
    def work(self, room, decided, store, vehicle, lead):
        """Have the second member check an instruction of the deal and review it."""
        instruction = Instruction(
            kind=InstructionKind.DEAL_COMMITMENT, vehicle_id=vehicle.id, deal_id=decided["deal"]["id"],
            amount_krw=1, effective_on=TODAY, terms_digest="", words="약정", made_by_id=lead.id,
        )  # fmt: skip
        instruction.terms_digest = instruction.digest_of_terms()
        check = InstructionCheck(
            instruction_id=instruction.id, human_id=room.members[1].human_id, person_id=room.members[1].id,
            terms_digest=instruction.terms_digest,
        )  # fmt: skip
        review = DealReview(deal_id=decided["deal"]["id"], person_id=room.members[1].id, words="좋다.")
        store(instruction, check, review)
        return instruction, review

    @pytest.fixture
    def uninvolved(self, make_person, client_of):
        """A client of a member who decided nothing."""
        return client_of(make_person("다른 위원", Role.COMMITTEE_MEMBER))

    def flags(self, read):
        return read.exec(select(DecisionFlag)).all()

    def test_votes_checks_and_reviews_since_it_began_are_flagged(self, room, decided, work, party, read):
        instruction, review = work
        answer = room.declare(room.voters[1], party, known_on=LONG_AGO)
        assert (answer.status_code, answer.json()["flags"]) == (201, 3)
        flags = self.flags(read)
        assert {flag.item_id for flag in flags} - {None} == {UUID(decided["id"])}
        assert {flag.instruction_id for flag in flags} - {None} == {instruction.id}
        assert {flag.review_id for flag in flags} - {None} == {review.id}
        item = room.voters[0].get(f"/committee/items/{decided['id']}").json()["item"]
        assert (item["open_flags"], item["members"][1]["choice"], item["members"][1]["recusal"]) == (1, "for", None)
        assert item["tally"]["votes_for"] == 5, "what was decided stays as it was decided"
        told = read.exec(select(DealActivity.words)).all()
        assert sum("재검토" in words for words in told) == 3

    @pytest.mark.usefixtures("work")
    def test_an_interest_of_another_company_or_person_or_that_was_over_flags_nothing(
        self, room, party, make_organisation, uninvolved
    ):
        room.declare(room.voters[1], make_organisation("무관한 회사"), known_on=LONG_AGO)
        room.declare(uninvolved, party, known_on=LONG_AGO)
        ended = (TODAY - timedelta(days=1)).isoformat()
        room.declare(room.voters[1], party, known_on=LONG_AGO, ends_on=ended)
        assert room.manager.get("/committee/flags", params={"resolved": "true"}).json()["items"] == []

    def test_voting_and_declaring_at_once_leave_no_vote_unflagged(self, room, item, party):
        for voter in room.voters:
            with ThreadPoolExecutor(2) as pool:
                voting = pool.submit(room.vote, voter, item)
                declaring = pool.submit(room.declare, voter, party, known_on=LONG_AGO)
            assert (voting.result().status_code, declaring.result().json()["flags"]) in {(201, 1), (403, 0)}

    @pytest.mark.usefixtures("decided")
    def test_a_flag_is_resolved_with_words_by_somebody_else(self, room, party, client_for):
        room.declare(room.voters[1], party, known_on=LONG_AGO)
        [flag] = room.voters[1].get("/committee/flags").json()["items"]
        assert (flag["decision"], flag["person_name"], flag["may_resolve"]) == ("vote", "위원 1", False)
        address, found = f"/committee/flags/{flag['id']}/resolution", {"resolution": "표가 없어도 가결이다."}
        assert room.voters[1].post(address, json=found, headers=room.keyed()).status_code == 403
        assert client_for(Role.AUDITOR).post(address, json=found, headers=room.keyed()).status_code == 403
        assert room.declare(room.voters[2], party).status_code == 201
        assert room.voters[2].post(address, json=found, headers=room.keyed()).status_code == 403, "has an interest too"
        resolved = room.voters[3].post(address, json=found, headers=room.keyed("k"))
        assert (resolved.status_code, resolved.json()["resolution"]) == (200, found["resolution"])
        assert room.voters[3].post(address, json=found, headers=room.keyed("k")).text == resolved.text
        assert room.voters[4].post(address, json=found, headers=room.keyed()).status_code == 409
        shown = room.voters[0].get("/committee/flags").json()
        assert [one["person_name"] for one in shown["items"]] == ["위원 2"]
        everything = room.voters[0].get("/committee/flags", params={"resolved": "true"}).json()
        assert len(everything["items"]) == 2


class TestDeclaring:
    """One's own interests, and who sees them."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"known_on": (TODAY + timedelta(days=1)).isoformat()},
            {"ends_on": (TODAY - timedelta(days=1)).isoformat()},
            {"words": ""},
            {"kind": "friend"},
            {"organisation_id": None},
            {"organisation_id": "00000000-0000-7000-8000-000000000000"},
            {"person_id": "00000000-0000-7000-8000-000000000000"},
        ],
    )
    def test_what_cannot_be_is_refused(self, room, party, changes):
        body = {"kind": "personal", "organisation_id": str(party.id), "known_on": TODAY.isoformat(), "words": "지분"}
        answer = room.voters[0].post("/committee/interests", json=body | changes, headers=room.keyed())
        assert answer.status_code in {400, 422}, answer.text

    def test_everybody_sees_their_own_and_an_auditor_all(self, room, party, client_for):
        room.declare(room.voters[0], party)
        room.declare(room.voters[1], party)
        assert len(room.voters[0].get("/committee/interests").json()["items"]) == 1
        everybody = client_for(Role.AUDITOR).get("/committee/interests").json()
        assert (len(everybody["items"]), everybody["everybody"]) == (2, True)

    def test_an_interest_ends_today_at_the_earliest_and_holds_until_then(self, room, party, item):
        interest = room.declare(room.voters[0], party).json()
        address = f"/committee/interests/{interest['id']}/end"
        yesterday = {"ends_on": (TODAY - timedelta(days=1)).isoformat()}
        assert room.voters[0].post(address, json=yesterday, headers=room.keyed()).status_code == 422
        today = {"ends_on": TODAY.isoformat()}
        assert room.voters[1].post(address, json=today, headers=room.keyed()).status_code == 404
        assert room.voters[0].post(address, json=today, headers=room.keyed()).json()["ends_on"] == TODAY.isoformat()
        assert room.vote(room.voters[0], item).status_code == 403
