"""Background work: what is queued, in the same transaction as the rows it is about.

Web processes only queue; what a task does stands in `fund_service.worker`, so that they start without the matcher.
"""

from typing import Any
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlmodel import Session

MATCH_SIGNAL = "match_signal"
MATCH_CHANGES = "match_changes"
MATCH_PART = "match_part"
SUMMARISE = "summarise_demand"
RESCUE = "rescue"
LEARN = "learn_from_answers"
PLAY_ROUNDS = "play_rounds"
WATCH_RELEVANCE = "watch_relevance"
RECORD_PROGRESS = "record_plan_progress"
DELIVER = "deliver_notices"
GATHER = "gather_digests"
LOOK_AHEAD = "tell_what_is_due"
SOMEBODY_WAITS, NOBODY_WAITS = 10, 0
"""Priorities: a page that fills in comes before bulk work."""
PROMPT, BULK, OUTGOING = "default", "bulk", "outgoing"
"""Queues: each worker does one bulk task at a time, and always has a hand free for the prompt ones; what waits for
other machines to answer has a hand of its own."""

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""The task queue, as the worker runs it."""

_calls = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
"""The same queue for whoever calls: on the caller's own connection, so nothing is opened here, and none of the worker's
asynchronous ones is used where a task queues another."""


def queue_signal(session: Session, signal_id: UUID) -> None:
    """Queue the matching of one signal: it and the session's other changes are committed together, or neither."""
    _defer(session, MATCH_SIGNAL, [{"signal_id": str(signal_id)}], into=PROMPT, priority=SOMEBODY_WAITS)


def queue_changes(session: Session, *, in_seconds: int = 0) -> None:
    """Queue the matching of whatever has changed, and the summary of market demand after it."""
    _defer(session, MATCH_CHANGES, [{}], into=BULK, schedule_in={"seconds": in_seconds})


def queue_summary(session: Session) -> None:
    """Queue the summary of market demand, once for all that a transaction changes."""
    _defer_once(session, SUMMARISE, into=BULK)


def queue_deliveries(session: Session) -> None:
    """Queue that what waits to be sent is sent, once for all that a transaction tells."""
    _defer_once(session, DELIVER, into=OUTGOING)


def queue_parts(session: Session, run_id: UUID, count: int) -> None:
    """Queue so many calls for hands: each does one part of a match run, whichever is free when its turn comes."""
    if count > 0:
        _defer(session, MATCH_PART, [{"run_id": str(run_id)}] * count, into=BULK)


def queued_parts(session: Session, run_id: UUID) -> int:
    """Count the calls for a run that wait or are being answered."""
    counted = session.connection().scalar(
        sa.text(
            "SELECT count(*) FROM procrastinate_jobs "
            "WHERE task_name = :task AND args ->> 'run_id' = :run AND status IN ('todo', 'doing')"
        ),
        {"task": MATCH_PART, "run": str(run_id)},
    )
    return int(counted or 0)


def parts_wait(session: Session, run_id: UUID) -> bool:
    """Say whether a call for a run waits to be answered."""
    waiting = session.connection().scalar(
        sa.text(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs "
            "WHERE task_name = :task AND args ->> 'run_id' = :run AND status = 'todo')"
        ),
        {"task": MATCH_PART, "run": str(run_id)},
    )
    return bool(waiting)


def cancel_parts(session: Session, run_id: UUID) -> None:
    """Take back the calls of a run that nobody has answered yet."""
    session.connection().execute(
        sa.text(
            "SELECT procrastinate_cancel_job_v1(id, false, true) FROM procrastinate_jobs "
            "WHERE task_name = :task AND args ->> 'run_id' = :run AND status = 'todo'"
        ),
        {"task": MATCH_PART, "run": str(run_id)},
    )


def queue_learning(session: Session) -> None:
    """Queue that the models of acceptance are learned anew from the answers there are."""
    _defer(session, LEARN, [{}], into=BULK, priority=NOBODY_WAITS)


def queue_rounds_of_demo(session: Session, *, in_seconds: int = 0) -> None:
    """Queue that the demo's matching rounds are played, which waits until the demo has been matched."""
    _defer(session, PLAY_ROUNDS, [{}], into=BULK, schedule_in={"seconds": in_seconds})


def _defer_once(session: Session, task: str, *, into: str) -> None:
    """Queue a task unless the transaction at hand has queued it already."""
    queued = session.connection().scalar(
        sa.text(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs "
            "WHERE task_name = :task AND status = 'todo' AND xmin = CAST(pg_current_xact_id() AS xid))"
        ),
        {"task": task},
    )
    if not queued:
        _defer(session, task, [{}], into=into)


def _defer(
    session: Session,
    task: str,
    calls: list[dict[str, Any]],
    *,
    into: str,
    priority: int = NOBODY_WAITS,
    **options: Any,  # noqa: ANN401 - the library's own
) -> None:
    connection = session.connection().connection.driver_connection
    _calls.configure_task(task, priority=priority, queue=into, connection=connection, **options).batch_defer(*calls)
