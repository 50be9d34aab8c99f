"""HTTP of matching rounds: list, open, look at, edit, confirm, call off, download; forms and quotas stand apart."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit, etag_of
from fund_service.problems import documented
from fund_service.rounds import commands, membership, queries, tables
from fund_service.rounds.bodies import ConfirmIn, RoundIn
from fund_service.rounds.schemas import OwnRounds, RoundsPage, RoundView
from models.clock import utc_now


class RoundsController(Controller):
    """Matching rounds."""

    path = "/rounds"
    tags = ("rounds",)

    @get(operation_id="list_rounds", template="rounds/list.html", sync_to_thread=True, responses=documented(422))
    def list_rounds(
        self, session: NamedDependency[Session], after: NamedDependency[Cursor | None], limit: Limit = 20
    ) -> RoundsPage:
        """List the matching rounds, the newest first."""
        return queries.list_rounds(session, after=after, limit=limit)

    @get(
        "/mine",
        operation_id="list_own_rounds",
        template="rounds/mine.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_own_rounds(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> OwnRounds:
        """List the projects that the reader is to look at, and how many look at the projects the reader leads."""
        return membership.own_rounds(session, caller=caller, after=after, limit=limit)

    @post(operation_id="create_round", sync_to_thread=True, responses=documented(413, 415, 422))
    def create_round(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], data: JSONBody[RoundIn]
    ) -> Response[RoundView]:
        """Draw a round up; everybody with an eligible match takes part, with the quotas on record."""
        opened = commands.open_round(session, data, caller=caller, at=utc_now())
        view = queries.round_view(session, opened.id, caller=caller, at=utc_now())
        headers = {"Location": f"/rounds/{opened.id}", "ETag": etag_of(opened.version)}
        return Response(view, status_code=HTTP_201_CREATED, headers=headers)

    @get(
        "/{round_id:uuid}",
        operation_id="read_round",
        template="rounds/round.html",
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def read_round(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], round_id: FromPath[UUID]
    ) -> Response[RoundView]:
        """Show a round: a draft as it would be confirmed now, a confirmed one as it is on record."""
        view = queries.round_view(session, round_id, caller=caller, at=utc_now())
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/{round_id:uuid}",
        operation_id="update_round",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def update_round(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        round_id: FromPath[UUID],
        data: JSONBody[RoundIn],
    ) -> Response[RoundView]:
        """Replace what is said of a draft; needs If-Match."""
        commands.edit_round(session, round_id, data, version=version, at=utc_now())
        view = queries.round_view(session, round_id, caller=caller, at=utc_now())
        return Response(view, headers={"ETag": etag_of(view.version)})

    @get(
        "/{round_id:uuid}/export",
        operation_id="export_round",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_round(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the assignments of a confirmed round that the reader may know of."""
        rows = tables.assignment_rows(session, round_id, caller=caller)
        return download_table(kind, tables.assignment_heads(), rows=rows, name="round")

    @post(
        "/{round_id:uuid}/confirm",
        operation_id="confirm_round",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 412, 413, 415, 422),
    )
    def confirm_round(
        self, keyed: NamedDependency[Keyed], round_id: FromPath[UUID], data: JSONBody[ConfirmIn]
    ) -> Response[RoundView]:
        """Put the round on record as it was looked at; a lot is drawn now; needs an Idempotency-Key."""

        def effect() -> Answer:
            commands.confirm_round(keyed.session, round_id, data, caller=keyed.caller, at=utc_now())
            return _shown(keyed, round_id)

        return keyed.once("confirm_round", effect)

    @post(
        "/{round_id:uuid}/cancel",
        operation_id="cancel_round",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 422),
    )
    def cancel_round(self, keyed: NamedDependency[Keyed], round_id: FromPath[UUID]) -> Response[RoundView]:
        """Call a draft off; needs an Idempotency-Key."""

        def effect() -> Answer:
            commands.cancel_round(keyed.session, round_id, at=utc_now())
            return _shown(keyed, round_id)

        return keyed.once("cancel_round", effect)


def _shown(keyed: Keyed, round_id: UUID) -> Answer:
    view = queries.round_view(keyed.session, round_id, caller=keyed.caller, at=utc_now())
    return Answer(HTTP_200_OK, body=view)
