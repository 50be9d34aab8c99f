"""HTTP of fund performance."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlmodel import Session

from fund_service import locales
from fund_service.downloads import download, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat, write_table
from fund_service.metrics import asked as asking
from fund_service.metrics import lines, queries
from fund_service.metrics.documents import line_table, report_table, write_markdown
from fund_service.metrics.leverage import LeverageStage
from fund_service.metrics.line_schemas import DealNarrowing, FigureLinesPage
from fund_service.metrics.schemas import ConcentrationBy, PerformanceView, ReportAsked, ReportFormat, ReportTable
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from models.clock import business_date, utc_now

REPORT_MEDIA_TYPES = {
    ReportFormat.CSV: MEDIA_TYPES[ExportFormat.CSV],
    ReportFormat.XLSX: MEDIA_TYPES[ExportFormat.XLSX],
    ReportFormat.MARKDOWN: "text/markdown",
}
By = Annotated[ConcentrationBy, QueryParameter(description="What the concentration chart is by.")]
Stage = Annotated[LeverageStage, QueryParameter(description="Of leverage: signed, or realised to date.")]
PlanCode = Annotated[str | None, QueryParameter(pattern=r"^[a-z0-9_-]{1,64}$")]


def provide_asked(
    vehicle_id: FromQuery[UUID | None] = None,
    as_of: Annotated[date | None, QueryParameter(description="Day of the report; none: today in Seoul.")] = None,
    known_at: Annotated[
        str | None,
        QueryParameter(
            max_length=40,
            description="What was recorded by the end of this day, or by this moment; none: by the end of `as_of`.",
        ),
    ] = None,
    compare_with: Annotated[date | None, QueryParameter(description="An earlier day to compare with.")] = None,
) -> ReportAsked:
    """Read which report is asked for."""
    return asking.report_asked(
        vehicle_id=vehicle_id, as_of=as_of, known_at=known_at, compare_with=compare_with, at=utc_now()
    )


def provide_narrowing(
    deal_id: FromQuery[UUID | None] = None,
    company_id: FromQuery[UUID | None] = None,
    group_id: FromQuery[UUID | None] = None,
    mega_region_code: PlanCode = None,
    initiative_code: PlanCode = None,
) -> DealNarrowing:
    """Read which deals' lines are asked for."""
    return DealNarrowing(
        deal_id=deal_id,
        company_id=company_id,
        group_id=group_id,
        mega_region_code=mega_region_code,
        initiative_code=initiative_code,
    )


class PerformanceController(Controller):
    """Fund performance."""

    path = "/performance"
    tags = ("performance",)
    dependencies = {  # noqa: RUF012 - Litestar's own attribute
        "asked": Provide(provide_asked, sync_to_thread=False),
        "narrowing": Provide(provide_narrowing, sync_to_thread=False),
    }

    @get(
        operation_id="read_performance",
        template="metrics/performance.html",
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def read_performance(
        self,
        session: NamedDependency[Session],
        asked: NamedDependency[ReportAsked],
        by: By = ConcentrationBy.COMPANY,
    ) -> PerformanceView:
        """Show the performance of a vehicle or the whole fund, as of any day, as known at any moment."""
        return queries.performance(session, asked, today=business_date(utc_now()), by=by)

    @get(
        "/export",
        operation_id="export_performance",
        operation_class=file_operation(REPORT_MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_performance(
        self,
        session: NamedDependency[Session],
        asked: NamedDependency[ReportAsked],
        table: Annotated[ReportTable, QueryParameter(description="Which table of the report.")] = ReportTable.FIGURES,
        kind: Annotated[ReportFormat, QueryParameter(name="format")] = ReportFormat.XLSX,
    ) -> Response[bytes]:
        """Download a table of the report, or the whole report as Markdown; every deal and row is in it."""
        view = queries.performance(session, asked, today=business_date(utc_now()), whole=True)
        name = f"performance-{asked.as_of}.{kind.value}"
        if kind is ReportFormat.MARKDOWN:
            return download(write_markdown(view).encode(), media_type=REPORT_MEDIA_TYPES[kind], name=name)
        columns, rows = report_table(view, table)
        content = write_table(ExportFormat(kind), columns, rows=rows, title=locales.label(table))
        return download(
            content, media_type=REPORT_MEDIA_TYPES[kind], name=f"performance-{table.value}-{asked.as_of}.{kind.value}"
        )

    @get(
        "/figures/{key:str}/lines",
        operation_id="list_figure_lines",
        template="metrics/lines.html",
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def list_figure_lines(
        self,
        session: NamedDependency[Session],
        asked: NamedDependency[ReportAsked],
        narrowing: NamedDependency[DealNarrowing],
        after: NamedDependency[Cursor | None],
        key: FromPath[str],
        stage: Stage = LeverageStage.SIGNED,
        limit: Limit = 20,
    ) -> FigureLinesPage:
        """List the journal entries behind a figure, newest first, and what their lines sum to."""
        return lines.figure_lines(
            session, lines.read_key(key), asked, narrowing=narrowing, stage=stage, after=after, limit=limit
        )

    @get(
        "/figures/{key:str}/lines/export",
        operation_id="export_figure_lines",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_figure_lines(
        self,
        session: NamedDependency[Session],
        asked: NamedDependency[ReportAsked],
        narrowing: NamedDependency[DealNarrowing],
        key: FromPath[str],
        stage: Stage = LeverageStage.SIGNED,
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the ledger lines behind a figure."""
        figure = lines.read_key(key)
        entries = lines.exported_entries(session, figure, asked, narrowing=narrowing, stage=stage)
        columns, rows = line_table(entries)
        content = write_table(kind, columns, rows=rows, title=locales.label(figure))
        name = f"lines-{figure.value}-{asked.as_of}.{kind.value}"
        return download(content, media_type=MEDIA_TYPES[kind], name=name)
