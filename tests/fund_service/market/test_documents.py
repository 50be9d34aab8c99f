import csv
import io
import json
import re
from datetime import datetime

import openpyxl
import pytest
from pypdf import PdfReader

from fund_service import locales
from fund_service.market.documents import document_of, notes_of, write_markdown
from fund_service.market.pdf import write_pdf
from fund_service.market.schemas import Breakdown, DocumentKind, MarketDemandView
from fund_service.market.tables import lines_of
from models.person import PreferredLanguage

Lines = list[tuple[str | None, int | None, int | None]]
"""Band of groups, stated and verified won, line by line; nothing where it is withheld."""


def lines_in(view: MarketDemandView) -> Lines:
    return [(line.groups, line.stated_krw, line.verified_krw) for _, _, line in lines_of(view)]


def printed(cells: list[str]) -> tuple[str | None, int | None, int | None]:
    """Read the cells of a printed line, whose amounts stand in 억원 or in billions of won."""
    unit = 10**8 if locales.LANGUAGE.get() is PreferredLanguage.KOREAN else 10**9
    groups, *amounts = (None if cell == locales.gettext("withheld") else cell.replace(",", "") for cell in cells[-3:])
    stated, verified = (None if amount is None else int(amount) * unit for amount in amounts)
    return groups, stated, verified


def test_csv_gives_the_same_figures(view):
    rows = list(csv.reader(io.StringIO(document_of(view, kind=DocumentKind.CSV).decode("utf-8-sig"))))
    read = [(row[2].lstrip("'") or None, *(int(row[at]) if row[at] else None for at in (3, 4))) for row in rows[1:]]
    assert read == lines_in(view)
    assert {row[7] for row in rows[1:]} == {"2026-11-22"}


def test_no_label_is_read_as_a_formula(view):
    rows = list(csv.reader(io.StringIO(document_of(view, kind=DocumentKind.CSV).decode("utf-8-sig"))))
    assert rows[2][1].startswith("'=")
    sheet = openpyxl.load_workbook(io.BytesIO(document_of(view, kind=DocumentKind.XLSX))).active
    assert sheet["B3"].data_type == "s"


def test_xlsx_gives_the_same_figures_as_numbers(view):
    sheet = openpyxl.load_workbook(io.BytesIO(document_of(view, kind=DocumentKind.XLSX))).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [tuple(row[at] for at in (2, 3, 4)) for row in rows] == lines_in(view)
    assert rows[0][7] == datetime(2026, 11, 22)  # noqa: DTZ001 - Excel knows no zones


def test_json_is_the_view(view):
    content = document_of(view, kind=DocumentKind.JSON)
    assert MarketDemandView.model_validate_json(content) == view
    assert json.loads(content)["total"]["stated_krw"] == 1_484 * 10**9


def test_markdown_gives_the_same_figures_and_escapes_labels(view):
    text = document_of(view, kind=DocumentKind.MARKDOWN).decode()
    table = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table]
    assert [printed(row) for row in cells[2:]] == lines_in(view)
    assert {len(row) for row in cells} == {4}
    assert r"\|" in text


def test_a_label_cannot_break_out_of_its_cell(view):
    row = view.rows[0].model_copy(update={"label_ko": "가\n| 나 <b>", "label_en": "a\n| b <b>"})
    text = write_markdown(view.model_copy(update={"rows": [row], "total": None}))
    assert len([line for line in text.splitlines() if line.startswith("|")]) == 3
    assert "<b>" not in text.replace(r"\<b\>", "")


def test_text_gives_the_same_figures(view):
    text = document_of(view, kind=DocumentKind.TEXT).decode()
    cells = [[cell.strip() for cell in line.rsplit("|", 3)] for line in text.splitlines() if line.count("|") >= 3]
    assert [printed(row) for row in cells if "-" in row[1] and row[0]] == lines_in(view)


def test_the_pdf_holds_every_label_and_figure(view):
    pages = PdfReader(io.BytesIO(document_of(view, kind=DocumentKind.PDF))).pages
    text = " ".join("\n".join(page.extract_text() for page in pages).split())
    unit = 10**8 if locales.LANGUAGE.get() is PreferredLanguage.KOREAN else 10**9
    for _, label, line in lines_of(view):
        assert label in text
        amounts = (line.stated_krw, line.verified_krw)
        figures = [locales.gettext("withheld") if krw is None else f"{krw // unit:,}" for krw in amounts]
        assert " ".join([line.groups or locales.gettext("withheld"), *figures]) in text
    for note in notes_of(view):
        assert note in text


def test_the_pdf_says_its_title_language_and_pages(view, language):
    long = view.model_copy(update={"rows": view.rows * 20})
    reader = PdfReader(io.BytesIO(write_pdf(long, title="주제별 시장수요", notes=["끝"])))
    assert reader.metadata is not None
    assert reader.metadata.title == "주제별 시장수요"
    assert reader.trailer["/Root"]["/Lang"] == language.value
    count = len(reader.pages)
    assert count > 1
    assert all(f"{number} / {count}" in page.extract_text() for number, page in enumerate(reader.pages, 1))
    assert all("주제별 시장수요" in page.extract_text() for page in reader.pages)


def test_the_pdf_shows_the_chart(view):
    images = [
        image for page in PdfReader(io.BytesIO(document_of(view, kind=DocumentKind.PDF))).pages for image in page.images
    ]
    assert len(images) == 1


@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if kind is not DocumentKind.XLSX])
def test_the_same_view_gives_the_same_bytes(view, kind):
    assert document_of(view, kind=kind) == document_of(view, kind=kind)


@pytest.mark.parametrize("by", Breakdown)
@pytest.mark.parametrize("kind", DocumentKind)
def test_before_the_first_release_every_kind_says_so(language, kind, by):
    content = document_of(MarketDemandView(by=by), kind=kind)
    assert content
    if kind in {DocumentKind.TEXT, DocumentKind.MARKDOWN}:
        assert notes_of(MarketDemandView(by=by))[0].rstrip(".") in content.decode()


def test_the_shell_may_ask_for_text():
    assert DocumentKind("text") is DocumentKind.TEXT
    with pytest.raises(ValueError, match="doc"):
        DocumentKind("doc")
