"""HTTP of deals being made, by hand or of a match, and being merged."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.deals import commands, forms, merging, queries
from fund_service.deals.duplicates_problem import answer_duplicates
from fund_service.deals.form_views import DealForm, MergeForm
from fund_service.deals.record_schemas import DealView
from fund_service.deals.schemas import MatchDealIn, MergeIn, NewDealIn
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.parameters import etag_of
from fund_service.problems import documented
from models.clock import utc_now
from models.deal import Deal
from models.errors import FundError, RecordConflicts


class DealMakingController(Controller):
    """Deals being made and merged."""

    tags = ("deals",)
    exception_handlers = {RecordConflicts: answer_duplicates}  # noqa: RUF012 - Litestar's own attribute

    @get(
        "/deals/new",
        operation_id="new_deal_page",
        template="deals/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_deal_page(self, session: NamedDependency[Session], caller: NamedDependency[Caller]) -> DealForm:
        """Show the form to make a deal by hand."""
        return forms.new_form(session, caller=caller)

    @post(
        "/deals/new",
        operation_id="submit_deal",
        template="deals/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_deal(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Make a deal from the form, or show the form again, with the deals that look the same."""
        try:
            data = read_form(NewDealIn, forms.named(session, form, company_needed=True), lists=("distinct_from",))
            deal = commands.make_deal(session, data, maker=caller, at=utc_now())
        except (FormRejected, FundError) as refusal:
            blank = _with_candidates(refusal, lambda: forms.new_form(session, caller=caller))
            return show_again(session, refusal, form, blank=blank)
        return Redirect(f"/deals/{deal.id}", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/matches/{match_id:uuid}/deal",
        operation_id="create_deal_of_pair",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def create_deal_of_pair(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        match_id: FromPath[UUID],
        data: JSONBody[MatchDealIn],
    ) -> Response[DealView]:
        """Accept a match and make a deal of it, which keeps the way back to match, signal and project."""
        deal = commands.make_deal_of_match(session, match_id, data, maker=caller, at=utc_now())
        return _made(session, deal, caller)

    @get(
        "/matches/{match_id:uuid}/deal/new",
        operation_id="new_deal_of_pair_page",
        template="deals/of_match.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_deal_of_pair_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], match_id: FromPath[UUID]
    ) -> DealForm:
        """Show the form to make a deal of a match."""
        return forms.match_form(session, match_id, caller=caller)

    @post(
        "/matches/{match_id:uuid}/deal/new",
        operation_id="submit_deal_of_pair",
        template="deals/of_match.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_deal_of_pair(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        match_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Make a deal of a match from the form, or show the form again, with the deals that look the same."""
        try:
            data = read_form(MatchDealIn, forms.named(session, form), lists=("distinct_from",))
            deal = commands.make_deal_of_match(session, match_id, data, maker=caller, at=utc_now())
        except (FormRejected, FundError) as refusal:
            blank = _with_candidates(refusal, lambda: forms.match_form(session, match_id, caller=caller))
            return show_again(session, refusal, form, blank=blank)
        return Redirect(f"/deals/{deal.id}", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/deals/{deal_id:uuid}/merge",
        operation_id="merge_deal",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def merge_deal(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        deal_id: FromPath[UUID],
        data: JSONBody[MergeIn],
    ) -> Response[DealView]:
        """Merge a deal into another, which is answered; needs If-Match of the one that disappears."""
        kept = merging.merge_deal(session, deal_id, data, version=version, caller=caller, at=utc_now())
        return _shown(session, kept, caller)

    @get(
        "/deals/{deal_id:uuid}/merge/new",
        operation_id="merge_deal_page",
        template="deals/merge.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def merge_deal_page(self, session: NamedDependency[Session], deal_id: FromPath[UUID]) -> MergeForm:
        """Show the form to merge a deal into another, with those that look the same."""
        return merging.merge_form(session, deal_id)

    @post(
        "/deals/{deal_id:uuid}/merge/new",
        operation_id="submit_deal_merge",
        template="deals/merge.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_deal_merge(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Merge a deal from the form, or show the form again with what is at fault."""
        try:
            data = read_form(MergeIn, forms.without(form, "version"))
            kept = merging.merge_deal(session, deal_id, data, version=version_of(form), caller=caller, at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: merging.merge_form(session, deal_id))
        return Redirect(f"/deals/{kept.id}", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/deals/{deal_id:uuid}/merge/undo",
        operation_id="undo_deal_merge",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 412, 428),
    )
    def undo_deal_merge(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        deal_id: FromPath[UUID],
    ) -> Response[DealView]:
        """Let a merged deal stand for itself again; needs If-Match."""
        deal = merging.undo_merge(session, deal_id, version=version, caller=caller, at=utc_now())
        return _shown(session, deal, caller)

    @post(
        "/deals/{deal_id:uuid}/merge/undo/confirm",
        operation_id="submit_deal_merge_undone",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_deal_merge_undone(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Undo a merge from the button on the merged deal's page."""
        merging.undo_merge(session, deal_id, version=version_of(form), caller=caller, at=utc_now())
        return Redirect(f"/deals/{deal_id}", status_code=HTTP_303_SEE_OTHER)


def _with_candidates(refusal: FormRejected | FundError, blank: Callable[[], DealForm]) -> Callable[[], DealForm]:
    """Show the deals that look the same with the form that is shown again."""
    found = refusal.facts.get("candidates", ()) if isinstance(refusal, FundError) else ()
    return lambda: blank().model_copy(update={"candidates": found})


def _made(session: Session, deal: Deal, caller: Caller) -> Response[DealView]:
    view = queries.deal_view(session, deal.id, caller=caller, after=None, at=utc_now())
    return Response(
        view,
        status_code=HTTP_201_CREATED,
        headers={"Location": f"/deals/{deal.id}", "ETag": etag_of(view.version)},
    )


def _shown(session: Session, deal: Deal, caller: Caller) -> Response[DealView]:
    view = queries.deal_view(session, deal.id, caller=caller, after=None, at=utc_now())
    return Response(view, headers={"ETag": etag_of(view.version)})
