"""HTTP of priorities: a round's ranking, its weights, and its reviewers' comparisons of the criteria."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.pages import Page
from fund_service.parameters import etag_of
from fund_service.priorities import comparing, queries, tables, weights
from fund_service.priorities.bodies import ComparisonsIn, WeightsIn
from fund_service.priorities.page_schemas import ComparisonsView, PrioritiesView
from fund_service.problems import documented
from models.clock import utc_now


class PrioritiesController(Controller):
    """The priorities of a planning round."""

    path = "/planning/{round_id:uuid}"
    tags = ("planning",)

    @get(
        "/priorities",
        operation_id="read_priorities",
        template="priorities/ranking.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_priorities(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], round_id: FromPath[UUID]
    ) -> Response[PrioritiesView]:
        """Show a round's themes by priority, and the weights that make it; the ETag is that of the weights."""
        view = queries.priorities_view(session, round_id, caller=caller)
        return Page(view, headers={"ETag": etag_of(view.weights.number)})

    @get(
        "/priorities/export",
        operation_id="export_priorities",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_priorities(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download a round's themes by priority as a table."""
        view = queries.priorities_view(session, round_id, caller=caller)
        return download_table(kind, tables.theme_heads(), rows=tables.theme_rows(view.ranking), name="priorities")

    @put(
        "/weights",
        operation_id="set_weights",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def set_weights(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        round_id: FromPath[UUID],
        data: JSONBody[WeightsIn],
    ) -> Response[PrioritiesView]:
        """Set what each criterion counts while the round proposes; needs If-Match."""
        weights.set_weights(session, round_id, data, version=version, caller=caller)
        return _ranked(session, round_id, caller)

    @post(
        "/weights/taking-over",
        operation_id="take_over_weights",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 412, 413, 422, 428),
    )
    def take_over_weights(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        round_id: FromPath[UUID],
    ) -> Response[PrioritiesView]:
        """Set the weights that follow from the comparisons, if these are consistent; needs If-Match."""
        weights.take_over_weights(session, round_id, version=version, caller=caller)
        return _ranked(session, round_id, caller)

    @get(
        "/comparisons",
        operation_id="read_comparisons",
        template="priorities/comparisons.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_comparisons(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], round_id: FromPath[UUID]
    ) -> ComparisonsView:
        """Show what the reviewers' comparisons of the criteria amount to, and how consistent they are."""
        return queries.comparisons_view(session, round_id, caller=caller)

    @put(
        "/comparisons",
        operation_id="compare_criteria",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def compare_criteria(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        data: JSONBody[ComparisonsIn],
    ) -> ComparisonsView:
        """Say how the caller compares the criteria; said again it replaces what was said."""
        comparing.compare_criteria(session, round_id, data, caller=caller, at=utc_now())
        return queries.comparisons_view(session, round_id, caller=caller)


def _ranked(session: Session, round_id: UUID, caller: Caller) -> Response[PrioritiesView]:
    view = queries.priorities_view(session, round_id, caller=caller)
    return Response(view, headers={"ETag": etag_of(view.weights.number)})
