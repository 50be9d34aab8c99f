"""HTTP of saved filters: each person's own views of the pipeline."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.deals import forms, saved_filters
from fund_service.deals.schemas import SavedFilterIn, SavedFilterView
from fund_service.forms import FormRejected, Values, read_form
from fund_service.problems import documented
from models.clock import utc_now
from models.errors import ValueNotAllowed


class DealFiltersController(Controller):
    """Saved filters."""

    tags = ("deals",)

    @post(
        "/deals/filters",
        operation_id="save_deal_filter",
        sync_to_thread=True,
        responses=documented(413, 415, 422),
    )
    def save_deal_filter(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], data: JSONBody[SavedFilterIn]
    ) -> Response[SavedFilterView]:
        """Keep a filter of one's own; one of the same name is replaced."""
        saved = saved_filters.save_filter(session, data, caller=caller, at=utc_now())
        return Response(saved, status_code=HTTP_201_CREATED, headers={"Location": f"/deals?{saved.query}"})

    @post(
        "/deals/filters/new",
        operation_id="submit_deal_filter",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_deal_filter(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Keep a filter of one's own from the list or board, and show what it narrows to."""
        try:
            data = read_form(SavedFilterIn, forms.without(form, "view"))
        except FormRejected as refusal:
            raise ValueNotAllowed("Give the filter a name of at most 100 characters.", field="name") from refusal
        saved = saved_filters.save_filter(session, data, caller=caller, at=utc_now())
        return Redirect(f"{_view_of(form)}?{saved.query}", status_code=HTTP_303_SEE_OTHER)

    @delete("/deals/filters/{filter_id:uuid}", operation_id="delete_deal_filter", sync_to_thread=True,
            responses=documented(404))  # fmt: skip
    def delete_deal_filter(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], filter_id: FromPath[UUID]
    ) -> None:
        """Forget a filter of one's own."""
        saved_filters.delete_filter(session, filter_id, caller=caller)

    @post(
        "/deals/filters/{filter_id:uuid}/delete",
        operation_id="submit_deal_filter_deleted",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_deal_filter_deleted(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filter_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Forget a filter of one's own, from the list or board."""
        saved_filters.delete_filter(session, filter_id, caller=caller)
        return Redirect(_view_of(form), status_code=HTTP_303_SEE_OTHER)


def _view_of(form: Values) -> str:
    return "/deals/board" if form.get("view") == "board" else "/deals"
