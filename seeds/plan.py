"""The plan of 2026-01-29 as reference data: its figures, regions, technologies and TRL, each file with its source."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel, select

from models.plan import (
    Initiative,
    InitiativeField,
    MegaRegion,
    Pillar,
    PlanSource,
    Region,
    Target,
    Technology,
    TechnologyField,
    TrlLevel,
)
from seeds.reading import Fault, Line, SeedFileRefused, read_csv, repeated_keys
from seeds.reports import ADDED, CHANGED, UNCHANGED, SeedReport

PLAN_FOLDER = Path(__file__).parent / "data"
PLAN_FILES: tuple[tuple[str, type[SQLModel]], ...] = (
    ("plan_sources.csv", PlanSource),
    ("pillars.csv", Pillar),
    ("initiatives.csv", Initiative),
    ("targets.csv", Target),
    ("mega_regions.csv", MegaRegion),
    ("regions.csv", Region),
    ("technology_fields.csv", TechnologyField),
    ("initiative_fields.csv", InitiativeField),
    ("technologies.csv", Technology),
    ("trl_levels.csv", TrlLevel),
)
"""Each file and its table, referred-to tables before those that refer to them."""


def read_plan(folder: Path = PLAN_FOLDER) -> dict[type[SQLModel], list[Line[SQLModel]]]:
    """Read and check all files of the plan; the rows belong to no session.

    Raises
    ------
    SeedFileRefused
        When a file is not as its table wants it, repeats a key, or names a key that no other file has.
    """
    plan = {table: read_csv(folder / file, table) for file, table in PLAN_FILES}
    faults = [fault for table, lines in plan.items() for fault in repeated_keys(lines, _key(table))]
    faults += _broken_references(plan)
    if faults:
        raise SeedFileRefused(faults)
    return plan


def seed_plan(session: Session, *, folder: Path = PLAN_FOLDER) -> SeedReport:
    """Bring the plan's tables to what the files say, by natural key; flushes, never commits.

    Rows that the files do not name stay as they are, since other records may refer to them.

    Raises
    ------
    SeedFileRefused
        When a file is not as its table wants it; then nothing is written.
    """
    report = SeedReport()
    for table, lines in read_plan(folder).items():
        stored = {getattr(row, _key(table)): row for row in session.exec(select(table))}
        for line in lines:
            report += _bring(session, line.record, stored.get(getattr(line.record, _key(table))))
        session.flush()
    return report


def _bring(session: Session, wanted: SQLModel, stored: SQLModel | None) -> SeedReport:
    if stored is None:
        session.add(wanted)
        return ADDED
    if stored.model_dump() == wanted.model_dump():
        return UNCHANGED
    stored.sqlmodel_update(wanted)
    return CHANGED


def _key(table: type[SQLModel]) -> str:
    """Name the natural key, which in the tables of the plan is the one primary-key column."""
    (column,) = inspect(table).primary_key
    return str(column.name)


def _broken_references(plan: dict[type[SQLModel], list[Line[SQLModel]]]) -> Iterator[Fault]:
    """Give a fault for each foreign key that no line of the referred-to file has."""
    known = {
        inspect(table).local_table: {getattr(line.record, _key(table)) for line in lines}
        for table, lines in plan.items()
    }
    for table, lines in plan.items():
        for foreign_key in inspect(table).local_table.foreign_keys:
            column, referred = foreign_key.parent.name, foreign_key.column.table
            for line in lines:
                value = getattr(line.record, column)
                if value is not None and value not in known[referred]:
                    yield line.fault(column, f"expected a {referred.name} of the plan, found {value!r}")
