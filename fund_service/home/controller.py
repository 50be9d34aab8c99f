"""HTTP of the first page."""

from litestar import get
from litestar.di import NamedDependency
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.home import queries
from fund_service.home.schemas import HomeView
from fund_service.matches.method import MatchMethod
from fund_service.problems import documented
from models.clock import utc_now


@get("/", operation_id="home", template="home/home.html", sync_to_thread=True, tags=["home"], responses=documented())
def home(
    session: NamedDependency[Session], caller: NamedDependency[Caller], method: NamedDependency[MatchMethod]
) -> HomeView:
    """Show what matters to the caller's roles today."""
    return queries.home(session, caller=caller, method=method, at=utc_now())
