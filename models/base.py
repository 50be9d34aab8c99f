"""What all rows share: constraint names, an id, the moment of recording."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.clock import UtcDateTime, utc_now
from models.identity import new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """A row with a time-ordered id and the moment it was recorded."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    recorded_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class VersionedRow(Row):
    """A row that people edit: ``version`` counts its edits and is its strong ETag.

    ``source`` and ``external_id`` are the natural key under which an import finds the row again;
    ``source_digest`` is the sha256 of what the import last said of it.
    """

    version: int = 1
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    source: str = Field(default="service", max_length=64)
    external_id: str | None = Field(default=None, max_length=200)
    source_digest: str | None = Field(default=None, max_length=64)

    def mark_edited(self, at: datetime) -> None:
        """Count one edit, so that the ETag of an earlier reading is stale from now on."""
        self.version += 1
        self.updated_at = at


def by_value(members: type[StrEnum], *, name: str | None = None) -> Any:  # noqa: ANN401 - SQLModel types `sa_type` as a class, SQLAlchemy takes an instance
    """Give the column type of an enum: VARCHAR holding the member's value, with a CHECK of the values.

    The CHECK is called after the enum, or ``name`` where a table has two columns of it.
    """
    name = name or "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in members.__name__).lstrip(
        "_"
    )
    return sa.Enum(
        members,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda kind: [member.value for member in kind],
    )
