"""HTTP of the reviews of claims, by fund managers."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from fund_service.settlement import queries, reviews
from fund_service.settlement.schemas import ClaimFilters, ClaimsPage, ClaimView, ReviewIn
from models.clock import utc_now
from models.errors import FundError


class ReviewsController(Controller):
    """The queue of claims that wait for a review, and the reviews."""

    path = "/settlement"
    tags = ("settlement",)

    @get(
        "/reviews",
        operation_id="list_claim_reviews",
        template="settlement/reviews.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_claim_reviews(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> ClaimsPage:
        """List the claims that wait for a review or their documents, newest first."""
        filters = ClaimFilters(waiting=True)
        return queries.list_claims(session, filters, caller=caller, after=after, limit=limit)

    @post(
        "/claims/{claim_id:uuid}/review",
        operation_id="review_claim",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def review_claim(
        self,
        keyed: NamedDependency[Keyed],
        claim_id: FromPath[UUID],
        data: JSONBody[ReviewIn],
    ) -> Response[ClaimView]:
        """Accept or refuse a claim that waits for a review."""

        def effect() -> Answer:
            reviews.review_claim(keyed.session, claim_id, data, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=queries.claim_view(keyed.session, claim_id, caller=keyed.caller))

        return keyed.once("review_claim", effect)

    @post(
        "/claims/{claim_id:uuid}/review/new",
        operation_id="submit_claim_review",
        template="settlement/claim.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_claim_review(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        claim_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Accept or refuse a claim from its page."""
        path = f"/settlement/claims/{claim_id}"

        def effect() -> Answer:
            reviews.review_claim(session, claim_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, path)

        try:
            data = read_form(ReviewIn, typed(form))
            return keyed_form(session, caller, path, form).once("submit_claim_review", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(
                session, refusal, form, blank=lambda: queries.claim_page(session, claim_id, caller=caller)
            )
