"""The timeline of a deal: what happened to it, written with what happened and never changed."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service.sentences import Sentence, say
from models.timeline import ActivityKind, DealActivity

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
    """Write on a deal's timeline that something happened to it; ``subject_id`` names the row it is about.

    ``words`` are what somebody wrote, or a `Sentence` of ours, whose facts are kept to be said to every reader.
    """
    ours = words if isinstance(words, Sentence) else None
    told = words if len(words) <= MAX_WORDS else f"{words[: MAX_WORDS - 1]}…"
    session.add(
        DealActivity(
            deal_id=deal_id,
            kind=kind,
            person_id=person_id,
            subject_id=subject_id,
            words=str(told),
            sentence=ours and ours.template,
            facts=None if ours is None else dict(ours.facts),
            recorded_at=at,
        )
    )
    session.flush()


def words_of(activity: DealActivity) -> str:
    """Give the words of an activity: ours in the language at hand, those of people as they wrote them."""
    if activity.sentence is None or activity.facts is None:
        return activity.words
    return say(activity.sentence, activity.facts)
