"""HTTP of matches."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlmodel import Session

from fund_service import operations
from fund_service.accounts.callers import Caller
from fund_service.answers.shown import note_signal_list
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.matches import queries
from fund_service.matches.method import MatchMethod
from fund_service.matches.readiness import readiness_of
from fund_service.matches.schemas import MatchDetail, SignalMatchesView
from fund_service.problems import documented
from matching.encoding.encoder import Encoder
from models.clock import utc_now


class MatchesController(Controller):
    """Matches."""

    tags = ("matches",)

    @get(
        "/signals/{signal_id:uuid}/matches",
        operation_id="list_signal_matches",
        template="matches/list.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def list_signal_matches(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        encoder: NamedDependency[Encoder],
        looked_at: NamedDependency[bool],
        signal_id: FromPath[UUID],
    ) -> SignalMatchesView:
        """Show which projects answer a signal, which nearly do, and why."""
        readiness_of(encoder).prepare()  # whoever reads the list opens a match next, which reads sentences
        view = queries.signal_matches(session, signal_id, caller=caller, method=method, at=utc_now())
        if looked_at:
            shown = [match.project.id for match in (*view.eligible, *view.near_misses)]
            note_signal_list(session, signal_id, owner_id=view.signal.organisation_id, project_ids=shown, caller=caller)
        return view

    @get(
        "/signals/{signal_id:uuid}/matches/export",
        operation_id="export_signal_matches",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404),
    )
    def export_signal_matches(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        signal_id: FromPath[UUID],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the matches of a signal as a table."""
        view = queries.signal_matches(session, signal_id, caller=caller, method=method, at=utc_now())
        heads, rows = queries.match_rows(view)
        return download_table(kind, heads, rows=rows, name="matches", about=signal_id)

    @get(
        "/matches/{match_id:uuid}",
        operation_id="read_match",
        template="matches/match.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_match(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        encoder: NamedDependency[Encoder],
        match_id: FromPath[UUID],
    ) -> MatchDetail:
        """Show one match: both texts, what carried it, every gate, each component's share, and its deal."""
        reads_deals = bool(caller.roles & operations.OPERATIONS["read_deal"])
        return queries.match_detail(
            session,
            match_id,
            caller=caller,
            reads_deals=reads_deals,
            method=method,
            encoder=encoder,
            at=utc_now(),
        )
