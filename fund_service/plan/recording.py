"""Recording what the service counts for the plan's targets, once a day, so that no later change rewrites it."""

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from fund_service.plan.measures import count_measures
from models.plan_progress import PlanReading


def record_readings(session: Session, *, day: date, at: datetime) -> int:
    """Record what the records say as of a day, and count what was recorded; what stands already stays."""
    rows = [
        {
            "target_code": code,
            "measure": measure,
            "as_of": day,
            "value": figure.value,
            "part": figure.part,
            "whole": figure.whole,
            "recorded_at": at,
        }
        for (code, measure), figure in count_measures(session, day=day).items()
    ]
    if not rows:
        return 0
    asked = insert(PlanReading).values(rows).on_conflict_do_nothing().returning(col(PlanReading.as_of))
    return len(session.connection().execute(asked).all())
