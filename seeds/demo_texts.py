"""What the invented fund is about: R&D projects with their consortia, and demand signals with their limits."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from sqlmodel import Session, SQLModel, col, delete

from models.project import ConsortiumMember, ConsortiumRole, ProjectField, RndProject
from models.signal import DemandSignal, SignalExcludedField, SignalField, SignalRegion
from seeds.demo_records import ProjectRecord, SignalRecord
from seeds.demo_rows import DEMO_SOURCE, bring
from seeds.reading import Line
from seeds.reports import SeedReport

PROJECT_LINKS = {"field_codes", "technology_codes", "lead", "anchor", "partners"}
"""What a project's line says beside the columns of its own table; technologies only prove the fields."""
SIGNAL_LINKS = {
    "field_codes", "region_codes", "excluded_field_codes", "organisation", "submitted_by", "commitment_level",
}  # fmt: skip
"""What a signal's line says beside the columns of its own table."""


def seed_projects(
    session: Session, lines: Iterable[Line[ProjectRecord]], *, organisations: Mapping[str, UUID]
) -> SeedReport:
    """Bring the projects with their fields and consortia."""
    records = [line.record for line in lines]
    rows = (
        RndProject(source=DEMO_SOURCE, source_digest=record.digest(), **record.model_dump(exclude=PROJECT_LINKS))
        for record in records
    )
    brought = bring(session, RndProject, rows)
    for record in (record for record in records if record.external_id in brought.written):
        project_id = brought.ids[record.external_id]
        session.exec(delete(ProjectField).where(col(ProjectField.project_id) == project_id))
        session.exec(delete(ConsortiumMember).where(col(ConsortiumMember.project_id) == project_id))
        session.add_all(ProjectField(project_id=project_id, field_code=code) for code in record.field_codes)
        session.add_all(_consortium(record, project_id, organisations))
    session.flush()
    return brought.report


def seed_signals(
    session: Session,
    lines: Iterable[Line[SignalRecord]],
    *,
    organisations: Mapping[str, UUID],
    people: Mapping[str, UUID],
) -> SeedReport:
    """Bring the demand signals with their fields, regions and exclusions."""
    records = [line.record for line in lines]
    rows = (
        DemandSignal(
            source=DEMO_SOURCE,
            source_digest=record.digest(),
            organisation_id=organisations[record.organisation],
            submitted_by_id=None if record.submitted_by is None else people[record.submitted_by],
            claimed_level=record.commitment_level,
            **record.model_dump(exclude=SIGNAL_LINKS),
        )
        for record in records
    )
    brought = bring(session, DemandSignal, rows)
    for record in (record for record in records if record.external_id in brought.written):
        signal_id = brought.ids[record.external_id]
        for link in (SignalField, SignalExcludedField, SignalRegion):
            session.exec(delete(link).where(col(link.signal_id) == signal_id))
        session.add_all(_limits(record, signal_id))
    session.flush()
    return brought.report


def _consortium(
    record: ProjectRecord, project_id: UUID, organisations: Mapping[str, UUID]
) -> Iterator[ConsortiumMember]:
    parts = [(record.lead, ConsortiumRole.LEAD), *((partner, ConsortiumRole.PARTNER) for partner in record.partners)]
    if record.anchor is not None:
        parts.append((record.anchor, ConsortiumRole.ANCHOR))
    for organisation, role in parts:
        yield ConsortiumMember(project_id=project_id, organisation_id=organisations[organisation], role=role)


def _limits(record: SignalRecord, signal_id: UUID) -> Iterator[SQLModel]:
    for code in record.field_codes:
        yield SignalField(signal_id=signal_id, field_code=code)
    for code in record.region_codes:
        yield SignalRegion(signal_id=signal_id, region_code=code)
    for code in record.excluded_field_codes:
        yield SignalExcludedField(signal_id=signal_id, field_code=code)
