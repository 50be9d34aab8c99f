"""Reads of organisations; what they demand is confidential and never shown here."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import Select

from fund_service.organisations.registration import with_hyphens
from fund_service.organisations.schemas import (
    AffiliateView,
    GroupView,
    OrganisationFilters,
    OrganisationForm,
    OrganisationItem,
    OrganisationsPage,
    OrganisationView,
    PartView,
)
from fund_service.paging import Cursor, cut_page
from fund_service.plan.queries import choices
from fund_service.plan.schemas import Choice
from models.errors import RecordNotFound, ValueNotAllowed
from models.organisation import Organisation, OwnershipGroup
from models.plan import Region
from models.project import ConsortiumMember, RndProject

SHOWN = 100
"""Affiliates and projects shown with an organisation."""
SUGGESTED_GROUPS = 200


def find_organisation(session: Session, organisation_id: UUID, *, to_change: bool = False) -> Organisation:
    """Find an organisation, locked where it is to be changed.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    query = select(Organisation).where(Organisation.id == organisation_id)
    if to_change:
        # What was read before the lock may have changed while waiting for it.
        query = query.with_for_update().execution_options(populate_existing=True)
    organisation = session.exec(query).first()
    if organisation is None:
        raise RecordNotFound("There is no such organisation.")
    return organisation


def list_organisations(
    session: Session, filters: OrganisationFilters, *, after: Cursor | None, limit: int
) -> OrganisationsPage:
    """List organisations, newest first, in one statement."""
    query = _with_group_and_region().where(*_conditions(filters)).order_by(col(Organisation.id).desc()).limit(limit + 1)
    if after is not None:
        query = query.where(col(Organisation.id) < after.after)
    rows, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda row: row[0].id)
    return OrganisationsPage(items=[_item(*row) for row in rows], next_cursor=next_cursor, filters=filters)


def _with_group_and_region() -> Select[Organisation, OwnershipGroup, Region]:
    return (
        select(Organisation, OwnershipGroup, Region)
        .join(OwnershipGroup, col(Organisation.ownership_group_id) == col(OwnershipGroup.id))
        .join(Region, col(Organisation.region_code) == col(Region.code), isouter=True)
    )


def _conditions(filters: OrganisationFilters) -> list[sa.ColumnElement[bool]]:
    """Say what a listed organisation fulfils; every word searched for stands in one of its names, or is its number."""
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.kind is not None:
        conditions.append(col(Organisation.kind) == filters.kind)
    for word in (filters.q or "").split():
        found = [col(name).icontains(word, autoescape=True) for name in (Organisation.name_ko, Organisation.name_en)]
        digits = word.replace("-", "")
        if digits.isascii() and digits.isdigit():
            found.append(col(Organisation.registration_number).startswith(digits))
        conditions.append(sa.or_(*found))
    return conditions


def _item(organisation: Organisation, group: OwnershipGroup, region: Region | None) -> OrganisationItem:
    return OrganisationItem(
        **organisation.model_dump(include={"id", "kind", "name_ko", "name_en", "registration_number", "country"}),
        region=None if region is None else Choice(**region.model_dump()),
        ownership_group=GroupView(**group.model_dump()),
    )


def organisation_view(session: Session, organisation_id: UUID) -> OrganisationView:
    """Show one organisation with its affiliates and the projects it takes part in, in four statements.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    row = session.exec(_with_group_and_region().where(Organisation.id == organisation_id)).first()
    if row is None:
        raise RecordNotFound("There is no such organisation.")
    organisation = row[0]
    affiliates = session.exec(
        select(Organisation)
        .where(Organisation.ownership_group_id == organisation.ownership_group_id, Organisation.id != organisation.id)
        .order_by(col(Organisation.id).desc())
        .limit(SHOWN)
    )
    return OrganisationView(
        **_item(*row).model_dump(),
        version=organisation.version,
        recorded_at=organisation.recorded_at,
        updated_at=organisation.updated_at,
        affiliates=[AffiliateView(**affiliate.model_dump()) for affiliate in affiliates],
        projects=_parts(session, organisation_id),
        projects_total=session.exec(
            select(func.count(sa.distinct(col(ConsortiumMember.project_id)))).where(
                ConsortiumMember.organisation_id == organisation_id
            )
        ).one(),
    )


def _parts(session: Session, organisation_id: UUID) -> list[PartView]:
    rows = session.exec(
        select(
            ConsortiumMember.project_id,
            ConsortiumMember.role,
            RndProject.title_ko,
            RndProject.title_en,
            RndProject.state,
        )  # type: ignore[call-overload] # SQLModel types four columns at most
        .join(RndProject, col(RndProject.id) == col(ConsortiumMember.project_id))
        .where(ConsortiumMember.organisation_id == organisation_id)
        .order_by(col(RndProject.id).desc(), col(ConsortiumMember.role))
        .limit(SHOWN)
    )
    return [
        PartView(project_id=project_id, role=role, title_ko=title_ko, title_en=title_en, state=state)
        for project_id, role, title_ko, title_en, state in rows
    ]


def organisation_form(session: Session, organisation: Organisation | None = None) -> OrganisationForm:
    """Prepare the form: what may be chosen and, for an edit, what stands now."""
    form = OrganisationForm(regions=choices(session, Region), groups=_shared_groups(session))
    if organisation is None:
        return form
    shown = {"kind", "name_ko", "name_en", "registration_number", "region_code", "country"}
    values: dict[str, str | list[str]] = {
        name: "" if value is None else str(value) for name, value in organisation.model_dump(include=shown).items()
    }
    if organisation.registration_number is not None:
        values["registration_number"] = with_hyphens(organisation.registration_number)
    values["ownership_group_name"] = session.get_one(OwnershipGroup, organisation.ownership_group_id).name_ko
    return form.model_copy(
        update={"organisation_id": organisation.id, "version": organisation.version, "values": values}
    )


def _shared_groups(session: Session) -> list[str]:
    """Name the groups that have affiliates, the largest first."""
    members = func.count()
    return list(
        session.exec(
            select(OwnershipGroup.name_ko)
            .join(Organisation, col(Organisation.ownership_group_id) == col(OwnershipGroup.id))
            .group_by(col(OwnershipGroup.id))
            .having(members > 1)
            .order_by(members.desc(), col(OwnershipGroup.name_ko))
            .limit(SUGGESTED_GROUPS)
        )
    )


def group_called(session: Session, name: str, *, present_id: UUID | None = None) -> UUID | None:
    """Find the ownership group that a form names; of several called the same, the one in force.

    Raises
    ------
    ValueNotAllowed
        When several groups are called so and none of them is in force.
    """
    found = session.exec(select(OwnershipGroup.id).where(OwnershipGroup.name_ko == name).limit(SHOWN)).all()
    if present_id in found or len(found) <= 1:
        return present_id if present_id in found else next(iter(found), None)
    raise ValueNotAllowed(
        "Several ownership groups are called {name}; give the organisation a group of its own name.",
        field="ownership_group_name",
        name=name,
    )
