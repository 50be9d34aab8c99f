"""A signal, projects that answer it, and the people of both sides, over HTTP."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import SQLModel

from models.embedding import StoredYardstick
from models.identity import new_id
from models.match import Match, MatchRun
from models.organisation import Organisation
from models.project import ConsortiumMember, ConsortiumRole, ProjectState, RndProject
from models.signal import Confidentiality, DemandSignal

Client = TestClient[Litestar]
METHOD = "a" * 64
NAMES = ("dense", "lexical", "field", "region", "trl", "ticket", "consortium")
GATES: list[Any] = []


def components(value: float, **named: float | None) -> dict[str, float | None]:
    """Give the components of a pair, alike but for those named."""
    return {"text": value, **dict.fromkeys(NAMES, value), **named}


@dataclass
class Scene:
    """Rows that are there, and clients that act."""

    commit: Callable[..., None]
    investor: Client
    team: Client
    owner: Organisation
    lead: Organisation
    run: MatchRun | None = None
    waiting: list[SQLModel] | None = None
    """Rows that are committed together at the end of a block."""

    def store(self, *rows: SQLModel) -> None:
        """Commit rows, or keep them for the end of the block."""
        if self.waiting is None:
            self.commit(*rows)
        else:
            self.waiting += rows

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Commit what is made within the block when it ends."""
        self.waiting = []
        yield
        rows, self.waiting = self.waiting, None
        self.commit(*rows)

    def signal(self, text: str = "전고체 배터리 양산 공정을 찾습니다.", **facts: Any) -> DemandSignal:
        """Commit an open signal of the investor's organisation, unless told otherwise."""
        facts = {"organisation_id": self.owner.id, "confidentiality": Confidentiality.OPEN} | facts
        signal = DemandSignal(text=text, **facts)
        self.store(signal)
        return signal

    def project(self, title: str = "전고체 배터리 공정", *, lead: Organisation | None = None) -> RndProject:
        """Commit a project that the team's organisation leads, unless another is named."""
        project = RndProject(title_ko=title, state=ProjectState.RUNNING, abstract_ko=f"{title} 개발")
        member = ConsortiumMember(
            project_id=project.id, organisation_id=(lead or self.lead).id, role=ConsortiumRole.LEAD
        )
        self.store(project, member)
        return project

    def match(
        self,
        signal: DemandSignal,
        project: RndProject,
        score: float = 0.5,
        *,
        rank: int = 1,
        eligible: bool = True,
        parts: Mapping[str, float | None] | None = None,
    ) -> Match:
        """Commit a stored match of the two."""
        if self.run is None:
            yardstick = StoredYardstick(digest=new_id().hex * 2, encoder="e", revision="1", documents=1, content=b"")
            self.run = MatchRun(
                encoder="e", revision="1", parameters={}, method_digest=METHOD, yardstick_id=yardstick.id,
                signals_due=1, projects=1,
            )  # fmt: skip
            self.store(yardstick, self.run)
        match = Match(
            signal_id=signal.id, project_id=project.id, run_id=self.run.id, eligible=eligible, rank=rank, score=score,
            components=dict(parts or components(score)),
            reasons={"shares": {"dense": 1.0}, "gates": GATES, "terms": []},
        )  # fmt: skip
        self.store(match)
        return match

    def pair(self, score: float = 0.5, **facts: Any) -> tuple[DemandSignal, RndProject]:
        """Commit a signal and a project that answers it."""
        signal, project = self.signal(**facts), self.project()
        self.match(signal, project, score)
        return signal, project

    def answer(
        self,
        pair: Sequence[DemandSignal | RndProject],
        kind: str = "interested",
        *,
        client: Client | None = None,
        key: str | None = None,
        **said: Any,
    ) -> Response:
        """Answer for the investor."""
        signal, project = pair
        address = f"/signals/{signal.id}/answers/{project.id}"
        return (client or self.investor).post(address, json={"kind": kind, **said}, headers=keyed(key))

    def team_answer(
        self,
        pair: Sequence[DemandSignal | RndProject],
        kind: str = "interested",
        *,
        client: Client | None = None,
        key: str | None = None,
        **said: Any,
    ) -> Response:
        """Answer for the project's team."""
        signal, project = pair
        address = f"/projects/{project.id}/answers/{signal.id}"
        return (client or self.team).post(address, json={"kind": kind, **said}, headers=keyed(key))


def keyed(key: str | None = None) -> dict[str, str]:
    """Give the headers of a write, with a key of its own unless one is named."""
    return {"Idempotency-Key": key or new_id().hex}
