"""HTTP of market demand."""

from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from sqlmodel import Session

from fund_service.downloads import download, file_operation
from fund_service.market import queries
from fund_service.market.documents import MEDIA_TYPES, document_of
from fund_service.market.schemas import Breakdown, DocumentKind, MarketDemandView
from fund_service.pages import Page
from fund_service.problems import documented

By = Annotated[Breakdown, QueryParameter(description="What the rows are.")]


class MarketController(Controller):
    """Market demand."""

    path = "/market/demand"
    tags = ("market",)

    @get(operation_id="read_market_demand", template="market/demand.html", sync_to_thread=True, responses=documented())
    def read_market_demand(
        self, session: NamedDependency[Session], by: By = Breakdown.THEME
    ) -> Response[MarketDemandView]:
        """Show the newest market-demand summary, as far as it may be shown."""
        view = queries.market_demand(session, by=by)
        return Page(view, headers={"ETag": f'"{view.summary_id or 0}-{by.value}"'})

    @get(
        "/export",
        operation_id="export_market_demand",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(),
    )
    def export_market_demand(
        self,
        session: NamedDependency[Session],
        kind: Annotated[DocumentKind, QueryParameter(name="format", description="Kind of file.")] = DocumentKind.PDF,
        by: By = Breakdown.THEME,
    ) -> Response[bytes]:
        """Download it as a file; every kind gives the same figures."""
        view = queries.market_demand(session, by=by)
        name = f"market-demand-by-{by.value}-{view.as_of or 'none'}.{kind.value}"
        return download(document_of(view, kind=kind), media_type=MEDIA_TYPES[kind], name=name)
