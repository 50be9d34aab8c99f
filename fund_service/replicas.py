"""Reading from a replica: what a page notes beside what it shows is left out where nothing can be written."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from psycopg.errors import ReadOnlySqlTransaction
from sqlmodel import Session


@contextmanager
def where_writable(session: Session) -> Iterator[None]:
    """Write what a page notes beside what it shows, or nothing of it on a replica that is only read."""
    try:
        with session.begin_nested():
            yield
    except (sa.exc.InternalError, ReadOnlySqlTransaction) as refusal:
        if not isinstance(getattr(refusal, "orig", refusal), ReadOnlySqlTransaction):
            raise
