"""Webhooks: signed, to permitted addresses alone, tried again for a day, then stopped."""

import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from fund_service.notices.reaching import target_of
from fund_service.notices.signing import signature
from models.clock import utc_now
from models.delivery import MOST_ATTEMPTS, DeliveryState, NoticeDelivery, StoppedBecause, Webhook, pause_after
from models.errors import ValueNotAllowed
from models.notice import Notice, NoticeKind
from models.person import Person, Role
from models.signal import SignalState
from tests.fund_service.notices.conftest import Receiver, World, verified


@pytest.fixture
def investor(world: World, served: None, client_for: Any) -> Any:
    return client_for(Role.INVESTOR)


@pytest.fixture
def hook(investor: Any, receiver: Receiver) -> dict[str, Any]:
    answer = investor.post("/notices/webhooks", json={"url": receiver.url})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["webhook"]
    assert answer.headers["Location"] == f"/notices/webhooks/{made['id']}"
    return made


def test_the_signature_is_that_of_the_specifications_own_example():
    moment = datetime.fromtimestamp(1614265330, UTC)
    made = signature(
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", moment, b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_system_is_told_what_happened_signed_and_in_nobodys_words(
    world: World, hook: dict[str, Any], receiver: Receiver, read: Session
):
    world.tell(3)
    world.send()
    ((headers, body),) = receiver.taken
    said = json.loads(body)
    (notice,) = read.exec(select(Notice)).all()
    assert said["id"] == headers["webhook-id"]
    assert (said["type"], said["data"]["facts"]) == ("signal_matched", {"count": 3})
    assert said["data"]["links"] == {"page": f"http://testserver.local/signals/{world.signal.id}/matches"}
    assert said["data"]["notice_id"] == str(notice.id)
    assert "비밀" not in body.decode()
    assert verified(hook["secret"], headers, body)
    assert not verified(hook["secret"], headers, body.replace(b"3", b"4")), "a changed body is found out"
    assert not verified(hook["secret"], headers | {"webhook-timestamp": "1"}, body), "and another moment"
    assert not verified("whsec_" + "A" * 43 + "=", headers, body), "and another secret"
    assert world.send() == 0


def test_the_secret_is_shown_once(investor: Any, hook: dict[str, Any]):
    assert hook["secret"].startswith("whsec_")
    for path in ("/notices/webhooks", f"/notices/webhooks/{hook['id']}"):
        for accept in ("application/json", "text/html"):
            assert hook["secret"].removeprefix("whsec_") not in investor.get(path, headers={"Accept": accept}).text


def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    world: World, investor: Any, hook: dict[str, Any], receiver: Receiver
):
    new = investor.post(f"/notices/webhooks/{hook['id']}/secret").json()["webhook"]["secret"]
    world.tell()
    world.send()
    world.tell()
    world.send(utc_now() + timedelta(days=1, minutes=1))
    first, second = receiver.taken
    assert verified(new, *first)
    assert verified(hook["secret"], *first)
    assert verified(new, *second)
    assert not verified(hook["secret"], *second)


def test_what_may_no_longer_be_seen_is_not_sent(world: World, hook: dict[str, Any], receiver: Receiver, read: Session):
    world.tell()
    world.signal.state = SignalState.WITHDRAWN
    world.change(lambda session: session.merge(world.signal))
    world.send()
    (delivery,) = read.exec(select(NoticeDelivery)).all()
    assert (receiver.taken, delivery.state) == ([], DeliveryState.DROPPED)


def test_a_webhook_ends_with_who_registered_it(world: World, hook: dict[str, Any], receiver: Receiver, read: Session):
    world.tell()
    world.change(lambda session: setattr(session.get_one(Person, world.investor.id), "organisation_id", None))
    world.send()
    assert not receiver.taken
    assert read.exec(select(Webhook.stopped_because)).one() is StoppedBecause.NO_SPEAKER
    assert read.exec(select(NoticeDelivery.state)).one() is DeliveryState.DEAD


def test_a_failure_is_tried_again_and_holds_others_back(
    world: World, hook: dict[str, Any], receiver: Receiver, read: Session
):
    receiver.statuses = [500]
    world.tell()
    world.tell()
    at = utc_now()
    assert world.send(at) == 1, "the second waits with the first"
    assert len(receiver.taken) == 1
    assert world.send(at + timedelta(minutes=2)) == 2
    first, *others = (headers["webhook-id"] for headers, _ in receiver.taken)
    assert first in others, "the same message under the same id"
    assert set(read.exec(select(NoticeDelivery.state))) == {DeliveryState.SENT}


def test_after_a_day_of_failures_it_is_stopped_and_its_people_are_told(
    world: World, investor: Any, hook: dict[str, Any], receiver: Receiver, read: Session
):
    receiver.statuses = [503] * MOST_ATTEMPTS
    world.tell()
    at = utc_now()
    for attempts in range(1, MOST_ATTEMPTS + 1):
        world.send(at)
        at += pause_after(attempts) or timedelta()
    assert read.exec(select(Webhook.stopped_because)).one() is StoppedBecause.FAILURES
    told = investor.get("/notices?kind=webhook_stopped").json()["items"]
    assert [item["path"] for item in told] == [f"/notices/webhooks/{hook['id']}"]
    page = investor.get(f"/notices/webhooks/{hook['id']}").json()
    assert [one["code"] for one in page["deliveries"][0]["tries"]] == [503] * MOST_ATTEMPTS
    assert investor.post(f"/notices/webhooks/{hook['id']}/ping").status_code == 409
    world.tell()
    assert world.send(at) == 0


def test_an_address_that_is_gone_is_stopped_at_once(world: World, hook: Any, receiver: Receiver, read: Session):
    receiver.statuses = [410]
    world.tell()
    world.send()
    assert read.exec(select(Webhook.stopped_because)).one() is StoppedBecause.GONE


def test_a_redirect_is_a_failure_and_not_followed(world: World, hook: Any, receiver: Receiver, read: Session):
    receiver.statuses = [302]
    world.tell()
    world.send()
    assert len(receiver.taken) == 1
    assert read.exec(select(NoticeDelivery.state)).one() is DeliveryState.WAITING


def test_a_ping_is_sent_once_and_stops_nothing(
    world: World, investor: Any, hook: dict[str, Any], receiver: Receiver, read: Session
):
    receiver.statuses = [500]
    investor.post(f"/notices/webhooks/{hook['id']}/ping")
    world.send()
    ((_, body),) = receiver.taken
    assert json.loads(body)["type"] == "ping"
    assert read.exec(select(NoticeDelivery.state)).one() is DeliveryState.DEAD
    assert read.exec(select(Webhook.stopped_at)).one() is None


def test_only_kinds_that_were_named_are_told(world: World, investor: Any, receiver: Receiver):
    kinds = [NoticeKind.RELEASE_PUBLISHED]
    assert investor.post("/notices/webhooks", json={"url": receiver.url, "kinds": kinds}).status_code == 201
    world.tell()
    assert world.send() == 0
    others = {"url": receiver.url + "/2", "kinds": ["instruction_to_check"]}
    assert investor.post("/notices/webhooks", json=others).status_code == 422


def test_an_organisation_has_five_and_each_address_once(investor: Any, hook: Any, receiver: Receiver):
    assert investor.post("/notices/webhooks", json={"url": receiver.url}).status_code == 409
    for number in range(4):
        assert investor.post("/notices/webhooks", json={"url": f"{receiver.url}/{number}"}).status_code == 201
    assert investor.post("/notices/webhooks", json={"url": f"{receiver.url}/5"}).status_code == 409
    investor.post(f"/notices/webhooks/{hook['id']}/stop")
    assert investor.post("/notices/webhooks", json={"url": f"{receiver.url}/5"}).status_code == 201


def test_a_webhook_is_its_organisations_alone(
    world: World, hook: dict[str, Any], people: dict[Role, Person], client_for: Any
):
    team = client_for(Role.PROJECT_TEAM)
    assert team.get("/notices/webhooks").json()["items"] == []
    for act in ("", "/ping", "/secret", "/stop"):
        path = f"/notices/webhooks/{hook['id']}{act}"
        assert (team.post(path) if act else team.get(path)).status_code == 404
    assert team.post("/notices/webhooks", json={"url": "https://example.org/x"}).status_code == 409
    assert client_for(Role.FUND_MANAGER).get("/notices/webhooks").status_code == 403


RESOLVED = {
    "public.example": ["93.184.216.34"],
    "two.example": ["93.184.216.34", "10.0.0.8"],
    "inner.example": ["10.0.0.8"],
    "six.example": ["2606:2800:220:1::1"],
    "wrapped.example": ["::ffff:127.0.0.1"],
    "tunnel.example": ["2002:7f00:1::"],
    "metadata.example": ["169.254.169.254"],
}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = socket.getaddrinfo

    def resolve(host: str, port: int, **options: Any) -> Any:
        found = RESOLVED.get(host)
        return ours(host, port, **options) if found is None else [(0, 0, 0, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.parametrize(
    "url",
    [
        "http://public.example/", "https://two.example/", "https://inner.example/", "https://wrapped.example/",
        "https://tunnel.example/", "https://metadata.example/", "https://127.0.0.1/", "https://[::1]/",
        "https://0.0.0.0/", "https://169.254.169.254/latest", "https://10.1.2.3/", "https://192.168.0.1/",
        "https://100.64.0.1/", "https://224.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://[fe80::1]/",
        "https://[fd00::1]/", "https://localhost/", "https://u:p@public.example/", "https://public.example/#x",
        "ftp://public.example/", "https:///x", "https://public.example:99999/", "https://publíc.example/",
        "https://public.example/ x", "https://public.example\\@inner.example/", "https://nowhere.invalid/",
    ],
)  # fmt: skip
def test_addresses_that_lead_inside_are_refused(names: None, url: str):
    with pytest.raises(ValueNotAllowed):
        target_of(url, networks=())


def test_addresses_that_are_public_or_permitted_are_reached_as_they_were_checked(names: None):
    assert target_of("https://public.example/a?b=1", networks=()).url == "https://93.184.216.34:443/a?b=1"
    assert target_of("https://six.example:8443/", networks=()).url == "https://[2606:2800:220:1::1]:8443/"
    inner = target_of("http://inner.example:8080/x", networks=["10.0.0.0/8"])
    assert (inner.url, inner.name) == ("http://10.0.0.8:8080/x", "inner.example:8080")
    with pytest.raises(ValueNotAllowed):
        target_of("https://metadata.example/", networks=["169.254.0.0/16"])


def test_a_name_that_leads_inside_later_is_not_followed(
    world: World, investor: Any, names: None, monkeypatch: pytest.MonkeyPatch
):
    assert investor.post("/notices/webhooks", json={"url": "https://public.example/"}).status_code == 201
    monkeypatch.setitem(RESOLVED, "public.example", ["10.0.0.8"])
    world.tell()
    world.send()
    page = investor.get("/notices/webhooks").json()["items"][0]
    (tried,) = investor.get(f"/notices/webhooks/{page['id']}").json()["deliveries"][0]["tries"]
    assert tried["failure"] == "AddressRefused"


def test_the_form_shows_what_is_at_fault_and_the_secret_once(
    investor: Any, receiver: Receiver, read: Callable[..., Any]
):
    browser = {"headers": {"Accept": "text/html"}}
    refused = investor.post("/notices/webhooks/new", data={"url": "https://10.0.0.1/x"}, **browser)
    assert refused.status_code == 422
    assert 'value="https://10.0.0.1/x"' in refused.text
    made = investor.post("/notices/webhooks/new", data={"url": receiver.url, "kinds": "signal_matched"}, **browser)
    assert made.status_code == 201
    assert "whsec_" in made.text
