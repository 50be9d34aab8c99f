"""HTTP of a deal's documents: filed as multipart form data, always handed out as a file to save."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.status_codes import HTTP_201_CREATED
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.diligence import forms, queries
from fund_service.diligence.documents import file_document
from fund_service.diligence.file_types import EXTENSIONS
from fund_service.diligence.lists import documents_of
from fund_service.diligence.parameters import Upload, UploadOperation, fields_of, given, provide_upload, submit
from fund_service.diligence.schemas import DiligenceForm, DocumentIn, DocumentView
from fund_service.downloads import download, file_operation
from fund_service.forms import FormRejected, Values, read_form
from fund_service.problems import documented
from models.clock import utc_now
from models.document import DealDocument


class DocumentsController(Controller):
    """The documents of a deal."""

    path = "/deals/{deal_id:uuid}/diligence/documents"
    tags = ("diligence",)
    dependencies = {"upload": Provide(provide_upload)}  # noqa: RUF012 - Litestar's own attribute

    @post(
        operation_id="file_document",
        operation_class=UploadOperation,
        sync_to_thread=True,
        responses=documented(404, 413, 415, 422),
    )
    def file_document(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
        upload: NamedDependency[Upload | None],
    ) -> Response[DocumentView]:
        """Put a document on file: multipart form data with ``kind`` and ``file``."""
        try:
            data = read_form(DocumentIn, fields_of(form))
        except FormRejected as refusal:
            raise ClientException("a field is refused") from refusal
        document = _file(session, deal_id, data, upload=given(upload), caller=caller)
        [view] = [found for found in documents_of(session, deal_id) if found.id == document.id]
        headers = {"Location": f"/deals/{deal_id}/diligence/documents/{document.id}"}
        return Response(view, status_code=HTTP_201_CREATED, headers=headers)

    @get(
        "/new",
        operation_id="document_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def document_page(self, session: NamedDependency[Session], deal_id: FromPath[UUID]) -> DiligenceForm:
        """Show the form to file a document."""
        return forms.plain_form(session, deal_id, "document")

    @post(
        "/new",
        operation_id="submit_document",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_document(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
        upload: NamedDependency[Upload | None],
    ) -> Response[Any]:
        """File a document from the form."""
        return submit(
            session,
            fields_of(form),
            act=lambda: _file(
                session, deal_id, read_form(DocumentIn, fields_of(form)), upload=given(upload), caller=caller
            ),
            blank=lambda: forms.plain_form(session, deal_id, "document"),
            back=f"/deals/{deal_id}/diligence#documents",
        )

    @get(
        "/{document_id:uuid}",
        operation_id="download_document",
        operation_class=file_operation(sorted(set(EXTENSIONS.values()))),
        sync_to_thread=True,
        responses=documented(404),
    )
    def download_document(
        self, session: NamedDependency[Session], deal_id: FromPath[UUID], document_id: FromPath[UUID]
    ) -> Response[bytes]:
        """Download a document."""
        document, content = queries.document_content(session, deal_id, document_id)
        ending = document.name.rpartition(".")[2].lower()
        plain = f"document-{document.sha256[:12]}.{ending}"
        charset = "; charset=utf-8" if document.media_type.startswith("text/") else ""
        answer = download(content, media_type=f"{document.media_type}{charset}", name=plain)
        # The name in Korean for all that read RFC 6266, the plain one for the rest.
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(document.name, safe='')}"
        answer.headers["Content-Disposition"] = named
        answer.headers["ETag"] = f'"{document.sha256}"'
        return answer


def _file(session: Session, deal_id: UUID, data: DocumentIn, *, upload: Upload, caller: Caller) -> DealDocument:
    return file_document(
        session,
        deal_id,
        kind=data.kind,
        name=upload.name,
        media_type=upload.media_type,
        content=upload.content,
        person_id=caller.person_id,
        at=utc_now(),
    )
