"""Documents of deals: what is on file, and the bytes."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from models.base import Row


class DealDocument(Row, table=True):
    """A document on file; its bytes are in `DocumentContent` and its sha256 is what evidence names."""

    __tablename__ = "deal_document"
    __table_args__ = (CheckConstraint("size_bytes BETWEEN 1 AND 10485760", name="size_range"),)

    deal_id: UUID = Field(foreign_key="deal.id", index=True)
    kind: str = Field(max_length=64)
    """What it is: business_plan, contract, registration, financials, evidence ... (`REQUIRED_DOCUMENTS`)."""
    name: str = Field(max_length=255)
    media_type: str = Field(max_length=100)
    size_bytes: int
    sha256: str = Field(max_length=64, index=True)
    uploaded_by_id: UUID = Field(foreign_key="person.id")


class DocumentContent(Row, table=True):
    """The bytes of a document, apart, so that lists do not read them."""

    __tablename__ = "document_content"

    document_id: UUID = Field(foreign_key="deal_document.id", unique=True)
    content: bytes
