"""Two running projects and three years of demand: it left the first after its approval, and stayed with the second."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, SQLModel, select

from fund_service.relevance.commands import watch
from models.deal import Deal
from models.identity import new_id
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.project import ConsortiumMember, ConsortiumRole, ProjectField, ProjectState, RndProject
from models.relevance import RelevanceFigure, RelevanceReview, RelevanceRun
from models.signal import Confidentiality, DemandSignal, SignalField
from tests.fund_service.answers.scene import Client, keyed
from tests.fund_service.market.conftest import BATTERY, MEMORY, World, world

__all__ = ["world"]

TODAY = date(2026, 11, 23)
APPROVED = date(2025, 9, 10)
LEFT = 3
"""Months after the approval from which on nobody asks for memory any more."""


def months(first: tuple[int, int], count: int) -> Iterator[date]:
    """Give the tenth of so many months."""
    start = first[0] * 12 + first[1] - 1
    yield from (date(month // 12, month % 12 + 1, 10) for month in range(start, start + count))


@dataclass
class Watched:
    """The world with its two projects, and the people who review them."""

    world: World
    memory: RndProject
    battery: RndProject
    planner: Client
    second: Client
    manager: Client
    chair: Client
    chair_id: UUID
    auditor: Client
    team: Client
    others: Client
    """The team of the other project."""
    investor: Client

    def look(self, *, today: date = TODAY) -> RelevanceRun:
        """Make a run."""
        with Session(self.world.engine, expire_on_commit=False) as session:
            run = watch(session, self.world.matchmaker, today=today)
            session.commit()
        return run

    def figure(self, project: RndProject, run: RelevanceRun) -> RelevanceFigure:
        """Read what a run saw of a project."""
        with Session(self.world.engine) as session:
            return session.get_one(RelevanceFigure, (run.id, project.id))

    def reviews(self) -> list[RelevanceReview]:
        """Read the reviews there are."""
        with Session(self.world.engine) as session:
            return list(session.exec(select(RelevanceReview).order_by(RelevanceReview.id)))  # type: ignore[arg-type]

    def review(self) -> str:
        """Make a run, and give the address of the one review it opens."""
        self.look()
        [opened] = self.reviews()
        return f"/relevance/reviews/{opened.id}"

    def propose(self, address: str, course: str = "continue", *, by: Client | None = None, **said: Any) -> Any:
        """Propose what to do."""
        body = {"course": course, "words": f"{course} 제안의 까닭이다.", **said}
        return (by or self.planner).post(f"{address}/proposals", json=body, headers=keyed())

    def decide(self, address: str, outcome: str = "approved", *, by: Client | None = None, **said: Any) -> Any:
        """Decide on the last proposal of a review."""
        proposal = self.auditor.get(address).json()["proposals"][-1]["id"]
        body = {"outcome": outcome, "words": f"{outcome} 결정의 까닭이다.", **said}
        return (by or self.second).post(f"/relevance/proposals/{proposal}/decision", json=body, headers=keyed())

    def add(self, *rows: SQLModel) -> None:
        """Commit rows."""
        with Session(self.world.engine, expire_on_commit=False) as session:
            for row in rows:
                session.add(row)
                session.flush()
            session.commit()

    def deal(self, **facts: Any) -> Deal:
        """Commit a deal of the first project."""
        with Session(self.world.engine) as session:
            lead = session.exec(select(PersonRole.person_id).where(PersonRole.role == Role.FUND_MANAGER)).first()
        said = {"title_ko": "메모리 투자", "project_id": self.memory.id, "amount_krw": 10**9, "lead_id": lead} | facts
        made = Deal(company_id=self.world.organisations[-1].id, **said)
        self.add(made)
        return made


def demand(world: World) -> Iterator[SQLModel]:
    """Give two years before the approval and a year since: four groups ask for memory, then for something else."""
    for at, day in enumerate(months((2023, 9), 37)):
        for group in range(4):
            gone = at >= 24 + LEFT
            signal = DemandSignal(
                organisation_id=world.organisations[2 * group].id,
                text=f"{BATTERY if gone else MEMORY} {group}번 투자자의 {at}번째 말입니다.",
                received_on=day,
                confidentiality=Confidentiality.CONFIDENTIAL,
            )
            yield signal
            yield SignalField(signal_id=signal.id, field_code="01")


@pytest.fixture
def watched(
    world: World,
    store: Callable[..., None],
    client_for: Callable[..., Client],
    client_of: Callable[[Person], Client],
    people: dict[Role, Person],
) -> Watched:
    """Three years of demand and the people who look at it."""
    said = {"state": ProjectState.RUNNING, "starts_on": APPROVED, "ends_on": date(2028, 8, 31)}
    memory = RndProject(title_ko="고대역폭 메모리 적층", abstract_ko=f"{MEMORY} 하이브리드 본딩 장비를 만든다.", **said)
    battery = RndProject(title_ko="전고체 전지", abstract_ko=BATTERY, **said | {"starts_on": date(2026, 5, 1)})
    groups = [OwnershipGroup(name_ko=f"수행 {number}") for number in range(2)]
    leads = [
        Organisation(kind=OrganisationKind.RESEARCH_INSTITUTE, name_ko=f"수행기관 {at}", ownership_group_id=group.id)
        for at, group in enumerate(groups)
    ]
    store(memory, battery, *groups, *leads)
    with Session(world.engine) as session:
        session.add_all(demand(world))
        session.commit()
    store(
        *(ProjectField(project_id=project.id, field_code="01") for project in (memory, battery)),
        *(
            ConsortiumMember(project_id=project.id, organisation_id=lead.id, role=ConsortiumRole.LEAD)
            for project, lead in zip((memory, battery), leads, strict=True)
        ),
    )

    def person(name: str, role: Role, organisation_id: UUID | None = None) -> Client:
        made = Person(
            email=f"{new_id().hex}@example.org",
            name=name,
            organisation_id=organisation_id,
            password_hash="none: these people come with tokens",  # noqa: S106 - no secret
        )
        store(made, PersonRole(person_id=made.id, role=role))
        return client_of(made)

    return Watched(
        world=world,
        memory=memory,
        battery=battery,
        planner=client_for(Role.PLANNER),
        second=person("둘째 기획자", Role.PLANNER),
        manager=client_for(Role.FUND_MANAGER),
        chair=client_for(Role.COMMITTEE_MEMBER),
        chair_id=people[Role.COMMITTEE_MEMBER].id,
        auditor=client_for(Role.AUDITOR),
        team=person("메모리 팀", Role.PROJECT_TEAM, leads[0].id),
        others=person("전지 팀", Role.PROJECT_TEAM, leads[1].id),
        investor=client_for(Role.INVESTOR),
    )
