"""Forms of matching rounds: open, edit, confirm and call off from a page."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.idempotency import Answer
from fund_service.keyed import keyed_form, typed
from fund_service.rounds import commands, queries
from fund_service.rounds.bodies import ConfirmIn, RoundIn
from fund_service.rounds.schemas import RoundForm
from models.clock import utc_now
from models.errors import FundError


class RoundFormsController(Controller):
    """The forms of matching rounds."""

    path = "/rounds"

    @get(
        "/new",
        operation_id="new_round_page",
        template="rounds/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_round_page(self, session: NamedDependency[Session]) -> RoundForm:
        """Show the form to open a round."""
        return queries.round_form(session)

    @post(
        "/new",
        operation_id="submit_round",
        template="rounds/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_round(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Open a round from the form, or show the form again with what is at fault."""
        try:
            opened = commands.open_round(session, _read(form), caller=caller, at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.round_form(session))
        return Redirect(f"/rounds/{opened.id}", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/{round_id:uuid}/edit",
        operation_id="edit_round_page",
        template="rounds/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_round_page(self, session: NamedDependency[Session], round_id: FromPath[UUID]) -> RoundForm:
        """Show the form to edit a draft."""
        return queries.round_form(session, round_id)

    @post(
        "/{round_id:uuid}/edit",
        operation_id="submit_round_edit",
        template="rounds/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_round_edit(
        self, session: NamedDependency[Session], round_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Edit a draft from the form, or show the form again with what is at fault."""
        try:
            commands.edit_round(session, round_id, _read(form), version=version_of(form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.round_form(session, round_id))
        return Redirect(f"/rounds/{round_id}", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/{round_id:uuid}/confirming",
        operation_id="submit_round_confirmation",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_round_confirmation(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Put the round on record as it was looked at, from its page."""

        def effect() -> Answer:
            data = read_form(ConfirmIn, typed(form))
            commands.confirm_round(session, round_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=f"/rounds/{round_id}")

        keyed = keyed_form(session, caller, f"/rounds/{round_id}/confirming", form)
        return keyed.once("confirm_round", effect)

    @post(
        "/{round_id:uuid}/cancelling",
        operation_id="submit_round_cancelling",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_round_cancelling(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Call a draft off from its page."""

        def effect() -> Answer:
            commands.cancel_round(session, round_id, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=f"/rounds/{round_id}")

        keyed = keyed_form(session, caller, f"/rounds/{round_id}/cancelling", form)
        return keyed.once("cancel_round", effect)


def _read(form: Values) -> RoundIn:
    return read_form(RoundIn, typed(form), lists=("field_codes",))
