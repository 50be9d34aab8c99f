"""HTTP of notices: the reader's list, opened and marked."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values
from fund_service.notices import commands, queries
from fund_service.notices.schemas import AllRead, Marked, NoticesPage, NoticeView
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from models.clock import utc_now
from models.notice import NoticeKind

OneKind = Annotated[NoticeKind | None, QueryParameter(name="kind", description="None: all kinds.")]


class NoticesController(Controller):
    """What happened that concerns the reader."""

    path = "/notices"
    tags = ("notices",)

    @get(operation_id="list_notices", template="notices/list.html", sync_to_thread=True, responses=documented(422))
    def list_notices(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        kind: OneKind = None,
        limit: Limit = 20,
    ) -> NoticesPage:
        """List what the reader was told, unread ones first."""
        return queries.list_notices(session, caller=caller, kind=kind, after=after, limit=limit, at=utc_now())

    @post(
        "/{notice_id:uuid}/read",
        operation_id="mark_notice",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404),
    )
    def mark_notice(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], notice_id: FromPath[UUID]
    ) -> NoticeView:
        """Mark a notice as read; one that is stays so."""
        return queries.notice_view(commands.mark_read(session, notice_id, caller=caller, at=utc_now()))

    @post(
        "/{notice_id:uuid}/open",
        operation_id="submit_notice_opened",
        sync_to_thread=True,
        status_code=HTTP_303_SEE_OTHER,
        include_in_schema=False,
    )
    def submit_notice_opened(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], notice_id: FromPath[UUID]
    ) -> Redirect:
        """Mark a notice as read and go to the page it leads to."""
        notice = commands.mark_read(session, notice_id, caller=caller, at=utc_now())
        return Redirect(queries.notice_view(notice).path, status_code=HTTP_303_SEE_OTHER)

    @post(
        "/read",
        operation_id="mark_all_notices",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(413, 415, 422),
    )
    def mark_all_notices(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], data: JSONBody[AllRead]
    ) -> Marked:
        """Mark all notices as read, or those of one kind."""
        return Marked(marked=commands.mark_all_read(session, data.kind, caller=caller, at=utc_now()))

    @post(
        "/all-read",
        operation_id="submit_all_notices_read",
        sync_to_thread=True,
        status_code=HTTP_303_SEE_OTHER,
        include_in_schema=False,
    )
    def submit_all_notices_read(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[None]:
        """Mark all notices of the list as read, from its page."""
        asked = form.get("kind")
        kind = NoticeKind(asked) if asked in set(NoticeKind) else None
        commands.mark_all_read(session, kind, caller=caller, at=utc_now())
        return Redirect("/notices" if kind is None else f"/notices?kind={kind}", status_code=HTTP_303_SEE_OTHER)
