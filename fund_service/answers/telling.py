"""What a reader may know of what both sides say to a pair."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.answers.latest import Pair, latest_answers
from fund_service.answers.schemas import AnswerBrief, PairAnswers
from models.answer import WANTED, AnswerKind, AnswerSide, MatchAnswer
from models.person import Role

FUND_READERS = (Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR)


def answers_of_signal(
    session: Session, signal_id: UUID, *, owner_id: UUID, project_ids: Sequence[UUID], caller: Caller
) -> dict[UUID, PairAnswers]:
    """Tell a reader of a signal what both sides say to it and some projects, by project, in one statement.

    Who reads the fund, and may read the signal, learns all that was said; its own organisation learns all of its own,
    and of a team's answer what it is, not why.
    """
    found = latest_answers(session, [(signal_id, project_id) for project_id in project_ids])
    own = caller.has(Role.INVESTOR) and caller.organisation_id == owner_id
    whole = caller.has(*FUND_READERS)
    return {
        project_id: PairAnswers(
            investor=brief(found.get((AnswerSide.INVESTOR, (signal_id, project_id))), whole=whole or own),
            project=brief(found.get((AnswerSide.PROJECT, (signal_id, project_id))), whole=whole),
            answering=AnswerSide.INVESTOR if own else None,
        )
        for project_id in project_ids
    }


def told_to_team(found: Mapping[tuple[AnswerSide, Pair], MatchAnswer], pair: Pair) -> PairAnswers:
    """Tell a project's team what both sides say: all of its own, and of the investor's that it shows interest.

    That an investor passed, or took its interest back, is not told: it reads as if nothing had been said.
    """
    investor = found.get((AnswerSide.INVESTOR, pair))
    return PairAnswers(
        investor=brief(investor if investor is not None and investor.kind in WANTED else None, whole=False),
        project=brief(found.get((AnswerSide.PROJECT, pair)), whole=True),
        answering=AnswerSide.PROJECT,
    )


def brief(answer: MatchAnswer | None, *, whole: bool) -> AnswerBrief | None:
    """Tell an answer in brief, with why only where it is told whole; one taken back is none."""
    if answer is None or answer.kind is AnswerKind.TAKEN_BACK:
        return None
    return AnswerBrief(
        kind=answer.kind,
        answered_at=answer.recorded_at,
        reason=answer.reason if whole else None,
        words=answer.words if whole else None,
    )
