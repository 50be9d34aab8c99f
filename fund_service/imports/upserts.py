"""Records written in bulk: new rows added, changed rows changed, rows that say the same as last time left alone."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlmodel import SQLModel

from fund_service.imports.deals import KEPT_WHEN_BLANK, tell_deals
from fund_service.imports.identity import known_as, recognised
from fund_service.imports.organisations import NewGroup
from fund_service.imports.records import Record
from fund_service.imports.schemas import ImportKind
from fund_service.signals.commands import DOCUMENTED_COLUMNS
from models.clock import business_date
from models.deal import Deal, DealStage
from models.identity import new_id
from models.organisation import Organisation, OwnershipGroup
from models.project import ConsortiumMember, ConsortiumRole, ProjectField, ProjectState, ProjectType, RndProject
from models.signal import (
    VERIFIED_LEVELS,
    Confidentiality,
    DemandSignal,
    SignalExcludedField,
    SignalField,
    SignalOrigin,
    SignalRegion,
    SignalState,
)


class Link(NamedTuple):
    """A table that joins rows of a kind with codes or organisations."""

    table: Table
    owner: str
    member: str
    role: Mapping[str, object]
    """Further columns that tell this link from others in the same table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where records of a kind go."""

    table: Table
    defaults: Mapping[str, object] = field(default_factory=dict)
    """Columns that must have a value: what a new row gets and an existing one keeps where the file says nothing."""
    links: Mapping[str, Link] = field(default_factory=dict)


class Counts(NamedTuple):
    """Rows of one write."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Add two counts."""
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _code_link(model: type[SQLModel], owner: str, member: str) -> Link:
    return Link(_table(model), owner, member, {})


def _consortium(role: ConsortiumRole) -> Link:
    return Link(_table(ConsortiumMember), "project_id", "organisation_id", {"role": role})


TARGETS: Mapping[ImportKind, Target] = {
    ImportKind.PROJECTS: Target(
        table=_table(RndProject),
        defaults={"state": ProjectState.PLANNED, "project_type": ProjectType.NATIONWIDE, "host_region_codes": []},
        links={
            "fields": _code_link(ProjectField, "project_id", "field_code"),
            "lead": _consortium(ConsortiumRole.LEAD),
            "anchor": _consortium(ConsortiumRole.ANCHOR),
            "partners": _consortium(ConsortiumRole.PARTNER),
        },
    ),
    ImportKind.SIGNALS: Target(
        table=_table(DemandSignal),
        defaults={
            "confidentiality": Confidentiality.CONFIDENTIAL,
            "state": SignalState.LIVE,
            "excluded_terms": [],
            "region_bound": False,
            "stages": [],
            "anchor_wanted": False,
            "region_specific_wanted": False,
            "origin": SignalOrigin.SUBMITTED,
        },
        links={
            "fields": _code_link(SignalField, "signal_id", "field_code"),
            "excluded_fields": _code_link(SignalExcludedField, "signal_id", "field_code"),
            "regions": _code_link(SignalRegion, "signal_id", "region_code"),
        },
    ),
    ImportKind.ORGANISATIONS: Target(table=_table(Organisation), defaults={"country": "KR"}),
    ImportKind.DEALS: Target(
        table=_table(Deal),
        defaults=KEPT_WHEN_BLANK,
    ),
}
"""Target of each kind."""


def write(
    connection: Connection,
    kind: ImportKind,
    *,
    records: Sequence[Record],
    at: datetime,
    standing: Collection[tuple[str, str]] = (),
) -> Counts:
    """Add or change the rows of ``records``; all records have the same columns and links.

    ``at`` becomes the moment of recording or editing; a changed row's version rises by one. Rows named in ``standing``
    say what is recorded, whatever was last imported of them, and are left alone.
    """
    target = TARGETS[kind]
    existing = _existing(connection, target.table, records)
    new, changed = [], []
    for record in records:
        found = existing.get((record.source, record.external_id))
        if found is None:
            new.append(record)
        elif found.digest != record.digest and (record.source, record.external_id) not in standing:
            record.id = found.id
            changed.append(record)
    defaults = dict(target.defaults)
    if kind is ImportKind.SIGNALS:
        defaults["received_on"] = business_date(at)
    if kind is ImportKind.DEALS:
        defaults |= {"stage": DealStage.SOURCED, "stage_since": at}
    if kind is ImportKind.ORGANISATIONS:
        _found_groups(connection, new, at=at)
    if new:
        _insert(connection, target.table, records=new, defaults=defaults, at=at)
    if changed:
        _update(connection, target.table, records=changed, kept={*defaults, "ownership_group_id"}, at=at)
    _replace_links(connection, target.links, new=new, changed=changed)
    if kind is ImportKind.DEALS:
        tell_deals(connection, new=new, changed=changed, at=at)
    return Counts(len(new), len(changed), len(records) - len(new) - len(changed))


def write_groups(connection: Connection, groups: Sequence[NewGroup], *, at: datetime) -> None:
    """Add ownership groups."""
    rows: list[dict[str, Any]] = [
        {"id": group.id, "recorded_at": at, "name_ko": group.name, "source": group.source} for group in groups
    ]
    if rows:
        connection.execute(sa.insert(_table(OwnershipGroup)), rows)


def number_owners(connection: Connection, numbers: Collection[str]) -> dict[str, tuple[str, str | None]]:
    """Give source and external id of the organisations that are recorded with these registration numbers."""
    if not numbers:
        return {}
    columns = _table(Organisation).c
    query = sa.select(columns.registration_number, columns.source, columns.external_id).where(
        columns.registration_number.in_(numbers)
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def _found_groups(connection: Connection, records: Sequence[Record], *, at: datetime) -> None:
    """Put each organisation that names no ownership group into one of its own."""
    groups = []
    for record in records:
        if record.columns.get("ownership_group_id") is None:
            name = record.columns.get("name_ko") or record.columns.get("name_en")
            groups.append(NewGroup(new_id(), str(name), record.source))
            record.columns["ownership_group_id"] = groups[-1].id
    write_groups(connection, groups, at=at)


class _Existing(NamedTuple):
    id: UUID
    digest: str | None


def _existing(connection: Connection, table: Table, records: Sequence[Record]) -> dict[tuple[str, str], _Existing]:
    by_source: dict[str, list[str]] = defaultdict(list)
    for record in records:
        by_source[record.source].append(record.external_id)
    found: dict[tuple[str, str], _Existing] = {}
    for source, external_ids in by_source.items():
        query = sa.select(table.c.external_id, table.c.id, table.c.source_digest).where(
            recognised(table, source, external_ids)
        )
        found |= {(source, known_as(row[0], row[1])): _Existing(row[1], row[2]) for row in connection.execute(query)}
    return found


def _insert(
    connection: Connection, table: Table, *, records: Sequence[Record], defaults: Mapping[str, object], at: datetime
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": record.id,
            "recorded_at": at,
            "updated_at": at,
            "version": 1,
            "source": record.source,
            "external_id": record.external_id,
            "source_digest": record.digest,
            **(new := {**defaults, **{name: value for name, value in record.fallbacks.items() if value is not None}}),
            **{name: new.get(name) if value is None else value for name, value in record.columns.items()},
        }
        for record in records
    ]
    connection.execute(sa.insert(table), rows)


def _update(
    connection: Connection, table: Table, *, records: Sequence[Record], kept: Collection[str], at: datetime
) -> None:
    """Write what the file says; a blank leaves a column of ``kept`` as it is, and empties any other."""
    columns = records[0].columns.keys()
    said = {name: sa.bindparam(f"said_{name}", type_=table.c[name].type) for name in columns}
    written: dict[str, sa.ColumnElement[Any]] = {
        name: sa.func.coalesce(value, table.c[name]) if name in kept else value for name, value in said.items()
    }
    if "claimed_level" in columns:
        written["claimed_level"] = sa.func.coalesce(said["claimed_level"], _level_left(table, said))
    statement = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("row_id"))
        .values(version=table.c.version + 1, updated_at=at, source_digest=sa.bindparam("digest"), **written)
    )
    rows = [
        {"row_id": record.id, "digest": record.digest}
        | {f"said_{name}": value for name, value in record.columns.items()}
        | {f"fallback_{name}": value for name, value in record.fallbacks.items()}
        for record in records
    ]
    connection.execute(statement, rows)


def _level_left(table: Table, said: Mapping[str, sa.BindParameter[Any]]) -> sa.ColumnElement[Any]:
    """Give a signal's claim where the file says none: one to a document falls when what that vouches for changes."""
    level = table.c.claimed_level
    fallback = sa.bindparam("fallback_claimed_level", type_=level.type)
    documented = [table.c[name].is_distinct_from(said[name]) for name in DOCUMENTED_COLUMNS if name in said]
    # Not IN: its parameters expand for each row, which a statement for many rows cannot.
    verified = sa.or_(*(level == one for one in VERIFIED_LEVELS))
    return sa.case((sa.and_(verified, sa.or_(*documented)), fallback), else_=level)


def _replace_links(
    connection: Connection, links: Mapping[str, Link], *, new: Sequence[Record], changed: Sequence[Record]
) -> None:
    for ours, link in links.items():
        table = link.table
        stale = [record.id for record in changed if ours in record.links]
        if stale:
            same_role = [table.c[name] == value for name, value in link.role.items()]
            connection.execute(sa.delete(table).where(table.c[link.owner].in_(stale), *same_role))
        rows: list[dict[str, Any]] = [
            {link.owner: record.id, link.member: member, **link.role}
            for record in (*new, *changed)
            for member in record.links.get(ours, ())
        ]
        if rows:
            connection.execute(sa.insert(table), rows)
