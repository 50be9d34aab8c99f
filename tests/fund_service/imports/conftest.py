"""Fixtures of import tests: the plan's reference data, and an import of text written on the spot."""

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import Session

from fund_service.imports.commands import import_file
from fund_service.imports.schemas import ImportKind, ImportReport
from seeds.plan import seed_plan

AT = datetime(2026, 3, 1, 20, tzinfo=UTC)
"""Already the second of March in Seoul."""

Import = Callable[..., ImportReport]


@pytest.fixture
def run_import(session: Session) -> Import:
    """Import a file into a database that knows the plan."""
    seed_plan(session)

    def run(kind: str, path: Path, **options: object) -> ImportReport:
        chosen: dict[str, object] = {"mapping": None, "rates": {}, "dry_run": False, "at": AT} | options
        return import_file(session, kind=ImportKind(kind), path=path, **chosen)  # type: ignore[arg-type]

    return run


def write_csv(path: Path, *rows: Iterable[str], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Write rows, quoting every cell."""
    lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def write_json_lines(path: Path, *rows: Mapping[str, object]) -> Path:
    """Write one object a line, compressed where the name says so."""
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


USD = {"USD": Decimal(1380)}
