"""What an import is asked for and what it answers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from fund_service.wire import ClosedModel, Name
from models.instruction import InstructionKind

ROWS_SHOWN = 200
"""Rows of a file that an answer shows; all are counted."""
MAX_ENCODED = 14_000_000
"""Characters of a file in base64; the limit of a request's body is lower."""


class ImportKind(StrEnum):
    """What the rows of a file are."""

    PROJECTS = "projects"
    """R&D projects (연구개발과제)."""
    SIGNALS = "signals"
    """Demand signals (수요신호)."""
    ORGANISATIONS = "organisations"
    """Organisations (기관)."""
    DEALS = "deals"
    """Deals (투자건): facts and terms; never a stage that the committee or the ledger decides."""


class ImportedRow(BaseModel):
    """A row that makes or changes something."""

    line: int
    number: str = Field(description="Its external id, or the id of the record it changes.")
    title: str
    kind: InstructionKind | None = Field(default=None, description="Of an instruction.")
    amount_krw: int | None
    changed: list[str] | None = Field(description="Columns that change; none: the record is new.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What one import did, or would have done in a dry run."""

    kind: ImportKind
    mapping: str
    """Name of the mapping used: a preset, a mapping file, or ``own`` for the service's own format."""
    added: int
    changed: int
    unchanged: int
    notices: tuple[str, ...]
    """Sentences about what was read otherwise than it stands in the file, or not at all."""
    rows: tuple[ImportedRow, ...] = ()
    """Of deals, the first ``ROWS_SHOWN`` that are new or changed."""


class ImportOutcome(BaseModel):
    """What a file did, or would do: rows counted, and the first of those that make or change something."""

    added: int
    changed: int
    unchanged: int
    rows: list[ImportedRow] = Field(description=f"{ROWS_SHOWN} at most.")
    notices: list[str]

    def digest(self) -> str:
        """Give the sha256 by which a confirmation says what was seen."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class FileIn(ClosedModel):
    """A file as a program sends it."""

    name: Name = Field(description="Ends with .csv or .xlsx.")
    content_base64: Annotated[str, StringConstraints(min_length=4, max_length=MAX_ENCODED)]
    dry_run: bool = Field(default=False, description="Check and count everything, change nothing.")


class ConfirmedFile(ClosedModel):
    """A file that was looked at, and what it was seen to do."""

    file_id: UUID
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class FaultView(BaseModel):
    """One reason to refuse a file."""

    line: int | None
    column: str | None
    value: str | None
    expected: str


class ImportPage(BaseModel):
    """The form to import a file; with a file, what it would do, or every reason against it."""

    columns: Mapping[str, str] = Field(description="Our columns, with their headings in the language at hand.")
    required: list[str]
    most_rows: int
    file_id: UUID | None = None
    file_name: str | None = None
    outcome: ImportOutcome | None = None
    digest: str | None = None
    refused: list[FaultView] = []
    refused_count: int = 0
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
