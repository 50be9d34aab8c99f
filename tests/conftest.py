"""Fixtures every test may ask for: a migrated PostgreSQL of its own, and a session that leaves no trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service.database import migrate, open_engine
from fund_service.settings import Settings


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a service whose home is a temporary folder."""
    return make_settings(tmp_path_factory.mktemp("home"))


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
