"""HTTP of a deal's settlement: where it stands."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.problems import documented
from fund_service.settlement import deal_pages
from fund_service.settlement.deal_schemas import DealSettlementPage
from models.clock import utc_now


class DealSettlementController(Controller):
    """The settlement of one deal."""

    path = "/deals/{deal_id:uuid}/settlement"
    tags = ("settlement",)

    @get(
        operation_id="read_deal_settlement",
        template="settlement/deal.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_deal_settlement(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], deal_id: FromPath[UUID]
    ) -> DealSettlementPage:
        """Show a deal's tranches, its claims, what is left, and the draws of lots."""
        return deal_pages.deal_settlement_page(session, deal_id, caller=caller, at=utc_now())
