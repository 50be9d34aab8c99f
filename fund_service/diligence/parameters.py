"""What requests of due diligence carry beside their bodies: the edition a change starts from, and files."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.diligence.schemas import DiligenceForm
from fund_service.diligence.standards import DocumentKind
from fund_service.forms import FormRejected, Values, show_again
from fund_service.parameters import IfMatch, VersionNeeded, posted_form
from models.errors import FourEyesNeeded, FundError, ValueNotAllowed


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its bytes, and what the sender calls it."""

    name: str
    media_type: str
    content: bytes


def provide_edition(if_match: IfMatch = None) -> str:
    """Read the edition a change starts from, out of If-Match.

    Raises
    ------
    VersionNeeded
        Without the header, or with ``*``, which would overwrite anything.
    """
    edition = provide_edition_if_any(if_match)
    if edition is None:
        raise VersionNeeded
    return edition


def provide_edition_if_any(if_match: IfMatch = None) -> str | None:
    """Read the edition a change starts from, where there is something to change.

    Raises
    ------
    VersionNeeded
        With ``*``, which would overwrite anything.
    """
    etag = (if_match or "").strip()
    if etag == "*":
        raise VersionNeeded
    return etag.removeprefix('"').removesuffix('"') or None


async def provide_upload(request: Request[Any, Any, Any], form: NamedDependency[Values]) -> Upload | None:  # noqa: ARG001 - read first
    """Read the posted file; none where there is none, or there are several.

    It asks for the form's fields, so that these have been read: Litestar provides what does not depend on one another
    at once, and two readers of one body would each wait for what the other took.
    """
    posted = await posted_form(request)
    files = [value for value in posted.getall("file", []) if isinstance(value, UploadFile)]
    if len(files) != 1 or not files[0].filename:
        return None
    return Upload(files[0].filename, files[0].content_type or "", await files[0].read())


def given(upload: Upload | None) -> Upload:
    """Insist on a file.

    Raises
    ------
    ValueNotAllowed
        When there is none, or there are several.
    """
    if upload is None:
        raise ValueNotAllowed("Choose one file.", field="file")
    return upload


def edition_in(form: Values) -> str:
    """Read the edition that a form was filled from; empty where it was filled from nothing."""
    edition = form.get("edition", "")
    return edition if isinstance(edition, str) else ""


def fields_of(form: Values) -> Values:
    """Give the fields of a form that its record takes: neither the edition it was filled from nor the file."""
    return {name: value for name, value in form.items() if name not in {"edition", "file"}}


def submit(
    session: Session, form: Values, *, act: Callable[[], object], blank: Callable[[], DiligenceForm], back: str
) -> Response[Any]:
    """Do what a form asks and lead back to the tab, or show the form again with what is at fault.

    Raises
    ------
    FourEyesNeeded
        Which no other input would cure.
    """
    try:
        act()
    except FourEyesNeeded:
        raise
    except (FormRejected, FundError) as refusal:
        return show_again(session, refusal, form, blank=blank)
    return Redirect(back, status_code=HTTP_303_SEE_OTHER)


@dataclass
class UploadOperation(Operation):
    """An operation that takes a file with its kind, as multipart form data."""

    def __post_init__(self) -> None:
        """Say so in OpenAPI: the file is read by a dependency, of which Litestar knows nothing."""
        fields: dict[str, Schema | Reference] = {
            "kind": Schema(type=OpenAPIType.STRING, enum=[kind.value for kind in DocumentKind]),
            "file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY),
        }
        body = Schema(type=OpenAPIType.OBJECT, properties=fields, required=["kind", "file"])
        self.request_body = RequestBody(content={"multipart/form-data": OpenAPIMediaType(schema=body)}, required=True)
