"""Receipts: the documents that claims stand on, each on file for one claim and no other."""

import base64
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.diligence.documents import file_document
from fund_service.diligence.standards import DocumentKind
from fund_service.settlement.queries import WAITING
from fund_service.settlement.schemas import DocumentIn
from fund_service.settlement.standings import readable_by
from fund_service.settlement.steps import lock_claim
from models.deal import Deal
from models.document import DealDocument
from models.errors import RecordConflicts, StepNotAllowed, ValueNotAllowed
from models.settlement import ClaimState, ExpenseClaim

ONE_CLAIM = "uq_expense_claim_document_sha256"


@dataclass(frozen=True, slots=True)
class Upload:
    """A document as it came in, from a form or a program."""

    name: str
    media_type: str
    content: bytes


def upload_of(document: DocumentIn) -> Upload:
    """Read the document that a program sent.

    Raises
    ------
    ValueNotAllowed
        When its content is no base64.
    """
    try:
        content = base64.b64decode(document.content_base64, validate=True)
    except ValueError as error:
        raise ValueNotAllowed("The content of the document must be base64.", field="document") from error
    return Upload(document.name, document.media_type, content)


def attach_document(session: Session, claim_id: UUID, upload: Upload, *, caller: Caller, at: datetime) -> ExpenseClaim:
    """Put the document on file that a review of a claim asks for; once it is there it is not exchanged.

    Raises
    ------
    RecordNotFound
        When there is no such claim of the caller's organisation.
    StepNotAllowed
        When none is asked for, or one is on file.
    RecordConflicts
        When the document supports another claim already.
    """
    claim, deal = lock_claim(session, claim_id, own_of=caller)
    if claim.state not in WAITING or claim.document_id is not None:
        raise StepNotAllowed("No document is asked for; one that is on file is not exchanged.")
    document = file_receipt(session, deal.id, upload, caller=caller, at=at)
    keep_claim(session, claim, document, caller=caller)
    return claim


def file_receipt(session: Session, deal_id: UUID, upload: Upload, *, caller: Caller, at: datetime) -> DealDocument:
    """Put a claim's document on the deal's file.

    Raises
    ------
    ValueNotAllowed
        As `file_document`, naming the field that claims have.
    """
    try:
        return file_document(
            session,
            deal_id,
            kind=DocumentKind.RECEIPT,
            name=upload.name,
            media_type=upload.media_type,
            content=upload.content,
            person_id=caller.person_id,
            at=at,
        )
    except ValueNotAllowed as refusal:
        refusal.field = "document"  # as claims call it
        raise


def keep_claim(session: Session, claim: ExpenseClaim, document: DealDocument | None, *, caller: Caller) -> None:
    """Write a claim down with its document, which supports this claim and, refused ones apart, no other of any deal.

    The database is asked by writing, so that of two claims made at the same moment one is refused as well.

    Raises
    ------
    RecordConflicts
        When another claim has the document already; it is named only to those who may read it.
    """
    try:
        with session.begin_nested():
            if document is not None:
                claim.document_id, claim.document_sha256 = document.id, document.sha256
            session.add(claim)
            session.flush()
    except IntegrityError as error:
        refused_by = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if document is None or refused_by != ONE_CLAIM:
            raise
        raise _used_already(session, document.sha256, caller=caller) from error


def _used_already(session: Session, sha256: str, *, caller: Caller) -> RecordConflicts:
    """Say that a document was used already, and for what where the caller may read that claim."""
    seen = session.exec(
        select(ExpenseClaim)
        .join(Deal, col(Deal.id) == col(ExpenseClaim.deal_id))
        .where(ExpenseClaim.document_sha256 == sha256, ExpenseClaim.state != ClaimState.REFUSED, readable_by(caller))
    ).first()
    if seen is None:
        return RecordConflicts("Rule of one document, one claim: this document was used already.", field="document")
    return RecordConflicts(
        "Rule of one document, one claim: this document supports another claim already, of {amount} won spent on "
        "{day}: {words}",
        field="document",
        amount=f"{seen.amount_krw:,}",
        day=seen.spent_on,
        words=seen.words,
    )
