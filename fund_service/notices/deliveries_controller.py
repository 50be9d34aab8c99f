"""HTTP of deliveries: what was sent, what was given up, sent again."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.notices import deliveries
from fund_service.notices.schemas import DeliveriesPage, DeliveryView
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from models.clock import utc_now
from models.delivery import DeliveryState

OneState = Annotated[DeliveryState | None, QueryParameter(name="state", description="None: all.")]


class DeliveriesController(Controller):
    """E-mails and webhooks on their way."""

    path = "/notices/deliveries"
    tags = ("notices",)

    @get(
        operation_id="list_deliveries",
        template="notices/deliveries.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_deliveries(
        self,
        session: NamedDependency[Session],
        after: NamedDependency[Cursor | None],
        only: OneState = None,
        limit: Limit = 20,
    ) -> DeliveriesPage:
        """List deliveries, the newest first: where they went and what was answered, not what was in them."""
        return deliveries.list_deliveries(session, state=only, after=after, limit=limit)

    @post(
        "/{delivery_id:uuid}/again",
        operation_id="send_delivery_again",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409),
    )
    def send_delivery_again(self, session: NamedDependency[Session], delivery_id: FromPath[UUID]) -> DeliveryView:
        """Have a delivery tried again that was given up."""
        delivery = deliveries.send_again(session, delivery_id, at=utc_now())
        return deliveries.delivery_views(session, [delivery])[0]

    @post(
        "/{delivery_id:uuid}/again/new",
        operation_id="submit_delivery_again",
        sync_to_thread=True,
        status_code=HTTP_303_SEE_OTHER,
        include_in_schema=False,
    )
    def submit_delivery_again(self, session: NamedDependency[Session], delivery_id: FromPath[UUID]) -> Redirect:
        """Have a delivery tried again, from the list."""
        deliveries.send_again(session, delivery_id, at=utc_now())
        return Redirect("/notices/deliveries", status_code=HTTP_303_SEE_OTHER)
