"""Two investors, their signals, and a match on each."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from models.embedding import StoredYardstick
from models.match import Match, MatchRun
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.project import RndProject
from models.signal import Confidentiality, DemandSignal

CANARY = "카나리아-7f3a 고체전해질 양산 기술"


@pytest.fixture
def rival(store: Callable[..., None]) -> Person:
    """An investor of another organisation."""
    group = OwnershipGroup(name_ko="다른그룹")
    organisation = Organisation(
        kind=OrganisationKind.INVESTOR, name_ko="다른투자", name_en="Rival", ownership_group_id=group.id
    )
    person = Person(email="rival@example.org", name="rival", organisation_id=organisation.id, password_hash="-")  # noqa: S106 - no secret
    store(group, organisation, person, PersonRole(person_id=person.id, role=Role.INVESTOR))
    return person


@pytest.fixture
def signal_of(store: Callable[..., None]) -> Callable[..., DemandSignal]:
    """Record a signal of a person's organisation."""

    def signal_of(person: Person, **changes: Any) -> DemandSignal:
        values = {"text": CANARY, "confidentiality": Confidentiality.CONFIDENTIAL, **changes}
        signal = DemandSignal(organisation_id=person.organisation_id, submitted_by_id=person.id, **values)
        store(signal)
        return signal

    return signal_of


@pytest.fixture
def matched(store: Callable[..., None]) -> Callable[[DemandSignal], Match]:
    """Record a match of a signal with a project of its own."""

    def matched(signal: DemandSignal) -> Match:
        project = RndProject(title_ko="전고체 전지 과제")
        yardstick = StoredYardstick(digest=signal.id.hex, encoder="test", revision="1", documents=1, content=b"")
        run = MatchRun(
            encoder="test",
            revision="1",
            parameters={},
            method_digest="0" * 64,
            yardstick_id=yardstick.id,
            signals_due=1,
            projects=1,
        )
        match = Match(
            signal_id=signal.id,
            project_id=project.id,
            run_id=run.id,
            eligible=True,
            rank=1,
            score=0.5,
            components={},
            reasons={"shares": {}, "gates": [], "terms": [{"term": "고체전해질"}]},
        )
        store(project, yardstick, run, match)
        return match

    return matched


@pytest.fixture
def foreign(rival: Person, signal_of: Callable[..., DemandSignal], matched: Callable[..., Match]) -> Match:
    """A match of another investor's confidential signal."""
    return matched(signal_of(rival))


@pytest.fixture
def investor(client_for: Callable[[Role | None], TestClient[Litestar]]) -> TestClient[Litestar]:
    """A program of the investor."""
    return client_for(Role.INVESTOR)
