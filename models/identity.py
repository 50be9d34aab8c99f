"""Identifiers: time-ordered UUIDs, made in one place."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562): unique everywhere, ordered by the millisecond it was made in."""
    return uuid7()
