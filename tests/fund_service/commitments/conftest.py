"""An investor with a signal that has a ticket, and the fund manager who looks at what they claim."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from models.clock import business_date, utc_now
from models.identity import new_id
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.signal import Confidentiality, DemandSignal

Client = TestClient[Litestar]
TODAY = business_date(utc_now())
TEXT = "고체전해질 양산 기술에 투자하고자 합니다."
EOK = 10**8


def keyed() -> dict[str, str]:
    return {"Idempotency-Key": new_id().hex}


def document(content: bytes | None = None) -> dict[str, str]:
    content = content or b"%PDF-1.7\n" + new_id().bytes
    return {
        "name": "의향서.pdf", "media_type": "application/pdf", "content_base64": base64.b64encode(content).decode(),
    }  # fmt: skip


def step(level: str, **changes: Any) -> dict[str, Any]:
    """Give the body of a claim as programs send it."""
    body: dict[str, Any] = {
        "level": level,
        "dated_on": TODAY.isoformat(),
        "expires_on": (TODAY + timedelta(days=300)).isoformat(),
        "document": document(),
    }
    if level != "L1":
        body["amount_krw"] = 5 * EOK
    if level == "L3":
        body |= {"conditions": "실사 통과", "round_share_bp": 2_000}
    return body | changes


@pytest.fixture
def investor(client_for: Callable[[Role | None], Client]) -> Client:
    return client_for(Role.INVESTOR)


@pytest.fixture
def manager(client_for: Callable[[Role | None], Client]) -> Client:
    return client_for(Role.FUND_MANAGER)


@pytest.fixture
def signal_of(store: Callable[..., None]) -> Callable[..., DemandSignal]:
    """Record a signal of a person's organisation, with a ticket."""

    def signal_of(person: Person, **changes: Any) -> DemandSignal:
        values = {
            "text": TEXT, "ticket_min_krw": EOK, "ticket_max_krw": 5 * EOK, "available_krw": 20 * EOK,
            "confidentiality": Confidentiality.OPEN,
        } | changes  # fmt: skip
        signal = DemandSignal(organisation_id=person.organisation_id, submitted_by_id=person.id, **values)
        store(signal)
        return signal

    return signal_of


@pytest.fixture
def signal(people: dict[Role, Person], signal_of: Callable[..., DemandSignal]) -> DemandSignal:
    return signal_of(people[Role.INVESTOR])


@pytest.fixture
def rival(store: Callable[..., None]) -> Person:
    """An investor of another organisation and group."""
    group = OwnershipGroup(name_ko="다른그룹")
    organisation = Organisation(kind=OrganisationKind.INVESTOR, name_ko="다른투자", ownership_group_id=group.id)
    person = Person(email="rival@example.org", name="rival", organisation_id=organisation.id, password_hash="-")  # noqa: S106 - no secret
    store(group, organisation, person, PersonRole(person_id=person.id, role=Role.INVESTOR))
    return person


@pytest.fixture
def claim(investor: Client) -> Callable[..., Any]:
    """Claim a step as the investor."""

    def claim(signal: DemandSignal, level: str, **changes: Any) -> Any:
        return investor.post(f"/signals/{signal.id}/commitments", json=step(level, **changes), headers=keyed())

    return claim


@pytest.fixture
def decide(manager: Client) -> Callable[..., Any]:
    """Decide on a step as the fund manager, having looked at its document."""

    def decide(claimed: Any, outcome: str = "verified", **changes: Any) -> Any:
        shown = claimed.json()["step"]
        body = {"outcome": outcome, "evidence_sha256": shown["sha256"]} | changes
        return manager.post(f"/commitments/{shown['id']}/decision", json=body, headers=keyed())

    return decide


@pytest.fixture
def climb(claim: Callable[..., Any], decide: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Claim and verify every rung up to one; give the claims."""

    def climb(signal: DemandSignal, level: str, **changes: Any) -> list[Any]:
        claims = []
        for rung in ("L1", "L2", "L3", "L4", "L5"):
            if rung <= level:
                claims.append(claim(signal, rung, **({} if rung == "L1" else changes)))
                assert claims[-1].status_code == 201, claims[-1].text
                answer = decide(claims[-1], words="원본을 보았습니다.")
                assert answer.status_code == 200, answer.text
        return claims

    return climb


@pytest.fixture
def level_of(investor: Client) -> Callable[[DemandSignal], str]:
    def level_of(signal: DemandSignal) -> str:
        level: str = investor.get(f"/signals/{signal.id}").json()["commitment_level"]
        return level

    return level_of


@pytest.fixture
def climbing(
    claim: Callable[..., Any], decide: Callable[..., Any], level_of: Callable[[DemandSignal], str]
) -> tuple[Callable[..., Any], Callable[..., Any], Callable[[DemandSignal], str]]:
    """Claim, decide, and ask where the signal stands."""
    return claim, decide, level_of
