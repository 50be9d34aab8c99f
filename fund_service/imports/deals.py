"""Deals of a file: what their rows name, what a file may change of them, and the history it leaves."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, SQLModel

from fund_service.imports.columns import Lookup
from fund_service.imports.faults import FaultList, NotUnderstood, Reason
from fund_service.imports.identity import known_as, recognised
from fund_service.imports.organisations import name_key
from fund_service.imports.records import COLUMN_OF_DEAL, Record
from fund_service.imports.schemas import ImportedRow
from models.clock import business_date
from models.deal import DealStage, InvestmentInstrument
from models.identity import new_id
from models.person import Role
from models.timeline import ActivityKind

PIPELINE_LOOKUPS = frozenset({Lookup.PROJECT, Lookup.VEHICLE, Lookup.LEAD})
"""What only rows of deals name."""
FIRST_STAGES = frozenset({DealStage.SOURCED, DealStage.SCREENING})
"""Where a deal may start: what comes later, people, the committee and the ledger decide one deal at a time."""
CHANGEABLE = FIRST_STAGES | {DealStage.DUE_DILIGENCE}
"""Stages in which a file may change terms; from the committee on, an edit has consequences that a person must see."""
KEPT_WHEN_BLANK: Mapping[str, object] = {
    "summary": "",
    "instrument": InvestmentInstrument.EQUITY,
    "private_krw": 0,
    "other_public_krw": 0,
    "main_purpose": True,
    "additionality": "",
}
"""Columns that must have a value: what a new deal gets where the file is blank; a recorded one keeps its own."""
EXPECTED = {
    Lookup.PROJECT: "expected a recorded R&D project, by project number, title or id",
    Lookup.VEHICLE: "expected a vehicle of the fund, by name, number or id",
    Lookup.LEAD: "expected the e-mail address of an active fund manager",
}
_TABLES = SQLModel.metadata.tables


class PipelineDirectory:
    """The projects, vehicles and fund managers that rows of deals may name."""

    def __init__(self) -> None:
        self._by_name: dict[Lookup, dict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
        self.managers: set[UUID] = set()
        """Who may lead a deal; those who lead one are known by name too, though they may not lead another."""

    @classmethod
    def read(cls, session: Session) -> "PipelineDirectory":
        """Read all of them, in four statements."""
        directory = cls()
        project, vehicle, person, role, deal = (
            _TABLES[name].c for name in ("rnd_project", "vehicle", "person", "person_role", "deal")
        )
        managing = (
            sa.select(person.id)
            .join_from(_TABLES["person"], _TABLES["person_role"], role.person_id == person.id)
            .where(person.active, role.role == Role.FUND_MANAGER)
        )
        directory.managers = set(session.execute(managing).scalars())
        queries = {
            Lookup.PROJECT: sa.select(project.id, project.external_id, project.title_ko, project.title_en),
            Lookup.VEHICLE: sa.select(vehicle.id, vehicle.external_id, vehicle.name_ko, vehicle.name_en),
            Lookup.LEAD: sa.select(person.id, person.email).where(
                person.id.in_(managing) | person.id.in_(sa.select(deal.lead_id))
            ),
        }
        for lookup, query in queries.items():
            for row in session.execute(query):
                for name in (str(row[0]), *row[1:]):
                    if name:
                        directory._by_name[lookup][name_key(name)].add(row[0])
        return directory

    def find(self, lookup: Lookup, name: str) -> UUID:
        """Find the one record that a cell names.

        Raises
        ------
        NotUnderstood
            When none or several are so called.
        """
        found = self._by_name[lookup].get(name_key(name), set())
        if not found:
            raise NotUnderstood(EXPECTED[lookup])
        if len(found) > 1:
            raise NotUnderstood("several are so called; {expected}", expected=Reason(EXPECTED[lookup]))
        return next(iter(found))

    def called(self, lookup: Lookup, record_id: UUID | None, *names: str | None) -> str | None:
        """Give the first of its names by which a record is found again, its id where none is clear."""
        if record_id is None:
            return None
        known = self._by_name[lookup]
        return next((name for name in names if name and known.get(name_key(name)) == {record_id}), str(record_id))


def check_deals(
    session: Session, records: Sequence[Record], faults: FaultList, *, pipeline: PipelineDirectory, at: datetime
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Say which columns the rows would change of recorded deals, by source and external id.

    Refused are rows that would start a deal past its first look, change terms that a person must see changed, or give
    a deal to somebody who is no fund manager.
    """
    recorded = _recorded(session, records)
    changes: dict[tuple[str, str], tuple[str, ...]] = {}
    for record in records:
        key = record.source, record.external_id
        found = recorded.get(key)
        if found is None:
            _check_start(record, faults, at=at)
            changed = tuple(record.columns)
        else:
            changed = changes[key] = _changed(record, found)
            _check_change(record, found, changed, faults)
        if "lead_id" in changed and record.columns["lead_id"] not in pipeline.managers:
            faults.add(record.line, column="lead", value=None, expected=Reason(EXPECTED[Lookup.LEAD]))
    return changes


def _changed(record: Record, found: sa.RowMapping) -> tuple[str, ...]:
    """Name the columns in which a row says otherwise than what is recorded; none where it says what it said before."""
    if record.digest == found["source_digest"]:
        return ()
    return tuple(
        name
        for name, value in record.columns.items()
        if value != found[name] and not (value is None and name in KEPT_WHEN_BLANK)
    )


def _check_change(record: Record, found: sa.RowMapping, changed: Sequence[str], faults: FaultList) -> None:
    if changed and (found["stage"] not in CHANGEABLE or found["merged_into_id"] is not None):
        expected = Reason(
            "expected no change: the deal has come to {stage}, edit it in the service", stage=found["stage"]
        )
        if found["merged_into_id"] is not None:
            expected = Reason("expected no change: the deal was merged into another")
        column = COLUMN_OF_DEAL[changed[0]]
        faults.add(record.line, column=column, value=record.columns[changed[0]], expected=expected)


def imported_row(record: Record, changed: Sequence[str] | None) -> ImportedRow:
    """Say what a row makes, where ``changed`` is None, or changes."""
    columns = record.columns
    return ImportedRow(
        line=record.line,
        number=record.external_id,
        title=str(columns.get("title_ko") or columns.get("title_en") or ""),
        amount_krw=cast("int | None", columns.get("amount_krw")),
        changed=None if changed is None else [COLUMN_OF_DEAL[name] for name in changed],
    )


def _check_start(record: Record, faults: FaultList, *, at: datetime) -> None:
    stage, since = record.fallbacks.get("stage"), record.fallbacks.get("stage_since")
    if stage is not None and stage not in FIRST_STAGES:
        expected = Reason("expected sourced or screening for a new deal; later stages are reached in the service")
        faults.add(record.line, column="stage", value=stage, expected=expected)
    if isinstance(since, datetime) and business_date(since) > business_date(at):
        faults.add(record.line, column="stage_since", value=since.date(), expected=Reason("expected no day to come"))


def _recorded(session: Session, records: Sequence[Record]) -> dict[tuple[str, str], sa.RowMapping]:
    """Read the deals that the rows may change, and hold them until the import ends."""
    deal = _TABLES["deal"]
    by_source: dict[str, list[str]] = defaultdict(list)
    for record in records:
        by_source[record.source].append(record.external_id)
    meant = sa.or_(sa.false(), *(recognised(deal, source, names) for source, names in by_source.items()))
    rows = session.execute(sa.select(deal).where(meant).order_by(deal.c.id).with_for_update()).mappings()
    return {(row["source"], known_as(row["external_id"], row["id"])): row for row in rows}


def tell_deals(connection: Connection, *, new: Sequence[Record], changed: Sequence[Record], at: datetime) -> None:
    """Write the history of deals that a file made or changed: the first step, and what happened."""
    if new:
        connection.execute(sa.insert(_TABLES["deal_stage_change"]), list(_first_steps(new, at)))
    told = [(record, ActivityKind.CREATED) for record in new] + [(record, ActivityKind.EDITED) for record in changed]
    rows = [
        {"id": new_id(), "recorded_at": at, "deal_id": record.id, "kind": kind, "words": record.source}
        for record, kind in told
    ]
    if rows:
        connection.execute(sa.insert(_TABLES["deal_activity"]), rows)


def _first_steps(new: Sequence[Record], at: datetime) -> Iterator[dict[str, Any]]:
    for record in new:
        stage = record.fallbacks.get("stage") or DealStage.SOURCED
        yield {"id": new_id(), "recorded_at": at, "deal_id": record.id, "to_stage": stage, "words": record.source}
