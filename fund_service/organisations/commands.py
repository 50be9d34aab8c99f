"""Writes of organisations."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service import jobs
from fund_service.deals.commands import reconsider_deals
from fund_service.organisations.queries import find_organisation
from fund_service.organisations.registration import with_hyphens
from fund_service.organisations.schemas import OrganisationIn
from fund_service.sentences import sentence
from models.errors import RecordChanged, RecordConflicts, ValueNotAllowed
from models.organisation import Organisation, OwnershipGroup
from models.plan import Region

PLAIN_COLUMNS = set(OrganisationIn.model_fields) - {"ownership_group_id", "ownership_group_name"}


def record_organisation(session: Session, data: OrganisationIn, *, at: datetime) -> Organisation:
    """Record an organisation, in the group it names or in one of its own.

    Raises
    ------
    RecordConflicts
        When its registration number is another's, or a group to be made has the name of one that exists.
    ValueNotAllowed
        When the group or the region does not exist.
    """
    _check(session, data, organisation_id=None)
    organisation = Organisation(
        ownership_group_id=_group_id(session, data, present=None),
        recorded_at=at,
        updated_at=at,
        **data.model_dump(include=PLAIN_COLUMNS),
    )
    session.add(organisation)
    session.flush()
    return organisation


def edit_organisation(
    session: Session, organisation_id: UUID, data: OrganisationIn, *, version: int, at: datetime
) -> Organisation:
    """Replace what is recorded of an organisation; another ownership group voids approvals of deals with it.

    It also makes and ends conflicts of interest, so what it touches is matched anew.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody edited it since ``version``.
    RecordConflicts, ValueNotAllowed
        As for a new one.
    """
    organisation = find_organisation(session, organisation_id, to_change=True)
    if organisation.version != version:
        raise RecordChanged("This organisation was changed since you opened it; load it again and repeat your change.")
    _check(session, data, organisation_id=organisation_id)
    group_before = organisation.ownership_group_id
    organisation.ownership_group_id = _group_id(session, data, present=organisation)
    for name, value in data.model_dump(include=PLAIN_COLUMNS).items():
        setattr(organisation, name, value)
    organisation.mark_edited(at)
    session.flush()
    if organisation.ownership_group_id != group_before:
        words = sentence("The company was moved to another ownership group.")
        reconsider_deals(session, company_id=organisation.id, words=words, at=at)
        jobs.queue_changes(session)
    return organisation


def _check(session: Session, data: OrganisationIn, *, organisation_id: UUID | None) -> None:
    if data.region_code is not None and session.get(Region, data.region_code) is None:
        raise ValueNotAllowed("There is no {code} in this list.", field="region_code", code=data.region_code)
    if data.registration_number is None:
        return
    holder = session.exec(
        select(Organisation).where(Organisation.registration_number == data.registration_number)
    ).first()
    if holder is not None and holder.id != organisation_id:
        raise RecordConflicts(
            "The registration number {number} is that of {holder} already.",
            field="registration_number",
            number=with_hyphens(data.registration_number),
            holder=holder.name_ko or holder.name_en,
        )


def _group_id(session: Session, data: OrganisationIn, *, present: Organisation | None) -> UUID:
    """Give the group an organisation goes to: the one chosen, the one named anew, or its own."""
    if data.ownership_group_id is not None:
        if session.get(OwnershipGroup, data.ownership_group_id) is None:
            raise ValueNotAllowed("There is no such ownership group.", field="ownership_group_id")
        return data.ownership_group_id
    if data.ownership_group_name is not None:
        taken = session.exec(select(OwnershipGroup).where(OwnershipGroup.name_ko == data.ownership_group_name)).first()
        if taken is not None:
            raise RecordConflicts(
                "There is an ownership group called {name} already; choose it instead.",
                field="ownership_group_name",
                name=taken.name_ko,
            )
        return _new_group(session, data.ownership_group_name)
    if present is not None and _is_alone(session, present.ownership_group_id):
        return present.ownership_group_id
    return _new_group(session, data.name_ko or data.name_en or "", name_en=data.name_en)


def _is_alone(session: Session, group_id: UUID) -> bool:
    members = session.exec(
        select(func.count()).select_from(Organisation).where(col(Organisation.ownership_group_id) == group_id)
    ).one()
    return members == 1


def _new_group(session: Session, name_ko: str, *, name_en: str | None = None) -> UUID:
    group = OwnershipGroup(name_ko=name_ko, name_en=name_en)
    session.add(group)
    session.flush()
    return group.id
