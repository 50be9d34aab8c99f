"""Which report is asked for: of which vehicle, as of which day, as known at which moment."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from fund_service.metrics.schemas import ReportAsked
from models.clock import SEOUL, business_date
from models.errors import ValueNotAllowed


def report_asked(
    *,
    vehicle_id: UUID | None,
    as_of: date | None,
    known_at: str | None,
    compare_with: date | None,
    at: datetime,
) -> ReportAsked:
    """Read which report is asked for: today's as known now; a past day's as known when that day ended.

    ``known_at`` is a day, whose end counts, or a moment with its time zone.

    Raises
    ------
    ValueNotAllowed
        For a day or moment to come, and a day compared with that does not lie before.
    """
    today = business_date(at)
    on = as_of or today
    if on > today:
        raise ValueNotAllowed("Performance is told up to today ({today}).", field="as_of", today=today.isoformat())
    if compare_with is not None and compare_with >= on:
        raise ValueNotAllowed("The day compared with must lie before the day of the report.", field="compare_with")
    moment = min(at, _end_of(on)) if known_at is None else _moment(known_at, at=at)
    return ReportAsked(vehicle_id=vehicle_id, as_of=on, known_at=moment, compare_with=compare_with)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, SEOUL) - timedelta(microseconds=1)


def _moment(text: str, *, at: datetime) -> datetime:
    try:
        if len(text) == len("2026-11-22"):
            day = date.fromisoformat(text)
            moment = min(at, _end_of(day)) if day <= business_date(at) else _end_of(day)
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueNotAllowed("Give a day such as 2026-11-22, or a moment with its time zone.", field="known_at")
    if moment > at:
        raise ValueNotAllowed("What will be known later is not known yet.", field="known_at")
    return moment
