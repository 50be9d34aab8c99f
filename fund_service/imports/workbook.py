"""Reader of .xlsx files: the first visible sheet, its values only."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from pathlib import Path

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL, EmptyCell, ReadOnlyCell
from openpyxl.workbook import Workbook

from fund_service.imports.archives import MAX_ROW_NUMBER, check_archive
from fund_service.imports.faults import FaultList, NotUnderstood, Reason, refusal
from fund_service.imports.headings import check_headings
from fund_service.imports.tables import MAX_COLUMNS, MAX_ROWS, SourceRow, SourceTable


def open_workbook(path: Path) -> SourceTable:
    """Open an .xlsx file; its archive is checked before openpyxl sees it.

    Raises
    ------
    ImportRefused
        When the archive is refused (see ``check_archive``), is no workbook, or its first sheet has no headings.
    """
    rows = check_archive(path)
    title, others = _sheets(path)
    heading = next(_cells(path), None)
    if heading is None:
        raise refusal("expected a row of headings", value=title)
    line, cells = heading
    headings = check_headings([cell.value for cell in cells], line=line)
    notices = (f"Only the sheet {title} was read; other sheets: {', '.join(others)}.",) if others else ()
    return SourceTable(
        headings=dict.fromkeys(headings, line),
        expected_rows=rows,
        rows=partial(_rows, path, headings),
        notices=notices,
    )


def _loaded(path: Path) -> Workbook:
    try:
        # Formulas are kept as formulas, to be refused: what a program last cached for them may be stale.
        return openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl answers a forged part with errors of every kind
        raise refusal("expected an .xlsx workbook ({error})", error=type(error).__name__) from error


def _sheets(path: Path) -> tuple[str, list[str]]:
    workbook = _loaded(path)
    try:
        titles = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    finally:
        workbook.close()
    if not titles:
        raise refusal("expected a visible sheet")
    return titles[0], titles[1:]


def _cells(path: Path) -> Iterator[tuple[int, tuple[ReadOnlyCell | EmptyCell, ...]]]:
    """Give the rows of the first visible sheet that are not blank, with their numbers."""
    workbook = _loaded(path)
    number, before = 0, None
    try:
        sheet = next(sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible")
        # What a sheet says of its own size is not to be relied on.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(max_row=MAX_ROW_NUMBER, max_col=MAX_COLUMNS + 1), start=1):
            # Rows that are missing altogether all come as one and the same filler.
            if cells is not before and any(cell.value not in (None, "") for cell in cells if cell is not EMPTY_CELL):
                yield number, cells
            before = cells
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, SyntaxError, OSError) as error:
        raise refusal("expected a well-formed sheet ({error})", line=number + 1, error=type(error).__name__) from error
    finally:
        workbook.close()


def _rows(path: Path, headings: list[str], faults: FaultList) -> Iterator[SourceRow]:
    rows = _cells(path)
    next(rows)
    for count, (line, cells) in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise refusal("expected at most {most:,} rows", line=line, most=MAX_ROWS)
        before = faults.total
        found: dict[str, object] = {}
        for position, cell in enumerate(cells):
            if cell.value is None:
                continue
            if position >= len(headings):
                expected = Reason("expected no value beside the headings")
                faults.add(line, column=cell.coordinate, value=cell.value, expected=expected)
                continue
            try:
                found[headings[position]] = _value(cell)
            except NotUnderstood as error:
                faults.add(line, column=headings[position], value=cell.value, expected=error.reason)
        if faults.total == before:
            yield SourceRow(line, dict.fromkeys(headings) | found)


def _value(cell: ReadOnlyCell) -> object:
    """Give a cell's value: numbers exact, dates as dates."""
    value = cell.value
    if cell.data_type == "f":
        raise NotUnderstood("expected a value, not a formula; paste the column as values")
    if cell.data_type == "e":
        raise NotUnderstood("expected a value, not an error")
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, datetime):
        if value.time() != time(0):
            raise NotUnderstood("expected a date without a time of day")
        return value.date()
    if isinstance(value, str | int | date):
        return value
    raise NotUnderstood("expected text, a number or a date")
