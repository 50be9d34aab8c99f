"""What requests of settlement carry beside their bodies: how a list of claims is narrowed, and documents."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.params import FromQuery, QueryParameter

from fund_service.forms import Values
from fund_service.idempotency import form_text
from fund_service.parameters import posted_form
from fund_service.settlement.receipts import Upload
from fund_service.settlement.schemas import ClaimFilters
from models.settlement import ClaimState, ExpenseCategory

FILE_FIELD = "document"


def provide_claim_filters(
    deal_id: FromQuery[UUID | None] = None,
    tranche_id: FromQuery[UUID | None] = None,
    claim_state: Annotated[ClaimState | None, QueryParameter(name="state")] = None,
    category: FromQuery[ExpenseCategory | None] = None,
    waiting: Annotated[bool | None, QueryParameter(description="Waiting for a review or a document.")] = None,
) -> ClaimFilters:
    """Read what a list of claims is narrowed to."""
    return ClaimFilters(deal_id=deal_id, tranche_id=tranche_id, state=claim_state, category=category, waiting=waiting)


async def provide_upload(request: Request[Any, Any, Any]) -> Upload | None:
    """Read the document that a form carries, if it carries one."""
    file = (await posted_form(request)).get(FILE_FIELD)
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    return Upload(file.filename, file.content_type, await file.read())


def text_of(path: str, form: Values, upload: Upload | None) -> str:
    """Give what makes a form with a document the same as another."""
    digest = "" if upload is None else hashlib.sha256(upload.content).hexdigest()
    return f"{form_text(path, form)}\n{digest}"
