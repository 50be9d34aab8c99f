"""What an investor has said yes to: the projects that tell of their taste beside the words of their signal."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.answers.latest import is_latest
from models.answer import WANTED, AnswerSide, MatchAnswer
from models.deal import Deal, DealStage

DONE_DEALS = frozenset(
    {DealStage.APPROVED, DealStage.CONTRACTED, DealStage.DISBURSING, DealStage.MONITORING, DealStage.EXITED}
)
"""Stages of deals that the committee has agreed to: the others say nothing of a taste yet."""


def accepted_projects(session: Session, signal_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Give the projects that each signal was answered with a yes, and those of deals made of it, sorted by id.

    Of the signal itself and not of its organisation: who asks for batteries and for vaccines has two tastes. A signal
    without any is absent. Two statements, however many signals.
    """
    accepted: dict[UUID, set[UUID]] = {}
    answered = session.exec(
        select(MatchAnswer.signal_id, MatchAnswer.project_id).where(
            col(MatchAnswer.signal_id).in_(signal_ids),
            MatchAnswer.side == AnswerSide.INVESTOR,
            col(MatchAnswer.kind).in_(WANTED),
            is_latest(),
        )
    )
    funded = session.exec(
        select(Deal.signal_id, Deal.project_id).where(
            col(Deal.signal_id).in_(signal_ids),
            col(Deal.project_id).is_not(None),
            col(Deal.merged_into_id).is_(None),
            col(Deal.stage).in_(DONE_DEALS),
        )
    )
    for signal_id, project_id in (*answered, *funded):
        if signal_id is not None and project_id is not None:
            accepted.setdefault(signal_id, set()).add(project_id)
    return {signal_id: sorted(projects) for signal_id, projects in accepted.items()}
