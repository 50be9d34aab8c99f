"""Entries that stand: those that no later entry takes back."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from models.ledger import JournalEntry

_later = sa.orm.aliased(JournalEntry)


def stands(entry_id: sa.orm.Mapped[UUID]) -> sa.ColumnElement[bool]:
    """Say that an entry has not been taken back."""
    return sa.not_(sa.exists().where(col(_later.reverses_id) == entry_id))


def posting_stands(instruction_id: sa.orm.Mapped[UUID]) -> sa.ColumnElement[bool]:
    """Say that an instruction was posted and its entry has not been taken back."""
    entry = sa.orm.aliased(JournalEntry)
    return sa.exists().where(col(entry.instruction_id) == instruction_id, stands(col(entry.id)))
