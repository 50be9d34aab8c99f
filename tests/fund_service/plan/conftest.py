"""What tests of the plan register share: projects, people who report, and a second one who confirms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from models.identity import new_id
from models.person import Person, PersonRole, Role
from models.project import ProjectState, RndProject

Client = TestClient[Litestar]


def keyed() -> dict[str, str]:
    """Give headers with a fresh key."""
    return {"Idempotency-Key": new_id().hex}


@dataclass
class Office:
    """Two planners and the address of a target."""

    planner: Client
    second: Client
    target: str = "ai-factories"

    def report(self, value: int, as_of: str = "2026-11-01", *, client: Client | None = None, **said: Any) -> Any:
        """Report a figure."""
        body = {
            "as_of": as_of,
            "value": value,
            "source_title": "산업통상부 보도자료",
            "source_document": "제1호",
            **said,
        }
        address = f"/plan/targets/{self.target}/reported"
        return (client or self.planner).post(address, json=body, headers=keyed())

    def decide(
        self, report: dict[str, Any], verdict: str = "confirmed", *, client: Client | None = None, **said: Any
    ) -> Any:
        """Say what a second person says of it."""
        address = f"/plan/reported/{report['id']}/decision"
        return (client or self.second).post(address, json={"verdict": verdict, **said}, headers=keyed())

    def withdraw(self, report: dict[str, Any], reason: str = "잘못 적었다.") -> Any:
        """Take it back."""
        address = f"/plan/reported/{report['id']}/withdrawal"
        return self.planner.post(address, json={"reason": reason}, headers=keyed())

    def standing(self, value: int, as_of: str = "2026-11-01", **said: Any) -> dict[str, Any]:
        """Report a figure and have it confirmed."""
        made = self.report(value, as_of, **said)
        assert made.status_code == 201, made.text
        decided = self.decide(made.json())
        assert decided.status_code == 200, decided.text
        found: dict[str, Any] = decided.json()
        return found

    def seen(self) -> dict[str, Any]:
        """Give the target as the register shows it."""
        found: dict[str, Any] = self.planner.get(f"/plan/targets/{self.target}").json()
        return found


@pytest.fixture
def make_planner(store: Callable[..., None], client_of: Callable[[Person], Client]) -> Callable[..., Client]:
    """Make one more planner, or one more account of the same human being."""

    def make(human: Person | None = None) -> Client:
        person = Person(
            email=f"{new_id().hex}@example.org",
            name="둘째 기획자",
            password_hash="none: these people come with tokens",  # noqa: S106 - no secret
        )
        if human is not None:
            person.human_id = human.human_id
        store(person, PersonRole(person_id=person.id, role=Role.PLANNER))
        return client_of(person)

    return make


@pytest.fixture
def office(reference_data: None, client_for: Callable[..., Client], make_planner: Callable[..., Client]) -> Office:
    """The office with the plan on record."""
    return Office(client_for(Role.PLANNER), make_planner())


@pytest.fixture
def project(store: Callable[..., None]) -> Callable[..., RndProject]:
    """Record a project that runs since March 2026."""

    def project(budget_krw: int | None = 10**9, region_code: str | None = "11", **facts: Any) -> RndProject:
        made = RndProject(
            **{
                "title_ko": "과제",
                "budget_krw": budget_krw,
                "region_code": region_code,
                "starts_on": date(2026, 3, 1),
                "state": ProjectState.RUNNING,
                **facts,
            }
        )
        store(made)
        return made

    return project
