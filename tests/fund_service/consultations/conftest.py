"""A project with its team, a planner, managers, and short ways to ask an authority something."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from models.clock import business_date, utc_now
from models.deal import Deal
from models.identity import new_id
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.project import ConsortiumMember, ConsortiumRole, ProjectState, RndProject

TODAY = business_date(utc_now())
LETTER = {"name": "회신.txt", "content_base64": base64.b64encode("적용되는 규제가 없습니다.".encode()).decode()}


def keyed() -> dict[str, str]:
    return {"Idempotency-Key": new_id().hex}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@dataclass
class Asking:
    """Who asks, beside which project, with clients of everybody."""

    project: RndProject
    deal: Deal
    team: Any
    planner: Any
    manager: Any
    second: Any
    """Another fund manager."""
    stranger: Any
    """The team of another project."""

    def open(self, kind: str = "temporary_permit", *, client: Any = None, **said: Any) -> str:
        body = {"kind": kind, "authority": "국토교통부", "rule": "도로교통법 제2조", "question": "실증을 하려 한다."}
        answer = (client or self.team).post(f"/projects/{self.project.id}/consultations", json=body | said)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def step(self, asked: str, kind: str, *, client: Any = None, days_ago: int = 0, **said: Any) -> Any:
        body = {"kind": kind, "on_day": ago(days_ago).isoformat(), **said}
        return (client or self.team).post(f"/consultations/{asked}/steps", json=body, headers=keyed())

    def steps(self, asked: str, *taken: tuple[str, int, dict[str, Any]], client: Any = None) -> dict[str, Any]:
        for kind, days_ago, said in taken:
            answer = self.step(asked, kind, client=client, days_ago=days_ago, **said)
            assert answer.status_code == 200, answer.text
        return self.see(asked)

    def see(self, asked: str, client: Any = None) -> dict[str, Any]:
        answer = (client or self.planner).get(f"/consultations/{asked}")
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    def filed(self, kind: str = "temporary_permit", *, days_ago: int = 10, **said: Any) -> str:
        asked = self.open(kind, **said)
        self.steps(asked, ("filed", days_ago, {}))
        return asked

    def answered(self, outcome: str = "permitted", *, until: int = 300, **said: Any) -> str:
        asked = self.filed(**said)
        validity = {"valid_from": ago(100).isoformat(), "valid_until": ago(-until).isoformat()}
        body = validity if outcome.startswith("permitted") else {}
        self.steps(asked, ("answered", 0, {"outcome": outcome, "document": LETTER, "words": "조건", **body}))
        return asked

    def confirm(self, asked: str, client: Any = None) -> Any:
        seen = self.see(asked)["answer_sha256"]
        return self.step(asked, "confirmed", client=client or self.manager, seen_sha256=seen)

    def tie(self, asked: str, stage: str = "contracted", client: Any = None) -> Any:
        body = {"consultation_id": asked, "stage": stage, "words": "허가가 있어야 팔 수 있다."}
        return (client or self.manager).post(f"/deals/{self.deal.id}/holds", json=body, headers=keyed())


@pytest.fixture
def asking(
    store: Callable[..., None], people: dict[Role, Person], client_of: Callable[[Person], Any], client_for: Any
) -> Asking:
    """A running project of the project team's company, and a deal that funds it."""
    group = OwnershipGroup(name_ko="로봇그룹")
    company, other = (
        Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko=name, ownership_group_id=group.id)
        for name in ("로봇주식회사", "다른회사")
    )
    project = RndProject(title_ko="자율주행 배송로봇 실증", state=ProjectState.RUNNING)
    deal = Deal(
        title_ko="배송로봇 양산", company_id=company.id, lead_id=people[Role.FUND_MANAGER].id, project_id=project.id,
        amount_krw=10**9,
    )  # fmt: skip
    store(group, company, other, project)
    team = people[Role.PROJECT_TEAM]
    team.organisation_id = company.id
    second = Person(email="second@example.org", name="둘째 운용역", password_hash="-")  # noqa: S106 - no secret
    stranger = Person(email="stranger@example.org", name="남", organisation_id=other.id, password_hash="-")  # noqa: S106 - no secret
    store(
        team, second, stranger, PersonRole(person_id=second.id, role=Role.FUND_MANAGER),
        PersonRole(person_id=stranger.id, role=Role.PROJECT_TEAM), deal,
        ConsortiumMember(project_id=project.id, organisation_id=company.id, role=ConsortiumRole.LEAD),
    )  # fmt: skip
    clients = (client_for(role) for role in (Role.PROJECT_TEAM, Role.PLANNER, Role.FUND_MANAGER))
    return Asking(project, deal, *clients, client_of(second), client_of(stranger))
