"""HTTP of deals: list, board, export, one deal, its steps and edits."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.deals import board, commands, forms, moving, queries, tables
from fund_service.deals.duplicates_problem import answer_duplicates
from fund_service.deals.form_views import DealForm, StepForm
from fund_service.deals.parameters import provide_filters
from fund_service.deals.record_schemas import DealView
from fund_service.deals.schemas import DealBoard, DealFilters, DealIn, DealsPage, NewDealIn, StepIn
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat, import_headings
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.imports.schemas import ImportKind
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit, etag_of
from fund_service.problems import documented
from models.clock import business_date, utc_now
from models.errors import FundError, RecordConflicts

Cards = Annotated[int, QueryParameter(ge=1, le=50, description="Cards a column, 1 to 50.")]


class DealsController(Controller):
    """The deal pipeline."""

    path = "/deals"
    tags = ("deals",)
    exception_handlers = {RecordConflicts: answer_duplicates}  # noqa: RUF012 - Litestar's own attribute
    dependencies = {"filters": Provide(provide_filters, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own attribute

    @get(operation_id="list_deals", template="deals/list.html", sync_to_thread=True, responses=documented(422))
    def list_deals(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filters: NamedDependency[DealFilters],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> DealsPage:
        """List the deals, newest first, counted and added up by stage."""
        return board.list_deals(session, filters, caller=caller, after=after, limit=limit, at=utc_now())

    @post(operation_id="create_deal", sync_to_thread=True, responses=documented(409, 413, 415, 422))
    def create_deal(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], data: JSONBody[NewDealIn]
    ) -> Response[DealView]:
        """Make a deal by hand; refused with the candidates when open deals look the same and are not named."""
        deal = commands.make_deal(session, data, maker=caller, at=utc_now())
        view = queries.deal_view(session, deal.id, caller=caller, after=None, at=utc_now())
        headers = {"Location": f"/deals/{deal.id}", "ETag": etag_of(view.version)}
        return Response(view, status_code=HTTP_201_CREATED, headers=headers)

    @get(
        "/board",
        operation_id="read_deal_board",
        template="deals/board.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def read_deal_board(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filters: NamedDependency[DealFilters],
        cards: Cards = 10,
    ) -> DealBoard:
        """Show the pipeline as a board: one column a stage, its newest deals first."""
        return board.deal_board(session, filters, caller=caller, cards=cards, at=utc_now())

    @get(
        "/export",
        operation_id="export_deals",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_deals(
        self,
        session: NamedDependency[Session],
        filters: NamedDependency[DealFilters],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the deals of a list or board as a table."""
        at = utc_now()
        heads = import_headings(ImportKind.DEALS, tables.EXPORTED)
        return download_table(
            kind, heads, rows=tables.deal_rows(session, filters, at=at), name="deals", about=business_date(at)
        )

    @get(
        "/{deal_id:uuid}",
        operation_id="read_deal",
        template="deals/deal.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_deal(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        deal_id: FromPath[UUID],
    ) -> Response[DealView]:
        """Show a deal: its facts, what the next steps lack, its timeline, and where it came from."""
        view = queries.deal_view(session, deal_id, caller=caller, after=after, at=utc_now())
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put("/{deal_id:uuid}", operation_id="update_deal", sync_to_thread=True,
         responses=documented(404, 409, 412, 413, 415, 422, 428))  # fmt: skip
    def update_deal(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        deal_id: FromPath[UUID],
        data: JSONBody[DealIn],
    ) -> Response[DealView]:
        """Replace what is recorded of a deal; needs If-Match. Other terms void an approval."""
        commands.edit_deal(session, deal_id, data, version=version, caller=caller, at=utc_now())
        return _read_again(session, deal_id, caller)

    @get(
        "/{deal_id:uuid}/edit",
        operation_id="edit_deal_page",
        template="deals/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_deal_page(self, session: NamedDependency[Session], deal_id: FromPath[UUID]) -> DealForm:
        """Show the form to edit a deal."""
        return forms.edit_form(session, deal_id)

    @post(
        "/{deal_id:uuid}/edit",
        operation_id="submit_deal_edit",
        template="deals/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_deal_edit(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Edit a deal from the form, or show the form again with what is at fault."""
        try:
            data = read_form(DealIn, forms.named(session, forms.without(form, "version"), company_needed=True))
            commands.edit_deal(session, deal_id, data, version=version_of(form), caller=caller, at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: forms.edit_form(session, deal_id))
        return Redirect(f"/deals/{deal_id}", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/{deal_id:uuid}/steps",
        operation_id="take_deal_step",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def take_deal_step(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        deal_id: FromPath[UUID],
        data: JSONBody[StepIn],
    ) -> Response[DealView]:
        """Take a deal to a stage by hand, when its gate is open; needs If-Match."""
        moving.step_deal(session, deal_id, data, version=version, caller=caller, at=utc_now())
        return _read_again(session, deal_id, caller)

    @get(
        "/{deal_id:uuid}/step",
        operation_id="deal_step_page",
        template="deals/step.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def deal_step_page(self, session: NamedDependency[Session], deal_id: FromPath[UUID]) -> StepForm:
        """Show the form to take a deal to another stage."""
        return queries.step_form(session, deal_id)

    @post(
        "/{deal_id:uuid}/step",
        operation_id="submit_deal_step",
        template="deals/step.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_deal_step(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Take a deal to a stage from the form, or show the form with what is missing."""
        try:
            data = read_form(StepIn, forms.without(form, "version", "view"))
            moving.step_deal(session, deal_id, data, version=version_of(form), caller=caller, at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.step_form(session, deal_id))
        back = "/deals/board" if form.get("view") == "board" else f"/deals/{deal_id}"
        return Redirect(back, status_code=HTTP_303_SEE_OTHER)


def _read_again(session: Session, deal_id: UUID, caller: Caller) -> Response[DealView]:
    view = queries.deal_view(session, deal_id, caller=caller, after=None, at=utc_now())
    return Response(view, headers={"ETag": etag_of(view.version)})
