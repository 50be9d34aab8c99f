"""HTTP of the documents of claims: sent where a review asks for them, and downloaded."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download, file_operation
from fund_service.forms import Values, show_again
from fund_service.idempotency import Answer, answered
from fund_service.problems import documented
from fund_service.settlement import queries, receipts
from fund_service.settlement.parameters import FILE_FIELD, provide_upload
from fund_service.settlement.receipts import Upload
from fund_service.settlement.schemas import ClaimView, DocumentIn
from models.clock import utc_now
from models.errors import FundError, ValueNotAllowed


class ReceiptsController(Controller):
    """The document of a claim."""

    path = "/settlement/claims/{claim_id:uuid}/document"
    tags = ("settlement",)
    dependencies = {"upload": Provide(provide_upload)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="download_claim_document",
        operation_class=file_operation(["application/octet-stream"]),
        sync_to_thread=True,
        responses=documented(404),
    )
    def download_claim_document(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], claim_id: FromPath[UUID]
    ) -> Response[bytes]:
        """Download the document of a claim."""
        document, content = queries.document_of_claim(session, claim_id, caller=caller)
        name = f"claim-{claim_id}.{document.name.rpartition('.')[2].lower()}"
        return download(content, media_type="application/octet-stream", name=name)

    @post(
        operation_id="attach_claim_document",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def attach_claim_document(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        claim_id: FromPath[UUID],
        data: JSONBody[DocumentIn],
    ) -> ClaimView:
        """Put the document on file that a review asks for."""
        upload = receipts.upload_of(data)
        receipts.attach_document(session, claim_id, upload, caller=caller, at=utc_now())
        return queries.claim_view(session, claim_id, caller=caller)

    @post(
        "/new",
        operation_id="submit_claim_document",
        template="settlement/claim.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_claim_document(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        claim_id: FromPath[UUID],
        form: NamedDependency[Values],
        upload: NamedDependency[Upload | None],
    ) -> Response[Any]:
        """Put the document on file from the claim's page."""
        try:
            if upload is None:
                raise ValueNotAllowed("Choose the file to put on record.", field=FILE_FIELD)
            receipts.attach_document(session, claim_id, upload, caller=caller, at=utc_now())
        except FundError as refusal:
            return show_again(
                session, refusal, form, blank=lambda: queries.claim_page(session, claim_id, caller=caller)
            )
        return answered(Answer(HTTP_303_SEE_OTHER, f"/settlement/claims/{claim_id}"))
