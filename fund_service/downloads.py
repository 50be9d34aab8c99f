"""Files over HTTP: handed to the browser to save, kept by nobody in between."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from litestar import Response
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from fund_service.exports import MEDIA_TYPES, Cell, ExportFormat, write_table
from fund_service.pages import VARY
from models.clock import business_date, utc_now


def download(content: bytes, *, media_type: str, name: str) -> Response[bytes]:
    """Answer with a file under a plain ASCII name that any system can save.

    Raises
    ------
    ValueError
        When the name could break out of the header or lead into a folder.
    """
    stem, _, extension = name.rpartition(".")
    if not name.isascii() or not stem.replace("-", "").replace("_", "").isalnum() or not extension.isalnum():
        raise ValueError(f"not a plain file name: {name!r}")
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "Vary": VARY,
        },
    )


def download_table(
    kind: ExportFormat, columns: Sequence[str], *, rows: Iterable[Sequence[Cell]], name: str, about: object = None
) -> Response[bytes]:
    """Answer with a table as CSV or XLSX, named after what it holds and what it is about, or today's date in Seoul.

    Raises
    ------
    ValueNotAllowed
        When there are more rows than a file takes.
    """
    of = business_date(utc_now()) if about is None else about
    content = write_table(kind, columns, rows=rows, title=name)
    return download(content, media_type=MEDIA_TYPES[kind], name=f"{name}-{of}.{kind.value}")


def file_operation(media_types: Collection[str]) -> type[Operation]:
    """Make a handler's ``operation_class`` that says in OpenAPI which kinds of file it answers with.

    Litestar documents one media type a status; these routes choose theirs by ``format``.
    """
    file = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))

    @dataclass
    class FileOperation(Operation):
        """An operation whose answer is one of several kinds of file."""

        def __post_init__(self) -> None:
            answer = (self.responses or {}).get("200")
            if isinstance(answer, OpenAPIResponse):
                answer.content = {media_type.partition(";")[0]: file for media_type in media_types}

    return FileOperation
