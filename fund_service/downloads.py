"""Files over HTTP: handed to the browser to save, kept by nobody in between."""

from litestar import Response

from fund_service.pages import VARY


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
