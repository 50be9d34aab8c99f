"""The answers that count: the latest of each side to each pair."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.answer import AnswerSide, MatchAnswer

Pair = tuple[UUID, UUID]
"""A signal and a project."""


def is_latest() -> sa.ColumnElement[bool]:
    """Say which answers no later one of the same side to the same pair has replaced."""
    later = sa.orm.aliased(MatchAnswer)
    return ~(
        sa.exists()
        .where(
            col(later.signal_id) == col(MatchAnswer.signal_id),
            col(later.project_id) == col(MatchAnswer.project_id),
            col(later.side) == col(MatchAnswer.side),
            col(later.number) > col(MatchAnswer.number),
        )
        .correlate(MatchAnswer)
    )


def latest_answer(session: Session, side: AnswerSide, pair: Pair) -> MatchAnswer | None:
    """Read what a side last said to a pair, taken back or not."""
    signal_id, project_id = pair
    return session.exec(
        select(MatchAnswer)
        .where(MatchAnswer.signal_id == signal_id, MatchAnswer.project_id == project_id, MatchAnswer.side == side)
        .order_by(col(MatchAnswer.number).desc())
        .limit(1)
    ).first()


def latest_answers(session: Session, pairs: Sequence[Pair]) -> dict[tuple[AnswerSide, Pair], MatchAnswer]:
    """Read what both sides last said to some pairs, in one statement."""
    if not pairs:
        return {}
    among = sa.tuple_(col(MatchAnswer.signal_id), col(MatchAnswer.project_id)).in_(pairs)
    found = session.exec(select(MatchAnswer).where(among, is_latest()))
    return {(answer.side, (answer.signal_id, answer.project_id)): answer for answer in found}
