"""Editions: the ETag of records that carry no version, made from what they hold."""

import hashlib
import json

from sqlmodel import SQLModel

from models.errors import RecordChanged


def edition_of(row: SQLModel, *parts: object) -> str:
    """Give the edition of a row and what belongs to it: another one as soon as anything of it is changed."""
    held = json.dumps([row.model_dump(mode="json"), *parts], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(held.encode()).hexdigest()[:32]


def check_edition(read: str | None, present: str | None) -> None:
    """Refuse a change that starts from another edition than the present one; none: there is no record yet.

    Raises
    ------
    RecordChanged
        When they differ.
    """
    if (read or None) != present:
        raise RecordChanged("This was changed since you opened it; load it again and repeat your change.")
