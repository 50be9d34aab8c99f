"""HTTP of accounts: sign-in and out, language, who am I."""

import re
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service import locales
from fund_service.accounts import commands, queries
from fund_service.accounts.authentication import LANGUAGE_COOKIE, session_cookie, session_cookie_name
from fund_service.accounts.callers import Caller
from fund_service.accounts.schemas import MeView, SignInView
from fund_service.forms import Values
from fund_service.pages import Page
from fund_service.problems import STATUS_OF_ERROR, documented
from fund_service.settings import Settings
from models.clock import utc_now
from models.errors import TooManyAttempts
from models.person import PreferredLanguage

NextPage = Annotated[str, QueryParameter(name="next", max_length=300)]


LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*")
"""One slash and then anything but a backslash, blank or control character: browsers drop or turn some of these, so that
``/<tab>/host`` and ``/\\host`` lead to another host."""


def local_path(path: str) -> str:
    """Give a path of this service to go on to; anything that might lead elsewhere becomes the first page."""
    return path if LOCAL_PATH.fullmatch(path) else "/"


class AccountsController(Controller):
    """Accounts."""

    tags = ("accounts",)

    @get(
        "/sign-in",
        operation_id="sign_in_page",
        template="accounts/sign_in.html",
        sync_to_thread=False,
        include_in_schema=False,
    )
    def sign_in_page(self, next_page: NextPage = "/") -> SignInView:
        """Show the sign-in form."""
        return SignInView(next=local_path(next_page))

    @post(
        "/sign-in",
        operation_id="sign_in",
        template="accounts/sign_in.html",
        sync_to_thread=True,
        include_in_schema=False,
        status_code=HTTP_200_OK,
    )
    def sign_in(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        settings: NamedDependency[Settings],
        form: NamedDependency[Values],
    ) -> Response[SignInView]:
        """Open a session and go on, or show the form again with the reason."""
        email, password, next_page = (str(form.get(name, "")) for name in ("email", "password", "next"))
        outcome = commands.sign_in(
            session,
            email[:300],
            password[:1000],
            at=utc_now(),
            previous_secret=request.cookies.get(session_cookie_name(settings)),
        )
        if outcome.refusal is not None:
            return Page(
                SignInView(email=email, next=local_path(next_page), fault=locales.error_message(outcome.refusal)),
                status_code=STATUS_OF_ERROR[type(outcome.refusal)],
                headers=(
                    {"Retry-After": str(int(commands.LOCK_TIME.total_seconds()))}
                    if isinstance(outcome.refusal, TooManyAttempts)
                    else {}
                ),
            )
        return Redirect(
            local_path(next_page),
            status_code=HTTP_303_SEE_OTHER,
            cookies=[session_cookie(settings, outcome.secret)],
        )

    @post(
        "/sign-out",
        operation_id="sign_out",
        sync_to_thread=True,
        include_in_schema=False,
        status_code=HTTP_303_SEE_OTHER,
    )
    def sign_out(
        self, request: Request[Any, Any, Any], session: NamedDependency[Session], settings: NamedDependency[Settings]
    ) -> Redirect:
        """End the session."""
        commands.sign_out(session, request.cookies.get(session_cookie_name(settings), ""))
        return Redirect("/sign-in", status_code=HTTP_303_SEE_OTHER, cookies=[session_cookie(settings, None)])

    @post(
        "/language",
        operation_id="choose_language",
        sync_to_thread=True,
        include_in_schema=False,
        status_code=HTTP_303_SEE_OTHER,
    )
    def choose_language(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller | None],
        settings: NamedDependency[Settings],
        form: NamedDependency[Values],
    ) -> Redirect:
        """Change the language of the pages, for this browser and, when signed in, for the person."""
        language = PreferredLanguage.ENGLISH if form.get("language") == "en" else PreferredLanguage.KOREAN
        if caller is not None:
            commands.choose_language(session, caller.person_id, language)
        cookie = Cookie(
            key=LANGUAGE_COOKIE, value=language.value, path="/", samesite="lax", secure=settings.secure, httponly=True
        )
        return Redirect(local_path(str(form.get("next", "/"))), status_code=HTTP_303_SEE_OTHER, cookies=[cookie])

    @get("/me", operation_id="read_me", sync_to_thread=False, responses=documented())
    def read_me(self, caller: NamedDependency[Caller]) -> MeView:
        """Tell who is signed in."""
        return queries.me(caller)
