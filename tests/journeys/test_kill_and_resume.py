import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, delete, func, select

from fund_service.database import open_engine
from fund_service.settings import Settings
from models.embedding import Embedding, StoredYardstick
from models.match import Match, MatchRun, ProjectMatching, RunState, SignalMatching
from tests.conftest import make_home_of_demo

KILLS = 10


@pytest.fixture
def home() -> Path:
    return make_home_of_demo()


@pytest.fixture
def demo(home: Path) -> Iterator[Engine]:
    engine = open_engine(Settings(home=home, database_url=None, encoder=None, public_url="http://127.0.0.1:8000"))
    yield engine
    engine.dispose()


def fund(home: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "fund_service", *arguments],
        env={**os.environ, "FUND_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def stored_matches(engine: Engine) -> list[tuple[Any, ...]]:
    with Session(engine) as session:
        rows = session.exec(select(Match).order_by(col(Match.signal_id), col(Match.eligible), col(Match.rank)))
        return [(m.signal_id, m.project_id, m.eligible, m.rank, m.score, m.components, m.reasons) for m in rows]


def forget(engine: Engine) -> None:
    """Make the demo one that was never matched."""
    with Session(engine) as session:
        for table in (Match, SignalMatching, ProjectMatching, MatchRun, StoredYardstick, Embedding):
            session.exec(delete(table))
        session.commit()


def wait_for(seconds: float, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.model
def test_a_run_killed_ten_times_ends_in_the_same_matches_as_an_undisturbed_one(home: Path, demo: Engine):
    undisturbed = stored_matches(demo)
    assert len(undisturbed) > 500
    forget(demo)
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)  # noqa: S311 - times, not secrets
    interrupted = 0
    for _ in range(KILLS):
        run = fund(home, "match")
        time.sleep(chance.uniform(0.5, 7))
        if run.poll() is None:
            run.send_signal(signal.SIGKILL)
            interrupted += 1
        run.wait(30)
    assert interrupted > 0, "no run was still at work when its time came"
    assert fund(home, "match").wait(300) == 0
    assert stored_matches(demo) == undisturbed, f"seed of the kill times: {seed}"


@pytest.mark.slow
@pytest.mark.model
def test_two_workers_share_a_run_and_what_a_killed_one_had_begun_the_other_does(home: Path, demo: Engine):
    def count(table: type[SQLModel], *conditions: Any) -> int:
        with Session(demo) as session:
            return session.exec(select(func.count()).select_from(table).where(*conditions)).one()

    undisturbed = stored_matches(demo)
    forget(demo)
    workers = [fund(home, "worker", "--threads", "1") for _ in range(2)]
    try:
        wait_for(120, lambda: count(Embedding) > 0)
        workers[0].kill()
        wait_for(300, lambda: count(MatchRun, MatchRun.state == RunState.DONE, MatchRun.signals_due > 1) > 0)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait(30)
    assert stored_matches(demo) == undisturbed
