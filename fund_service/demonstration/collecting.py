"""The invented planning round: its collecting has just ended, and it waits for its planner."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from fund_service.demonstration.cast import gather
from fund_service.planning.bodies import PlanningRoundIn
from fund_service.planning.commands import open_round
from models.clock import business_date
from models.planning import PlanningRound
from seeds.demo import DEMO_DOMAIN

PLANNER = f"planner.programmes{DEMO_DOMAIN}"
COLLECTED_FOR = timedelta(30)


def play_planning(session: Session, *, at: datetime) -> bool:
    """Open the round a month ago, with yesterday as its last day, and say whether it was opened."""
    planner = gather(session).callers.get(PLANNER)
    if planner is None or session.exec(select(PlanningRound.id)).first() is not None:
        return False
    said = PlanningRoundIn(
        title_ko="2027년 산업기술 R&D 기획 라운드",
        title_en="Planning round for industrial R&D 2027",
        collects_until=business_date(at) - timedelta(1),
    )
    open_round(session, said, caller=planner, at=at - COLLECTED_FOR)
    return True
