"""HTTP of themes: those of the newest release, their history, and their names."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.keyed import typed
from fund_service.pages import Page
from fund_service.parameters import etag_of
from fund_service.problems import documented
from fund_service.themes import commands, queries
from fund_service.themes.schemas import ThemeForm, ThemeNameIn, ThemesView, ThemeUnlockIn, ThemeView
from models.clock import utc_now
from models.errors import FundError


class ThemesController(Controller):
    """Themes of demand."""

    path = "/themes"
    tags = ("themes",)

    @get(operation_id="list_themes", template="themes/themes.html", sync_to_thread=True, responses=documented())
    def list_themes(self, session: NamedDependency[Session]) -> ThemesView:
        """List the themes of the newest release; what speaks for too few groups is not among them."""
        return queries.list_themes(session)

    @get(
        "/{theme_id:uuid}",
        operation_id="read_theme",
        template="themes/theme.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_theme(self, session: NamedDependency[Session], theme_id: FromPath[UUID]) -> Response[ThemeView]:
        """Show a theme: how far it stands, where it came from, and who named it."""
        view = queries.theme_view(session, theme_id)
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/{theme_id:uuid}/name",
        operation_id="name_theme",
        sync_to_thread=True,
        responses=documented(404, 412, 413, 415, 422, 428),
    )
    def name_theme(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        theme_id: FromPath[UUID],
        data: JSONBody[ThemeNameIn],
    ) -> Response[ThemeView]:
        """Give a theme a name that later summaries leave alone; needs If-Match."""
        commands.name_theme(session, theme_id, data, version=version, by=caller.person_id, at=utc_now())
        return _answered(session, theme_id)

    @post(
        "/{theme_id:uuid}/unlock",
        operation_id="unlock_theme",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def unlock_theme(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        theme_id: FromPath[UUID],
        data: JSONBody[ThemeUnlockIn],
    ) -> Response[ThemeView]:
        """Leave the name of a theme to the summaries again; needs If-Match."""
        commands.unlock_theme(session, theme_id, data, version=version, by=caller.person_id, at=utc_now())
        return _answered(session, theme_id)

    @get(
        "/{theme_id:uuid}/name/edit",
        operation_id="theme_name_page",
        template="themes/name_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def theme_name_page(self, session: NamedDependency[Session], theme_id: FromPath[UUID]) -> ThemeForm:
        """Show the form to name a theme."""
        return queries.theme_form(session, theme_id)

    @post(
        "/{theme_id:uuid}/name/edit",
        operation_id="submit_theme_name",
        template="themes/name_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_theme_name(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        theme_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Name a theme from the form, or show the form again with what is at fault."""
        try:
            data, version = read_form(ThemeNameIn, typed(form)), version_of(form)
            commands.name_theme(session, theme_id, data, version=version, by=caller.person_id, at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.theme_form(session, theme_id))
        return Redirect(f"/themes/{theme_id}", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/{theme_id:uuid}/unlock/edit",
        operation_id="theme_unlock_page",
        template="themes/unlock_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def theme_unlock_page(self, session: NamedDependency[Session], theme_id: FromPath[UUID]) -> ThemeForm:
        """Show the form to leave the name of a theme to the summaries again."""
        return queries.theme_form(session, theme_id)

    @post(
        "/{theme_id:uuid}/unlock/edit",
        operation_id="submit_theme_unlock",
        template="themes/unlock_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_theme_unlock(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        theme_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Unlock the name of a theme from the form, or show the form again with what is at fault."""
        try:
            data, version = read_form(ThemeUnlockIn, typed(form)), version_of(form)
            commands.unlock_theme(session, theme_id, data, version=version, by=caller.person_id, at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.theme_form(session, theme_id))
        return Redirect(f"/themes/{theme_id}", status_code=HTTP_303_SEE_OTHER)


def _answered(session: Session, theme_id: UUID) -> Response[ThemeView]:
    view = queries.theme_view(session, theme_id)
    return Response(view, headers={"ETag": etag_of(view.version)})
