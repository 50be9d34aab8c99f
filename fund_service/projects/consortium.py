"""Consortiums: who takes part in a project, and how a form names them."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import Session, col, select

from fund_service.projects.schemas import MemberIn, MemberView
from fund_service.wire import ClosedModel, Name
from models.errors import ValueNotAllowed
from models.organisation import Organisation
from models.project import ConsortiumMember, ConsortiumRole

MAX_NAMED = 50


class ConsortiumNames(ClosedModel):
    """A consortium as a form names it: names, registration numbers or identifiers of recorded organisations."""

    lead: Name | None = None
    anchors: list[Name] = Field(default_factory=list, max_length=MAX_NAMED)
    partners: list[Name] = Field(default_factory=list, max_length=MAX_NAMED)

    def by_role(self) -> dict[ConsortiumRole, list[str]]:
        """Give the names under each role."""
        return {
            ConsortiumRole.LEAD: [] if self.lead is None else [self.lead],
            ConsortiumRole.ANCHOR: self.anchors,
            ConsortiumRole.PARTNER: self.partners,
        }


FORM_FIELDS = {ConsortiumRole.LEAD: "lead", ConsortiumRole.ANCHOR: "anchors", ConsortiumRole.PARTNER: "partners"}


def consortium_of(session: Session, project_id: UUID) -> list[MemberView]:
    """List a project's members: lead, anchor companies, partners."""
    rows = session.exec(
        select(ConsortiumMember, Organisation)
        .join(Organisation, col(Organisation.id) == col(ConsortiumMember.organisation_id))
        .where(ConsortiumMember.project_id == project_id)
        .order_by(col(Organisation.name_ko), col(Organisation.name_en), col(Organisation.id))
    ).all()
    order = list(ConsortiumRole)
    return [
        MemberView(
            organisation_id=organisation.id,
            role=member.role,
            kind=organisation.kind,
            region_code=organisation.region_code,
            name_ko=organisation.name_ko,
            name_en=organisation.name_en,
        )
        for member, organisation in sorted(rows, key=lambda row: order.index(row[0].role))
    ]


def members_named(session: Session, names: ConsortiumNames) -> list[MemberIn]:
    """Find the organisations that a form names.

    Raises
    ------
    ValueNotAllowed
        When one is not recorded, or several go by the same name.
    """
    by_role = names.by_role()
    called = _organisations_called(session, sorted({name for named in by_role.values() for name in named}))
    members = []
    for role, named in by_role.items():
        for name in named:
            found = called[name]
            if len(found) != 1:
                raise ValueNotAllowed(
                    "Several organisations are called {name}; give the registration number instead."
                    if found
                    else "No organisation called {name} is recorded; record it first.",
                    field=FORM_FIELDS[role],
                    name=name,
                )
            members.append(MemberIn(organisation_id=found[0], role=role))
    return members


def _organisations_called(session: Session, names: Sequence[str]) -> dict[str, list[UUID]]:
    """Find organisations by Korean or English name, registration number or id, in one statement."""
    digits = {name: name.replace("-", "") for name in names}
    found = session.exec(
        select(Organisation).where(
            sa.or_(
                col(Organisation.name_ko).in_(names),
                col(Organisation.name_en).in_(names),
                col(Organisation.registration_number).in_(digits.values()),
                sa.cast(col(Organisation.id), sa.String).in_(names),
            )
        )
    ).all()
    return {
        name: [
            organisation.id
            for organisation in found
            if name in {organisation.name_ko, organisation.name_en, str(organisation.id)}
            or digits[name] == organisation.registration_number
        ]
        for name in names
    }


def names_of(session: Session, project_id: UUID) -> dict[str, str]:
    """Name a project's members as the form takes them back: by name where it is theirs alone, else by id."""
    members = consortium_of(session, project_id)
    names = sorted({name for member in members for name in (member.name_ko, member.name_en) if name})
    bearers = Counter({name: len(found) for name, found in _organisations_called(session, names).items()})
    lines: dict[str, list[str]] = {field: [] for field in FORM_FIELDS.values()}
    for member in members:
        name = member.name_ko or member.name_en or ""
        lines[FORM_FIELDS[member.role]].append(name if bearers[name] == 1 else str(member.organisation_id))
    return {field: "\n".join(named) for field, named in lines.items()}
