"""Alembic's entry: runs the revisions on the connection that ``fund_service.database`` hands over."""

from collections.abc import MutableMapping
from typing import Literal

from alembic import context
from sqlmodel import SQLModel

import models  # noqa: F401 - every table registers itself

LIBRARY_TABLES = "procrastinate_"
"""Tables of the task queue: theirs to describe, so autogenerate leaves them alone."""


def include_name(
    name: str | None,
    kind: Literal[
        "schema", "table", "column", "index", "unique_constraint", "foreign_key_constraint", "check_constraint"
    ],
    parents: MutableMapping[Literal["schema_name", "table_name", "schema_qualified_table_name"], str | None],  # noqa: ARG001 - Alembic's signature
) -> bool:
    """Say whether a database object is described by our models."""
    return not (kind == "table" and (name or "").startswith(LIBRARY_TABLES))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    include_name=include_name,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
