"""Who is asking: finds the caller before any handler runs, and refuses requests that another site forged."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType, ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service import locales
from fund_service.accounts import commands, queries
from fund_service.accounts.callers import Caller
from fund_service.parameters import posted_form
from fund_service.settings import Settings
from models.clock import utc_now
from models.person import PreferredLanguage

CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
LANGUAGE_COOKIE = "fund_language"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_SECRET_LENGTH = 200


def session_cookie_name(settings: Settings) -> str:
    """Name the session cookie; over TLS the __Host- prefix ties it to this very host."""
    return "__Host-fund_session" if settings.secure else "fund_session"


def session_cookie(settings: Settings, secret: str | None) -> Cookie:
    """Make the cookie that carries a session; it ends with the browser or on the server, whichever is first.

    Without a secret it takes the browser's away: with the same attributes, or a __Host- cookie would stay.
    """
    return Cookie(
        key=session_cookie_name(settings),
        value=secret or "",
        max_age=None if secret else 0,
        path="/",
        httponly=True,
        secure=settings.secure,
        samesite="lax",
    )


class RequestForged(PermissionDeniedException):
    """A changing request that none of our own pages sent in this session."""


class IdentifyCaller(ASGIMiddleware):
    """Puts the caller into ``scope["user"]`` (``None`` for a visitor) and the language into its context."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._cookie_name = session_cookie_name(settings)
        self._engine = engine

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Identify, then pass on."""
        if scope["type"] == ScopeType.HTTP:
            request: Request[Any, Any, Any] = Request(scope)
            bearer = _bearer_secret(request)
            secret = request.cookies.get(self._cookie_name, "")[:MAX_SECRET_LENGTH]
            caller = None
            # Assets are the same for everybody, and a page loads thirty of them at once.
            if (bearer or secret) and scope["route_handler"].opt.get("operation") != "assets":
                caller = await sync_to_thread(self._find, bearer, secret)
            scope["user"] = caller
            locales.LANGUAGE.set(language_of(request, caller))
        await next_app(scope, receive, send)

    def _find(self, bearer: str | None, secret: str) -> Caller | None:
        now = utc_now()
        with Session(self._engine) as session:
            if bearer is not None:
                return queries.caller_of_token(session, bearer, at=now)
            caller = queries.caller_of_session(session, secret, at=now)
            if caller is not None:
                commands.note_session_use(session, secret, at=now)
                session.commit()
            return caller


def _bearer_secret(request: Request[Any, Any, Any]) -> str | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip()[:MAX_SECRET_LENGTH] if scheme.lower() == "bearer" else None


def language_of(request: Request[Any, Any, Any], caller: Caller | None) -> PreferredLanguage:
    """Find the language to answer in: asked for, chosen before, the person's own, or the browser's."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if asked in set(PreferredLanguage):
        return PreferredLanguage(asked)
    if caller is not None:
        return caller.language
    return locales.negotiate(request.headers.get("Accept-Language", ""))


async def refuse_forged_request(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse a changing request of a browser that one of our own pages did not send.

    The request must come from our own origin where the browser says where it comes from, and a signed-in browser's
    must carry the form token of its very session. Programs with a bearer token carry no cookie, so none is asked.

    Raises
    ------
    RequestForged
        When it does not.
    """
    if not isinstance(connection, Request) or connection.method in SAFE_METHODS:
        return
    caller: Caller | None = connection.scope.get("user")
    if caller is not None and caller.csrf_token is None:
        return
    if not _same_origin(connection):
        raise RequestForged
    if caller is not None and caller.csrf_token is not None:
        token = connection.headers.get(CSRF_HEADER) or (await _form_token(connection))
        if not secrets.compare_digest(token.encode(), caller.csrf_token.encode()):
            raise RequestForged


def _same_origin(request: Request[Any, Any, Any]) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    settings: Settings = request.app.state.settings
    # Behind a proxy the Host header may be an inner name; browsers know the public one.
    return origin in {None, settings.public_url} or _host(origin) == request.headers.get("Host")


def _host(origin: str | None) -> str | None:
    try:
        return urlsplit(origin or "").netloc
    except ValueError:
        return None


async def _form_token(request: Request[Any, Any, Any]) -> str:
    if request.content_type[0] not in {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}:
        return ""
    token = (await posted_form(request)).get(CSRF_FIELD, "")
    return token if isinstance(token, str) else ""
