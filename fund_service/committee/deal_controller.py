"""HTTP of what the committee did with a deal, and of the conditions that it set."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.committee import conditions, form_queries, queries
from fund_service.committee.bodies import ConditionMetIn
from fund_service.committee.schemas import DealCommitteeView, ItemView
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.problems import documented
from models.clock import utc_now
from models.errors import FundError


class ConditionsController(Controller):
    """Conditions precedent."""

    path = "/committee"
    tags = ("committee",)

    @post(
        "/conditions/{condition_id:uuid}/met",
        operation_id="meet_condition",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 415, 422),
    )
    def meet_condition(
        self, keyed: NamedDependency[Keyed], condition_id: FromPath[UUID], data: JSONBody[ConditionMetIn]
    ) -> Response[ItemView]:
        """Confirm that a condition is met, with the document that proves it; needs an Idempotency-Key."""

        def effect() -> Answer:
            condition = conditions.meet_condition(keyed.session, condition_id, data, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=_item(keyed, condition.item_id))

        return keyed.once("meet_condition", effect)

    @post(
        "/conditions/{condition_id:uuid}/evidence",
        operation_id="submit_evidence",
        template="committee/evidence_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_evidence(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        condition_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Confirm a condition from the deal's page, or show the form again with what is at fault."""

        def effect() -> Answer:
            data = read_form(ConditionMetIn, typed(form))
            condition = conditions.meet_condition(session, condition_id, data, caller=caller, at=utc_now())
            deal_id = form_queries.find_item(session, condition.item_id).deal_id
            return Answer(HTTP_303_SEE_OTHER, location=f"/deals/{deal_id}/committee")

        keyed = keyed_form(session, caller, f"/committee/conditions/{condition_id}/evidence", form)
        try:
            return keyed.once("meet_condition", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(
                session,
                refusal,
                form,
                blank=lambda: form_queries.evidence_form(session, conditions.find_condition(session, condition_id)),
            )


@get(
    "/deals/{deal_id:uuid}/committee",
    operation_id="read_deal_committee",
    template="committee/deal.html",
    sync_to_thread=True,
    responses=documented(404),
    tags=("committee",),
)
def read_deal_committee(
    session: NamedDependency[Session], caller: NamedDependency[Caller], deal_id: FromPath[UUID]
) -> DealCommitteeView:
    """Show what the committee did with a deal, and the conditions it set."""
    return queries.deal_committee_view(session, deal_id, reader=caller, at=utc_now())


def _item(keyed: Keyed, item_id: UUID) -> ItemView:
    return form_queries.item_view(keyed.session, item_id, reader=keyed.caller, at=utc_now())
