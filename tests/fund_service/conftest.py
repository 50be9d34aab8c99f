"""Fixtures of tests that speak HTTP: the application on the temporary PostgreSQL, and a client for each role.

Requests commit for real, as in service, so that constraints, jobs and other connections see what they would see there.
After each test that used `database`, itself or through another fixture, every row of every table is deleted: one
statement of 3 ms, against 15 ms for a TRUNCATE. Do not mix with the root fixture `session`, whose rows are never
committed.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from anyio.from_thread import BlockingPortal, start_blocking_portal
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel

import models
from fund_service.accounts.callers import digest_secret
from fund_service.app import create_app
from fund_service.settings import Settings
from models.clock import utc_now
from models.identity import new_id
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import AccessToken, Person, PersonRole, Role
from seeds.plan import read_plan

Client = TestClient[Litestar]

TABLES = [table.name for table in reversed(SQLModel.metadata.sorted_tables) if table.name != "ledger_tip"]
TABLES += ["procrastinate_events", "procrastinate_jobs"]
EMPTY = [
    "SET LOCAL session_replication_role = replica",  # no trigger: even what is append-only goes
    *(f'DELETE FROM "{table}"' for table in TABLES),  # noqa: S608 - our own tables
    "UPDATE ledger_tip SET number = 0, digest = repeat('0', 64)",
]
NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture(scope="session")
def app(settings: Settings, engine: Engine) -> Litestar:
    """The application, one for the whole run: it keeps nothing between requests."""
    assert models.__all__, "the tables are all imported"
    return create_app(settings, engine)


@pytest.fixture(scope="session")
def empty(owner: Engine) -> Callable[[], None]:
    """Delete every row of every table."""

    def empty() -> None:
        with owner.begin() as connection:
            connection.execute(sa.text("; ".join(EMPTY)))

    return empty


@pytest.fixture
def database(engine: Engine, empty: Callable[[], None]) -> Iterator[Engine]:
    """The database; whatever the test committed is deleted when it ends."""
    yield engine
    empty()


@pytest.fixture
def store(database: Engine) -> Callable[..., None]:
    """Add rows and commit them, in the order given."""

    def store(*rows: SQLModel) -> None:
        with Session(database, expire_on_commit=False) as session:
            for row in rows:
                session.add(row)
                session.flush()
            session.commit()

    return store


@pytest.fixture
def read(database: Engine) -> Iterator[Session]:
    """A session that sees what was committed at each of its statements."""
    with Session(database) as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        yield session


@pytest.fixture(scope="session")
def plan_rows() -> list[tuple[sa.Table, list[dict[str, Any]]]]:
    """The rows of the plan, read once for all tests."""
    plan = read_plan()
    return [
        (sa.inspect(table).local_table, [line.record.model_dump() for line in lines]) for table, lines in plan.items()
    ]


@pytest.fixture
def reference_data(database: Engine, plan_rows: list[tuple[sa.Table, list[dict[str, Any]]]]) -> None:
    """The plan: fields, regions, TRL, pillars, initiatives and targets."""
    with database.begin() as connection:
        for table, rows in plan_rows:
            connection.execute(sa.insert(table), rows)


@pytest.fixture
def investor_organisation(store: Callable[..., None]) -> Organisation:
    """The organisation that the investor among `people` speaks for."""
    group = OwnershipGroup(name_ko="한빛투자")
    organisation = Organisation(
        kind=OrganisationKind.INVESTOR, name_ko="한빛벤처스", name_en="Hanbit Ventures", ownership_group_id=group.id
    )
    store(group, organisation)
    return organisation


@pytest.fixture
def people(store: Callable[..., None], investor_organisation: Organisation) -> dict[Role, Person]:
    """One person for each role; only the investor belongs to an organisation."""
    people = {
        role: Person(
            email=f"{role.value}@example.org",
            name=role.value,
            organisation_id=investor_organisation.id if role is Role.INVESTOR else None,
            password_hash="none: these people come with tokens",  # noqa: S106 - no secret
        )
        for role in Role
    }
    store(*people.values(), *(PersonRole(person_id=person.id, role=role) for role, person in people.items()))
    return people


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """The event loop that serves all clients; a loop and a start-up for each would cost more than the requests."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def visit(app: Litestar, portal: BlockingPortal) -> Callable[[], Client]:
    """Make a client that carries nothing."""

    def visit() -> Client:
        client = TestClient(app)
        client.blocking_portal = portal
        return client

    return visit


@pytest.fixture
def client_of(visit: Callable[[], Client], store: Callable[..., None]) -> Callable[[Person], Client]:
    """Make a client that carries a bearer token of the person."""

    def client_of(person: Person) -> Client:
        secret = f"fund_{new_id().hex}"
        expires = utc_now() + timedelta(hours=1)
        store(AccessToken(token_digest=digest_secret(secret), person_id=person.id, label="test", expires_at=expires))
        client = visit()
        client.headers["Authorization"] = f"Bearer {secret}"
        return client

    return client_of


@pytest.fixture
def client_for(
    visit: Callable[[], Client], people: dict[Role, Person], client_of: Callable[[Person], Client]
) -> Callable[[Role | None], Client]:
    """Make a client for a role, or for a visitor where that is none."""

    def client_for(role: Role | None) -> Client:
        return visit() if role is None else client_of(people[role])

    return client_for


@pytest.fixture
def statements(engine: Engine) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collect the SQL statements executed within a block."""

    @contextmanager
    def statements() -> Iterator[list[str]]:
        made: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(NOT_COUNTED):
                made.append(statement)

        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield made
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return statements
