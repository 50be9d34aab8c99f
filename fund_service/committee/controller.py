"""HTTP of the committee's meetings: list, call, edit, agenda, open, close, cancel, minutes; forms stand apart."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.committee import commands, listing, presiding, queries, tables
from fund_service.committee.bodies import AgendaIn, CancelIn, MeetingIn
from fund_service.committee.minutes import MINUTES_TYPES, MinutesFormat, write_minutes
from fund_service.committee.schemas import MeetingsPage, MeetingView
from fund_service.downloads import download, download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit, etag_of
from fund_service.problems import documented
from models.clock import business_date, utc_now
from models.committee import CommitteeMeeting

Move = Callable[..., CommitteeMeeting]


class CommitteeController(Controller):
    """The committee's meetings."""

    path = "/committee"
    tags = ("committee",)

    @get(
        operation_id="list_meetings",
        template="committee/meetings.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_meetings(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> MeetingsPage:
        """List the meetings, the next one first, and what waits for the reader's vote."""
        return queries.list_meetings(session, reader=caller, after=after, limit=limit, at=utc_now())

    @get(
        "/export",
        operation_id="export_meetings",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_meetings(
        self,
        session: NamedDependency[Session],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download all meetings as a table."""
        return download_table(kind, tables.meeting_heads(), rows=tables.meeting_rows(session), name="meetings")

    @post("/meetings", operation_id="create_meeting", sync_to_thread=True, responses=documented(413, 415, 422))
    def create_meeting(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], data: JSONBody[MeetingIn]
    ) -> Response[MeetingView]:
        """Call a meeting."""
        meeting = commands.call_meeting(session, data, at=utc_now())
        view = queries.meeting_view(session, meeting.id, reader=caller, at=utc_now())
        headers = {"Location": f"/committee/meetings/{meeting.id}", "ETag": etag_of(meeting.version)}
        return Response(view, status_code=HTTP_201_CREATED, headers=headers)

    @get(
        "/meetings/{meeting_id:uuid}",
        operation_id="read_meeting",
        template="committee/meeting.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_meeting(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], meeting_id: FromPath[UUID]
    ) -> Response[MeetingView]:
        """Show a meeting with its agenda; how others voted is shown when an item is decided."""
        view = queries.meeting_view(session, meeting_id, reader=caller, at=utc_now())
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/meetings/{meeting_id:uuid}",
        operation_id="update_meeting",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def update_meeting(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        meeting_id: FromPath[UUID],
        data: JSONBody[MeetingIn],
    ) -> Response[MeetingView]:
        """Replace what is said of a planned meeting; needs If-Match."""
        commands.edit_meeting(session, meeting_id, data, version=version, at=utc_now())
        view = queries.meeting_view(session, meeting_id, reader=caller, at=utc_now())
        return Response(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/meetings/{meeting_id:uuid}/agenda",
        operation_id="set_agenda",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def set_agenda(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        meeting_id: FromPath[UUID],
        data: JSONBody[AgendaIn],
    ) -> Response[MeetingView]:
        """List deals in order, each on its present terms; needs If-Match."""
        listing.set_agenda(session, meeting_id, data, version=version, at=utc_now())
        view = queries.meeting_view(session, meeting_id, reader=caller, at=utc_now())
        return Response(view, headers={"ETag": etag_of(view.version)})

    @post(
        "/meetings/{meeting_id:uuid}/open",
        operation_id="open_meeting",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 422),
    )
    def open_meeting(self, keyed: NamedDependency[Keyed], meeting_id: FromPath[UUID]) -> Response[MeetingView]:
        """Open a meeting, so that votes are taken; needs an Idempotency-Key."""
        return keyed.once("open_meeting", lambda: _moved(keyed, meeting_id, presiding.open_meeting, at=utc_now()))

    @post(
        "/meetings/{meeting_id:uuid}/close",
        operation_id="close_meeting",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 422),
    )
    def close_meeting(self, keyed: NamedDependency[Keyed], meeting_id: FromPath[UUID]) -> Response[MeetingView]:
        """Close a meeting, every item of which is decided; needs an Idempotency-Key."""
        return keyed.once("close_meeting", lambda: _moved(keyed, meeting_id, presiding.close_meeting, at=utc_now()))

    @post(
        "/meetings/{meeting_id:uuid}/cancel",
        operation_id="cancel_meeting",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 412, 413, 415, 422),
    )
    def cancel_meeting(
        self, keyed: NamedDependency[Keyed], meeting_id: FromPath[UUID], data: JSONBody[CancelIn]
    ) -> Response[MeetingView]:
        """Cancel a planned meeting, so that its deals can be listed elsewhere; needs an Idempotency-Key."""
        move = partial(presiding.cancel_meeting, data=data)
        return keyed.once("cancel_meeting", lambda: _moved(keyed, meeting_id, move, at=utc_now()))

    @get(
        "/meetings/{meeting_id:uuid}/minutes",
        operation_id="export_minutes",
        operation_class=file_operation(MINUTES_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_minutes(
        self,
        session: NamedDependency[Session],
        meeting_id: FromPath[UUID],
        kind: Annotated[MinutesFormat, QueryParameter(name="format")] = MinutesFormat.PDF,
    ) -> Response[bytes]:
        """Download the minutes: attendance, recusals and reasons, votes, decisions, conditions."""
        view = queries.meeting_view(session, meeting_id, reader=None, at=utc_now())
        name = f"minutes-{business_date(view.meets_at)}.{kind.value}"
        return download(write_minutes(view, kind=kind), media_type=MINUTES_TYPES[kind], name=name)


def _moved(keyed: Keyed, meeting_id: UUID, move: Move, *, at: datetime) -> Answer:
    move(keyed.session, meeting_id, caller=keyed.caller, at=at)
    view = queries.meeting_view(keyed.session, meeting_id, reader=keyed.caller, at=at)
    return Answer(HTTP_200_OK, body=view)
