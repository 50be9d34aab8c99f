"""Health: is the process alive, can it serve, what are its figures, what does its interface look like."""

import sqlalchemy as sa
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.status_codes import HTTP_503_SERVICE_UNAVAILABLE
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlmodel import Session

from fund_service.database import newest_revision
from fund_service.pages import Page
from fund_service.problems import documented


class Health(BaseModel):
    """Whether the service can do its work."""

    status: str
    revision: str | None = None


@get("/health/live", operation_id="live", sync_to_thread=False, tags=["service"], security=[{}])
def live() -> Health:
    """Say that the process answers."""
    return Health(status="ok")


@get(
    "/health/ready",
    operation_id="ready",
    sync_to_thread=True,
    tags=["service"],
    security=[{}],
    responses=documented(),
)
def ready(session: NamedDependency[Session]) -> Response[Health]:
    """Say whether the database answers and carries this version's schema."""
    revision = schema_revision(session)
    if revision is not None and revision == newest_revision():
        return Page(Health(status="ready", revision=revision))
    status = "not migrated" if revision is None else "another version's schema"
    return Page(Health(status=status, revision=revision), status_code=HTTP_503_SERVICE_UNAVAILABLE)


def schema_revision(session: Session) -> str | None:
    """Read the revision of the database's schema; ``None`` before the first migration."""
    if session.connection().scalar(sa.text("SELECT to_regclass('alembic_version')")) is None:
        return None
    revision: str | None = session.connection().scalar(sa.text("SELECT version_num FROM alembic_version"))
    return revision


@get(
    "/metrics",
    operation_id="metrics",
    sync_to_thread=False,
    tags=["service"],
    media_type=MediaType.TEXT,
    responses=documented(),
)
def metrics() -> Response[bytes]:
    """Give the process's figures in Prometheus's text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@get("/api-docs", operation_id="view_schema", template="schema.html", sync_to_thread=False, include_in_schema=False)
def view_schema() -> dict[str, str]:
    """Show the OpenAPI document in a viewer served from here."""
    return {"document": "/schema/openapi.json"}
