"""The register of projects as a table to export, under the headings that an import reads again."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.exports import BETWEEN_ENTRIES, MAX_EXPORT_ROWS, Cell
from fund_service.plan.schemas import Choice
from fund_service.projects.queries import conditions, listed_columns, project_choices
from fund_service.projects.schemas import ProjectFilters
from models.organisation import Organisation
from models.project import ConsortiumMember, ConsortiumRole, ProjectField, RndProject

EXPORTED = (
    "external_id", "source", "title_ko", "title_en", "fields", "region", "stage", "trl_now", "trl_target", "budget",
    "need", "starts_on", "ends_on", "initiative", "state", "project_type", "host_regions", "leap_phase", "lead",
    "anchor", "partners",
)  # fmt: skip
"""Columns of the table, named as the import names them; abstracts are read one project at a time."""


def project_rows(session: Session, filters: ProjectFilters) -> Iterator[list[Cell]]:
    """Give the projects that a list narrowed like this would show, newest first, in seven statements."""
    narrowed = conditions(filters)
    ids = sa.select(col(RndProject.id)).where(*narrowed)
    offered = project_choices(session)
    fields, regions, initiatives = (_names(named) for named in (offered.fields, offered.regions, offered.initiatives))
    working = _joined(
        (project_id, fields[code])
        for project_id, code in session.exec(
            select(ProjectField.project_id, ProjectField.field_code)
            .where(col(ProjectField.project_id).in_(ids))
            .order_by(col(ProjectField.field_code))
        )
    )
    members = _members(session, ids)
    identified = listed_columns(narrowed).add_columns(
        col(RndProject.source), col(RndProject.external_id), col(RndProject.stage)
    )
    for row in session.connection().execute(identified.limit(MAX_EXPORT_ROWS + 1)):
        yield [
            row.external_id,
            row.source,
            row.title_ko,
            row.title_en,
            working.get(row.id),
            regions.get(row.region_code),
            locales.label(row.stage) if row.stage else None,
            row.trl_now,
            row.trl_target,
            row.budget_krw,
            row.need_krw,
            row.starts_on,
            row.ends_on,
            initiatives.get(row.initiative_code),
            locales.label(row.state),
            locales.label(row.project_type),
            BETWEEN_ENTRIES.join(regions[code] for code in row.host_region_codes) or None,
            locales.label(row.leap_phase) if row.leap_phase else None,
            *(members[role].get(row.id) for role in ConsortiumRole),
        ]


def _names(named: Iterable[Choice]) -> dict[str | None, str]:
    return {choice.code: locales.pick(choice.name_ko, choice.name_en) for choice in named}


def _members(session: Session, ids: sa.Select[Any]) -> dict[ConsortiumRole, dict[UUID, str]]:
    """Name the organisations under each role of each project."""
    named = session.exec(
        select(ConsortiumMember, Organisation.name_ko, Organisation.name_en)
        .join(Organisation, col(Organisation.id) == col(ConsortiumMember.organisation_id))
        .where(col(ConsortiumMember.project_id).in_(ids))
        .order_by(col(Organisation.name_ko), col(Organisation.name_en), col(Organisation.id))
    ).all()
    return {
        role: _joined(
            (member.project_id, locales.pick(name_ko, name_en))
            for member, name_ko, name_en in named
            if member.role is role
        )
        for role in ConsortiumRole
    }


def _joined(entries: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
    joined: dict[UUID, str] = {}
    for project_id, entry in entries:
        joined[project_id] = f"{joined[project_id]}{BETWEEN_ENTRIES}{entry}" if project_id in joined else entry
    return joined
