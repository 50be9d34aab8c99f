"""Headers every answer carries: what the browser may load, run and keep."""

from collections.abc import Mapping

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from fund_service.pages import VARY
from fund_service.settings import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
PRIVATE = {"cache-control": "no-store", "vary": VARY}
"""Of all answers that depend on who asks."""
PUBLIC = {"cache-control": "public, max-age=3600"}
"""Of assets: the same for everybody, and too large (fonts) to be loaded anew with every page."""


def protective_headers(settings: Settings) -> Mapping[str, str]:
    """Give what every answer tells the browser about what it may load and whom it may show the page to."""
    headers = {
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
    if settings.secure:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return headers


class ProtectiveHeaders(ASGIMiddleware):
    """Adds the content security policy and its kin to every answer of a route, and keeps it out of caches.

    Answers to requests that reach no route, or fail before they do, get the same from `problems.answer_error`.
    """

    def __init__(self, settings: Settings) -> None:
        self._everywhere = protective_headers(settings)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass on, adding to the start of the answer what it does not carry yet."""
        asset = scope["route_handler"].opt.get("operation") == "assets"
        wanted = {**self._everywhere, **(PUBLIC if asset else PRIVATE)}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                carried = {name.lower() for name, _ in headers}
                headers += [
                    (name.encode(), value.encode()) for name, value in wanted.items() if name.encode() not in carried
                ]
                message["headers"] = headers
            await send(message)

        await next_app(scope, receive, send_with_headers)
