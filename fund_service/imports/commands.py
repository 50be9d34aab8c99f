"""Import of a file of projects, signals, organisations or deals: all of it, or nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from fund_service.imports.deals import PipelineDirectory, check_deals, imported_row
from fund_service.imports.faults import FaultList, Reason, refusal
from fund_service.imports.maps import ColumnMap
from fund_service.imports.organisations import GroupDirectory, OrganisationDirectory
from fund_service.imports.presets import choose_map
from fund_service.imports.queries import read_references
from fund_service.imports.readers import open_table
from fund_service.imports.reading import RecordReader, Surroundings
from fund_service.imports.records import Record
from fund_service.imports.schemas import ROWS_SHOWN, ImportedRow, ImportKind, ImportReport
from fund_service.imports.settlement import Tally, checked_rates
from fund_service.imports.tables import MAX_ROWS, SourceRow, SourceTable
from fund_service.imports.upserts import Counts, number_owners, write, write_groups
from fund_service.projects.leap import first_bad_leap_project
from models.errors import RecordConflicts

CHUNK_ROWS = 2_000
"""Rows read, checked and written at a time; bounds memory."""
IMPORT_LOCK = 20260130
"""PostgreSQL advisory lock that lets one import run at a time."""
_ORGANISATION_COLUMNS = frozenset({"organisation", "lead", "anchor", "partners", "company"})


def import_file(
    session: Session,
    *,
    kind: ImportKind,
    path: Path,
    mapping: str | Path | None,
    rates: Mapping[str, Decimal],
    dry_run: bool,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
    most_rows: int = MAX_ROWS,
) -> ImportReport:
    """Import a .csv, .xlsx, .jsonl or .jsonl.gz file; flushes, never commits.

    Rows are recognised by (source, external id). A row that the file describes as it did last time is left alone, so
    that edits made by hand since then survive; one described otherwise is changed in the columns the file has.

    Parameters
    ----------
    mapping
        Name of a preset (``presets.PRESETS``) or path of a map file (``map_files``); None: detected from the columns.
    rates
        Won for one unit of each foreign currency, by ISO 4217 code.
    dry_run
        Check and count everything, write nothing.
    at
        The moment of the import; its date in Seoul is the day a signal without one was received.
    progress
        Called now and then with the rows read and an estimate of all rows.
    most_rows
        How many rows the file may have.

    Raises
    ------
    ImportRefused
        When anything in the file is at fault; nothing is imported.
    ValueNotAllowed
        When a rate cannot be one.
    RecordConflicts
        When another import is running, or changed what this one relies on.
    """
    checked = checked_rates(rates)
    table = open_table(path)
    column_map, map_notices = choose_map(kind, table, mapping=mapping)
    session.flush()
    if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(IMPORT_LOCK))):
        raise RecordConflicts("Another import is running; try again when it has ended.")
    savepoint = session.begin_nested()
    try:
        passage = _Passage(session, _surroundings(session, column_map, checked), column_map, at, most_rows)
        counts = passage.take(table, progress)
    except IntegrityError as error:
        savepoint.rollback()
        raise RecordConflicts("The records changed while the file was read; import it again.") from error
    except BaseException:
        savepoint.rollback()
        raise
    if dry_run:
        savepoint.rollback()
    else:
        savepoint.commit()
        session.expire_all()
    return ImportReport(
        kind=kind,
        mapping=column_map.name,
        added=counts.added,
        changed=counts.changed,
        unchanged=counts.unchanged,
        notices=(*table.notices, *map_notices, *passage.notices()),
        rows=tuple(passage.rows),
    )


def _surroundings(session: Session, column_map: ColumnMap, rates: Mapping[str, Decimal]) -> Surroundings:
    names_organisations = column_map.organisation is not None or bool(column_map.fills & _ORGANISATION_COLUMNS)
    return Surroundings(
        references=read_references(session),
        directory=OrganisationDirectory.read(session) if names_organisations else OrganisationDirectory(),
        groups=GroupDirectory.read(session),
        pipeline=PipelineDirectory.read(session) if column_map.kind is ImportKind.DEALS else PipelineDirectory(),
        rates=rates,
        faults=FaultList(),
        tally=Tally(),
    )


@dataclass(slots=True)
class _Passage:
    """One file on its way into the database."""

    session: Session
    surroundings: Surroundings
    column_map: ColumnMap
    at: datetime
    most_rows: int
    organisations: int = 0
    """Organisations that rows brought along and that were new."""
    rows: list[ImportedRow] = field(default_factory=list)
    """Of deals, the first that are new or changed."""

    def take(self, table: SourceTable, progress: Callable[[int, int], None] | None) -> Counts:
        """Read, check and write all rows; after the first fault only read and check, to name all others too."""
        reader = RecordReader(self.column_map, self.surroundings)
        faults = self.surroundings.faults
        counts, done = Counts(), 0
        for rows in _chunks(table.rows(faults)):
            records = [record for row in rows if (record := reader.read(row)) is not None]
            self._check_numbers(records)
            standing = self._check_deals(records) if self.column_map.kind is ImportKind.DEALS else frozenset()
            if not faults:
                counts = counts.plus(self._write(reader, records, standing))
            done += len(rows)
            if done > self.most_rows:
                raise refusal(
                    "expected at most {most:,} rows", line=rows[self.most_rows - done].line, most=self.most_rows
                )
            if progress is not None:
                progress(done, max(done, table.expected_rows))
        faults.refuse()
        if not done:
            raise refusal("expected at least one row under the headings")
        if self.column_map.kind is ImportKind.PROJECTS:
            self._check_leap()
        return counts

    def _check_leap(self) -> None:
        """Refuse a file that leaves a Leap project without the consortium it must have."""
        self.session.expire_all()
        found = first_bad_leap_project(self.session)
        if found is not None:
            project, words = found
            named = project.external_id or project.title_ko or project.title_en
            raise refusal("expected a Leap consortium of {project}: {words}", project=named, words=Reason(words))

    def _check_deals(self, records: list[Record]) -> frozenset[tuple[str, str]]:
        """Check rows of deals, note what they would do, and name those that say what is recorded."""
        surroundings = self.surroundings
        changes = check_deals(self.session, records, surroundings.faults, pipeline=surroundings.pipeline, at=self.at)
        doing = [record for record in records if changes.get((record.source, record.external_id)) != ()]
        for record in doing[: ROWS_SHOWN - len(self.rows)]:
            self.rows.append(imported_row(record, changes.get((record.source, record.external_id))))
        return frozenset(key for key, changed in changes.items() if not changed)

    def _write(self, reader: RecordReader, records: list[Record], standing: frozenset[tuple[str, str]]) -> Counts:
        connection = self.session.connection()
        groups = self.surroundings.groups
        write_groups(connection, groups.newcomers, at=self.at)
        write(connection, ImportKind.ORGANISATIONS, records=reader.newcomers, at=self.at)
        self.organisations += len(reader.newcomers)
        groups.newcomers.clear()
        reader.newcomers.clear()
        return write(connection, self.column_map.kind, records=records, at=self.at, standing=standing)

    def _check_numbers(self, records: list[Record]) -> None:
        """Refuse registration numbers that other recorded organisations have."""
        by_number = {
            str(record.columns["registration_number"]): record
            for record in records
            if record.columns.get("registration_number")
        }
        for number, owner in number_owners(self.session.connection(), by_number).items():
            record = by_number[number]
            if owner != (record.source, record.external_id):
                expected = Reason(
                    "expected a number of its own, {owner} is recorded with it", owner=" ".join(filter(None, owner))
                )
                self.surroundings.faults.add(record.line, column="registration_number", value=number, expected=expected)

    def notices(self) -> list[str]:
        """Say what the report's counts do not."""
        said = self.surroundings.tally.notices()
        if self.organisations:
            count = "1 organisation was" if self.organisations == 1 else f"{self.organisations} organisations were"
            said.append(f"{count} recorded with them")
        return said


def _chunks(rows: Iterator[SourceRow]) -> Iterator[list[SourceRow]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk
