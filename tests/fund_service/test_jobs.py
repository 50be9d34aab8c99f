from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from fund_service import jobs


def queued(session: Session) -> list[tuple[str, int, dict]]:
    return [tuple(row) for row in session.execute(sa.text("SELECT task_name, priority, args FROM procrastinate_jobs"))]


def test_a_job_that_somebody_waits_for_comes_first(session: Session):
    signal_id = uuid4()
    jobs.queue_signal(session, signal_id)
    jobs.queue_changes(session)
    assert queued(session) == [
        (jobs.MATCH_SIGNAL, jobs.SOMEBODY_WAITS, {"signal_id": str(signal_id)}),
        (jobs.MATCH_CHANGES, jobs.NOBODY_WAITS, {}),
    ]


@pytest.mark.parametrize("committed", [True, False])
def test_a_job_is_there_exactly_when_its_transaction_is(database, read, committed):
    with Session(database) as session:
        jobs.queue_signal(session, uuid4())
        assert queued(read) == []
        if committed:
            session.commit()
        else:
            session.rollback()
    assert len(queued(read)) == int(committed)
