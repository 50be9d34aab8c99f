"""Forms of the committee's meetings: call, edit, set the agenda, open, close and cancel from a page."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.committee import commands, form_queries, listing, presiding
from fund_service.committee.agenda_fields import read_agenda
from fund_service.committee.bodies import CancelIn, MeetingIn
from fund_service.committee.form_schemas import AgendaForm, CancelForm, MeetingForm
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from models.clock import utc_now
from models.committee import CommitteeMeeting
from models.errors import FundError

Move = Callable[..., CommitteeMeeting]


class MeetingFormsController(Controller):
    """The forms of the committee's meetings."""

    path = "/committee"

    @get(
        "/meetings/new",
        operation_id="new_meeting_page",
        template="committee/meeting_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_meeting_page(self, session: NamedDependency[Session]) -> MeetingForm:
        """Show the form to call a meeting."""
        return form_queries.meeting_form(session)

    @post(
        "/meetings/new",
        operation_id="submit_meeting",
        template="committee/meeting_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_meeting(self, session: NamedDependency[Session], form: NamedDependency[Values]) -> Response[Any]:
        """Call a meeting from the form, or show the form again with what is at fault."""
        try:
            meeting = commands.call_meeting(session, _read(form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: form_queries.meeting_form(session))
        return Redirect(f"/committee/meetings/{meeting.id}", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/meetings/{meeting_id:uuid}/edit",
        operation_id="edit_meeting_page",
        template="committee/meeting_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_meeting_page(self, session: NamedDependency[Session], meeting_id: FromPath[UUID]) -> MeetingForm:
        """Show the form to edit a meeting."""
        return form_queries.meeting_form(session, meeting_id)

    @post(
        "/meetings/{meeting_id:uuid}/edit",
        operation_id="submit_meeting_edit",
        template="committee/meeting_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_meeting_edit(
        self, session: NamedDependency[Session], meeting_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Edit a meeting from the form, or show the form again with what is at fault."""
        try:
            commands.edit_meeting(session, meeting_id, _read(form), version=version_of(form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: form_queries.meeting_form(session, meeting_id))
        return Redirect(f"/committee/meetings/{meeting_id}", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/meetings/{meeting_id:uuid}/agenda/edit",
        operation_id="agenda_page",
        template="committee/agenda_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def agenda_page(self, session: NamedDependency[Session], meeting_id: FromPath[UUID]) -> AgendaForm:
        """Show the form of an agenda."""
        return form_queries.agenda_form(session, meeting_id)

    @post(
        "/meetings/{meeting_id:uuid}/agenda/edit",
        operation_id="submit_agenda",
        template="committee/agenda_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_agenda(
        self, session: NamedDependency[Session], meeting_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Set an agenda from the form, or show the form again with what is at fault."""
        try:
            data = read_agenda(typed(form))
            listing.set_agenda(session, meeting_id, data, version=version_of(form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: form_queries.agenda_form(session, meeting_id))
        return Redirect(f"/committee/meetings/{meeting_id}", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/meetings/{meeting_id:uuid}/opening",
        operation_id="submit_opening",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_opening(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        meeting_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Open a meeting from its page."""
        keyed = keyed_form(session, caller, f"/committee/meetings/{meeting_id}/opening", form)
        return keyed.once("open_meeting", lambda: _led(keyed, meeting_id, presiding.open_meeting))

    @post(
        "/meetings/{meeting_id:uuid}/closing",
        operation_id="submit_closing",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_closing(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        meeting_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Close a meeting from its page."""
        keyed = keyed_form(session, caller, f"/committee/meetings/{meeting_id}/closing", form)
        return keyed.once("close_meeting", lambda: _led(keyed, meeting_id, presiding.close_meeting))

    @get(
        "/meetings/{meeting_id:uuid}/cancelling",
        operation_id="cancelling_page",
        template="committee/cancel_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def cancelling_page(self, session: NamedDependency[Session], meeting_id: FromPath[UUID]) -> CancelForm:
        """Show the form to cancel a meeting."""
        return form_queries.cancel_form(session, meeting_id)

    @post(
        "/meetings/{meeting_id:uuid}/cancelling",
        operation_id="submit_cancelling",
        template="committee/cancel_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_cancelling(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        meeting_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Cancel a meeting from the form, or show the form again with what is at fault."""

        def effect() -> Answer:
            data = read_form(CancelIn, typed(form))
            return _led(keyed, meeting_id, partial(presiding.cancel_meeting, data=data))

        keyed = keyed_form(session, caller, f"/committee/meetings/{meeting_id}/cancelling", form)
        try:
            return keyed.once("cancel_meeting", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: form_queries.cancel_form(session, meeting_id))


def _read(form: Values) -> MeetingIn:
    return read_form(MeetingIn, typed(form), lists=("member_ids",))


def _led(keyed: Keyed, meeting_id: UUID, move: Move) -> Answer:
    move(keyed.session, meeting_id, caller=keyed.caller, at=utc_now())
    return Answer(HTTP_303_SEE_OTHER, location=f"/committee/meetings/{meeting_id}")
