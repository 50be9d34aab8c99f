"""Pages: the same typed view as HTML or as JSON, by what the client accepts."""

from collections.abc import Mapping
from typing import Any, TypeVar

from litestar import Request, Response
from litestar.enums import MediaType
from litestar.response.base import ASGIResponse

T = TypeVar("T")

TEMPLATE = "template"
"""Handler option that names the page's template; a handler without one answers JSON only."""

VARY = "Accept, Accept-Language, Cookie, Authorization"


def prefers_html(request: Request[Any, Any, Any]) -> bool:
    """Say whether the client would rather have a page; ``*/*`` and no preference mean JSON."""
    try:
        return request.accept.best_match([MediaType.JSON, MediaType.HTML]) == MediaType.HTML
    except (OverflowError, ValueError):  # Litestar makes an integer of any weight, infinity included
        return False


class Page(Response[T]):
    """A view, rendered with the handler's template for browsers and as the documented JSON for programs.

    Templates see the view as ``page`` and nothing of the database, so what a page shows a program can pull.
    """

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **options: Any) -> ASGIResponse:  # noqa: ANN401 - Litestar's signature
        """Render for this request."""
        headers: Mapping[str, str] = options.get("headers") or {}
        options["headers"] = {"Cache-Control": "no-store", "Vary": VARY, **headers}
        template = request.route_handler.opt.get(TEMPLATE)
        if template is None or self.media_type not in {None, MediaType.JSON} or not prefers_html(request):
            return super().to_asgi_response(app, request, **options)
        engine = request.app.template_engine
        if engine is None:
            raise RuntimeError("the app was made without a template engine")
        body = engine.get_template(template).render(page=self.content, request=request)
        rendered = Response(
            body.encode(),
            media_type=MediaType.HTML,
            status_code=self.status_code,
            headers=self.headers,
            cookies=self.cookies,
            background=self.background,
        )
        options["media_type"] = MediaType.HTML
        return rendered.to_asgi_response(app, request, **options)
