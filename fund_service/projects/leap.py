"""Leap consortia: one anchor company, and a partner firm that is not its own."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.projects.schemas import MemberIn
from models.errors import ValueNotAllowed
from models.organisation import Organisation, OrganisationKind
from models.project import ConsortiumMember, ConsortiumRole, RndProject

Seat = tuple[ConsortiumRole, Organisation]
"""A part in a consortium, and who has it."""

FAULTS = {
    "one_anchor": "A Leap project has exactly one anchor company.",
    "anchor_kind": "The anchor of a Leap project is recorded as an anchor company.",
    "a_partner": "A Leap project has at least one partner firm outside the anchor company's ownership group.",
}
"""What a consortium can lack."""


def check_leap_members(session: Session, members: Collection[MemberIn]) -> None:
    """Refuse a consortium that a Leap project cannot have; the database refuses the same at the end of a write.

    Raises
    ------
    ValueNotAllowed
        Saying what is missing.
    """
    ids = {member.organisation_id for member in members}
    found = {it.id: it for it in session.exec(select(Organisation).where(col(Organisation.id).in_(ids)))}
    fault = _fault([(member.role, found[member.organisation_id]) for member in members])
    if fault is not None:
        raise ValueNotAllowed(fault, field="consortium")


def _fault(seats: Iterable[Seat]) -> str | None:
    """Say what a Leap consortium lacks, if anything."""
    seats = list(seats)
    anchors = {party.id: party for role, party in seats if role is ConsortiumRole.ANCHOR}
    if len(anchors) != 1:
        return FAULTS["one_anchor"]
    [anchor] = anchors.values()
    if anchor.kind is not OrganisationKind.ANCHOR_COMPANY:
        return FAULTS["anchor_kind"]
    partners = (
        party
        for role, party in seats
        if role is not ConsortiumRole.ANCHOR and party.kind is OrganisationKind.PARTNER_FIRM
    )
    if all(party.ownership_group_id == anchor.ownership_group_id for party in partners):
        return FAULTS["a_partner"]
    return None


def first_bad_leap_project(session: Session) -> tuple[RndProject, str] | None:
    """Find a Leap project whose consortium is not one, by id, and say what it lacks; for writes of many at once."""
    leaping = select(RndProject).where(col(RndProject.leap_phase).is_not(None)).order_by(col(RndProject.id))
    projects = {project.id: project for project in session.exec(leaping)}
    members = session.exec(
        select(ConsortiumMember, Organisation)
        .join(Organisation, col(Organisation.id) == col(ConsortiumMember.organisation_id))
        .where(col(ConsortiumMember.project_id).in_(projects))
    ).all()
    by_project: dict[UUID, list[Seat]] = {project_id: [] for project_id in projects}
    for member, organisation in members:
        by_project[member.project_id].append((member.role, organisation))
    for project_id, seats_of in by_project.items():
        fault = _fault(seats_of)
        if fault is not None:
            return projects[project_id], fault
    return None
