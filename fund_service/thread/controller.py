"""HTTP of the thread."""

from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.problems import documented
from fund_service.thread import queries
from fund_service.thread.schemas import ThreadStart, ThreadView


@get(
    "/thread/{start:str}/{record_id:uuid}",
    operation_id="read_thread",
    template="thread/thread.html",
    tags=("thread",),
    sync_to_thread=True,
    responses=documented(404, 422),
)
def read_thread(
    session: NamedDependency[Session],
    caller: NamedDependency[Caller],
    start: FromPath[ThreadStart],
    record_id: FromPath[UUID],
) -> ThreadView:
    """Show the thread from priorities through signals, matches and deals to won, taken up at one record."""
    return queries.thread_from(session, start, record_id, caller=caller)
