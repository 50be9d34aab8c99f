"""Two investors with open signals, one with a confidential one, and projects that answer them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from models.identity import new_id
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.project import RndProject
from models.signal import Confidentiality, DemandSignal
from tests.fund_service.answers.scene import Client, Scene, keyed

EOK = 10**8


@dataclass
class Market:
    """Who and what is there, and clients that act."""

    scene: Scene
    manager: Client
    planner: Client
    auditor: Client
    projects: list[RndProject]
    signals: dict[str, DemandSignal]
    """By the name of the investor."""

    def open(self, **facts: Any) -> dict[str, Any]:
        """Open a round as the manager."""
        answer = self.manager.post("/rounds", json={"name": "1차 라운드", **facts})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def confirm(self, view: dict[str, Any], *, key: str | None = None, client: Client | None = None) -> Any:
        """Confirm a round as it was looked at."""
        address = f"/rounds/{view['id']}/confirm"
        return (client or self.manager).post(address, json={"digest": view["digest"]}, headers=keyed(key))

    def quotas(self, view: dict[str, Any], *items: dict[str, Any]) -> Any:
        """Set quotas as the manager."""
        headers = {"If-Match": f'"{view["version"]}"'}
        return self.manager.put(f"/rounds/{view['id']}/quotas", json={"items": list(items)}, headers=headers)


@pytest.fixture
def market(
    reference_data: None,
    store: Callable[..., None],
    client_for: Callable[..., Any],
    client_of: Callable[..., Any],
    investor_organisation: Organisation,
) -> Market:
    def organisation(name: str, kind: OrganisationKind) -> Organisation:
        group = OwnershipGroup(name_ko=name)
        made = Organisation(kind=kind, name_ko=name, name_en=name, ownership_group_id=group.id)
        store(group, made)
        return made

    lead = organisation("세움연구소", OrganisationKind.RESEARCH_INSTITUTE)
    member = Person(email=f"{new_id().hex}@example.org", name="팀", organisation_id=lead.id, password_hash="none")  # noqa: S106 - no secret
    store(member, PersonRole(person_id=member.id, role=Role.PROJECT_TEAM))
    scene = Scene(store, client_for(Role.INVESTOR), client_of(member), investor_organisation, lead)
    others = {name: organisation(name, OrganisationKind.INVESTOR) for name in ("다온캐피탈", "가림벤처스")}
    projects = [scene.project(f"과제 {number}") for number in range(3)]
    signals = {
        "한빛벤처스": scene.signal(ticket_min_krw=10 * EOK, available_krw=100 * EOK),
        "다온캐피탈": scene.signal(organisation_id=others["다온캐피탈"].id, available_krw=50 * EOK),
        "가림벤처스": scene.signal(
            organisation_id=others["가림벤처스"].id, confidentiality=Confidentiality.CONFIDENTIAL
        ),
    }
    with scene.at_once():
        for place, signal in enumerate(signals.values()):
            for number, project in enumerate(projects):
                scene.match(signal, project, 0.8 - 0.2 * number - 0.05 * place, rank=number + 1)
    clients = [client_for(role) for role in (Role.FUND_MANAGER, Role.PLANNER, Role.AUDITOR)]
    return Market(scene, *clients, projects, signals)
