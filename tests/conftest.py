"""Fixtures every test may ask for: a migrated PostgreSQL of its own, and a session that leaves no trace."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service.database import migrate, open_engine
from fund_service.settings import Settings


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of a service whose home is a temporary folder.

    Not one of pytest's: under root the database runs as another user, and a second pytest closes its folders to others.
    """
    with tempfile.TemporaryDirectory(prefix="fund-tests-", ignore_cleanup_errors=True) as home:
        yield make_settings(Path(home))


def make_settings(home: Path) -> Settings:
    return Settings(home=home, database_url=None, encoder=None, public_url="http://testserver.local")


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    """The embedded PostgreSQL, brought to the newest revision."""
    engine = open_engine(settings)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose every change, commits included, is undone when the test ends."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()
