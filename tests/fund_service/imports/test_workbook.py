"""Workbooks give exact values; archives that could unfold into something else are refused before they are loaded."""

import io
import time
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from fund_service.imports import archives, workbook
from fund_service.imports.faults import FaultList, ImportRefused
from fund_service.imports.readers import open_table
from tests.damaged_archives import damaged

SHEET = "xl/worksheets/sheet1.xml"


def save(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def read(path: Path) -> list[tuple[int, dict[str, object]]]:
    faults = FaultList()
    rows = [(row.line, dict(row.cells)) for row in open_table(path).rows(faults)]
    faults.refuse()
    return rows


def refused(path: Path) -> str:
    with pytest.raises(ImportRefused) as caught:
        read(path)
    return caught.value.message


def forged(path: Path, parts: Mapping[str, bytes | None]) -> Path:
    """Replace parts of a small workbook; None leaves a part out."""
    source = io.BytesIO()
    openpyxl.Workbook().save(source)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            content = parts[name] if name in parts else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return path


def sheet(rows: bytes, before: bytes = b"") -> bytes:
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + before
    return start + b"<sheetData>" + rows + b"</sheetData></worksheet>"


def test_values_come_as_they_are_with_their_line(tmp_path):
    path = save(
        tmp_path / "a.xlsx",
        ("과제명", "예산", "시작일", "TRL", "비고"),
        ("수소", 1500000000.0, datetime(2026, 1, 31), 4, None),  # noqa: DTZ001 - a cell has no zone
        (None,),
        ("양자", 1.5, date(2026, 2, 1), True, "=text"[1:]),
    )
    assert read(path) == [
        (2, {"과제명": "수소", "예산": 1_500_000_000, "시작일": date(2026, 1, 31), "TRL": 4, "비고": None}),
        (4, {"과제명": "양자", "예산": Decimal("1.5"), "시작일": date(2026, 2, 1), "TRL": True, "비고": "text"}),
    ]


def test_only_the_first_visible_sheet_is_read_and_the_report_says_so(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "hidden"
    book.active.sheet_state = "hidden"
    for title in ("과제", "참고"):
        book.create_sheet(title).append((title,))
    book.save(tmp_path / "a.xlsx")
    table = open_table(tmp_path / "a.xlsx")
    assert list(table.headings) == ["과제"]
    assert table.notices == ("Only the sheet 과제 was read; other sheets: 참고.",)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("=1+1", "line 2, column b: '=1+1' - expected a value, not a formula"),
        ("#N/A", "expected a value, not an error"),
        (datetime(2026, 1, 31, 9), "without a time of day"),  # noqa: DTZ001
        (datetime(2026, 1, 31, 9).time(), "expected text, a number or a date"),  # noqa: DTZ001
    ],
)
def test_cells_without_a_plain_value_are_refused(tmp_path, value, reason):
    assert reason in refused(save(tmp_path / "a.xlsx", ("a", "b"), ("x", value)))


def test_a_value_beside_the_headings_is_refused(tmp_path):
    assert "column C2" in refused(save(tmp_path / "a.xlsx", ("a", "b"), ("x", "y", "z")))


def test_a_sheet_without_headings_is_refused(tmp_path):
    assert "row of headings" in refused(save(tmp_path / "a.xlsx"))
    assert "row of headings" in refused(save(tmp_path / "b.xlsx", (" ",)))


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "xl/../../evil", "xl\\..\\evil.xml"])
def test_names_outside_the_archive_are_refused(tmp_path, name):
    assert "outside the workbook" in refused(forged(tmp_path / "a.xlsx", {name: b"<a/>"}))


def test_an_archive_that_unfolds_is_refused_at_once(tmp_path):
    path = forged(tmp_path / "a.xlsx", {SHEET: sheet(b"<row/>" * 12_000_000)})
    assert path.stat().st_size < 2**20
    started = time.monotonic()
    assert "times its size" in refused(path)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_damaged_within_is_refused_however_it_is_packed(tmp_path, packed):
    path = tmp_path / "a.xlsx"
    path.write_bytes(damaged(SHEET, sheet(b"<row/>"), packed))
    assert "neither encrypted nor damaged" in refused(path)


@pytest.mark.parametrize(
    ("limit", "value", "reason"),
    [
        ("MAX_ENTRIES", 3, "at most 3 files"),
        ("MAX_COMPRESSED", 100, "20 MiB"),
        ("MAX_UNCOMPRESSED", 100, "100 MiB"),
        ("MAX_SMALL_PART", 100, "8 MiB"),
        ("MAX_ELEMENTS", 10, "two million cells"),
        ("MAX_DEPTH", 2, "two million cells"),
        ("MAX_ROW_ELEMENTS", 3, "two million cells"),
    ],
)
def test_each_limit_of_an_archive_holds(tmp_path, monkeypatch, limit, value, reason):
    path = save(tmp_path / "a.xlsx", ("a", "b"), ("x", "y"))
    read(path)
    monkeypatch.setattr(archives, limit, value)
    assert reason in refused(path)


def test_a_large_file_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_COMPRESSED", -(2**20))
    assert "20 MiB" in refused(save(tmp_path / "a.xlsx", ("a",)))


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({SHEET: b'<!DOCTYPE a [<!ENTITY e "x">]>' + sheet(b"")}, "document type"),
        ({SHEET: sheet(b"<row>")}, "well-formed XML"),
        ({"xl/workbook.xml": None}, "expected an .xlsx workbook"),
        ({"[Content_Types].xml": None}, "expected an .xlsx workbook"),
        ({"xl/workbook.xml": b"<workbook/>"}, "expected a visible sheet"),
        ({SHEET: sheet(b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>')}, "well-formed sheet"),
        ({SHEET: sheet(b'<row r="x"><c r="A1"><v>1</v></c></row>')}, "rows numbered upwards"),
        ({SHEET: sheet(b'<row r="2"/><row r="1"/>')}, "rows numbered upwards"),
        ({SHEET: sheet(b'<row r="1"/><row r="999999999"/>')}, "rows numbered upwards"),
        ({SHEET: sheet(b'<row r="1"><c r="A1"><v>one</v></c></row>')}, "well-formed sheet"),
    ],
)
def test_forged_parts_are_refused(tmp_path, parts, reason):
    assert reason in refused(forged(tmp_path / "a.xlsx", parts))


def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path):
    rows = b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="5"><c r="A5"><v>7</v></c></row>'
    path = forged(tmp_path / "a.xlsx", {SHEET: sheet(rows, b'<dimension ref="A1:XFD1048576"/>')})
    assert read(path) == [(5, {"a": 7})]


def test_missing_rows_cost_little(tmp_path):
    rows = b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="1048576"><c><v>7</v></c></row>'
    started = time.monotonic()
    assert read(forged(tmp_path / "a.xlsx", {SHEET: sheet(rows)})) == [(1_048_576, {"a": 7})]
    assert time.monotonic() - started < 10


def test_no_workbook_at_all_is_refused(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 no archive")
    assert "expected an .xlsx workbook" in refused(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    assert "expected an .xlsx workbook" in refused(tmp_path / "b.xlsx")


def test_an_encrypted_archive_is_refused(tmp_path):
    path = save(tmp_path / "a.xlsx", ("a",))
    content = bytearray(path.read_bytes())
    position = content.rindex(b"PK\x01\x02")
    content[position + 8] |= 1
    path.write_bytes(bytes(content))
    assert "password" in refused(path)


def test_more_rows_than_the_limit_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 1)
    assert "at most 1 rows" in refused(save(tmp_path / "a.xlsx", ("a",), (1,), (2,)))


def test_a_workbook_without_a_visible_sheet_is_refused(tmp_path):
    parts = {}
    book = openpyxl.Workbook()
    book.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as archive:
        parts["xl/workbook.xml"] = archive.read("xl/workbook.xml").replace(b'state="visible"', b'state="hidden"')
    assert "visible sheet" in refused(forged(tmp_path / "a.xlsx", parts))
