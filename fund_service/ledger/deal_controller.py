"""HTTP of a deal's money: the tab on its page."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel import Session

from fund_service.ledger.deal_money import deal_money
from fund_service.ledger.deal_schemas import DealMoneyPage
from fund_service.problems import documented
from models.clock import business_date, utc_now


class DealMoneyController(Controller):
    """The money of a deal; its tranches are planned and their milestones confirmed where it is settled."""

    path = "/deals/{deal_id:uuid}"
    tags = ("ledger",)

    @get(
        "/money",
        operation_id="read_deal_money",
        template="ledger/deal_money.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_deal_money(self, session: NamedDependency[Session], deal_id: FromPath[UUID]) -> DealMoneyPage:
        """Show a deal's commitments, tranches, payments and returns, and what there is to draw on."""
        return deal_money(session, deal_id, today=business_date(utc_now()))
