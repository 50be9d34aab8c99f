"""Tables as files: CSV that Excel opens in Korean, and XLSX; no cell of either is ever read as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from fund_service import locales
from fund_service.imports.columns import COLUMNS
from fund_service.imports.formulas import marked
from fund_service.imports.schemas import ImportKind
from models.clock import SEOUL
from models.errors import ValueNotAllowed
from models.person import PreferredLanguage

Cell = str | int | float | date | datetime | None
"""What a cell may hold; an enum's member is its value, a truth value has to be said in words."""

BETWEEN_ENTRIES = "; "
"""What parts the entries of a list within one cell, as an import reads them."""
MAX_EXPORT_ROWS = 50_000
"""Rows of one file: more than the whole register, less than a process could choke on."""
MAX_CELL_CHARACTERS = 32_767
"""What Excel keeps of a cell."""
MAX_SHEET_NAME = 31

_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


class ExportFormat(StrEnum):
    """The files a table comes as."""

    CSV = "csv"
    """Comma-separated values, UTF-8 with a byte order mark."""
    XLSX = "xlsx"
    """An Excel workbook with one sheet."""


MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def import_headings(kind: ImportKind, names: Sequence[str]) -> list[str]:
    """Give the headings of columns in the language at hand, as an import of that kind knows them."""
    if locales.LANGUAGE.get() is PreferredLanguage.ENGLISH:
        return list(names)
    return [COLUMNS[kind][name].headings[0] for name in names]


def write_table(kind: ExportFormat, columns: Sequence[str], *, rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    """Write a table as a file of the kind asked for.

    Raises
    ------
    ValueNotAllowed
        When there are more than ``MAX_EXPORT_ROWS`` rows.
    """
    if kind is ExportFormat.XLSX:
        return write_xlsx(columns, rows, title=title)
    return write_csv(columns, rows)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write a table as CSV (RFC 4180): UTF-8 with a byte order mark, so that Excel reads the Korean.

    Texts that a spreadsheet would compute get an apostrophe in front; numbers stay numbers, also negative ones. Dates
    are ISO 8601, moments in Seoul time with their offset.

    Raises
    ------
    ValueNotAllowed
        When there are more than ``MAX_EXPORT_ROWS`` rows.
    """
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([_csv_cell(column) for column in columns])
    writer.writerows([_csv_cell(cell) for cell in row] for row in _bounded(rows))
    return lines.getvalue().encode("utf-8-sig", "replace")


def _csv_cell(cell: Cell) -> str | int | float:
    if isinstance(cell, str):
        return marked(str(cell))
    if isinstance(cell, datetime):
        return cell.astimezone(SEOUL).isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else cell


def write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str) -> bytes:
    """Write a table as a workbook with one sheet: texts as strings whatever they start with, numbers and dates as such.

    Moments are shown in Seoul time, since Excel knows no zones. What Excel cannot keep, control characters and
    anything past 32,767 characters of one cell, is left out.

    Raises
    ------
    ValueNotAllowed
        When there are more than ``MAX_EXPORT_ROWS`` rows.
    """
    # Counted before the workbook opens a file of its own, which a refusal in the middle would leave behind.
    counted = list(_bounded(rows))
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_NOT_IN_SHEET_NAME.sub(" ", title)[:MAX_SHEET_NAME].strip() or "Sheet1")
    sheet.freeze_panes = "A2"
    sheet.append([_xlsx_cell(sheet, column) for column in columns])
    for row in counted:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _xlsx_cell(sheet: WriteOnlyWorksheet, cell: Cell) -> object:
    if isinstance(cell, datetime):
        return cell.astimezone(SEOUL).replace(tzinfo=None)
    if not isinstance(cell, str):
        return cell
    try:
        written = WriteOnlyCell(sheet, str(cell)[:MAX_CELL_CHARACTERS])
    except IllegalCharacterError:
        written = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", cell)[:MAX_CELL_CHARACTERS])
    # openpyxl takes "=..." for a formula and "#N/A" for an error unless told otherwise.
    written.data_type = "s"
    return written


def _bounded(rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    for count, row in enumerate(rows):
        if count == MAX_EXPORT_ROWS:
            raise ValueNotAllowed(
                "This export would have more than {rows} rows; narrow it with the filters.", rows=MAX_EXPORT_ROWS
            )
        yield row
