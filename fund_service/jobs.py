"""Background work: what is queued, in the same transaction as the rows it is about.

Web processes only queue; what a task does stands in `fund_service.worker`, so that they start without the matcher.
"""

from typing import Any
from uuid import UUID

import procrastinate
from sqlmodel import Session

MATCH_SIGNAL = "match_signal"
MATCH_CHANGES = "match_changes"
RESCUE = "rescue"
SOMEBODY_WAITS, NOBODY_WAITS = 10, 0
"""Priorities: a page that fills in comes before bulk work."""

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""The task queue; a request queues on its own connection, so nothing is opened here."""


def queue_signal(session: Session, signal_id: UUID) -> None:
    """Queue the matching of one signal: it and the session's other changes are committed together, or neither."""
    _defer(session, MATCH_SIGNAL, priority=SOMEBODY_WAITS, signal_id=str(signal_id))


def queue_changes(session: Session) -> None:
    """Queue the matching of whatever has changed, and the summary of market demand after it."""
    _defer(session, MATCH_CHANGES, priority=NOBODY_WAITS)


def _defer(session: Session, task: str, *, priority: int, **arguments: Any) -> None:  # noqa: ANN401 - JSON values
    connection = session.connection().connection.driver_connection
    queue.configure_task(task, priority=priority, connection=connection).defer(**arguments)
