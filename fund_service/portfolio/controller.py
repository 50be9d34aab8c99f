"""HTTP of the choice of a portfolio."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter
from sqlmodel import Session

from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.portfolio import queries, tables
from fund_service.portfolio.scenarios import MAX_QUERY, read_query, scenario_of
from fund_service.portfolio.schemas import PortfolioView, Scenario
from fund_service.problems import documented
from models.clock import business_date, utc_now

MOST = 500
"""Deals or rules that a scenario names of one sort."""


def provide_scenario(
    wanted: Annotated[
        list[UUID] | None, QueryParameter(name="in", max_items=MOST, description="Deals that must be in the set.")
    ] = None,
    unwanted: Annotated[
        list[UUID] | None, QueryParameter(name="out", max_items=MOST, description="Deals that must not be.")
    ] = None,
    drop: Annotated[list[str] | None, QueryParameter(max_items=MOST, description="Rules to let go.")] = None,
    hold: Annotated[
        list[str] | None, QueryParameter(max_items=MOST, description="Rules that only warn, to be held.")
    ] = None,
    rule: Annotated[
        list[str] | None, QueryParameter(max_items=MOST, description="Rules whose number is moved, one `to` for each.")
    ] = None,
    to: Annotated[
        list[int] | None,
        QueryParameter(max_items=MOST, description="Numbers: won for envelopes and vehicles, basis points for shares."),
    ] = None,
    keep_approved: Annotated[
        bool | None, QueryParameter(description="Whether deals the committee approved stay in the set; they do.")
    ] = None,
) -> Scenario:
    """Read what is to be changed."""
    return scenario_of(
        wanted=wanted or (),
        unwanted=unwanted or (),
        dropped=drop or (),
        held=hold or (),
        rules=rule or (),
        numbers=to or (),
        keep_approved=keep_approved is not False,
    )


class PortfolioController(Controller):
    """The choice of a portfolio."""

    path = "/portfolio"
    tags = ("portfolio",)
    dependencies = {"scenario": Provide(provide_scenario, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="read_portfolio",
        template="portfolio/portfolio.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def read_portfolio(
        self,
        session: NamedDependency[Session],
        scenario: NamedDependency[Scenario],
        against: Annotated[
            str | None,
            QueryParameter(max_length=MAX_QUERY, description="Another scenario, as a query string, to compare with."),
        ] = None,
    ) -> PortfolioView:
        """Choose among the deals before the committee under all envelopes and rules, and say why."""
        other = None if against is None else read_query(against)
        return queries.portfolio_view(session, scenario, against=other, on=business_date(utc_now()))

    @get(
        "/export",
        operation_id="export_portfolio",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_portfolio(
        self,
        session: NamedDependency[Session],
        scenario: NamedDependency[Scenario],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the choice as a table."""
        today = business_date(utc_now())
        view = queries.portfolio_view(session, scenario, against=scenario, on=today)
        rows = tables.portfolio_rows(view)
        return download_table(kind, tables.headings(), rows=rows, name="portfolio", about=today)
