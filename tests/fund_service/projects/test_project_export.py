import csv
import io
from datetime import datetime

import openpyxl
import pytest

from fund_service import locales
from fund_service.imports.columns import COLUMNS
from fund_service.imports.schemas import ImportKind
from models.person import PreferredLanguage, Role
from models.project import ConsortiumRole, ProjectState

pytestmark = pytest.mark.usefixtures("reference_data")


@pytest.fixture
def reader(client_for):
    return client_for(Role.COMMITTEE_MEMBER)


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_a_csv_holds_the_projects_of_the_list_with_names_in_words(reader, make_project, make_organisation):
    lead, partner = make_organisation("나래연구원"), make_organisation("가람전자")
    make_project(
        '"수소", 저장', fields=["09", "01"], region_code="26", initiative_code="industrial-leap-technology",
        budget_krw=9_007_199_254_740_991, trl_now=4, state="running", starts_on="2026-04-01", source="kr-rfp",
        external_id="RFP-1",
        members=[(lead, ConsortiumRole.LEAD), (partner, ConsortiumRole.PARTNER), (lead, ConsortiumRole.PARTNER)],
    )  # fmt: skip
    [row] = rows_of(reader.get("/projects/export", params={"format": "csv"}))
    assert row["과제명"] == '"수소", 저장'
    assert (row["과제번호"], row["출처"]) == ("RFP-1", "kr-rfp")
    assert row["기술분야"].split("; ")[0] == "반도체·디스플레이"
    assert (row["지역"], row["예산"], row["TRL(현재)"], row["시작일"]) == (
        "부산광역시",
        "9007199254740991",
        "4",
        "2026-04-01",
    )
    assert (row["주관기관"], row["참여기관"], row["필요자금"]) == ("나래연구원", "가람전자; 나래연구원", "")


def test_an_export_speaks_the_reader_s_language(reader, make_project):
    make_project(region_code="26", title_en="Tank")
    [row] = rows_of(reader.get("/projects/export", params={"format": "csv", "lang": "en"}))
    assert (row["title_en"], row["region"]) == ("Tank", "Busan")


def test_a_workbook_holds_the_same_and_numbers_as_numbers(reader, make_project):
    make_project("=HYPERLINK(1)", budget_krw=5_000_000_000, starts_on="2026-04-01")
    answer = reader.get("/projects/export")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    [headings, row] = sheet.iter_rows(values_only=True)
    said = dict(zip(headings, row, strict=True))
    assert (said["과제명"], said["예산"], said["시작일"]) == ("=HYPERLINK(1)", 5_000_000_000, datetime(2026, 4, 1))  # noqa: DTZ001 - Excel knows no zones
    assert sheet["C2"].data_type == "s"


def test_a_formula_in_a_title_is_defused_in_csv(reader, make_project):
    make_project("\ufeff=cmd|' /C calc'!A0", title_en="+1")
    [row] = rows_of(reader.get("/projects/export", params={"format": "csv"}))
    assert (row["과제명"], row["과제명(영문)"]) == ("'\ufeff=cmd|' /C calc'!A0", "'+1")


def test_an_export_follows_the_filters_of_the_list(reader, make_project):
    make_project("수소 저장", state="running")
    make_project("수소 충전", state="planned")
    make_project("이차전지", state="running")
    rows = rows_of(reader.get("/projects/export", params={"format": "csv", "q": "수소", "state": "running"}))
    assert [row["과제명"] for row in rows] == ["수소 저장"]


@pytest.mark.parametrize(("kind", "media"), [("csv", "text/csv"), ("xlsx", "application/vnd.openxmlformats")])
def test_an_export_is_a_file_to_save_that_nobody_keeps(reader, kind, media):
    answer = reader.get("/projects/export", params={"format": kind})
    assert answer.headers["Content-Type"].startswith(media)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="projects-20')
    assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')


@pytest.mark.parametrize("kind", ["pdf", "CSV", "\x00", "../x"])
def test_a_format_that_there_is_not_is_refused(reader, kind):
    assert reader.get("/projects/export", params={"format": kind}).status_code == 400


@pytest.mark.parametrize("language", PreferredLanguage)
@pytest.mark.parametrize("state", ProjectState)
def test_an_import_reads_the_states_back(state, language):
    token = locales.LANGUAGE.set(language)
    said = locales.label(state)
    locales.LANGUAGE.reset(token)
    assert COLUMNS[ImportKind.PROJECTS]["state"].read(said) is state
