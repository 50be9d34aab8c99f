"""An investor's organisation with signals, and a team whose organisation leads projects."""

from collections.abc import Callable
from typing import Any

import pytest

from models.identity import new_id
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from tests.fund_service.answers.scene import Scene


@pytest.fixture
def make_organisation(store: Callable[..., None]) -> Callable[..., Organisation]:
    def make_organisation(name: str, kind: OrganisationKind = OrganisationKind.RESEARCH_INSTITUTE) -> Organisation:
        group = OwnershipGroup(name_ko=name)
        organisation = Organisation(kind=kind, name_ko=name, name_en=name, ownership_group_id=group.id)
        store(group, organisation)
        return organisation

    return make_organisation


@pytest.fixture
def make_person(store: Callable[..., None]) -> Callable[..., Person]:
    def make_person(role: Role, organisation: Organisation | None = None) -> Person:
        person = Person(
            email=f"{new_id().hex}@example.org",
            name=f"{role.value} 담당",
            organisation_id=None if organisation is None else organisation.id,
            password_hash="none: these people come with tokens",  # noqa: S106 - no secret
        )
        store(person, PersonRole(person_id=person.id, role=role))
        return person

    return make_person


@pytest.fixture
def scene(  # noqa: PLR0917 - fixtures
    reference_data: None,
    store: Callable[..., None],
    client_for: Callable[..., Any],
    client_of: Callable[..., Any],
    investor_organisation: Organisation,
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
) -> Scene:
    lead = make_organisation("세움연구소")
    team = client_of(make_person(Role.PROJECT_TEAM, lead))
    return Scene(store, client_for(Role.INVESTOR), team, investor_organisation, lead)
