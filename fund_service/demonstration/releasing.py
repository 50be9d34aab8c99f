"""The invented fund's first release of market demand, made by its planner."""

from sqlmodel import Session, select

from fund_service.market.reading import newest_release
from fund_service.market.releases import make_release_of
from models.market import MarketSummary
from models.person import Person
from seeds.demo import DEMO_DOMAIN

PLANNER = f"planner.programmes{DEMO_DOMAIN}"


def play_release(session: Session) -> bool:
    """Make the demo's first release of a summary there is, and say whether one was made; later ones are people's."""
    planner = session.exec(select(Person.id).where(Person.email == PLANNER)).first()
    if planner is None or newest_release(session) is not None:
        return False
    if session.exec(select(MarketSummary.id)).first() is None:
        return False
    make_release_of(session, made_by=planner)
    return True
