"""HTTP of tranches: planned, their milestones confirmed, cancelled."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.problems import documented
from fund_service.settlement import deal_pages, tranches
from fund_service.settlement.schemas import DealSettlement
from fund_service.settlement.tranche_schemas import MilestoneIn, TranchePlanForm, TranchePlanIn
from models.clock import utc_now
from models.errors import FundError

Rows = Annotated[int, QueryParameter(ge=1, le=40, description="Rows of the form.")]


class TranchesController(Controller):
    """The tranches of a deal's commitments."""

    path = "/deals/{deal_id:uuid}/settlement/tranches"
    tags = ("settlement",)

    @post(operation_id="plan_tranches", sync_to_thread=True, responses=documented(404, 409, 413, 415, 422))
    def plan_tranches(
        self,
        keyed: NamedDependency[Keyed],
        deal_id: FromPath[UUID],
        data: JSONBody[TranchePlanIn],
    ) -> Response[DealSettlement]:
        """Plan tranches of a commitment, each with its amount or one amount split equally."""

        def effect() -> Answer:
            tranches.plan_tranches(keyed.session, deal_id, data, caller=keyed.caller, at=utc_now())
            view = deal_pages.settlement_of(keyed.session, deal_id)
            return Answer(HTTP_201_CREATED, f"/deals/{deal_id}/settlement", view)

        return keyed.once("plan_tranches", effect)

    @get(
        "/new",
        operation_id="new_tranches_page",
        template="settlement/tranche_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_tranches_page(
        self, session: NamedDependency[Session], deal_id: FromPath[UUID], rows: Rows = 4
    ) -> TranchePlanForm:
        """Show the form to plan tranches."""
        return deal_pages.tranche_form(session, deal_id, rows=rows)

    @post(
        "/new",
        operation_id="submit_tranches",
        template="settlement/tranche_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_tranches(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Plan tranches from the form, or show the form again with what is at fault."""
        path = f"/deals/{deal_id}/settlement"

        def effect() -> Answer:
            tranches.plan_tranches(session, deal_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, path)

        try:
            data = read_form(TranchePlanIn, deal_pages.rows_of(typed(form)), lists=("tranches",))
            return keyed_form(session, caller, path, form).once("submit_tranches", effect)
        except (FormRejected, FundError) as refusal:
            count = deal_pages.count_rows(form)
            return show_again(
                session, refusal, form, blank=lambda: deal_pages.tranche_form(session, deal_id, rows=count)
            )

    @post(
        "/{tranche_id:uuid}/milestone",
        operation_id="confirm_milestone",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def confirm_milestone(
        self,
        keyed: NamedDependency[Keyed],
        deal_id: FromPath[UUID],
        tranche_id: FromPath[UUID],
        data: JSONBody[MilestoneIn],
    ) -> Response[DealSettlement]:
        """Confirm that a tranche's milestone is met, on a document that somebody else filed."""

        def effect() -> Answer:
            tranches.confirm_milestone(keyed.session, deal_id, tranche_id, data, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=deal_pages.settlement_of(keyed.session, deal_id))

        return keyed.once("confirm_milestone", effect)

    @post(
        "/{tranche_id:uuid}/milestone/new",
        operation_id="submit_milestone",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_milestone(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        tranche_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Confirm a milestone from the deal's page."""
        path = f"/deals/{deal_id}/settlement"
        data = read_form(MilestoneIn, typed(form))

        def effect() -> Answer:
            tranches.confirm_milestone(session, deal_id, tranche_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, path)

        return keyed_form(session, caller, f"{path}/{tranche_id}", form).once("submit_milestone", effect)

    @post(
        "/{tranche_id:uuid}/cancellation",
        operation_id="cancel_tranche",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 413),
    )
    def cancel_tranche(
        self,
        keyed: NamedDependency[Keyed],
        deal_id: FromPath[UUID],
        tranche_id: FromPath[UUID],
    ) -> Response[DealSettlement]:
        """Cancel a tranche that was not paid."""

        def effect() -> Answer:
            tranches.cancel_tranche(keyed.session, deal_id, tranche_id, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=deal_pages.settlement_of(keyed.session, deal_id))

        return keyed.once("cancel_tranche", effect)

    @post(
        "/{tranche_id:uuid}/cancellation/new",
        operation_id="submit_tranche_cancellation",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_tranche_cancellation(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        tranche_id: FromPath[UUID],
    ) -> Redirect:
        """Cancel a tranche from the deal's page; done twice it is refused, so it needs no key."""
        tranches.cancel_tranche(session, deal_id, tranche_id, caller=caller, at=utc_now())
        return Redirect(f"/deals/{deal_id}/settlement", status_code=HTTP_303_SEE_OTHER)
