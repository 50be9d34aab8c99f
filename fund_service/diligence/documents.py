"""Documents on file: checked, hashed and stored; their sha256 is what evidence names."""

import hashlib
import re
import unicodedata
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, select

from fund_service.deals.timeline import record_activity
from fund_service.diligence.file_types import EXTENSIONS, type_of_content
from fund_service.diligence.standards import DocumentKind
from models.deal import Deal
from models.document import DealDocument, DocumentContent
from models.errors import RecordNotFound, ValueNotAllowed
from models.timeline import ActivityKind

MAX_DOCUMENT_BYTES = 10 * 2**20 - 2**16
"""The largest document: what a request may carry, less 64 KiB for the form around it."""
MAX_NAME = 200
_TYPES = frozenset(EXTENSIONS.values())


class Examined(NamedTuple):
    """What was found of a file before it is filed."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str


def file_document(
    session: Session,
    deal_id: UUID,
    *,
    kind: str,
    name: str,
    media_type: str,
    content: bytes,
    person_id: UUID,
    at: datetime,
) -> DealDocument:
    """Put a document on a deal's file, and note it on the deal's timeline.

    What it is, is found from its content (`file_types`); ``media_type`` is what the sender says, and is only refused
    where it names another of the types that are taken.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    ValueNotAllowed
        When it is empty, too large, of a type that is not taken, not what its name says, or the name is no file name.
    """
    if session.exec(select(Deal.id).where(Deal.id == deal_id)).first() is None:
        raise RecordNotFound("There is no such deal.")
    if kind not in set(DocumentKind):
        raise ValueNotAllowed("There is no {code} in this list.", field="kind", code=kind[:64])
    examined = examine(name=name, media_type=media_type, content=content)
    document = DealDocument(
        deal_id=deal_id,
        kind=kind,
        **examined._asdict(),
        uploaded_by_id=person_id,
        recorded_at=at,
    )
    session.add(document)
    session.flush()
    session.add(DocumentContent(document_id=document.id, content=content, recorded_at=at))
    session.flush()
    record_activity(
        session, deal_id, ActivityKind.DOCUMENT, person_id=person_id, words=document.name, subject_id=document.id, at=at
    )
    return document


def examine(*, name: str, media_type: str, content: bytes) -> Examined:
    """Look at a file from a stranger: its size, what it is, whether it is what it is called, and its sha256.

    Raises
    ------
    ValueNotAllowed
        When it is empty, too large, of a type that is not taken, not what its name says, or the name is no file name.
    """
    if not 1 <= len(content) <= MAX_DOCUMENT_BYTES:
        raise ValueNotAllowed(
            "A document must have between 1 byte and {most} bytes.", field="file", most=f"{MAX_DOCUMENT_BYTES:,}"
        )
    kept = safe_name(name)
    found = type_of_content(content, name=kept)
    if media_type in _TYPES - {found} and not found.startswith("text/"):
        raise ValueNotAllowed(
            "The content of this file is not what its sender says ({type}).", field="file", type=media_type
        )
    return Examined(kept, found, len(content), hashlib.sha256(content).hexdigest())


def safe_name(name: str) -> str:
    """Give the plain file name in what a sender calls a file: no folders, no letters that hide or turn others.

    Raises
    ------
    ValueNotAllowed
        When nothing of a name is left, or it is too long.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1].strip()
    hidden = any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in last)
    if hidden or not last.strip(". ") or last.startswith(".") or len(last) > MAX_NAME:
        raise ValueNotAllowed("A file needs a plain name of at most {most} characters.", field="file", most=MAX_NAME)
    return last
