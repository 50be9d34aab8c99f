"""A fund manager who leads, another who does not, five committee members, and deals that stand before the committee."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from fund_service.diligence.standards import REQUIRED_DOCUMENTS, STANDARD_ITEMS
from models.clock import business_date, utc_now
from models.deal import Deal, DealStage
from models.diligence import ChecklistItem, DealReview, SpilloverAssessment
from models.document import DealDocument
from models.identity import new_id
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.vehicle import Vehicle, VehicleKind

NUMBERS = count(1)
MEMBERS = 5
TODAY = business_date(utc_now())
Client = TestClient[Litestar]


@pytest.fixture
def make_organisation(store):
    """Commit an organisation, in a group of its own unless one is given."""

    def make_organisation(name_ko, *, group=None, **values):
        group = group or OwnershipGroup(name_ko=f"{name_ko} 그룹")
        organisation = Organisation(
            kind=OrganisationKind.PARTNER_FIRM, name_ko=name_ko, ownership_group_id=group.id, **values
        )
        store(group, organisation)
        return organisation

    return make_organisation


@pytest.fixture
def make_person(store):
    """Commit a person with roles."""

    def make_person(name, *roles, **values):
        person = Person(
            email=f"{new_id().hex}@example.org",
            name=name,
            password_hash="none: these people come with tokens",  # noqa: S106 - no secret
            **values,
        )
        store(person, *(PersonRole(person_id=person.id, role=role) for role in roles))
        return person

    return make_person


@pytest.fixture
def lead(people):
    """The fund manager who leads the deals."""
    return people[Role.FUND_MANAGER]


@pytest.fixture
def manager(make_person, client_of):
    """A client of a fund manager who leads no deal."""
    return client_of(make_person("다른 운용역", Role.FUND_MANAGER))


@pytest.fixture
def members(make_person):
    """Five members of the committee, the first of whom chairs."""
    return [make_person(f"위원 {number}", Role.COMMITTEE_MEMBER) for number in range(MEMBERS)]


@pytest.fixture
def voters(members, client_of):
    """A client for each member."""
    return [client_of(member) for member in members]


@pytest.fixture
def company(make_organisation):
    return make_organisation("가람소재")


@pytest.fixture
def vehicle(store, reference_data):
    vehicle = Vehicle(kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother fund", formed_on="2026-01-02")
    store(vehicle)
    return vehicle


@pytest.fixture
def reviewers(make_person):
    """Two who reviewed every deal, and vote on none."""
    return [make_person(f"검토자 {number}", Role.COMMITTEE_MEMBER) for number in range(2)]


@pytest.fixture
def make_deal(store, company, vehicle, lead, reviewers) -> Callable[..., Deal]:
    """Commit a deal before the committee with all that due diligence asks of it."""

    def make_deal(stage=DealStage.COMMITTEE, **values: Any) -> Deal:
        facts: dict[str, Any] = {
            "title_ko": f"수소 저장 {next(NUMBERS)}호", "company_id": company.id, "amount_krw": 5 * 10**9,
            "lead_id": lead.id, "vehicle_id": vehicle.id, "region_code": "11", "additionality": "민간만으로는 어렵다.",
        }  # fmt: skip
        deal = Deal(stage=stage, **facts | values)
        reviews = [DealReview(deal_id=deal.id, person_id=person.id, words="적절하다.") for person in reviewers]
        spillover = SpilloverAssessment(
            deal_id=deal.id, region_code="11", investment_krw=1, jobs=1, production_krw=1, method="한국은행 2020",
            base_year=2020, person_id=lead.id,
        )  # fmt: skip
        done = {"done_at": utc_now(), "done_by_id": lead.id}
        items = [ChecklistItem(deal_id=deal.id, title=one.title_ko, **done) for one in STANDARD_ITEMS[deal.instrument]]
        documents = [make_document(deal, kind, lead) for kind in REQUIRED_DOCUMENTS[deal.instrument]]
        store(deal, *reviews, spillover, *items, *documents)
        return deal

    return make_deal


def make_document(deal: Deal, kind: str, person: Person) -> DealDocument:
    return DealDocument(
        deal_id=deal.id, kind=kind, name=f"{kind}.pdf", media_type="application/pdf", size_bytes=1, sha256="0" * 64,
        uploaded_by_id=person.id, recorded_at=utc_now(),
    )  # fmt: skip


@dataclass(frozen=True)
class Room:
    """The committee at work, over HTTP."""

    manager: Client
    """A fund manager who leads no deal."""
    members: list[Person]
    """Those called, the first of whom chairs."""
    voters: list[Client]
    """A client for each member."""
    make_deal: Callable[..., Deal]

    def keyed(self, key=None):
        """Make the headers of a decision: an Idempotency-Key, new unless one is given."""
        return {"Idempotency-Key": key or new_id().hex}

    def call_meeting(self, **changes):
        """Call a meeting of the members."""
        body = {
            "title": "제1차 투자심의위원회", "meets_at": "2026-12-01T14:00", "place": "서울",
            "chair_id": str(self.members[0].id), "member_ids": [str(member.id) for member in self.members],
        } | changes  # fmt: skip
        answer = self.manager.post("/committee/meetings", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def open_meeting(self, *deals, **changes):
        """Call a meeting, list deals and open it."""
        meeting = self.call_meeting(**changes)
        address = f"/committee/meetings/{meeting['id']}"
        body = {"deal_ids": [str(deal.id) for deal in deals]}
        listed = self.manager.put(f"{address}/agenda", json=body, headers={"If-Match": f'"{meeting["version"]}"'})
        assert listed.status_code == 200, listed.text
        opened = self.manager.post(f"{address}/open", headers=self.keyed())
        assert opened.status_code == 200, opened.text
        return opened.json()

    def vote(self, client, item, choice="for", *, key=None, **changes):
        """Vote with a client on an item as it is shown."""
        body = {"choice": choice, "terms_digest": item["terms_digest"]} | changes
        return client.post(f"/committee/items/{item['id']}/votes", json=body, headers=self.keyed(key))

    def close_vote(self, client, item):
        """Close the vote on an item before all have voted."""
        return client.post(f"/committee/items/{item['id']}/close-vote", headers=self.keyed())

    def decide(self, client, item, outcome="approved", *, key=None, **changes):
        """Close an item with a client."""
        body = {"outcome": outcome, "terms_digest": item["terms_digest"], "words": "근거가 충분하다."} | changes
        return client.post(f"/committee/items/{item['id']}/decision", json=body, headers=self.keyed(key))

    def approve(self, deal, **changes):
        """Take a deal through a meeting that approves it; gives the item as shown."""
        [item] = self.open_meeting(deal)["items"]
        for voter in self.voters:
            assert self.vote(voter, item).status_code == 201
        answer = self.decide(self.manager, item, **changes)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def declare(self, client, organisation=None, kind="personal", *, known_on=TODAY, **changes):
        """Declare an interest with a client."""
        body = {"kind": kind, "known_on": known_on.isoformat(), "words": "지분을 갖고 있다."} | changes
        if organisation is not None:
            body["organisation_id"] = str(organisation.id)
        return client.post("/committee/interests", json=body, headers=self.keyed())


@pytest.fixture
def room(manager, members, voters, make_deal):
    return Room(manager, members, voters, make_deal)
