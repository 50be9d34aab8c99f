"""Forms of priorities: set the weights, compare the criteria, take over what the comparisons amount to."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values, read_form, submitted, version_of
from fund_service.keyed import typed
from fund_service.priorities import comparing, forms, weights
from fund_service.priorities.bodies import ComparisonsIn, WeightsIn
from fund_service.priorities.page_schemas import ComparisonsForm, WeightsForm
from models.clock import utc_now


class PrioritiesFormsController(Controller):
    """The forms of a round's priorities."""

    path = "/planning/{round_id:uuid}"
    include_in_schema = False

    @get("/weighing", operation_id="set_weights_page", template="priorities/weights_form.html", sync_to_thread=True)
    def set_weights_page(self, session: NamedDependency[Session], round_id: FromPath[UUID]) -> WeightsForm:
        """Show the form to set the weights."""
        return forms.weights_form(session, round_id)

    @post("/weighing", operation_id="submit_weights", template="priorities/weights_form.html", sync_to_thread=True)
    def submit_weights(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Set the weights from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            data = read_form(WeightsIn, typed(form))
            weights.set_weights(session, round_id, data, version=version_of(form), caller=caller)
            return Redirect(f"/planning/{round_id}/priorities", status_code=HTTP_303_SEE_OTHER)

        return submitted(session, form, act, blank=lambda: forms.weights_form(session, round_id))

    @get(
        "/comparing",
        operation_id="compare_criteria_page",
        template="priorities/comparisons_form.html",
        sync_to_thread=True,
    )
    def compare_criteria_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], round_id: FromPath[UUID]
    ) -> ComparisonsForm:
        """Show the form to compare the criteria."""
        return forms.comparisons_form(session, round_id, caller=caller)

    @post(
        "/comparing",
        operation_id="submit_comparisons",
        template="priorities/comparisons_form.html",
        sync_to_thread=True,
    )
    def submit_comparisons(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Compare the criteria from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            data = read_form(ComparisonsIn, typed(form))
            comparing.compare_criteria(session, round_id, data, caller=caller, at=utc_now())
            return Redirect(f"/planning/{round_id}/comparisons", status_code=HTTP_303_SEE_OTHER)

        return submitted(session, form, act, blank=lambda: forms.comparisons_form(session, round_id, caller=caller))

    @post("/comparisons/taking-over", operation_id="submit_weights_takeover", sync_to_thread=True)
    def submit_weights_takeover(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Take over the weights that follow from the comparisons, from their page."""
        weights.take_over_weights(session, round_id, version=version_of(form), caller=caller)
        return Redirect(f"/planning/{round_id}/priorities", status_code=HTTP_303_SEE_OTHER)
