import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from sqlalchemy.pool import NullPool

from fund_service import health
from fund_service.app import create_app
from fund_service.database import newest_revision
from models.person import Role


def test_it_is_alive_without_a_database(settings, portal):
    nowhere = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", poolclass=NullPool)
    client = TestClient(create_app(settings, nowhere))
    client.blocking_portal = portal
    assert client.get("/health/live").json() == {"status": "ok", "revision": None}
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "busy", "5")
    assert "127.0.0.1" not in answer.text
    assert client.get("/me", headers={"Authorization": "Bearer x"}).status_code == 503


def test_it_is_ready_at_its_own_revision(visit, engine):
    answer = visit().get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "revision": newest_revision()})


def test_it_is_not_ready_on_another_versions_schema(visit, engine, monkeypatch):
    monkeypatch.setattr(health, "newest_revision", lambda: "9999")
    assert visit().get("/health/ready").status_code == 503


@pytest.mark.parametrize("emptied", ["DELETE FROM alembic_version", "DROP TABLE alembic_version"])
def test_an_unmigrated_database_is_not_ready(session, emptied):
    session.connection().execute(sa.text("SET LOCAL ROLE NONE"))  # only the owner can
    session.connection().execute(sa.text(emptied))
    assert health.schema_revision(session) is None
    answer = health.ready.fn(session)
    assert (answer.status_code, answer.content.status) == (503, "not migrated")


def test_figures_name_routes_and_no_records(client_for):
    auditor = client_for(Role.AUDITOR)
    auditor.get("/signals/019a0000-0000-7000-8000-000000000000")
    figures = auditor.get("/metrics")
    assert figures.status_code == 200
    assert figures.headers["Content-Type"].startswith("text/plain")
    assert 'path="/signals/{signal_id}"' in figures.text
    assert "019a0000" not in figures.text
