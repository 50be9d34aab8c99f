"""The worker's own duties, against the real queue."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import procrastinate
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service import jobs, worker
from fund_service.matches.corpus import Matchmaker
from fund_service.settings import Settings
from matching.encoding.encoder import HashingEncoder
from models.identity import new_id
from models.project import ProjectState, RndProject


@pytest.fixture
def in_queue(database: Engine) -> Callable[[Callable[[procrastinate.App], Any]], Any]:
    """Do something with the queue open, as the worker has it."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def in_queue(work: Callable[[procrastinate.App], Any]) -> Any:
        async def run() -> Any:
            connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=2)
            with jobs.queue.replace_connector(connector) as queue:
                async with queue.open_async():
                    return await work(queue)

        return asyncio.run(run())

    return in_queue


def states(database: Engine) -> list[str]:
    with database.connect() as connection:
        return list(connection.scalars(sa.text("SELECT status::text FROM procrastinate_jobs ORDER BY id")))


def begin_job(database: Engine, *, heartbeat_seconds_ago: int) -> None:
    """Queue a job and let a worker begin it that was last heard of some time ago."""
    with Session(database) as session:
        jobs.queue_signal(session, new_id())
        session.commit()
    with database.begin() as connection:
        heard = {"ago": heartbeat_seconds_ago}
        worker_id = connection.scalar(
            sa.text(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => :ago)) "
                "RETURNING id"
            ),
            heard,
        )
        connection.execute(
            sa.text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker"), {"worker": worker_id}
        )


def rescue(in_queue: Callable[..., Any]) -> None:
    in_queue(lambda queue: worker.rescue_abandoned.func(SimpleNamespace(app=queue)))


def test_a_job_of_a_worker_that_lives_no_longer_is_put_back(database: Engine, in_queue: Callable[..., Any]):
    begin_job(database, heartbeat_seconds_ago=120)
    rescue(in_queue)
    assert states(database) == ["todo"]


def test_a_job_of_a_living_worker_is_left_to_it(database: Engine, in_queue: Callable[..., Any]):
    begin_job(database, heartbeat_seconds_ago=1)
    rescue(in_queue)
    assert states(database) == ["doing"]


def test_queued_work_is_done_to_its_end(
    database: Engine, settings: Settings, reference_data: None, in_queue: Callable[..., Any]
):
    with Session(database) as session:
        jobs.queue_signal(session, new_id())
        session.commit()
    context = {"matchmaker": Matchmaker(database, HashingEncoder()), "settings": settings}
    in_queue(
        lambda queue: queue.run_worker_async(wait=False, additional_context=context, install_signal_handlers=False)
    )
    assert set(states(database)) == {"succeeded"}


def test_a_worker_without_a_matchmaker_says_so():
    with pytest.raises(TypeError, match="without a matchmaker"):
        worker.match_signal.func(SimpleNamespace(additional_context={"matchmaker": "none"}), signal_id=str(new_id()))


def test_what_changed_is_planned_matched_and_summarised_through_the_queue(
    database: Engine, settings: Settings, reference_data: None, store: Callable[..., None], in_queue: Callable[..., Any]
):
    store(RndProject(title_en="ceramic battery", abstract_en="ceramic battery", state=ProjectState.RUNNING))
    with Session(database) as session:
        jobs.queue_changes(session)
        session.commit()
    context = {"matchmaker": Matchmaker(database, HashingEncoder()), "settings": settings}
    in_queue(
        lambda queue: queue.run_worker_async(wait=False, additional_context=context, install_signal_handlers=False)
    )
    assert set(states(database)) == {"succeeded"}
    with database.connect() as connection:
        assert connection.scalar(sa.text("SELECT state FROM match_run")) == "done"
        tasks = set(connection.scalars(sa.text("SELECT task_name FROM procrastinate_jobs")))
    assert tasks >= {jobs.MATCH_CHANGES, jobs.MATCH_PART, jobs.SUMMARISE}
