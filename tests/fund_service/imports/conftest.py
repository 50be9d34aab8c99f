"""Fixtures of import tests: a database that knows the plan, and imports of rows written on the spot."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from fund_service.imports.commands import import_file
from fund_service.imports.faults import ImportRefused
from fund_service.imports.schemas import ImportKind, ImportReport
from seeds.plan import seed_plan

Import = Callable[..., ImportReport]


@pytest.fixture
def import_path(session: Session) -> Import:
    """Import a file; options are those of ``import_file``, over harmless ones."""
    seed_plan(session)

    def run(kind: str, path: Path, **options: object) -> ImportReport:
        # Already the second of March in Seoul.
        at = datetime(2026, 3, 1, 20, tzinfo=UTC)
        chosen = {"mapping": None, "rates": {}, "dry_run": False, "at": at} | options
        return import_file(session, kind=ImportKind(kind), path=path, **chosen)  # type: ignore[arg-type]

    return run


@pytest.fixture
def import_table(import_path: Import, tmp_path: Path) -> Import:
    """Import rows under headings, by way of a .csv file."""

    def run(kind: str, *rows: Sequence[str], **options: object) -> ImportReport:
        path = tmp_path / "table.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows)
        return import_path(kind, path, **options)

    return run


@pytest.fixture
def import_objects(import_path: Import, tmp_path: Path) -> Import:
    """Import objects, by way of a .jsonl file."""

    def run(kind: str, *objects: Mapping[str, object], **options: object) -> ImportReport:
        path = tmp_path / "objects.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in objects), encoding="utf-8")
        return import_path(kind, path, **options)

    return run


@pytest.fixture
def faults_of() -> Callable[..., list[str]]:
    """Give the faults for which an import is refused."""

    def faults(run: Import, *arguments: object, **options: object) -> list[str]:
        with pytest.raises(ImportRefused) as caught:
            run(*arguments, **options)
        return [str(fault) for fault in caught.value.faults]

    return faults
