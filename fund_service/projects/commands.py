"""Writes of R&D projects; each queues the matching it makes necessary, in the same transaction."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, SQLModel, col, delete, select

from fund_service import jobs
from fund_service.deals.commands import reconsider_deals
from fund_service.projects.leap import check_leap_members
from fund_service.projects.queries import find_project
from fund_service.projects.schemas import ProjectIn
from fund_service.sentences import sentence
from models.errors import RecordChanged, ValueNotAllowed
from models.organisation import Organisation
from models.plan import Initiative, Region, TechnologyField
from models.project import ConsortiumMember, ProjectField, RndProject

PLAIN_COLUMNS = set(ProjectIn.model_fields) - {"field_codes", "consortium"}


def record_project(session: Session, data: ProjectIn, *, at: datetime) -> RndProject:
    """Record a project.

    Raises
    ------
    ValueNotAllowed
        When a code is unknown, or a member of the consortium is not recorded.
    """
    _check_references(session, data)
    project = RndProject(recorded_at=at, updated_at=at, **data.model_dump(include=PLAIN_COLUMNS))
    session.add(project)
    session.flush()
    _replace_links(session, project.id, data)
    jobs.queue_changes(session)
    return project


def edit_project(session: Session, project_id: UUID, data: ProjectIn, *, version: int, at: datetime) -> RndProject:
    """Replace what is recorded of a project; signals it may answer now, or no longer, are matched anew.

    Another consortium voids approvals of deals with the project.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody edited it since ``version``.
    ValueNotAllowed
        As for a new one.
    """
    project = find_project(session, project_id, to_change=True)
    if project.version != version:
        raise RecordChanged("This project was changed since you opened it; load it again and repeat your change.")
    _check_references(session, data)
    for name, value in data.model_dump(include=PLAIN_COLUMNS).items():
        setattr(project, name, value)
    project.mark_edited(at)
    session.flush()
    before = _members(session, project.id)
    _replace_links(session, project.id, data)
    if _members(session, project.id) != before:
        words = sentence("The project's consortium was changed.")
        reconsider_deals(session, project_id=project.id, words=words, at=at)
    jobs.queue_changes(session)
    return project


def _members(session: Session, project_id: UUID) -> set[UUID]:
    return set(
        session.exec(select(ConsortiumMember.organisation_id).where(ConsortiumMember.project_id == project_id)).all()
    )


def _check_references(session: Session, data: ProjectIn) -> None:
    region = [] if data.region_code is None else [data.region_code]
    initiative = [] if data.initiative_code is None else [data.initiative_code]
    members = {member.organisation_id for member in data.consortium}
    _check(session, col(TechnologyField.code), set(data.field_codes), field="field_codes")
    _check(session, col(Region.code), region, field="region_code")
    _check(session, col(Region.code), set(data.host_region_codes), field="host_region_codes")
    _check(session, col(Initiative.code), initiative, field="initiative_code")
    _check(session, col(Organisation.id), members, field="consortium")
    if data.leap_phase is not None:
        check_leap_members(session, data.consortium)


def _check(session: Session, column: Any, named: Collection[Any], *, field: str) -> None:  # noqa: ANN401 - the key of any table
    if not named:
        return
    unknown = set(named) - set(session.exec(select(column).where(column.in_(named))))
    if unknown:
        raise ValueNotAllowed("There is no {code} in this list.", field=field, code=min(unknown))


def _replace_links(session: Session, project_id: UUID, data: ProjectIn) -> None:
    session.exec(delete(ProjectField).where(col(ProjectField.project_id) == project_id))
    session.exec(delete(ConsortiumMember).where(col(ConsortiumMember.project_id) == project_id))
    links: list[SQLModel] = [ProjectField(project_id=project_id, field_code=code) for code in set(data.field_codes)]
    links += [
        ConsortiumMember(project_id=project_id, organisation_id=organisation_id, role=role)
        for organisation_id, role in {(member.organisation_id, member.role) for member in data.consortium}
    ]
    session.add_all(links)
    session.flush()
