"""HTTP of decisions on agenda items: closing the vote, and the item with what the votes say."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.committee import deciding, form_queries, voting
from fund_service.committee.bodies import DecisionIn
from fund_service.committee.form_schemas import DecisionForm
from fund_service.committee.schemas import ItemView
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.problems import documented
from models.clock import utc_now
from models.errors import FundError


class DecisionsController(Controller):
    """Decisions on agenda items."""

    path = "/committee"
    tags = ("committee",)

    @post(
        "/items/{item_id:uuid}/close-vote",
        operation_id="close_vote",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 422),
    )
    def close_vote(self, keyed: NamedDependency[Keyed], item_id: FromPath[UUID]) -> Response[ItemView]:
        """Close the vote before all have voted, so that it is shown; needs an Idempotency-Key."""

        def effect() -> Answer:
            voting.close_vote(keyed.session, item_id, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=_item(keyed.session, item_id, keyed.caller))

        return keyed.once("close_vote", effect)

    @post(
        "/items/{item_id:uuid}/closing",
        operation_id="submit_vote_closing",
        template="committee/decision_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_vote_closing(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        item_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Close the vote from the page, or show the page again with why it is refused."""

        def effect() -> Answer:
            voting.close_vote(session, item_id, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=f"/committee/items/{item_id}/deciding")

        keyed = keyed_form(session, caller, f"/committee/items/{item_id}/closing", form)
        try:
            return keyed.once("close_vote", effect)
        except FundError as refusal:
            return show_again(session, refusal, {}, blank=lambda: _decision_form(session, item_id, caller))

    @post(
        "/items/{item_id:uuid}/decision",
        operation_id="decide_item",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 412, 413, 415, 422),
    )
    def decide_item(
        self, keyed: NamedDependency[Keyed], item_id: FromPath[UUID], data: JSONBody[DecisionIn]
    ) -> Response[ItemView]:
        """Close an item with what the votes say, or defer it; needs an Idempotency-Key."""

        def effect() -> Answer:
            deciding.decide_item(keyed.session, item_id, data, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=_item(keyed.session, item_id, keyed.caller))

        return keyed.once("decide_item", effect)

    @get(
        "/items/{item_id:uuid}/deciding",
        operation_id="decision_page",
        template="committee/decision_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def decision_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], item_id: FromPath[UUID]
    ) -> DecisionForm:
        """Show what the votes say, and the form that closes the item."""
        return _decision_form(session, item_id, caller)

    @post(
        "/items/{item_id:uuid}/deciding",
        operation_id="submit_decision",
        template="committee/decision_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_decision(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        item_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Close an item from the form, or show the form again with what is at fault."""

        def effect() -> Answer:
            item = deciding.decide_item(session, item_id, _read_decision(form), caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=f"/committee/meetings/{item.meeting_id}")

        keyed = keyed_form(session, caller, f"/committee/items/{item_id}/deciding", form)
        try:
            return keyed.once("decide_item", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: _decision_form(session, item_id, caller))


def _item(session: Session, item_id: UUID, caller: Caller) -> ItemView:
    return form_queries.item_view(session, item_id, reader=caller, at=utc_now())


def _decision_form(session: Session, item_id: UUID, caller: Caller) -> DecisionForm:
    return DecisionForm(item=_item(session, item_id, caller))


def _read_decision(form: Values) -> DecisionIn:
    """Read the form, where conditions are set one a line."""
    lines = form.get("conditions", "")
    conditions = [line.strip() for line in lines.splitlines() if line.strip()] if isinstance(lines, str) else lines
    return read_form(DecisionIn, {**typed(form), "conditions": conditions}, lists=("conditions",))
