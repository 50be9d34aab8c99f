"""A real mail server and a real receiver of webhooks, and a person who is told something."""

import base64
import hashlib
import hmac
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from litestar import Litestar
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service.database import transaction
from fund_service.notices.delivering import deliver_due
from fund_service.notices.telling import people, tell
from fund_service.settings import MailSecurity, MailServer, Settings
from models.clock import utc_now
from models.identity import new_id
from models.notice import NoticeAddress, NoticeChoice, NoticeKind, NoticeWay
from models.organisation import Organisation
from models.person import Person, Role
from models.signal import Confidentiality, DemandSignal

LOOPBACK = ("127.0.0.0/8",)


@dataclass
class Postbox:
    """What a mail server took, and what it says to the next e-mail."""

    letters: list[EmailMessage] = field(default_factory=list)
    reply: str = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.reply.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return self.reply


@pytest.fixture(scope="session")
def mail_server() -> Iterator[tuple[Controller, Postbox]]:
    postbox = Postbox()
    with socket.socket() as probe:  # the library asks its own server whether it answers, so it must know the port
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield controller, postbox
    controller.stop()


@pytest.fixture
def postbox(mail_server: tuple[Controller, Postbox]) -> Postbox:
    _, postbox = mail_server
    postbox.letters.clear()
    postbox.reply = "250 OK"
    return postbox


@dataclass
class Receiver:
    """An organisation's own system: what it was sent, and what it answers."""

    port: int
    statuses: list[int] = field(default_factory=list)
    """Answers to come, one after the other; 204 when there are none left."""
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/notices"


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Check a message as a receiver does, by the specification's words and none of our code."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(one == f"v1,{wanted}" for one in headers["webhook-signature"].split())


@pytest.fixture(scope="session")
def http_server() -> Iterator[tuple[HTTPServer, Receiver]]:
    receiver = Receiver(0)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
            self.send_header("Location", receiver.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server, receiver
    server.shutdown()
    server.server_close()


@pytest.fixture
def receiver(http_server: tuple[HTTPServer, Receiver]) -> Receiver:
    _, receiver = http_server
    receiver.statuses.clear()
    receiver.taken.clear()
    return receiver


@pytest.fixture
def reaching(settings: Settings, mail_server: tuple[Controller, Postbox]) -> Settings:
    """Settings of a service that has a mail server and may reach this machine."""
    controller, _ = mail_server
    server = MailServer(host="127.0.0.1", port=controller.port, security=MailSecurity.NONE, sender="fund@example.org")
    return replace(settings, mail=server, webhook_networks=LOOPBACK)


@pytest.fixture
def served(app: Litestar, reaching: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application have those settings too."""
    monkeypatch.setattr(app.dependencies["settings"], "dependency", lambda: reaching)


@dataclass
class World:
    """An investor with a signal, who is told of it, and a worker who sends."""

    engine: Engine
    settings: Settings
    investor: Person
    signal: DemandSignal

    def tell(self, count: int = 3, **options: Any) -> None:
        with transaction(self.engine) as session:
            self.tell_in(session, count, **options)

    def tell_in(self, session: Session, count: int = 3, **options: Any) -> None:
        tell(
            session,
            NoticeKind.SIGNAL_MATCHED,
            subject=self.signal.id,
            to=people([self.investor.id]),
            facts={"count": count},
            **options,
        )

    def send(self, at: datetime | None = None) -> int:
        return deliver_due(self.engine, self.settings, clock=lambda: at or utc_now())

    def change(self, act: Callable[[Session], Any]) -> None:
        with transaction(self.engine) as session:
            act(session)


@pytest.fixture
def world(  # noqa: PLR0917 - pytest hands fixtures over by name
    database: Engine,
    reaching: Settings,
    reference_data: None,
    people: dict[Role, Person],
    investor_organisation: Organisation,
    store: Callable[..., None],
) -> World:
    signal = DemandSignal(
        id=new_id(),
        organisation_id=investor_organisation.id,
        submitted_by_id=people[Role.INVESTOR].id,
        text="비밀 배터리 수요",
        confidentiality=Confidentiality.OPEN,
    )
    store(signal)
    return World(database, reaching, people[Role.INVESTOR], signal)


@pytest.fixture
def mailed(world: World, store: Callable[..., None], postbox: Postbox) -> Callable[[NoticeWay], None]:
    """Let the investor want e-mails, with an address that is proved."""

    def mailed(way: NoticeWay) -> None:
        store(
            NoticeAddress(
                person_id=world.investor.id, email=world.investor.email, verified_at=utc_now(), secret="s" * 64
            ),
            NoticeChoice(person_id=world.investor.id, kind=NoticeKind.SIGNAL_MATCHED, way=way),
        )

    return mailed
