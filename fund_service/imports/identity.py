"""How a file names a row that is recorded already: by source and external id, or by the id the service gave it."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Table


def recognised(table: Table, source: str, external_ids: Collection[str]) -> sa.ColumnElement[bool]:
    """Select the rows of a source that a file means.

    What was made in the service has no external id, and an export carries its own id instead.
    """
    own = [identifier for name in external_ids if (identifier := _id_of(name)) is not None]
    numbered = table.c.external_id == sa.any_(sa.literal(list(external_ids), sa.ARRAY(sa.String)))
    unnumbered = table.c.external_id.is_(None) & (table.c.id == sa.any_(sa.literal(own, sa.ARRAY(sa.Uuid))))
    return (table.c.source == source) & (numbered | unnumbered)


def known_as(external_id: str | None, identifier: UUID) -> str:
    """Give what a file calls a row: its external id, or its own id where it has none."""
    return external_id or str(identifier)


def _id_of(name: str) -> UUID | None:
    """Read an id, written as the service writes it and no other way."""
    try:
        identifier = UUID(name)
    except ValueError:
        return None
    return identifier if str(identifier) == name else None
