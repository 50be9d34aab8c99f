"""HTTP of agenda items: reading one, voting, listing it anew."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.committee import form_queries, listing, voting
from fund_service.committee.bodies import VoteIn
from fund_service.committee.form_schemas import VoteForm
from fund_service.committee.schemas import ItemView
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.problems import documented
from models.clock import utc_now
from models.errors import FundError


class AgendaItemsController(Controller):
    """Agenda items and votes."""

    path = "/committee"
    tags = ("committee",)

    @get(
        "/items/{item_id:uuid}",
        operation_id="read_agenda_item",
        template="committee/item.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_agenda_item(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], item_id: FromPath[UUID]
    ) -> VoteForm:
        """Show an agenda item, and the form to vote to those who may."""
        return _vote_form(session, item_id, caller)

    @post(
        "/items/{item_id:uuid}/votes",
        operation_id="cast_vote",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422),
    )
    def cast_vote(
        self, keyed: NamedDependency[Keyed], item_id: FromPath[UUID], data: JSONBody[VoteIn]
    ) -> Response[ItemView]:
        """Vote on the terms that were read, once a human being; needs an Idempotency-Key."""

        def effect() -> Answer:
            voting.cast_vote(keyed.session, item_id, data, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_201_CREATED, f"/committee/items/{item_id}", _item(keyed.session, item_id, keyed.caller))

        return keyed.once("cast_vote", effect)

    @post(
        "/items/{item_id:uuid}/vote",
        operation_id="submit_vote",
        template="committee/item.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_vote(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        item_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Vote from a page, or show the form again with what is at fault."""

        def effect() -> Answer:
            data = read_form(VoteIn, typed(form))
            vote = voting.cast_vote(session, item_id, data, caller=caller, at=utc_now())
            return _to_meeting(session, vote.item_id)

        keyed = keyed_form(session, caller, f"/committee/items/{item_id}/vote", form)
        try:
            return keyed.once("cast_vote", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: _vote_form(session, item_id, caller))

    @post(
        "/items/{item_id:uuid}/relist",
        operation_id="relist_item",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 422),
    )
    def relist_item(self, keyed: NamedDependency[Keyed], item_id: FromPath[UUID]) -> Response[ItemView]:
        """Put an edited deal on the agenda anew, on its present terms; needs an Idempotency-Key."""

        def effect() -> Answer:
            listing.relist_item(keyed.session, item_id, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=_item(keyed.session, item_id, keyed.caller))

        return keyed.once("relist_item", effect)

    @post(
        "/items/{item_id:uuid}/relisting",
        operation_id="submit_relisting",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_relisting(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        item_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Put an edited deal on the agenda anew from the meeting's page."""

        def effect() -> Answer:
            item = listing.relist_item(session, item_id, caller=caller, at=utc_now())
            return _to_meeting(session, item.id)

        return keyed_form(session, caller, f"/committee/items/{item_id}/relisting", form).once("relist_item", effect)


def _item(session: Session, item_id: UUID, caller: Caller) -> ItemView:
    return form_queries.item_view(session, item_id, reader=caller, at=utc_now())


def _vote_form(session: Session, item_id: UUID, caller: Caller) -> VoteForm:
    return VoteForm(item=_item(session, item_id, caller))


def _to_meeting(session: Session, item_id: UUID) -> Answer:
    meeting_id = form_queries.find_item(session, item_id).meeting_id
    return Answer(HTTP_303_SEE_OTHER, location=f"/committee/meetings/{meeting_id}")
