"""Time: aware UTC in the database, Asia/Seoul for business dates."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

SEOUL = ZoneInfo("Asia/Seoul")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: only aware values go in, UTC comes out, whatever zone the connection speaks."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a naive moment: it would mean another instant on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the moment in UTC."""
        return None if value is None else value.astimezone(UTC)


def utc_now() -> datetime:
    """Give the present moment, aware, in UTC."""
    return datetime.now(UTC)


def business_date(moment: datetime) -> date:
    """Give the calendar date in Seoul at a moment; 2026-12-31T15:00Z is already 2027-01-01."""
    return moment.astimezone(SEOUL).date()
