"""HTTP of how one is told: ways chosen, the address proved, e-mails ended from an e-mail."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY
from sqlmodel import Session

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.forms import Values, read_form, submitted
from fund_service.notices import commands, queries
from fund_service.notices.schemas import EndingView, NoticeSettings, SettingsIn
from fund_service.pages import Page
from fund_service.problems import documented
from fund_service.settings import Settings
from models.clock import utc_now
from models.notice import NoticeKind

PAGE = "notices/settings.html"


class NoticeSettingsController(Controller):
    """How the reader is told."""

    path = "/notices"
    tags = ("notices",)

    @get(
        "/settings",
        operation_id="read_notice_settings",
        template=PAGE,
        sync_to_thread=True,
        responses=documented(),
    )
    def read_notice_settings(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        settings: NamedDependency[Settings],
    ) -> NoticeSettings:
        """Show how the reader is told of each kind that can concern them."""
        return _shown(session, caller, settings)

    @post(
        "/settings",
        operation_id="choose_notice_ways",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(413, 415, 422),
    )
    def choose_notice_ways(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        settings: NamedDependency[Settings],
        data: JSONBody[SettingsIn],
    ) -> NoticeSettings:
        """Choose how one is told of kinds; whoever first wants e-mails is sent a code that proves the address."""
        commands.choose(session, data.ways, caller=caller, mail_offered=settings.mail is not None, at=utc_now())
        return _shown(session, caller, settings)

    @post(
        "/settings/edit",
        operation_id="submit_notice_ways",
        template=PAGE,
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        include_in_schema=False,
    )
    def submit_notice_ways(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        settings: NamedDependency[Settings],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Choose how one is told, from the page."""

        def act() -> Response[Any]:
            ways: Any = {kind: form[kind] for kind in NoticeKind if form.get(kind)}
            data = read_form(SettingsIn, {"ways": ways})
            commands.choose(session, data.ways, caller=caller, mail_offered=settings.mail is not None, at=utc_now())
            return Page(_shown(session, caller, settings).model_copy(update={"saved": True}))

        return submitted(session, form, act, blank=lambda: _shown(session, caller, settings))

    @post(
        "/settings/code",
        operation_id="submit_address_code_wanted",
        template=PAGE,
        sync_to_thread=True,
        status_code=HTTP_303_SEE_OTHER,
        include_in_schema=False,
    )
    def submit_address_code_wanted(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        settings: NamedDependency[Settings],
    ) -> Response[Any]:
        """Have a code sent to the address of one's account."""

        def act() -> Response[Any]:
            commands.send_code(session, caller=caller, mail_offered=settings.mail is not None, at=utc_now())
            return Redirect("/notices/settings", status_code=HTTP_303_SEE_OTHER)

        return submitted(session, {}, act, blank=lambda: _shown(session, caller, settings))

    @post(
        "/settings/address",
        operation_id="submit_address_code",
        template=PAGE,
        sync_to_thread=True,
        status_code=HTTP_303_SEE_OTHER,
        include_in_schema=False,
    )
    def submit_address_code(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        settings: NamedDependency[Settings],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Prove the address by the code that was sent there; a wrong one is counted."""
        if commands.prove_address(session, str(form.get("code", ""))[:20], caller=caller, at=utc_now()):
            return Redirect("/notices/settings", status_code=HTTP_303_SEE_OTHER)
        fault = locales.gettext("This is not the code, or it has run out; after five wrong ones have a new one sent.")
        view = _shown(session, caller, settings).model_copy(update={"faults": {"code": fault}})
        return Page(view, status_code=HTTP_422_UNPROCESSABLE_ENTITY)

    @get(
        "/ending/{token:str}",
        operation_id="ending_page",
        template="notices/ending.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def ending_page(self, session: NamedDependency[Session], token: FromPath[str]) -> EndingView:
        """Ask whether e-mails are to end; looking at the page ends nothing."""
        _, what = commands.ended_by(session, token)
        return EndingView(what=what)

    @post(
        "/ending/{token:str}",
        operation_id="end_mails",
        template="notices/ending.html",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        include_in_schema=False,
    )
    def end_mails(self, session: NamedDependency[Session], token: FromPath[str]) -> EndingView:
        """End e-mails, from the page or by a mail program's own button (RFC 8058)."""
        return EndingView(what=commands.end_mails(session, token), ended=True)


def _shown(session: Session, caller: Caller, settings: Settings) -> NoticeSettings:
    return queries.notice_settings(session, caller=caller, mail_offered=settings.mail is not None, at=utc_now())
