"""Reads of R&D projects; of the demand they answer only what the reader may read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.consultations.queries import consultations_of_project
from fund_service.deals.thread import deals_of_project
from fund_service.matches.method import MatchMethod
from fund_service.paging import Cursor, cut_page
from fund_service.plan.queries import choices
from fund_service.projects.consortium import consortium_of, names_of
from fund_service.projects.demand import demand_answered
from fund_service.projects.schemas import (
    ProjectChoices,
    ProjectFilters,
    ProjectForm,
    ProjectIn,
    ProjectItem,
    ProjectsPage,
    ProjectView,
)
from fund_service.regional.drawing import consortium_picture
from fund_service.regional.statements import may_state, statements_of
from fund_service.regional.summary import spillover_summary
from models.clock import business_date
from models.errors import RecordNotFound
from models.money import LARGE_PROJECT_KRW
from models.plan import Initiative, MegaRegion, Region, TechnologyField
from models.project import ProjectField, ProjectState, ProjectType, RndProject

LISTED = (
    "id", "title_ko", "title_en", "state", "region_code", "initiative_code", "trl_now", "trl_target", "budget_krw",
    "need_krw", "starts_on", "ends_on", "project_type", "host_region_codes", "leap_phase",
)  # fmt: skip
"""The columns of a list; abstracts, by far the longest, are not among them."""


def find_project(session: Session, project_id: UUID, *, to_change: bool = False) -> RndProject:
    """Find a project, locked where it is to be changed.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    query = select(RndProject).where(RndProject.id == project_id)
    if to_change:
        # What was read before the lock may have changed while waiting for it.
        query = query.with_for_update().execution_options(populate_existing=True)
    project = session.exec(query).first()
    if project is None:
        raise RecordNotFound("There is no such project.")
    return project


def list_projects(session: Session, filters: ProjectFilters, *, after: Cursor | None, limit: int) -> ProjectsPage:
    """List projects, newest first, in seven statements."""
    offered = project_choices(session)
    query = listed_columns(conditions(filters)).limit(limit + 1)
    if after is not None:
        query = query.where(col(RndProject.id) < after.after)
    rows, next_cursor = cut_page(session.connection().execute(query).all(), limit, key=lambda row: row.id)
    return ProjectsPage(
        items=project_items(session, [dict(row._mapping) for row in rows], offered),  # noqa: SLF001 - SQLAlchemy's public name
        next_cursor=next_cursor,
        filters=filters,
        counts=_counts(session, filters),
        choices=offered,
    )


def listed_columns(narrowed: Iterable[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    """Select the columns of a list, newest project first."""
    columns = [col(getattr(RndProject, name)) for name in LISTED]
    return sa.select(*columns).where(*narrowed).order_by(col(RndProject.id).desc())


def conditions(filters: ProjectFilters) -> list[sa.ColumnElement[bool]]:
    """Say what a listed project fulfils; every word searched for stands in one of its titles."""
    met: list[sa.ColumnElement[bool]] = []
    if filters.state is not None:
        met.append(col(RndProject.state) == filters.state)
    if filters.field_code is not None:
        working = select(ProjectField.project_id).where(ProjectField.field_code == filters.field_code)
        met.append(col(RndProject.id).in_(working))
    if filters.region_code is not None:
        met.append(col(RndProject.region_code) == filters.region_code)
    if filters.mega_region_code is not None:
        provinces = select(Region.code).where(Region.mega_region_code == filters.mega_region_code)
        met.append(col(RndProject.region_code).in_(provinces))
    if filters.initiative_code is not None:
        met.append(col(RndProject.initiative_code) == filters.initiative_code)
    met += _of_kind(filters)
    if filters.large is not None:
        budget = col(RndProject.budget_krw)
        met.append(budget >= LARGE_PROJECT_KRW if filters.large else budget < LARGE_PROJECT_KRW)
    for word in (filters.q or "").split():
        titles = (col(title).icontains(word, autoescape=True) for title in (RndProject.title_ko, RndProject.title_en))
        met.append(sa.or_(*titles))
    return met


def _of_kind(filters: ProjectFilters) -> Iterable[sa.ColumnElement[bool]]:
    """Say of which type a listed project is, and whether it is a Leap project."""
    kind, phase = col(RndProject.project_type), col(RndProject.leap_phase)
    if filters.project_type is not None:
        yield kind == filters.project_type
    if filters.region_specific is not None:
        yield kind != ProjectType.NATIONWIDE if filters.region_specific else kind == ProjectType.NATIONWIDE
    if filters.leap is not None:
        yield phase.is_not(None) if filters.leap else phase.is_(None)


def _counts(session: Session, filters: ProjectFilters) -> dict[ProjectState, int]:
    """Count the projects in each state, whatever state the list is narrowed to."""
    others = conditions(filters.model_copy(update={"state": None}))
    counted = dict(
        session.exec(select(RndProject.state, func.count()).where(*others).group_by(col(RndProject.state))).all()
    )
    return {state: counted.get(state, 0) for state in ProjectState}


def project_items(session: Session, rows: Sequence[dict[str, Any]], offered: ProjectChoices) -> list[ProjectItem]:
    """Show listed rows with the names of their fields, region and initiative."""
    fields, regions, initiatives = (
        {choice.code: choice for choice in named} for named in (offered.fields, offered.regions, offered.initiatives)
    )
    working = _fields_of(session, [row["id"] for row in rows])
    return [
        ProjectItem(
            **row,
            fields=[fields[code] for code in working.get(row["id"], [])],
            region=regions.get(row["region_code"]),
            initiative=initiatives.get(row["initiative_code"]),
            large=(row["budget_krw"] or 0) >= LARGE_PROJECT_KRW,
            host_regions=[regions[code] for code in row["host_region_codes"]],
        )
        for row in rows
    ]


def _fields_of(session: Session, project_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    codes: dict[UUID, list[str]] = {}
    for link in session.exec(
        select(ProjectField).where(col(ProjectField.project_id).in_(project_ids)).order_by(col(ProjectField.field_code))
    ):
        codes.setdefault(link.project_id, []).append(link.field_code)
    return codes


def project_choices(session: Session) -> ProjectChoices:
    """List what projects can be narrowed to and described with."""
    return ProjectChoices(
        fields=choices(session, TechnologyField),
        regions=choices(session, Region),
        mega_regions=choices(session, MegaRegion),
        initiatives=choices(session, Initiative),
    )


def project_view(
    session: Session,
    project_id: UUID,
    *,
    caller: Caller,
    reads_demand: bool,
    reads_deals: bool,
    method: MatchMethod,
    at: datetime,
) -> ProjectView:
    """Show one project; the demand it answers and the deals that fund it only to those who may read them.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    project = find_project(session, project_id)
    today = business_date(at)
    [item] = project_items(session, [project.model_dump(include=set(LISTED))], project_choices(session))
    shown = {
        "version", "stage", "abstract_ko", "abstract_en", "amount_as_stated", "source", "external_id", "recorded_at",
        "updated_at",
    }  # fmt: skip
    members = consortium_of(session, project_id)
    return ProjectView(
        **item.model_dump(),
        **project.model_dump(include=shown),
        consortium=members,
        picture=consortium_picture(members),
        days_left=None if project.ends_on is None else (project.ends_on - today).days,
        demand=demand_answered(session, project_id, caller=caller, method=method, today=today)
        if reads_demand
        else None,
        deals=deals_of_project(session, project_id) if reads_deals else None,
        spillover=spillover_summary(session, project, today=today),
        anchor_demand=statements_of(session, project_id, caller=caller),
        may_state_demand=may_state(session, project, caller=caller),
        consultations=consultations_of_project(session, project_id, caller=caller, today=today),
    )


def project_form(session: Session, project: RndProject | None = None) -> ProjectForm:
    """Prepare the form: what may be chosen and, for an edit, what stands now."""
    form = ProjectForm(choices=project_choices(session))
    if project is None:
        return form
    plain = set(ProjectIn.model_fields) - {"field_codes", "host_region_codes", "consortium"}
    values: dict[str, str | list[str]] = {
        name: "" if value is None else str(value) for name, value in project.model_dump(include=plain).items()
    }
    values["host_region_codes"] = list(project.host_region_codes)
    values["field_codes"] = _fields_of(session, [project.id]).get(project.id, [])
    values |= names_of(session, project.id)
    return form.model_copy(update={"project_id": project.id, "version": project.version, "values": values})
