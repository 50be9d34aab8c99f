"""Serving: web processes and, beside them, the worker; what a first start loads."""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Event, Thread
from typing import Any

import sqlalchemy as sa
import uvicorn
from litestar import Litestar
from sqlalchemy.engine import Engine
from sqlmodel import Session, func, select

from fund_service.app import create_app
from fund_service.database import open_engine, transaction
from fund_service.demonstration.loading import load_demo
from fund_service.settings import read_settings
from models.person import Person
from models.plan import Pillar
from seeds.limits import seed_limits
from seeds.plan import seed_plan

PAUSE_SECONDS = 5
"""How long after its end a worker is replaced."""
GRACE_SECONDS = 8
"""How long requests under way may take to end when the service is told to stop."""


def seed_when_empty(engine: Engine, *, say: Callable[[str], None]) -> None:
    """Load the plan and the demo into a database that nobody has used, and tell how to sign in."""
    with Session(engine) as session:
        used = (
            session.exec(select(func.count()).select_from(Person)).one()
            + session.exec(select(func.count()).select_from(Pillar)).one()
        )
    if used:
        return
    with transaction(engine) as session:
        say(str(seed_plan(session) + seed_limits(session)))
        report = load_demo(session)
    say(str(report))


def serve(*, host: str, port: int, workers: int, with_worker: bool) -> None:
    """Serve until told to stop; the worker is a process of its own, so that matching never delays a page."""
    with _worker_beside() if with_worker else nullcontext():
        uvicorn.run(
            "fund_service.serving:application",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )


@contextmanager
def _worker_beside() -> Iterator[None]:
    """Keep a worker process alive while the service runs: one that dies is replaced."""
    stopping = Event()
    running: list[subprocess.Popen[bytes]] = []

    def keep_alive() -> None:
        while not stopping.is_set():
            running[:] = [subprocess.Popen([sys.executable, "-m", "fund_service", "worker"])]
            running[0].wait()
            stopping.wait(PAUSE_SECONDS)

    keeper = Thread(target=keep_alive, name="keep worker alive", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for worker in running:
            worker.terminate()
        keeper.join(GRACE_SECONDS)
        for worker in running:
            worker.kill()


def application() -> Litestar:
    """Make the application of one web process."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = read_settings()
    return create_app(settings, open_engine(settings))


def openapi_document() -> dict[str, Any]:
    """Give the OpenAPI document; it is the same whatever the database holds, so none is opened."""
    return create_app(read_settings(), sa.create_engine("postgresql+psycopg://")).openapi_schema.to_schema()
