"""Who takes part in the invented fund: ownership groups, organisations and people with their roles."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from models.organisation import Organisation, OwnershipGroup
from models.person import Person, PersonRole, Role
from seeds.demo_files import DemoFund
from seeds.demo_records import GroupRecord, OrganisationRecord, PersonRecord
from seeds.demo_rows import DEMO_SOURCE, bring, stored_rows
from seeds.reading import Line
from seeds.reports import ADDED, CHANGED, UNCHANGED, SeedReport


def seed_groups(session: Session, fund: DemoFund) -> tuple[SeedReport, dict[str, UUID]]:
    """Bring the ownership groups, one for each organisation without affiliates included; give their ids."""
    stored = stored_rows(session, OwnershipGroup)
    report, ids = SeedReport(), {}
    for record in _groups(fund):
        group = stored.get(record.external_id)
        if group is None:
            group = OwnershipGroup(source=DEMO_SOURCE, **record.model_dump())
            session.add(group)
            report += ADDED
        elif (group.name_ko, group.name_en) == (record.name_ko, record.name_en):
            report += UNCHANGED
        else:
            group.sqlmodel_update(record.model_dump())
            report += CHANGED
        ids[record.external_id] = group.id
    session.flush()
    return report, ids


def seed_organisations(
    session: Session, lines: Iterable[Line[OrganisationRecord]], *, groups: Mapping[str, UUID]
) -> tuple[SeedReport, Mapping[str, UUID]]:
    """Bring the organisations; give their ids."""
    rows = (
        Organisation(
            source=DEMO_SOURCE,
            source_digest=line.record.digest(),
            ownership_group_id=groups[line.record.ownership_group or line.record.external_id],
            **line.record.model_dump(exclude={"ownership_group"}),
        )
        for line in lines
    )
    brought = bring(session, Organisation, rows)
    return brought.report, brought.ids


def seed_people(
    session: Session,
    lines: Iterable[Line[PersonRecord]],
    *,
    organisations: Mapping[str, UUID],
    new_hash: Callable[[], str],
) -> tuple[SeedReport, dict[str, UUID]]:
    """Bring the people and their roles; give their ids. Only who has no account yet gets a password."""
    records = [line.record for line in lines]
    emails = [record.email for record in records]
    stored = {person.email: person for person in session.exec(select(Person).where(col(Person.email).in_(emails)))}
    report, ids = SeedReport(), {}
    for record in records:
        organisation_id = None if record.organisation is None else organisations[record.organisation]
        person = stored.get(record.email)
        if person is None:
            person = Person(
                email=record.email, name=record.name, organisation_id=organisation_id, password_hash=new_hash()
            )
            session.add(person)
            session.flush()
            outcome = ADDED
        else:
            same = (person.name, person.organisation_id) == (record.name, organisation_id)
            outcome = UNCHANGED if same else CHANGED
            person.name, person.organisation_id = record.name, organisation_id
        granted = _grant(session, person.id, set(record.roles))
        report += CHANGED if granted and outcome is UNCHANGED else outcome
        ids[record.email] = person.id
    session.flush()
    return report, ids


def _groups(fund: DemoFund) -> Iterable[GroupRecord]:
    """Give the groups of the files, then one for each organisation that stands alone, under its own external id."""
    for group in fund.groups:
        yield group.record
    for organisation in (line.record for line in fund.organisations):
        if organisation.ownership_group is None:
            yield GroupRecord(**organisation.model_dump(include={"external_id", "name_ko", "name_en"}))


def _grant(session: Session, person_id: UUID, wanted: set[Role]) -> bool:
    """Grant the roles that a person lacks and take back the others; tell whether that changed anything."""
    held = {row.role: row for row in session.exec(select(PersonRole).where(col(PersonRole.person_id) == person_id))}
    session.add_all(PersonRole(person_id=person_id, role=role) for role in sorted(wanted - held.keys()))
    for role in held.keys() - wanted:
        session.delete(held[role])
    return held.keys() != wanted
