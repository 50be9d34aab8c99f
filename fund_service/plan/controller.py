"""HTTP of the plan."""

from litestar import get
from litestar.di import NamedDependency
from sqlmodel import Session

from fund_service.plan import queries
from fund_service.plan.schemas import PlanView
from fund_service.problems import documented


@get(
    "/plan",
    operation_id="read_plan",
    template="plan/plan.html",
    sync_to_thread=True,
    tags=["plan"],
    responses=documented(),
)
def read_plan(session: NamedDependency[Session]) -> PlanView:
    """Show the plan: pillars, initiatives, targets, regions, technologies, TRL, each figure with its source."""
    return queries.plan(session)
