"""Deals of a file: what their rows name, what a file may change of them, and the history it leaves."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, SQLModel

from fund_service.imports.columns import Lookup
from fund_service.imports.faults import FaultList, NotUnderstood
from fund_service.imports.organisations import name_key
from fund_service.imports.records import Record
from models.clock import business_date
from models.deal import ActivityKind, DealStage
from models.identity import new_id
from models.person import Role

PIPELINE_LOOKUPS = frozenset({Lookup.PROJECT, Lookup.VEHICLE, Lookup.LEAD})
"""What only rows of deals name."""
FIRST_STAGES = frozenset({DealStage.SOURCED, DealStage.SCREENING})
"""Where a deal may start: what comes later, people, the committee and the ledger decide one deal at a time."""
CHANGEABLE = FIRST_STAGES | {DealStage.DUE_DILIGENCE}
"""Stages in which a file may change terms; from the committee on, an edit has consequences that a person must see."""
_EXPECTED = {
    Lookup.PROJECT: "expected a recorded R&D project, by project number, title or id",
    Lookup.VEHICLE: "expected a vehicle of the fund, by name, number or id",
    Lookup.LEAD: "expected the e-mail address of an active fund manager",
}
_TABLES = SQLModel.metadata.tables


class PipelineDirectory:
    """The projects, vehicles and fund managers that rows of deals may name."""

    def __init__(self) -> None:
        self._by_name: dict[Lookup, dict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))

    @classmethod
    def read(cls, session: Session) -> "PipelineDirectory":
        """Read all of them, in three statements."""
        directory = cls()
        project, vehicle, person, role = (
            _TABLES[name].c for name in ("rnd_project", "vehicle", "person", "person_role")
        )
        queries = {
            Lookup.PROJECT: sa.select(project.id, project.external_id, project.title_ko, project.title_en),
            Lookup.VEHICLE: sa.select(vehicle.id, vehicle.external_id, vehicle.name_ko, vehicle.name_en),
            Lookup.LEAD: sa.select(person.id, person.email)
            .join_from(_TABLES["person"], _TABLES["person_role"], role.person_id == person.id)
            .where(person.active, role.role == Role.FUND_MANAGER),
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
            raise NotUnderstood(_EXPECTED[lookup])
        if len(found) > 1:
            raise NotUnderstood(f"several are so called; {_EXPECTED[lookup]}")
        return next(iter(found))


def check_deals(session: Session, records: Sequence[Record], faults: FaultList, *, at: datetime) -> None:
    """Refuse rows that would start a deal past its first look, or change terms that a person must see changed."""
    recorded = _recorded(session, records)
    for record in records:
        found = recorded.get((record.source, record.external_id))
        if found is None:
            _check_start(record, faults, at=at)
        elif found["stage"] not in CHANGEABLE or found["merged_into_id"] is not None:
            changed = [name for name, value in record.columns.items() if value is not None and value != found[name]]
            if changed:
                stage = "merged into another" if found["merged_into_id"] else found["stage"].value
                expected = f"expected no change: the deal is {stage} already, edit it in the service"
                faults.add(record.line, column=changed[0], value=record.columns[changed[0]], expected=expected)


def _check_start(record: Record, faults: FaultList, *, at: datetime) -> None:
    stage, since = record.fallbacks.get("stage"), record.fallbacks.get("stage_since")
    if stage is not None and stage not in FIRST_STAGES:
        expected = "expected sourced or screening for a new deal; later stages are reached in the service"
        faults.add(record.line, column="stage", value=stage, expected=expected)
    if isinstance(since, datetime) and business_date(since) > business_date(at):
        faults.add(record.line, column="stage_since", value=since.date(), expected="expected no day to come")


def _recorded(session: Session, records: Sequence[Record]) -> dict[tuple[str, str], sa.RowMapping]:
    """Read the deals that the rows may change, and hold them until the import ends."""
    deal = _TABLES["deal"]
    keys = sa.tuple_(deal.c.source, deal.c.external_id)
    query = sa.select(deal).where(keys.in_([(record.source, record.external_id) for record in records]))
    rows = session.execute(query.order_by(deal.c.id).with_for_update()).mappings()
    return {(row["source"], row["external_id"]): row for row in rows}


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
