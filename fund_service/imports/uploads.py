"""Files that come in over HTTP: looked at, held until they are confirmed, and imported whole or not at all."""

import base64
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.exports import import_headings
from fund_service.imports.columns import COLUMNS, REQUIRED
from fund_service.imports.commands import import_file
from fund_service.imports.faults import refusal
from fund_service.imports.instructions import CALLED, NEEDED, import_instructions
from fund_service.imports.schemas import ConfirmedFile, FileIn, ImportKind, ImportOutcome, ImportPage
from models.errors import RecordChanged, RecordNotFound, ValueNotAllowed
from models.staging import StagedFile

EXTENSIONS = (".csv", ".xlsx")
MAX_DEALS = 20_000
"""Deals of one file that come in over HTTP; a larger one is for the shell, where nobody waits for an answer."""
MAX_INSTRUCTIONS = 500
"""Instructions of one file that come in over HTTP: each is made by all the rules, one after the other."""
MAX_NAME = 255


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One of the imports that HTTP offers."""

    operation: str
    """Under which a file waits for its confirmation."""
    run: Callable[[Session, Path, Caller, bool, datetime], ImportOutcome]
    columns: Callable[[], Mapping[str, str]]
    required: Sequence[str]
    most_rows: int

    def page(self) -> ImportPage:
        """Prepare the form to choose a file."""
        return ImportPage(columns=self.columns(), required=list(self.required), most_rows=self.most_rows)


def look_at(session: Session, importer: Importer, upload: Upload, *, caller: Caller, at: datetime) -> ImportPage:
    """Say what a file would do, and hold it until its caller confirms it; nothing of it is imported.

    Raises
    ------
    ImportRefused
        When anything in the file is at fault.
    """
    outcome = import_upload(session, importer, upload, caller=caller, dry_run=True, at=at)
    session.connection().execute(
        sa.delete(StagedFile).where(
            col(StagedFile.person_id) == caller.person_id, col(StagedFile.operation) == importer.operation
        )
    )
    staged = StagedFile(
        person_id=caller.person_id,
        operation=importer.operation,
        name=upload.name[-MAX_NAME:],
        content=upload.content,
        recorded_at=at,
    )
    session.add(staged)
    session.flush()
    seen = {"file_id": staged.id, "file_name": staged.name, "outcome": outcome, "digest": outcome.digest()}
    return importer.page().model_copy(update=seen)


def import_confirmed(
    session: Session, importer: Importer, data: ConfirmedFile, *, caller: Caller, at: datetime
) -> ImportOutcome:
    """Import a file that its caller has looked at, if it still does what they saw.

    Raises
    ------
    RecordNotFound
        When the caller has no such file waiting: it was imported, or another one chosen.
    RecordChanged
        When the records have changed so that the file would do something else.
    ImportRefused
        When anything in the file is at fault by now.
    """
    staged = session.exec(
        select(StagedFile).where(
            StagedFile.id == data.file_id,
            StagedFile.person_id == caller.person_id,
            col(StagedFile.operation) == importer.operation,
        )
    ).first()
    if staged is None:
        raise RecordNotFound("This file does not wait for a confirmation any more; choose it again.")
    upload = Upload(staged.name, staged.content)
    outcome = import_upload(session, importer, upload, caller=caller, dry_run=False, at=at)
    if outcome.digest() != data.digest:
        raise RecordChanged("Records have changed since you looked, so this file would do something else; look again.")
    session.delete(staged)
    session.flush()
    return outcome


def import_upload(
    session: Session, importer: Importer, upload: Upload, *, caller: Caller, dry_run: bool, at: datetime
) -> ImportOutcome:
    """Import a file, or only say what it would do; it lies on disk no longer than that takes.

    Raises
    ------
    ImportRefused
        When anything in the file is at fault.
    """
    extension = next((known for known in EXTENSIONS if upload.name.lower().endswith(known)), None)
    if extension is None:
        raise refusal("expected a file named {known}", value=upload.name, known=", ".join(EXTENSIONS))
    with tempfile.TemporaryDirectory(prefix="fund-import-") as folder:
        path = Path(folder) / f"upload{extension}"
        path.write_bytes(upload.content)
        return importer.run(session, path, caller, dry_run, at)


def upload_of(data: FileIn) -> Upload:
    """Read the file that a program sent.

    Raises
    ------
    ValueNotAllowed
        When its content is no base64.
    """
    try:
        return Upload(data.name, base64.b64decode(data.content_base64, validate=True))
    except ValueError as error:
        raise ValueNotAllowed("The content of the file must be base64.", field="content_base64") from error


def _deals(session: Session, path: Path, _: Caller, dry_run: bool, at: datetime) -> ImportOutcome:  # noqa: FBT001 - the shape that both share
    report = import_file(
        session,
        kind=ImportKind.DEALS,
        path=path,
        mapping=None,
        rates={},
        dry_run=dry_run,
        at=at,
        most_rows=MAX_DEALS,
    )
    return ImportOutcome(
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        rows=list(report.rows),
        notices=list(report.notices),
    )


def _instructions(session: Session, path: Path, caller: Caller, dry_run: bool, at: datetime) -> ImportOutcome:  # noqa: FBT001 - the shape that both share
    report = import_instructions(
        session, path=path, maker=caller, dry_run=dry_run, at=at, most_rows=MAX_INSTRUCTIONS, say=locales.error_message
    )
    return ImportOutcome(
        added=report.added,
        changed=0,
        unchanged=report.unchanged,
        rows=list(report.rows),
        notices=list(report.notices),
    )


def _headings_of_deals() -> Mapping[str, str]:
    names = list(COLUMNS[ImportKind.DEALS])
    return dict(zip(names, import_headings(ImportKind.DEALS, names), strict=True))


DEALS = Importer(
    operation="submit_deals_import",
    run=_deals,
    columns=_headings_of_deals,
    required=[choice[0] for choice in REQUIRED[ImportKind.DEALS]],
    most_rows=MAX_DEALS,
)
INSTRUCTIONS = Importer(
    operation="submit_instructions_import",
    run=_instructions,
    columns=partial(dict, {name: called[0] for name, called in CALLED.items()}),
    required=NEEDED,
    most_rows=MAX_INSTRUCTIONS,
)
