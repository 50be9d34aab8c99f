"""The timeline of a deal: what happened to it, written with what happened and never changed."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from models.deal import ActivityKind, DealActivity

MAX_WORDS = 2_000
"""Characters of an activity's words; a longer note is told in brief here and stands in full in its own row."""


def record_activity(
    session: Session,
    deal_id: UUID,
    kind: ActivityKind,
    *,
    person_id: UUID | None,
    words: str = "",
    subject_id: UUID | None = None,
    at: datetime,
) -> None:
    """Write on a deal's timeline that something happened to it; ``subject_id`` names the row it is about."""
    told = words if len(words) <= MAX_WORDS else f"{words[: MAX_WORDS - 1]}…"
    session.add(
        DealActivity(deal_id=deal_id, kind=kind, person_id=person_id, subject_id=subject_id, words=told, recorded_at=at)
    )
    session.flush()
