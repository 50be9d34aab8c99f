"""Lists by cursor: a page of rows in a stable order, and an opaque mark of where the next one starts."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from models.errors import ValueNotAllowed

T = TypeVar("T")

MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Cursor:
    """The id after which the next page starts."""

    after: UUID


def read_cursor(cursor: str | None) -> Cursor | None:
    """Read the cursor a client sends back.

    Raises
    ------
    ValueNotAllowed
        When it is none of ours.
    """
    if cursor is None or not cursor:
        return None
    try:
        return Cursor(UUID(bytes=base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")))
    except (ValueError, UnicodeEncodeError, binascii.Error):
        raise ValueNotAllowed(
            "This cursor is not one this service gave out; start from the first page.", field="cursor"
        ) from None


def write_cursor(after: UUID) -> str:
    """Write a cursor for a client."""
    return base64.urlsafe_b64encode(after.bytes).decode().rstrip("=")


def cut_page(rows: Sequence[T], limit: int, *, key: Callable[[T], UUID]) -> tuple[Sequence[T], str | None]:
    """Cut ``limit + 1`` rows read into a page and the cursor of the next one, if there is one."""
    if len(rows) <= limit:
        return rows, None
    page = rows[:limit]
    return page, write_cursor(key(page[-1]))


class Listing(BaseModel):
    """What every list carries beside its items."""

    items: list[Any]
    next_cursor: str | None = Field(default=None, description="Send back as ``cursor`` to read on; none: the end.")
