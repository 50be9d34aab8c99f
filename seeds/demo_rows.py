"""Rows of the invented fund found again by their natural key, and changed only when their line in the files changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session, col, select

from models.base import VersionedRow
from models.clock import utc_now
from models.organisation import Organisation, OwnershipGroup
from models.project import RndProject
from models.signal import DemandSignal
from seeds.reports import ADDED, CHANGED, UNCHANGED, SeedReport

DEMO_SOURCE = "demo"
"""The source under which the rows of the invented fund are filed."""

KEPT = frozenset({"id", "recorded_at", "version", "updated_at"})
"""Columns of a stored row that a newer line of the files leaves alone."""

TableT = TypeVar("TableT", Organisation, RndProject, DemandSignal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What bringing rows to the database did."""

    report: SeedReport
    ids: Mapping[str, UUID]
    """Row id by external id, for every row."""
    written: frozenset[str]
    """External ids of the rows that were added or changed: their links are to be written anew."""


def bring(session: Session, table: type[TableT], wanted: Iterable[TableT]) -> Brought:
    """Add the rows that are new and change those whose digest is another; flushes."""
    stored = stored_rows(session, table)
    report, ids, written = SeedReport(), {}, set()
    for row in wanted:
        key = str(row.external_id)
        present = stored.get(key)
        outcome = _outcome(row, present)
        report += outcome
        if present is None:
            session.add(row)
        elif outcome is CHANGED:
            present.sqlmodel_update(row.model_dump(exclude=set(KEPT)))
            present.mark_edited(utc_now())
        if outcome is not UNCHANGED:
            written.add(key)
        ids[key] = (present or row).id
    session.flush()
    return Brought(report=report, ids=ids, written=frozenset(written))


StoredT = TypeVar("StoredT", Organisation, OwnershipGroup, RndProject, DemandSignal)


def stored_rows(session: Session, table: type[StoredT]) -> dict[str, StoredT]:
    """Give the stored rows of the invented fund by external id."""
    return {str(row.external_id): row for row in session.exec(select(table).where(col(table.source) == DEMO_SOURCE))}


def _outcome(wanted: VersionedRow, stored: VersionedRow | None) -> SeedReport:
    if stored is None:
        return ADDED
    return UNCHANGED if stored.source_digest == wanted.source_digest else CHANGED
