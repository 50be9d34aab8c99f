"""Parameters that many routes share: page size, cursor, search text, the version an update starts from, forms."""

from typing import Annotated, Any

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType, ScopeType
from litestar.exceptions import ClientException, HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.params import HeaderParameter, QueryParameter
from litestar.status_codes import HTTP_428_PRECONDITION_REQUIRED
from litestar.types import ASGIApp, Receive, Scope, Send

from fund_service import paging
from fund_service.pages import prefers_html
from fund_service.paging import Cursor
from models.errors import RecordChanged

Limit = Annotated[int, QueryParameter(ge=1, le=paging.MAX_LIMIT, description="Items a page, 1 to 100.")]
CursorText = Annotated[
    str | None,
    QueryParameter(
        name="cursor",
        pattern=r"^([A-Za-z0-9_-]{22})?$",
        description="``next_cursor`` of the page before; none: the first.",
    ),
]
SearchText = Annotated[
    str | None,
    QueryParameter(max_length=200, pattern=r"^[^\x00]*$", description="Words that must appear in the record."),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", required=True, description="The ETag that came with the record to be changed."),
]
MAX_FORM_FIELDS = 1_000
"""Fields of a posted form; what Litestar permits for multipart forms, and for these alone."""


class DropEmptyParameters(ASGIMiddleware):
    """Drops a browser's query parameters without a value: an HTML form sends every field, also those left empty.

    A program that sends one is told, as the interface's description promises.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass on with the parameters that say something."""
        if scope["type"] == ScopeType.HTTP and prefers_html(Request(scope)):
            pairs = scope["query_string"].split(b"&")
            scope["query_string"] = b"&".join(pair for pair in pairs if pair.partition(b"=")[2])
        await next_app(scope, receive, send)


class VersionNeeded(HTTPException):
    """An update came without the version it starts from, so it might undo somebody's work."""

    status_code = HTTP_428_PRECONDITION_REQUIRED
    detail = "Send If-Match with the ETag you read."


def provide_looked_at(request: Request[Any, Any, Any]) -> bool:
    """Say whether somebody looks at the page asked for: a browser that fetches it beforehand says so, by either header.

    Sources: Fetch Standard, "Sec-Purpose"; "Purpose" is what browsers sent before it.
    """
    purposes = f"{request.headers.get('sec-purpose', '')};{request.headers.get('purpose', '')}".lower()
    return "prefetch" not in purposes and "prerender" not in purposes


def provide_cursor(cursor: CursorText = None) -> Cursor | None:
    """Read the cursor of a list request."""
    return paging.read_cursor(cursor)


def etag_of(version: int) -> str:
    """Write a record's version as its strong ETag."""
    return f'"{version}"'


def provide_version(if_match: IfMatch = None) -> int:
    """Read the version an update starts from, out of If-Match.

    Raises
    ------
    VersionNeeded
        Without the header, or with ``*``, which would overwrite anything.
    RecordChanged
        When the ETag is none this service gives out: the record read was another.
    """
    etag = (if_match or "").strip()
    if etag in {"", "*"}:
        raise VersionNeeded
    digits = etag.removeprefix('"').removesuffix('"')
    if etag != f'"{digits}"' or not digits.isascii() or not digits.isdigit() or len(digits) > 9:  # noqa: PLR2004 - far beyond any count of edits
        raise RecordChanged("The ETag in If-Match is not one of this record; read it again and repeat the change.")
    return int(digits)


async def posted_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """Read a posted form.

    Raises
    ------
    ClientException
        When it has too many fields, or holds what is no text in the encoding it says it is in.
    """
    if request.content_type[0] == RequestEncodingType.URL_ENCODED:
        body = await request.body()
        if body.count(b"&") >= MAX_FORM_FIELDS:
            raise ClientException("too many form fields")
    try:
        form = await request.form()
        for name, value in form.multi_items():
            # Some encodings can smuggle in lone surrogates, which nothing behind this line can write.
            f"{name}{value if isinstance(value, str) else ''}".encode()
    except (UnicodeError, LookupError) as error:
        raise ClientException("not text") from error
    return form
