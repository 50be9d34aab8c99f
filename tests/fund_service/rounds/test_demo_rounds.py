"""The demo's rounds are played once the demo has been matched, not before, and only once."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from fund_service import jobs
from fund_service.demonstration.assigning import play_rounds
from fund_service.demonstration.cast import LEAD
from models.clock import utc_now
from models.match import MatchRun, RunState
from models.matching_round import MatchingRound, RoundAssignment, RoundState
from models.person import Person, PersonRole, Role


@pytest.fixture
def lead(store):
    manager = Person(email=LEAD, name="운용역", password_hash="none")  # noqa: S106 - no secret
    store(manager, PersonRole(person_id=manager.id, role=Role.FUND_MANAGER))


def test_the_rounds_wait_for_the_matcher_and_are_played_once(market, lead, database):
    with Session(database) as session:
        assert play_rounds(session, at=utc_now()) is False
        run = session.exec(select(MatchRun)).one()
        run.state, run.finished_at = RunState.DONE, utc_now()
        session.flush()
        for _ in range(2):
            assert play_rounds(session, at=utc_now()) is True
        played = session.exec(select(MatchingRound).order_by(MatchingRound.id)).all()
        assert [it.state for it in played] == [RoundState.CONFIRMED, RoundState.DRAFT]
        assert {it.round_id for it in session.exec(select(RoundAssignment))} == {played[0].id}


def test_the_rounds_are_queued_for_later(database):
    with Session(database) as session:
        jobs.queue_rounds_of_demo(session, in_seconds=30)
        rows = session.connection().execute(sa.text("SELECT task_name, scheduled_at > now() FROM procrastinate_jobs"))
        assert [tuple(row) for row in rows] == [(jobs.PLAY_ROUNDS, True)]
