"""HTTP of the gap map: as the newest release tells it or an older one, a cell of it, and files."""

from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat, write_table
from fund_service.market import gap_queries
from fund_service.market.gap_schemas import GapCellView, GapView
from fund_service.market.gap_tables import gap_rows
from fund_service.market.releases import note_pull
from fund_service.pages import Page
from fund_service.problems import documented
from models.clock import business_date, utc_now

Number = Annotated[
    int | None, QueryParameter(name="release", ge=1, description="Number of a release; none: the newest.")
]
Kind = Annotated[ExportFormat, QueryParameter(name="format", description="Kind of file.")]
GAP = "gap"
"""How a pull of the gap map is noted."""


class GapController(Controller):
    """The gap map: verified demand against match-weighted fundable supply."""

    path = "/market/gap"
    tags = ("market",)

    @get(operation_id="read_gap_map", template="market/gap.html", sync_to_thread=True, responses=documented(404, 422))
    def read_gap_map(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], number: Number = None
    ) -> Response[GapView]:
        """Show verified demand against fundable supply by technology field and region, as a release tells it."""
        view = gap_queries.gap_map_view(session, number=number)
        note_pull(session, view.release, person_id=caller.person_id, kind="page", breakdown=GAP)
        return Page(view, headers={"ETag": f'"{view.release or 0}-gap"'})

    @get(
        "/export",
        operation_id="export_gap_map",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_gap_map(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        number: Number = None,
        kind: Kind = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the gap map as a table."""
        view = gap_queries.gap_map_view(session, number=number)
        note_pull(session, view.release, person_id=caller.person_id, kind=kind.value, breakdown=GAP)
        columns, rows, title = gap_rows(view)
        return download(
            write_table(kind, columns, rows=rows, title=title),
            media_type=MEDIA_TYPES[kind],
            name=f"gap-map-{view.release or 'none'}.{kind.value}",
        )

    @get(
        "/{field_code:str}/{region_code:str}",
        operation_id="read_gap_cell",
        template="market/gap_cell.html",
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def read_gap_cell(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        field_code: FromPath[str],
        region_code: FromPath[str],
        number: Number = None,
    ) -> GapCellView:
        """Show a cell of the gap map; to record keepers the projects behind it, with what else they may read."""
        view = gap_queries.gap_cell(
            session, field_code, region_code, caller=caller, today=business_date(utc_now()), number=number
        )
        note_pull(session, view.release, person_id=caller.person_id, kind="page", breakdown=GAP)
        return view
