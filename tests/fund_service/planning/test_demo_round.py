"""The demo's planning round is opened once, and its planner can end the collecting at once."""

from sqlmodel import Session, select

from fund_service.demonstration.collecting import PLANNER, play_planning
from fund_service.planning.commands import take_step
from models.clock import business_date, utc_now
from models.person import Person, PersonRole, Role
from models.planning import PlanningRound, PlanningStage


def test_the_round_is_opened_once_and_waits_for_its_planner(play, store, database):
    with Session(database) as session:
        assert play_planning(session, at=utc_now()) is False, "nobody to open it"
    planner = Person(email=PLANNER, name="기획자", password_hash="none")  # noqa: S106 - no secret
    store(planner, PersonRole(person_id=planner.id, role=Role.PLANNER))
    play.world.summarise(today=business_date(utc_now()))
    play.release()
    with Session(database) as session:
        assert [play_planning(session, at=utc_now()) for _ in range(2)] == [True, False]
        (opened,) = session.exec(select(PlanningRound))
        assert opened.opened_by_id == planner.id
        stepped = take_step(session, opened.id, PlanningStage.PROPOSING, caller=None, at=utc_now())
        assert stepped.stage is PlanningStage.PROPOSING
