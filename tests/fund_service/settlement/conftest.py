"""A grant that was really paid, the research team that settles it, and those who review its claims."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from models.clock import utc_now
from models.committee import CommitteeMeeting
from models.deal import Deal
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, Role
from models.project import RndProject
from models.vehicle import Envelope, Vehicle, VehicleKind
from tests.fund_service.settlement.treasury import TODAY, K, Treasury, keyed, person_with


@pytest.fixture
def treasury(database: Engine, store: Callable[..., None]) -> Treasury:
    """A mother fund of KRW 9 billion with an envelope, and the two people who move its money."""
    maker, checker = person_with(Role.FUND_MANAGER, "maker"), person_with(Role.FUND_MANAGER, "checker")
    mother = Vehicle(
        kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother fund", formed_on=date(2026, 1, 5),
        main_purpose_share_bp=0,
    )  # fmt: skip
    envelope = Envelope(name_ko="출연", name_en="Grants", vehicle_id=mother.id)
    meeting = CommitteeMeeting(title="제1차", meets_at=utc_now() - timedelta(days=1), chair_id=maker[0].id)
    store(*maker, *checker, mother, envelope, meeting)
    treasury = Treasury(database, mother, envelope, maker[0], checker[0], meeting)
    treasury.move(K.FUND_SIZE, 9_000_000_000, vehicle_id=mother.id)
    treasury.move(K.ENVELOPE_BUDGET, 8_000_000_000, envelope_id=envelope.id)
    return treasury


@pytest.fixture
def make_company(store: Callable[..., None]) -> Callable[[str], Organisation]:
    def make_company(name: str) -> Organisation:
        group = OwnershipGroup(name_ko=name)
        company = Organisation(
            kind=OrganisationKind.RESEARCH_INSTITUTE, name_ko=name, name_en=name, ownership_group_id=group.id
        )
        store(group, company)
        return company

    return make_company


@pytest.fixture
def company(make_company: Callable[[str], Organisation]) -> Organisation:
    return make_company("세움연구소")


@pytest.fixture
def team(company: Organisation, store: Callable[..., None]) -> Person:
    """Somebody of the company's research team."""
    person, role = person_with(Role.PROJECT_TEAM, "team", organisation_id=company.id)
    store(person, role)
    return person


@pytest.fixture
def project(store: Callable[..., None]) -> RndProject:
    project = RndProject(title_ko="전고체", starts_on=TODAY - timedelta(days=100), ends_on=TODAY + timedelta(days=200))
    store(project)
    return project


@pytest.fixture
def grant(treasury: Treasury, company: Organisation, project: RndProject) -> Deal:
    """A grant with one paid tranche of a million won."""
    return treasury.paid(company, 1_000_000, project_id=project.id)


@pytest.fixture
def claimant(team: Person, client_of: Callable[[Person], Any]) -> Any:
    return client_of(team)


@pytest.fixture
def reviewer(treasury: Treasury, client_of: Callable[[Person], Any]) -> Any:
    return client_of(treasury.checker)


@pytest.fixture
def claim_of(treasury: Treasury) -> Callable[..., dict[str, Any]]:
    """Make the body of a claim against the first tranche of a deal."""

    def claim_of(deal: Deal, amount: int, **changes: Any) -> dict[str, Any]:
        [tranche, *_] = treasury.tranches(deal)
        return {
            "tranche_id": str(tranche.id), "category": "materials", "amount_krw": amount,
            "spent_on": TODAY.isoformat(), "words": "분말 2 kg, 가나상사",
        } | changes  # fmt: skip

    return claim_of


@pytest.fixture
def claim(claimant: Any, claim_of: Callable[..., dict[str, Any]]) -> Callable[..., Any]:
    """Post a claim as the team."""

    def claim(deal: Deal, amount: int, **changes: Any) -> Any:
        return claimant.post("/settlement/claims", json=claim_of(deal, amount, **changes), headers=keyed())

    return claim
