"""HTTP of making a release from its page: look at what would be published, and make it once."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values, read_form
from fund_service.idempotency import Answer
from fund_service.keyed import keyed_form, typed
from fund_service.market import queries
from fund_service.market.releases import make_release_of
from fund_service.market.schemas import ReleaseIn, ReleasePreview
from fund_service.problems import documented


class ReleasesController(Controller):
    """Making a release from its page."""

    path = "/market/releases"
    tags = ("market",)

    @get(
        "/new",
        operation_id="preview_release",
        template="market/release_form.html",
        sync_to_thread=True,
        responses=documented(),
    )
    def preview_release(self, session: NamedDependency[Session]) -> ReleasePreview:
        """Show in counts what a release made now would publish and withhold."""
        return queries.preview_release(session)

    @post("/new", operation_id="submit_release", sync_to_thread=True, include_in_schema=False)
    def submit_release(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Make the release that was looked at, from its page."""

        def effect() -> Answer:
            data = read_form(ReleaseIn, typed(form))
            made = make_release_of(session, made_by=caller.person_id, digest=data.digest)
            return Answer(HTTP_303_SEE_OTHER, location=f"/market/releases/{made.number}")

        return keyed_form(session, caller, "/market/releases/new", form).once("make_release", effect)
