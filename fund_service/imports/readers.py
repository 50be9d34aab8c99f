"""Opens a file by its extension."""

from collections.abc import Callable
from pathlib import Path

from fund_service.imports.delimited import open_delimited
from fund_service.imports.faults import refusal
from fund_service.imports.json_lines import open_json_lines
from fund_service.imports.tables import SourceTable
from fund_service.imports.workbook import open_workbook

READERS: dict[str, Callable[[Path], SourceTable]] = {
    ".csv": open_delimited,
    ".xlsx": open_workbook,
    ".jsonl": open_json_lines,
    ".jsonl.gz": open_json_lines,
}
"""File extension to reader."""


def open_table(path: Path) -> SourceTable:
    """Open a .csv, .xlsx, .jsonl or .jsonl.gz file as a table.

    Raises
    ------
    ImportRefused
        When there is no such file, its extension is another, it is empty, or its reader refuses it.
    """
    extension = next(
        (known for known in sorted(READERS, key=len, reverse=True) if path.name.lower().endswith(known)), None
    )
    try:
        if not path.is_file():
            raise refusal("expected a file" if path.exists() else "there is no such file", value=path)
        if extension is None:
            raise refusal("expected a file named {known}", value=path.name, known=", ".join(READERS))
        if path.stat().st_size == 0:
            raise refusal("expected a file with rows, found an empty one", value=path.name)
        return READERS[extension](path)
    except OSError as error:
        raise refusal("the file cannot be read ({error})", value=path, error=error) from error
