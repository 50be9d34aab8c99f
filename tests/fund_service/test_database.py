import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlmodel import func, select

from fund_service import database, jobs
from fund_service.database import migrate, newest_revision, open_engine, provide_session, transaction
from models.organisation import OwnershipGroup
from models.person import Role
from models.signal import DemandSignal

SIGNAL = {"text": "고체전해질 양산 기술에 투자하고자 합니다."}
ORGANISATION = {"kind": "investor", "name_ko": "새투자"}
PROJECT = {"title_ko": "새 과제"}
TABLES = ["demand_signal", "organisation", "rnd_project", "sign_in_throttle", "procrastinate_jobs", "person"]


@contextmanager
def commits_that_fail(owner: sa.Engine, table: str) -> Iterator[None]:
    """Let every COMMIT fail that wrote to a table: the statement itself succeeds, the deferred trigger raises later."""
    with owner.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE OR REPLACE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'; END $$"
            )
        )
        connection.execute(
            sa.text(
                f'CREATE CONSTRAINT TRIGGER fail_at_commit AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
                "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_at_commit()"
            )
        )
    try:
        yield
    finally:
        with owner.begin() as connection:
            connection.execute(sa.text(f'DROP TRIGGER fail_at_commit ON "{table}"'))


def counts(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table: connection.scalar(sa.text(f'SELECT count(*) FROM "{table}"'))  # noqa: S608 - our own tables
            for table in (*TABLES, "signal_field", "ownership_group")
        }


@pytest.mark.usefixtures("reference_data")
class TestCommit:
    @pytest.mark.parametrize("table", ["demand_signal", "signal_field", "procrastinate_jobs"])
    def test_a_signal_that_cannot_be_committed_is_not_acknowledged(self, client_for, owner, engine, table):
        investor = client_for(Role.INVESTOR)
        before = counts(engine)
        with commits_that_fail(owner, table):
            answers = [
                investor.post("/signals", json={**SIGNAL, "field_codes": ["01"]}),
                investor.post("/signals/new", data={**SIGNAL, "field_codes": "01"}, follow_redirects=False),
            ]
        assert {answer.status_code for answer in answers} == {503}
        assert counts(engine) == before
        assert investor.post("/signals", json=SIGNAL).status_code == 201

    @pytest.mark.parametrize(
        ("path", "body", "table"),
        [("/organisations", ORGANISATION, "organisation"), ("/projects", PROJECT, "rnd_project")],
    )
    def test_neither_are_other_records(self, client_for, owner, path, body, table):
        keeper = client_for(Role.FUND_MANAGER)
        before = counts(owner)
        with commits_that_fail(owner, table):
            assert keeper.post(path, json=body).status_code == 503
        assert counts(owner) == before

    def test_an_edit_that_cannot_be_committed_leaves_what_stood(self, client_for, owner, read):
        investor = client_for(Role.INVESTOR)
        path = investor.post("/signals", json=SIGNAL).headers["Location"]
        with commits_that_fail(owner, "demand_signal"):
            answers = [
                investor.put(path, json={"text": "고쳐 쓴 수요입니다, 정말."}, headers={"If-Match": '"1"'}),
                investor.post(f"{path}/withdraw", headers={"If-Match": '"1"'}),
                investor.post(f"{path}/edit", data={**SIGNAL, "version": "1"}, follow_redirects=False),
                investor.post(f"{path}/withdrawal", data={"version": "1"}, follow_redirects=False),
            ]
        assert [answer.status_code for answer in answers] == [503] * 4
        stored = read.exec(select(DemandSignal)).one()
        assert (stored.version, stored.text) == (1, SIGNAL["text"])

    def test_a_failed_sign_in_that_cannot_be_counted_is_no_answer_either(self, visit, people, owner):
        assert people
        with commits_that_fail(owner, "sign_in_throttle"):
            assert visit().post("/sign-in", data={"email": "x@example.org", "password": "x"}).status_code == 503


class TestRequestSession:
    def test_a_handler_that_fails_after_writing_leaves_nothing(self, client_for, read, monkeypatch):
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("after the flush")

        monkeypatch.setattr(jobs, "queue_signal", fail)
        assert client_for(Role.INVESTOR).post("/signals", json=SIGNAL).status_code == 500
        assert read.exec(select(func.count()).select_from(DemandSignal)).one() == 0

    def test_more_requests_at_once_than_connections_are_all_answered(self, client_for):
        """Where handlers and commits share threads, waiting handlers keep the commits from freeing connections."""
        investor = client_for(Role.INVESTOR)
        many = 3 * (database.POOL_SIZE + database.OVERFLOW)
        with ThreadPoolExecutor(many) as pool:
            answers = list(pool.map(lambda _: investor.get("/signals?limit=1").status_code, range(2 * many)))
        assert set(answers) == {200}

    def test_a_cancelled_request_is_rolled_back(self, database, read):
        async def cancelled() -> None:
            sessions = provide_session(type("State", (), {"engine": database})())
            session = await anext(sessions)
            session.add(OwnershipGroup(name_ko="x"))
            session.flush()
            with pytest.raises(asyncio.CancelledError):
                await sessions.athrow(asyncio.CancelledError())

        asyncio.run(cancelled())
        assert read.exec(select(func.count()).select_from(OwnershipGroup)).one() == 0


class TestTransaction:
    def test_it_commits_when_the_block_ends(self, database, read):
        with transaction(database) as session:
            session.add(OwnershipGroup(name_ko="x"))
        assert read.exec(select(func.count()).select_from(OwnershipGroup)).one() == 1

    def test_it_leaves_nothing_when_the_block_raises(self, database, read):
        def fails() -> None:
            with transaction(database) as session:
                session.add(OwnershipGroup(name_ko="x"))
                session.flush()
                raise KeyError

        with pytest.raises(KeyError):
            fails()
        assert read.exec(select(func.count()).select_from(OwnershipGroup)).one() == 0


class TestEngine:
    def test_sessions_speak_utc_and_give_up_on_a_lock(self, engine):
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SHOW timezone")) == "UTC"
            assert connection.scalar(sa.text("SHOW lock_timeout")) == "5s"

    def test_no_value_written_stands_in_the_text_of_an_error(self, engine):
        with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as caught:
            connection.execute(sa.text("SELECT CAST(:secret AS integer), 1/0"), {"secret": 424242})
        assert "424242" not in str(caught.value)

    def test_a_database_that_is_not_there_is_noticed_soon(self, settings):
        engine = open_engine(replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
        with pytest.raises(OperationalError), engine.connect():
            pass
        engine.dispose()

    def test_the_embedded_database_sorts_by_code_point_and_writes_for_good(self, engine):
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT 'Z' < 'a' AND 'z' < '가'"))
            assert connection.scalar(sa.text("SHOW fsync")) == "on"
            assert connection.scalar(sa.text("SHOW synchronous_commit")) == "on"
            assert connection.scalar(sa.text("SHOW full_page_writes")) == "on"


class TestMigrate:
    def test_the_schema_is_at_the_newest_revision(self, engine):
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == newest_revision()

    def test_many_processes_may_migrate_at_once(self, engine):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: migrate(engine), range(4)))
        with engine.connect() as connection:
            held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            assert connection.scalar(sa.text(held)) == 0

    def test_a_migration_that_fails_frees_the_lock_and_says_why(self, engine, monkeypatch):
        def fail(configuration: object, _revision: str) -> None:
            configuration.attributes["connection"].execute(sa.text("SELECT nothing_like_this"))

        monkeypatch.setattr(database.command, "upgrade", fail)
        with pytest.raises(sa.exc.ProgrammingError, match="nothing_like_this"):
            migrate(engine)
        with engine.connect() as connection:
            held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            assert connection.scalar(sa.text(held)) == 0
            assert connection.scalar(sa.text("SHOW lock_timeout")) == "5s"
