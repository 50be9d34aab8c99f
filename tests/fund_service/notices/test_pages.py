"""Pages of notices as a browser gets them, for every role, in both languages."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from fund_service.notices.telling import Told, tell_speakers
from models.clock import utc_now
from models.delivery import DeliveryAttempt, DeliveryState, DeliveryWay, NoticeDelivery, StoppedBecause, Webhook
from models.notice import NoticeKind
from models.person import Role
from tests.fund_service.notices.conftest import World
from tests.fund_service.page_reading import faults_of


@pytest.fixture
def hooks(world: World, store: Callable[..., None]) -> list[Webhook]:
    """A webhook that is live and one that was stopped, with a delivery in every state."""
    of = {"organisation_id": world.signal.organisation_id, "person_id": world.investor.id, "secret": "0" * 44}
    stopped = {"stopped_at": utc_now(), "stopped_because": StoppedBecause.FAILURES}
    hooks = [
        Webhook(url="https://example.org/a", kinds=[NoticeKind.SIGNAL_MATCHED.value], **of),
        Webhook(url="https://example.org/b", kinds=[], **of, **stopped),
    ]
    deliveries = [
        NoticeDelivery(
            webhook_id=hooks[0].id,
            way=DeliveryWay.PING,
            state=state,
            sent_at=utc_now() if state is DeliveryState.SENT else None,
        )
        for state in DeliveryState
    ]
    tries = [DeliveryAttempt(delivery_id=one.id, milliseconds=3, failure="Refused", code=500) for one in deliveries]
    store(*hooks, *deliveries, *tries)
    return hooks


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.usefixtures("served")
def test_every_page_is_sound_for_every_role(world: World, hooks: list[Webhook], client_for: Any, language: str):
    told = [
        Told(organisation_id=world.signal.organisation_id, subject=world.signal.id, facts={"count": number})
        for number in range(3)
    ]

    def tell(session: Session) -> None:
        tell_speakers(session, NoticeKind.SIGNAL_MATCHED, told)

    world.change(tell)
    pages = {role: ["/notices", "/notices?kind=work_due", "/notices/settings"] for role in Role}
    pages[Role.INVESTOR] += ["/notices/webhooks", *(f"/notices/webhooks/{hook.id}" for hook in hooks)]
    pages[Role.PROJECT_TEAM] += ["/notices/webhooks"]
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        pages[role] += ["/notices/deliveries", "/notices/deliveries?state=dead"]
    for role, addresses in pages.items():
        client = client_for(role)
        for address in addresses:
            answer = client.get(address, headers={"Accept": "text/html", "Cookie": f"fund_language={language}"})
            assert answer.status_code == 200, (role, address)
            assert not faults_of(answer.text, language=language), (role, address)


def test_opening_a_notice_marks_it_and_leads_on(world: World, client_for: Any):
    for count in range(3):
        world.tell(count)
    investor = client_for(Role.INVESTOR)
    first, *_ = investor.get("/notices").json()["items"]
    opened = investor.post(f"/notices/{first['id']}/open", follow_redirects=False)
    assert (opened.status_code, opened.headers["Location"]) == (303, f"/signals/{world.signal.id}/matches")
    assert investor.get("/notices").json()["unread"] == 2
    other_kind = investor.post("/notices/all-read", data={"kind": "work_due"}, follow_redirects=False)
    assert other_kind.headers["Location"] == "/notices?kind=work_due"
    assert investor.get("/notices").json()["unread"] == 2
    investor.post("/notices/all-read", data={"kind": "nonsense"})
    assert investor.get("/notices").json()["unread"] == 0


def test_ways_are_chosen_on_the_page_and_what_is_refused_is_shown_again(world: World, client_for: Any):
    investor = client_for(Role.INVESTOR)
    saved = investor.post("/notices/settings/edit", data={"signal_matched": "off"}, headers={"Accept": "text/html"})
    assert "저장했습니다" in saved.text
    choices = {one["kind"]: one["way"] for one in investor.get("/notices/settings").json()["choices"]}
    assert choices["signal_matched"] == "off"
    assert "instruction_to_check" not in choices
    for way in ("daily", "nonsense"):
        refused = investor.post("/notices/settings/edit", data={"signal_matched": way})
        assert (refused.status_code, list(refused.json()["faults"])) == (422, ["ways"])
