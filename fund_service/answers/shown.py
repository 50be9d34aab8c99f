"""What a person was shown: noted with each list, so that learning knows how far down an answer came from.

A page or the JSON of a list counts, a file taken away does not: nobody answers in it. Nor does a page that a browser
fetches beforehand, and a list is shown all the same where nothing can be noted, as on a replica that is only read.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.answers.latest import Pair
from fund_service.replicas import where_writable
from models.answer import AnswerSide, MatchShown
from models.person import Role


def note_signal_list(
    session: Session, signal_id: UUID, *, owner_id: UUID, project_ids: Sequence[UUID], caller: Caller
) -> None:
    """Note that an investor was shown the projects that answer a signal of their own; others' reading is not noted."""
    if caller.has(Role.INVESTOR) and caller.organisation_id == owner_id:
        _note(session, AnswerSide.INVESTOR, caller.person_id, subject_id=signal_id, shown=project_ids)


def note_project_list(session: Session, project_id: UUID, *, signal_ids: Sequence[UUID], caller: Caller) -> None:
    """Note that a team was shown the signals that its project answers."""
    _note(session, AnswerSide.PROJECT, caller.person_id, subject_id=project_id, shown=signal_ids)


def _note(session: Session, side: AnswerSide, person_id: UUID, *, subject_id: UUID, shown: Sequence[UUID]) -> None:
    last = last_shown(session, side, person_id, subject_id=subject_id)
    if not shown or (last is not None and last.shown == list(shown)):
        return
    row = MatchShown(
        side=side,
        person_id=person_id,
        signal_id=subject_id if side is AnswerSide.INVESTOR else None,
        project_id=subject_id if side is AnswerSide.PROJECT else None,
        shown=list(shown),
    )
    with where_writable(session):
        session.add(row)
        session.flush()


def last_shown(session: Session, side: AnswerSide, person_id: UUID, *, subject_id: UUID) -> MatchShown | None:
    """Read the list of a signal (of a project, on the other side) that a person was last shown."""
    about = MatchShown.signal_id if side is AnswerSide.INVESTOR else MatchShown.project_id
    return session.exec(
        select(MatchShown)
        .where(MatchShown.person_id == person_id, about == subject_id, MatchShown.side == side)
        .order_by(col(MatchShown.recorded_at).desc(), col(MatchShown.id).desc())
        .limit(1)
    ).first()


def position_shown(session: Session, side: AnswerSide, person_id: UUID, pair: Pair) -> tuple[UUID, int] | None:
    """Give the list in which a person last saw a pair and its place there; none when it was not in the last one."""
    signal_id, project_id = pair
    subject, listed = (signal_id, project_id) if side is AnswerSide.INVESTOR else (project_id, signal_id)
    last = last_shown(session, side, person_id, subject_id=subject)
    if last is None or listed not in last.shown:
        return None
    return last.id, last.shown.index(listed) + 1
