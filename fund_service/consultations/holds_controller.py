"""HTTP of holds: a step of a deal is tied to a consultation, and that is waived."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.consultations import forms, holding
from fund_service.consultations.schemas import HoldForm, HoldIn, HoldView, WaiverForm, WaiverIn
from fund_service.forms import Values, read_form, submitted
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.problems import documented
from models.clock import utc_now


class ConsultationHoldsController(Controller):
    """Deals that wait for consultations."""

    path = "/"
    tags = ("consultations",)

    @post(
        "/deals/{deal_id:uuid}/holds",
        operation_id="tie_deal",
        sync_to_thread=True,
        responses=documented(403, 404, 409, 413, 415, 422),
    )
    def tie_deal(
        self, keyed: NamedDependency[Keyed], deal_id: FromPath[UUID], data: JSONBody[HoldIn]
    ) -> Response[HoldView]:
        """Let a step of a deal wait for a consultation of its project."""

        def effect() -> Answer:
            at = utc_now()
            hold = holding.tie_deal(keyed.session, deal_id, data, caller=keyed.caller, at=at)
            view = forms.waiver_form(keyed.session, hold.id, caller=keyed.caller, at=at).hold
            return Answer(HTTP_201_CREATED, f"/deals/{deal_id}#holds", view)

        return keyed.once("tie_deal", effect)

    @get(
        "/deals/{deal_id:uuid}/holds/new",
        operation_id="new_hold_page",
        template="consultations/hold_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_hold_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], deal_id: FromPath[UUID]
    ) -> HoldForm:
        """Show the form to tie a step of a deal to a consultation."""
        return forms.hold_form(session, deal_id, caller=caller, at=utc_now())

    @post(
        "/deals/{deal_id:uuid}/holds/new",
        operation_id="submit_hold",
        template="consultations/hold_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_hold(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Tie a step of a deal from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            data = read_form(HoldIn, typed(form))

            def effect() -> Answer:
                holding.tie_deal(session, deal_id, data, caller=caller, at=utc_now())
                return Answer(HTTP_303_SEE_OTHER, f"/deals/{deal_id}#holds")

            return keyed_form(session, caller, f"/deals/{deal_id}/holds/new", form).once("submit_hold", effect)

        return submitted(
            session, form, act, blank=lambda: forms.hold_form(session, deal_id, caller=caller, at=utc_now())
        )

    @post(
        "/holds/{hold_id:uuid}/waiver",
        operation_id="waive_hold",
        sync_to_thread=True,
        responses=documented(403, 404, 409, 413, 415, 422),
    )
    def waive_hold(
        self, keyed: NamedDependency[Keyed], hold_id: FromPath[UUID], data: JSONBody[WaiverIn]
    ) -> Response[HoldView]:
        """Waive that a deal waits, as another fund manager than who tied it."""

        def effect() -> Answer:
            at = utc_now()
            holding.waive_hold(keyed.session, hold_id, data, caller=keyed.caller, at=at)
            view = forms.waiver_form(keyed.session, hold_id, caller=keyed.caller, at=at).hold
            return Answer(HTTP_201_CREATED, f"/deals/{view.deal_id}#holds", view)

        return keyed.once("waive_hold", effect)

    @get(
        "/holds/{hold_id:uuid}/waiver/new",
        operation_id="waiver_page",
        template="consultations/waiver_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def waiver_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], hold_id: FromPath[UUID]
    ) -> WaiverForm:
        """Ask for the reason of a waiver, and for confirmation."""
        return forms.waiver_form(session, hold_id, caller=caller, at=utc_now())

    @post(
        "/holds/{hold_id:uuid}/waiver/new",
        operation_id="submit_waiver",
        template="consultations/waiver_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_waiver(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        hold_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Waive a hold from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            data = read_form(WaiverIn, typed(form))
            deal_id = forms.waiver_form(session, hold_id, caller=caller, at=utc_now()).hold.deal_id

            def effect() -> Answer:
                holding.waive_hold(session, hold_id, data, caller=caller, at=utc_now())
                return Answer(HTTP_303_SEE_OTHER, f"/deals/{deal_id}#holds")

            return keyed_form(session, caller, f"/holds/{hold_id}/waiver/new", form).once("submit_waiver", effect)

        return submitted(
            session, form, act, blank=lambda: forms.waiver_form(session, hold_id, caller=caller, at=utc_now())
        )
