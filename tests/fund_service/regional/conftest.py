"""A Leap project with its anchor company and partners, and people who assess it."""

import base64
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session

from models.identity import new_id
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.project import (
    LEAP_INITIATIVE,
    ConsortiumMember,
    ConsortiumRole,
    LeapPhase,
    ProjectField,
    ProjectType,
    RndProject,
)

Client = TestClient[Litestar]
ANCHOR, LEAD, PARTNER = ConsortiumRole.ANCHOR, ConsortiumRole.LEAD, ConsortiumRole.PARTNER


def keyed(key: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": key or new_id().hex}


def document(content: bytes | None = None) -> dict[str, str]:
    content = content or b"%PDF-1.7\n" + new_id().bytes
    return {
        "name": "구매의향서.pdf",
        "media_type": "application/pdf",
        "content_base64": base64.b64encode(content).decode(),
    }


@pytest.fixture
def organisation(reference_data: None, store: Callable[..., None]) -> Callable[..., Organisation]:
    """Record an organisation, in a group of its own unless one is given."""

    def organisation(name: str, kind: OrganisationKind, group: OwnershipGroup | None = None) -> Organisation:
        own = group or OwnershipGroup(name_ko=name)
        made = Organisation(kind=kind, name_ko=name, name_en=name, ownership_group_id=own.id, region_code="46")
        store(*([] if group else [own]), made)
        return made

    return organisation


@pytest.fixture
def person(store: Callable[..., None], client_of: Callable[[Person], Client]) -> Callable[..., Client]:
    """Record a person of a role, of an organisation or of none, and give their client."""

    def person(role: Role, of: Organisation | None = None) -> Client:
        made = Person(
            email=f"{new_id().hex}@example.org",
            name=f"{role.value} {of.name_ko if of else ''}".strip(),
            organisation_id=None if of is None else of.id,
            password_hash="none",  # noqa: S106 - no secret
        )
        store(made, PersonRole(person_id=made.id, role=role))
        return client_of(made)

    return person


@pytest.fixture
def anchor(organisation: Callable[..., Organisation]) -> Organisation:
    return organisation("대한전자", OrganisationKind.ANCHOR_COMPANY)


@pytest.fixture
def partner(organisation: Callable[..., Organisation]) -> Organisation:
    return organisation("세움정밀", OrganisationKind.PARTNER_FIRM)


@pytest.fixture
def leap(reference_data: None, database: Engine, anchor: Organisation, partner: Organisation) -> RndProject:
    """A region-specific pilot of the Leap project; its consortium is there when the write ends."""
    project = RndProject(
        external_id="LEAP-1",
        title_ko="전력반도체 산업도약 시범과제",
        title_en="Leap pilot of power semiconductors",
        initiative_code=LEAP_INITIATIVE,
        leap_phase=LeapPhase.PILOT,
        starts_on=date(2026, 4, 1),
        project_type=ProjectType.INDUSTRY_BELT,
        host_region_codes=["29", "46"],
        region_code="46",
    )
    with Session(database, expire_on_commit=False) as session:
        session.add(project)
        session.flush()
        session.add(ProjectField(project_id=project.id, field_code="01"))
        for party, role in ((anchor, ANCHOR), (partner, LEAD)):
            session.add(ConsortiumMember(project_id=project.id, organisation_id=party.id, role=role))
        session.commit()
    return project


@pytest.fixture
def body(anchor: Organisation, partner: Organisation) -> dict[str, Any]:
    """A Leap project as programs send it."""
    return {
        "title_ko": "산업도약 과제",
        "initiative_code": LEAP_INITIATIVE,
        "leap_phase": "pilot",
        "starts_on": "2026-04-01",
        "consortium": [
            {"organisation_id": str(anchor.id), "role": "anchor"},
            {"organisation_id": str(partner.id), "role": "lead"},
        ],
    }
