"""HTTP of market demand: the newest release, each older one, files of them; what is read is noted."""

from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_201_CREATED
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download, file_operation
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed
from fund_service.market import queries
from fund_service.market.documents import MEDIA_TYPES, document_of
from fund_service.market.releases import make_release_of, note_pull
from fund_service.market.schemas import (
    Breakdown,
    DocumentKind,
    MarketDemandView,
    PullsPage,
    ReleaseHead,
    ReleaseIn,
    ReleasesPage,
)
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented

By = Annotated[Breakdown, QueryParameter(description="What the rows are.")]
Kind = Annotated[DocumentKind, QueryParameter(name="format", description="Kind of file.")]
PAGE = "page"
"""How a pull through the page or its JSON is noted."""


class MarketController(Controller):
    """Market demand, as releases say it."""

    path = "/market"
    tags = ("market",)

    @get(
        "/demand",
        operation_id="read_market_demand",
        template="market/demand.html",
        sync_to_thread=True,
        responses=documented(),
    )
    def read_market_demand(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], by: By = Breakdown.THEME
    ) -> Response[MarketDemandView]:
        """Show market demand as the newest release says it."""
        return _shown(session, caller, queries.market_demand(session, by=by))

    @get(
        "/demand/export",
        operation_id="export_market_demand",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(),
    )
    def export_market_demand(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        kind: Kind = DocumentKind.PDF,
        by: By = Breakdown.THEME,
    ) -> Response[bytes]:
        """Download the newest release as a file; every kind gives the same figures."""
        return _file(session, caller, queries.market_demand(session, by=by), kind)

    @get(
        "/releases",
        operation_id="list_releases",
        template="market/releases.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_releases(
        self, session: NamedDependency[Session], after: NamedDependency[Cursor | None], limit: Limit = 20
    ) -> ReleasesPage:
        """List the releases, the newest first."""
        return queries.list_releases(session, after=after, limit=limit)

    @post(
        "/releases",
        operation_id="make_release",
        sync_to_thread=True,
        status_code=HTTP_201_CREATED,
        responses=documented(409, 412, 413, 415, 422),
    )
    def make_release(self, keyed: NamedDependency[Keyed], data: JSONBody[ReleaseIn]) -> Response[ReleaseHead]:
        """Make the release that was looked at; needs an Idempotency-Key."""

        def effect() -> Answer:
            made = make_release_of(keyed.session, made_by=keyed.caller.person_id, digest=data.digest)
            head = queries.release_head(keyed.session, made.id)
            return Answer(HTTP_201_CREATED, location=f"/market/releases/{made.number}", body=head)

        return keyed.once("make_release", effect)

    @get(
        "/releases/{number:int}",
        operation_id="read_release",
        template="market/demand.html",
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def read_release(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        number: FromPath[int],
        by: By = Breakdown.THEME,
    ) -> Response[MarketDemandView]:
        """Show market demand as a release says it; it never changes."""
        return _shown(session, caller, queries.market_demand(session, by=by, number=number))

    @get(
        "/releases/{number:int}/export",
        operation_id="export_release",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_release(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        number: FromPath[int],
        kind: Kind = DocumentKind.PDF,
        by: By = Breakdown.THEME,
    ) -> Response[bytes]:
        """Download a release as a file; every kind gives the same figures."""
        return _file(session, caller, queries.market_demand(session, by=by, number=number), kind)

    @get(
        "/pulls",
        operation_id="list_release_pulls",
        template="market/pulls.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_release_pulls(
        self, session: NamedDependency[Session], after: NamedDependency[Cursor | None], limit: Limit = 20
    ) -> PullsPage:
        """List who read which release, the latest first."""
        return queries.list_pulls(session, after=after, limit=limit)


def _shown(session: Session, caller: Caller, view: MarketDemandView) -> Response[MarketDemandView]:
    note_pull(session, view.release, person_id=caller.person_id, kind=PAGE, breakdown=view.by.value)
    return Page(view, headers={"ETag": f'"{view.release or 0}-{view.by.value}"'})


def _file(session: Session, caller: Caller, view: MarketDemandView, kind: DocumentKind) -> Response[bytes]:
    note_pull(session, view.release, person_id=caller.person_id, kind=kind.value, breakdown=view.by.value)
    name = f"market-demand-{view.release or 'none'}-by-{view.by.value}.{kind.value}"
    return download(document_of(view, kind=kind), media_type=MEDIA_TYPES[kind], name=name)
