"""The invented matching rounds: one that is confirmed, and one that is drawn up with a lot and waits for a decision."""

from datetime import datetime

from sqlmodel import Session, col, select

from fund_service.demonstration.cast import LEAD, gather
from fund_service.rounds.bodies import ConfirmIn, RoundIn
from fund_service.rounds.commands import confirm_round, open_round
from fund_service.rounds.queries import round_view
from models.match import Match, MatchRun, RunState
from models.matching_round import MatchingRound

FIRST = RoundIn(name="2026년 하반기 매칭 라운드", attention=3, min_exposure=1)
NEXT = RoundIn(name="2027년 상반기 매칭 라운드(초안)", attention=4, min_exposure=1, most_bp=9_000)


def play_rounds(session: Session, *, at: datetime) -> bool:
    """Play the rounds once the demo has been matched, and say whether there is nothing left to wait for.

    Assignments come of matches alone, and those of the matcher: so the rounds wait until it has worked.
    """
    if session.exec(select(MatchingRound.id)).first() is not None:
        return True
    matched = select(MatchRun.id).where(MatchRun.state == RunState.DONE)
    if (
        session.exec(matched).first() is None
        or session.exec(select(Match.id).where(col(Match.eligible))).first() is None
    ):
        return False
    manager = gather(session).callers[LEAD]
    first = open_round(session, FIRST, caller=manager, at=at)
    digest = round_view(session, first.id, caller=manager, at=at).digest
    confirm_round(session, first.id, ConfirmIn.model_validate({"digest": digest}), caller=manager, at=at)
    open_round(session, NEXT, caller=manager, at=at)
    return True
