"""HTTP of the relevance watch: the last run, reviews, and what is proposed, decided and contributed in them."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_201_CREATED
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MAX_EXPORT_ROWS, MEDIA_TYPES, ExportFormat
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from fund_service.relevance import cases, queries, reviewing, tables
from fund_service.relevance.schemas import (
    ContributionIn,
    ProposalDecisionIn,
    ProposalIn,
    RelevanceList,
    RelevanceShown,
    ReviewView,
)
from fund_service.wire import FieldCode
from models.clock import utc_now

Which = Annotated[RelevanceShown | None, QueryParameter(name="shown", description="None: all.")]
OfField = Annotated[FieldCode | None, QueryParameter(name="field", description="A technology field; none: all.")]


class RelevanceController(Controller):
    """The relevance watch of running projects."""

    path = "/relevance"
    tags = ("relevance",)

    @get(operation_id="list_relevance", template="relevance/list.html", sync_to_thread=True, responses=documented(422))
    def list_relevance(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        which: Which = None,
        field: OfField = None,
        limit: Limit = 20,
    ) -> RelevanceList:
        """List the running projects as the last run saw them, flagged ones first; a team sees its own."""
        return queries.list_figures(session, caller=caller, shown=which, field=field, after=after, limit=limit)

    @get(
        "/export",
        operation_id="export_relevance",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_relevance(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        which: Which = None,
        field: OfField = None,
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the projects of the list as a table."""
        listed = queries.list_figures(session, caller=caller, shown=which, field=field, limit=MAX_EXPORT_ROWS)
        rows = tables.figure_rows(listed.items)
        return download_table(kind, tables.figure_heads(), rows=rows, name="relevance")

    @get(
        "/reviews/{review_id:uuid}",
        operation_id="read_relevance_review",
        template="relevance/review.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_relevance_review(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], review_id: FromPath[UUID]
    ) -> ReviewView:
        """Show a review with the case for and against, and what was proposed and decided."""
        return cases.review_view(session, review_id, caller=caller)

    @post(
        "/reviews/{review_id:uuid}/proposals",
        operation_id="propose_course",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def propose_course(
        self, keyed: NamedDependency[Keyed], review_id: FromPath[UUID], data: JSONBody[ProposalIn]
    ) -> Response[ReviewView]:
        """Propose to continue, revise or discontinue the project; needs an Idempotency-Key."""

        def effect() -> Answer:
            reviewing.propose(keyed.session, review_id, data, caller=keyed.caller, at=utc_now())
            view = cases.review_view(keyed.session, review_id, caller=keyed.caller)
            return Answer(HTTP_201_CREATED, f"/relevance/reviews/{review_id}", view)

        return keyed.once("propose_course", effect)

    @post(
        "/proposals/{proposal_id:uuid}/decision",
        operation_id="decide_proposal",
        sync_to_thread=True,
        responses=documented(403, 404, 409, 413, 415, 422),
    )
    def decide_proposal(
        self, keyed: NamedDependency[Keyed], proposal_id: FromPath[UUID], data: JSONBody[ProposalDecisionIn]
    ) -> Response[ReviewView]:
        """Approve or return what somebody else proposed; stops and moves nothing; needs an Idempotency-Key."""

        def effect() -> Answer:
            review = reviewing.decide(keyed.session, proposal_id, data, caller=keyed.caller, at=utc_now())
            view = cases.review_view(keyed.session, review.id, caller=keyed.caller)
            return Answer(HTTP_201_CREATED, f"/relevance/reviews/{review.id}", view)

        return keyed.once("decide_proposal", effect)

    @post(
        "/reviews/{review_id:uuid}/contributions",
        operation_id="contribute_to_review",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def contribute_to_review(
        self, keyed: NamedDependency[Keyed], review_id: FromPath[UUID], data: JSONBody[ContributionIn]
    ) -> Response[ReviewView]:
        """Say something to the review of a project of one's own team; needs an Idempotency-Key."""

        def effect() -> Answer:
            reviewing.contribute(keyed.session, review_id, data, caller=keyed.caller, at=utc_now())
            view = cases.review_view(keyed.session, review_id, caller=keyed.caller)
            return Answer(HTTP_201_CREATED, f"/relevance/reviews/{review_id}", view)

        return keyed.once("contribute_to_review", effect)
