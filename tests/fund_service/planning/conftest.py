"""Demand of ten ownership groups, and people who play a planning round on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from fund_service.market.releases import make_release_of
from models.clock import business_date, utc_now
from models.identity import new_id
from models.market import MarketSummary
from models.person import Person, PersonRole, Role
from models.planning import PlanningRound
from tests.fund_service.answers.scene import Client, keyed
from tests.fund_service.market.conftest import BATTERY, MEMORY, World, world

__all__ = ["world"]

NEEDS = {"strategic": 4, "market": 5, "commercial": 3, "words": "수요가 넓고 응답하는 과제가 없다."}


@dataclass
class Play:
    """A planning round as its people play it over HTTP."""

    world: World
    planner: Client
    second: Client
    member: Client
    manager: Client
    investor: Client
    """Of group 0, affiliate 0, who asked for memory."""
    signals: dict[str, list[UUID]]
    summary: MarketSummary | None = None
    round: dict[str, Any] = field(default_factory=dict)

    def open(self, **facts: Any) -> dict[str, Any]:
        """Open a round that collects until today."""
        day = business_date(utc_now()).isoformat()
        answer = self.planner.post("/planning", json={"title_ko": "2027년 기획", "collects_until": day, **facts})
        assert answer.status_code == 201, answer.text
        self.round = answer.json()
        return self.round

    def step(self, to: str, *, client: Client | None = None, key: str | None = None) -> Any:
        """Take the round to a stage."""
        return (client or self.planner).post(f"/planning/{self.round['id']}/steps", json={"to": to}, headers=keyed(key))

    @property
    def stage(self) -> str:
        """Where the round stands now."""
        return str(self.planner.get(f"/planning/{self.round['id']}").json()["stage"])

    def days_pass(self, days: int = 1) -> None:
        """Let the collecting have ended some days ago."""
        with Session(self.world.engine) as session:
            found = session.get_one(PlanningRound, UUID(self.round["id"]))
            found.collects_until = business_date(utc_now()) - timedelta(days)
            session.commit()

    def release(self) -> None:
        """Publish the demand that was summarised."""
        with Session(self.world.engine) as session:
            make_release_of(session, made_by=None)
            session.commit()

    def to_proposing(self, **facts: Any) -> list[dict[str, Any]]:
        """Open a round, end its collecting on the demand of today, and give its candidates by number."""
        self.open(**facts)
        self.days_pass()
        self.summary = self.world.summarise(today=business_date(utc_now()))
        self.release()
        return self._candidates(self.step("proposing"))

    def to_deciding(self, **facts: Any) -> list[dict[str, Any]]:
        """Play on until decisions can be made."""
        candidates = self.to_proposing(**facts)
        assert self.step("deliberating").status_code == 200
        for candidate in candidates:
            for client in (self.planner, self.member):
                assert self.review(candidate, client=client).status_code == 200
        return self._candidates(self.step("deciding"))

    def to_published(self, **facts: Any) -> list[dict[str, Any]]:
        """Play on until the round is published: the first candidate adopted, the others declined."""
        candidates = self.to_deciding(**facts)
        assert self.decide(candidates[0], "adopted", "demand", place=1).status_code == 200
        for candidate in candidates[1:]:
            assert self.decide(candidate, "declined", "answered_already").status_code == 200
        return self._candidates(self.step("published"))

    def review(self, candidate: dict[str, Any], *, client: Client | None = None, **said: Any) -> Any:
        """Review a candidate."""
        return (client or self.planner).put(f"/planning/candidates/{candidate['id']}/review", json=NEEDS | said)

    def decide(self, candidate: dict[str, Any], outcome: str, reason: str, **said: Any) -> Any:
        """Decide on a candidate."""
        body = {"outcome": outcome, "reason": reason, "words_ko": f"{reason} 때문이다.", **said}
        return self.planner.put(f"/planning/candidates/{candidate['id']}/decision", json=body, headers=keyed())

    @staticmethod
    def _candidates(answer: Any) -> list[dict[str, Any]]:
        assert answer.status_code == 200, answer.text
        return sorted(answer.json()["candidates"], key=lambda one: one["number"])


@pytest.fixture
def play(
    world: World, store: Callable[..., None], client_for: Callable[..., Client], client_of: Callable[..., Client]
) -> Play:
    """Seven groups ask for memory, six for batteries, one for something of its own."""
    signals = {
        "memory": world.say(MEMORY, range(7), fields=("01",)),
        "battery": world.say(BATTERY, range(6), fields=("02",)),
    }

    def person(name: str, role: Role, organisation_id: UUID | None = None) -> Person:
        made = Person(
            email=f"{new_id().hex}@example.org",
            name=name,
            organisation_id=organisation_id,
            password_hash="none: these people come with tokens",  # noqa: S106 - no secret
        )
        store(made, PersonRole(person_id=made.id, role=role))
        return made

    second = client_of(person("둘째 기획자", Role.PLANNER))
    investor = client_of(person("투자자", Role.INVESTOR, world.organisations[0].id))
    planner, member, manager = (client_for(role) for role in (Role.PLANNER, Role.COMMITTEE_MEMBER, Role.FUND_MANAGER))
    return Play(world, planner, second, member, manager, investor, signals)
