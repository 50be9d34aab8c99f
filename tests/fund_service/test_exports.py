import csv
import io
from datetime import UTC, date, datetime
from enum import StrEnum

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service import exports, locales
from fund_service.exports import ExportFormat, import_headings, write_csv, write_table, write_xlsx
from fund_service.imports.schemas import ImportKind
from models.errors import ValueNotAllowed
from models.person import PreferredLanguage

BOM = "\ufeff"
FORMULAS = [
    "=1+1",
    "+82-2",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\n=1",
    " =1",
    f"{BOM}=1",
    " \t@x",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
]


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_compute_is_defused_in_csv(text):
    [[heading], [cell]] = read_csv(write_csv(["x"], [[text]]))
    assert (heading, cell) == ("x", f"'{text}")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_heading_is_defused_as_well(text):
    assert read_csv(write_csv([text], [])) == [[f"'{text}"]]


@pytest.mark.parametrize("text", ["수요 = 공급", "a-b", "1+1", "", " x", "\u2019=1"])
def test_an_ordinary_text_stays_as_it_is_in_csv(text):
    assert read_csv(write_csv(["x", "y"], [[text, "end"]]))[1] == [text, "end"]


def test_numbers_stay_numbers_also_negative_ones():
    assert write_csv(["x", "y"], [[-5, 0.25]]).endswith(b"\r\n-5,0.25\r\n")


def test_excel_opens_the_korean_of_a_csv():
    assert write_csv(["과제명"], []).startswith(b"\xef\xbb\xbf")


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=20))
def test_no_csv_cell_starts_as_a_formula_whatever_the_text(text):
    cell = read_csv(write_csv(["x", "y"], [[text, "end"]]))[1][0]
    assert cell.lstrip(f"{BOM} \t\r\n")[:1] not in {"=", "+", "-", "@"}
    assert cell in {text, f"'{text}"}


class Colour(StrEnum):
    RED = "red"


def test_dates_and_moments_are_said_in_seoul():
    moment = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    row = [date(2026, 1, 2), moment, None, Colour.RED]
    assert read_csv(write_csv(list("abcd"), [row]))[1] == ["2026-01-02", "2027-01-01T00:00:00+09:00", "", "red"]
    said = read_xlsx(write_xlsx(list("abcd"), [row], title="t"))[1]
    assert [str(cell) for cell in said] == ["2026-01-02 00:00:00", "2027-01-01 00:00:00", "None", "red"]


@pytest.mark.parametrize("text", [*FORMULAS, "#N/A", "=HYPERLINK(1)"])
def test_a_workbook_holds_text_as_text_whatever_it_starts_with(text):
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(["x"], [[text]], title="t"))).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value == text.replace("\r", "\n"), "XML has one kind of line end"


def test_a_workbook_leaves_out_what_excel_cannot_keep():
    [_, row] = read_xlsx(write_xlsx(["x", "y", "z"], [["a\x00b\x0bc", "가" * 40_000, 2**53 - 1]], title="t"))
    assert row == ("abc", "가" * exports.MAX_CELL_CHARACTERS, 2**53 - 1)


@pytest.mark.parametrize(("title", "name"), [("a/b:c", "a b c"), ("x" * 40, "x" * 31), ("'[]'", "Sheet1")])
def test_the_sheet_has_a_name_that_excel_takes(title, name):
    workbook = openpyxl.load_workbook(io.BytesIO(write_xlsx(["x"], [], title=title)))
    assert workbook.sheetnames == [name]


@pytest.mark.parametrize("kind", ExportFormat)
def test_an_export_is_refused_past_its_bound(kind, monkeypatch):
    monkeypatch.setattr(exports, "MAX_EXPORT_ROWS", 2)
    assert write_table(kind, ["x"], rows=[[1], [2]], title="t")
    with pytest.raises(ValueNotAllowed, match="more than 2 rows"):
        write_table(kind, ["x"], rows=[[1], [2], [3]], title="t")


def test_headings_are_those_an_import_reads_in_either_language():
    names = ("title_ko", "budget")
    assert import_headings(ImportKind.PROJECTS, names) == ["과제명", "예산"]
    token = locales.LANGUAGE.set(PreferredLanguage.ENGLISH)
    assert import_headings(ImportKind.PROJECTS, names) == ["title_ko", "budget"]
    locales.LANGUAGE.reset(token)
