"""HTTP of the random sample: draw lots, and show a draw so that anybody can repeat it."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import Values
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form
from fund_service.problems import documented
from fund_service.settlement import deal_pages, sampling, tables
from fund_service.settlement.draw_schemas import DrawPage, DrawView
from models.clock import utc_now


class SamplesController(Controller):
    """The draws of lots among a deal's self-settled claims."""

    path = "/deals/{deal_id:uuid}/settlement/samples"
    tags = ("settlement",)

    @post(operation_id="draw_sample", sync_to_thread=True, responses=documented(404, 409, 413))
    def draw_sample(
        self,
        keyed: NamedDependency[Keyed],
        deal_id: FromPath[UUID],
    ) -> Response[DrawView]:
        """Draw lots among the claims that were not drawn before; the service chooses the seed."""

        def effect() -> Answer:
            draw = sampling.draw_sample(keyed.session, deal_id, caller=keyed.caller, at=utc_now())
            view = sampling.draw_view(keyed.session, deal_id, draw.id)
            return Answer(HTTP_201_CREATED, f"/deals/{deal_id}/settlement/samples/{draw.id}", view)

        return keyed.once("draw_sample", effect)

    @post("/new", operation_id="submit_sample", sync_to_thread=True, include_in_schema=False)
    def submit_sample(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Draw lots from the deal's page."""

        def effect() -> Answer:
            draw = sampling.draw_sample(session, deal_id, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, f"/deals/{deal_id}/settlement/samples/{draw.id}")

        path = f"/deals/{deal_id}/settlement/samples/new"
        return keyed_form(session, caller, path, form).once("submit_sample", effect)

    @get(
        "/{draw_id:uuid}",
        operation_id="read_sample",
        template="settlement/sample.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_sample(
        self, session: NamedDependency[Session], deal_id: FromPath[UUID], draw_id: FromPath[UUID]
    ) -> DrawPage:
        """Show a draw with every claim it was made from, and how to repeat it."""
        return deal_pages.draw_page(session, deal_id, draw_id)

    @get(
        "/{draw_id:uuid}/export",
        operation_id="export_sample",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404),
    )
    def export_sample(
        self,
        session: NamedDependency[Session],
        deal_id: FromPath[UUID],
        draw_id: FromPath[UUID],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.CSV,
    ) -> Response[bytes]:
        """Download the claims a draw was made from, with their lots."""
        draw = sampling.draw_view(session, deal_id, draw_id)
        return download_table(kind, tables.lot_headings(), rows=tables.lot_rows(draw), name="lots", about=draw_id)
