"""The fund's money under fire: many clients, two server processes, repeated and lost requests, one real PostgreSQL."""

import os
import random
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from fund_service.database import migrate, open_engine
from fund_service.settings import Settings
from models.instruction import InstructionKind
from tests.conftest import Service, make_home, serving
from tests.journeys.money_world import TRILLION, World, make_world

pytestmark = pytest.mark.slow

Clients = Callable[..., list[httpx.Client]]
Request = Callable[[httpx.Client], httpx.Response]
CLIENTS = 32
TLS = ssl.create_default_context()
"""Spoken with nobody here; a client that is given none makes its own, which takes longer than what it asks."""
TEN_BILLION = 10**10
ROUNDS = int(os.environ.get("FUND_RACE_ROUNDS", "1"))
"""How often the whole race is run; the acceptance figure is ten, by hand."""
CONTENTION_SECONDS = int(os.environ.get("FUND_CONTENTION_SECONDS", "30"))
"""Half a minute here, five minutes by hand."""
LOT, LOT_SECONDS = 50, 15
"""Commitments that come to be checked all at once, and how often: so that postings queue until the writing ends."""


@contextmanager
def two_processes(home: Path) -> Iterator[list[Service]]:
    with ExitStack() as stack:
        yield [stack.enter_context(serving(home, "--no-worker")) for _ in range(2)]


@pytest.fixture
def home() -> Path:
    return make_home()


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    engine = open_engine(Settings(home=home, database_url=None, encoder=None, public_url="http://127.0.0.1:8000"))
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clients_of() -> Iterator[Callable[..., list[httpx.Client]]]:
    """Make a client for each racer that carries a manager's token, half of them to each process."""
    with ExitStack() as stack:

        def clients_of(
            world: World, services: Sequence[Service], manager: int, count: int = CLIENTS
        ) -> list[httpx.Client]:
            headers = {"Authorization": f"Bearer {world.tokens[world.managers[manager].id]}"}
            return [
                stack.enter_context(
                    httpx.Client(base_url=services[at % len(services)].url, headers=headers, timeout=120, verify=TLS)
                )
                for at in range(count)
            ]

        yield clients_of


def race(work: Sequence[Request], clients: list[httpx.Client]) -> list[httpx.Response]:
    """Do all the work, each client one piece at a time, and give the answers in the order of the work."""
    free = list(clients)
    lock = threading.Lock()

    def do(piece: Request) -> httpx.Response:
        with lock:
            client = free.pop()
        try:
            return piece(client)
        finally:
            with lock:
                free.append(client)

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(do, work))


def check(instruction_id: object, digest: str, key: str) -> Request:
    def ask(client: httpx.Client) -> httpx.Response:
        return client.post(
            f"/ledger/instructions/{instruction_id}/check",
            json={"terms_digest": digest},
            headers={"Idempotency-Key": key},
        )

    return ask


def expense(
    world: World, amount: int, key: str | None, words: str = "회계감사 수수료"
) -> Callable[[httpx.Client], httpx.Response]:
    body = {
        "kind": InstructionKind.EXPENSE.value,
        "vehicle_id": str(world.mother_id),
        "amount_krw": amount,
        "effective_on": "2026-03-02",
        "words": "회계감사 수수료",
        "terms": {"purpose": "expense"},
    }

    def ask(client: httpx.Client) -> httpx.Response:
        return client.post("/ledger/instructions", json=body, headers={} if key is None else {"Idempotency-Key": key})

    return ask


def scalar(engine: Engine, statement: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(sa.text(statement)) or 0)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_400_approvals_of_ten_billion_commit_exactly_a_trillion(
    home: Path, engine: Engine, clients_of: Clients, round_: int
):
    assert round_ < ROUNDS
    world = make_world(engine, deals=400, amount_krw=TEN_BILLION)
    pending = world.commitments(TEN_BILLION, world.deal_ids, checked_by=1)
    with two_processes(home) as services:
        work = [check(instruction, digest, str(uuid4())) for instruction, digest in pending]
        answers = Counter(answer.status_code for answer in race(work, clients_of(world, services, 2)))
        services[0].fund("verify")
    assert answers.pop(200) == 100
    assert sum(answers.values()) == 300
    assert set(answers) <= {409, 422}
    committed = (
        "SELECT sum(amount_krw) FROM ledger_line JOIN account ON account.id = account_id WHERE kind = 'committed'"
    )
    assert scalar(engine, committed) == TRILLION
    assert scalar(engine, "SELECT count(*) FROM deal WHERE stage = 'contracted'") == 100


def test_the_same_request_fifty_times_at_once_has_one_effect(home: Path, engine: Engine, clients_of: Clients):
    world = make_world(engine, deals=1, amount_krw=1)
    keys = [str(uuid4()) for _ in range(20)]
    with two_processes(home) as services:
        clients = clients_of(world, services, 0)
        for number, key in enumerate(keys, 1):
            answers = race([expense(world, number, key)] * 50, clients)
            assert {answer.status_code for answer in answers} <= {201, 409}
            bodies = {answer.text for answer in answers if answer.status_code == 201}
            assert len(bodies) == 1
        assert clients[0].post("/ledger/instructions", json={}).status_code == 400
        assert expense(world, 5, None)(clients[0]).status_code == 400
        other = expense(world, 999, keys[0])(clients[0])
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        assert expense(world, 1, keys[0])(*clients_of(world, services, 1, 1)).status_code == 201
    assert scalar(engine, "SELECT count(*) FROM instruction WHERE kind = 'expense'") == len(keys) + 1


@contextmanager
def forgetful_proxy(target: str, forgets: Callable[[], bool]) -> Iterator[str]:
    """Pass connections on; where it forgets, let the service answer and close before the client hears."""
    port = int(target.rsplit(":", 1)[1])
    listener = socket.create_server(("127.0.0.1", 0))

    def carry(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            lose = forgets()
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += client.recv(65_536)
            head, _, body = asked.partition(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
            )
            while len(body) < length:
                body += client.recv(65_536)
            server.sendall(head + b"\r\nConnection: close\r\n\r\n" + body)
            answer = b""
            while part := server.recv(65_536):
                answer += part
            if not lose:
                client.sendall(answer)

    def listen() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=carry, args=(client,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def test_an_answer_that_is_lost_and_asked_again_has_one_effect(home: Path, engine: Engine):
    world = make_world(engine, deals=1, amount_krw=1)
    chance = random.Random(1)  # noqa: S311 - which answers are lost, the same every time
    headers = {"Authorization": f"Bearer {world.tokens[world.managers[0].id]}"}
    lost = 0
    with serving(home, "--no-worker") as service, forgetful_proxy(service.url, lambda: chance.random() < 0.5) as url:
        for number in range(1, 201):
            ask, answer = expense(world, number, str(uuid4())), None
            while answer is None:
                with httpx.Client(base_url=url, headers=headers, timeout=30, verify=TLS) as client:
                    try:
                        answer = ask(client)
                    except httpx.RemoteProtocolError:
                        lost += 1
            assert answer.status_code == 201
    assert lost > 50
    assert scalar(engine, "SELECT count(*) FROM instruction WHERE kind = 'expense'") == 200


def test_many_writers_are_refused_or_served_and_never_failed(home: Path, engine: Engine, clients_of: Clients):
    waiting = LOT * -(-CONTENTION_SECONDS // LOT_SECONDS)
    amount = min(10**9, TRILLION // waiting)
    world = make_world(engine, deals=waiting, amount_krw=amount)
    pending = world.commitments(amount, world.deal_ids, checked_by=0)
    times: dict[str, list[float]] = {}
    with two_processes(home) as services:
        ends = time.monotonic() + CONTENTION_SECONDS

        def write(at: int) -> None:
            chance = random.Random(at)  # noqa: S311 - a mix, the same every time
            maker, checker = (clients_of(world, [services[at % 2]], manager, 1)[0] for manager in (0, 1))
            while time.monotonic() < ends:
                started = time.perf_counter()
                if chance.random() < 0.5:
                    asked, answer = "make", expense(world, chance.randint(1, 9), str(uuid4()))(maker)
                else:
                    left = max(0, ends - time.monotonic())
                    lot = waiting // LOT - 1 - int(left // LOT_SECONDS)
                    chosen = pending[max(0, lot) * LOT + chance.randrange(LOT)]
                    asked, answer = "check", check(*chosen, str(uuid4()))(checker)
                times.setdefault(f"{asked} {answer.status_code}", []).append(time.perf_counter() - started)

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(write, range(CLIENTS)))
        services[0].fund("verify")
    print(said(times))  # noqa: T201 - the figures
    assert set(times) <= {
        "make 201",
        "check 200",
        *(f"{asked} {refused}" for asked in ("make", "check") for refused in (403, 409, 422)),
    }
    assert len(times["make 201"]) > 100
    assert scalar(engine, "SELECT count(*) FROM commitment") == len(times["check 200"])


def said(times: Mapping[str, Sequence[float]]) -> str:
    """Say how long writes took, all and by what was asked and answered."""
    every = [one for some in times.values() for one in some]
    return "\n".join(
        f"{name}: {len(some)}, {len(some) / CONTENTION_SECONDS:.1f}/s, p50 {percentile(some, 50):.3f} s, "
        f"p99 {percentile(some, 99):.3f} s, most {max(some):.3f} s"
        for name, some in [("all", every), *sorted(times.items())]
    )


def percentile(some: Sequence[float], part: int) -> float:
    return sorted(some)[(len(some) - 1) * part // 100]
