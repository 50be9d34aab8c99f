"""Reported figures from a file: every bad line is named, and nothing is half-written."""

import base64
import io
import re

import pytest
from openpyxl import Workbook
from sqlmodel import func, select

from models.identity import new_id
from models.plan_progress import ReportedFigure
from tests.fund_service.plan.conftest import keyed

HTML = {"Accept": "text/html"}
HEADINGS = "목표,기준일,값,출처,출처주소,문서번호,비고\n"
GOOD = (
    HEADINGS + "ai-factories,2026-06-30,12,상반기 점검,,제7호,\n"
    "100억 원 이상 대형과제 비중,2026-06-30,18.75%,통계,https://example.org/s,,예비치\n"
    'commercialization-fund-established,2026. 6. 30.,"700,000,000,000",결산,,제8호,\n'
)


def sent(office, text, *, dry_run=False, name="figures.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    body = {"name": name, "content_base64": base64.b64encode(content).decode(), "dry_run": dry_run}
    return office.planner.post("/plan/reported/imports", json=body, headers=keyed())


@pytest.fixture
def stored(read):
    """Count the figures on record."""
    return lambda: read.exec(select(func.count()).select_from(ReportedFigure)).one()


def test_each_row_waits_for_a_second_person_and_the_same_file_adds_nothing(office, stored):
    assert sent(office, GOOD, dry_run=True).json()["added"] == 3
    assert stored() == 0
    done = sent(office, GOOD).json()
    assert (done["added"], done["unchanged"]) == (3, 0)
    rows = office.planner.get("/plan/reported").json()["items"]
    assert {(row["target_code"], row["value"], row["unit"], row["state"]) for row in rows} == {
        ("ai-factories", 12, "count", "waiting"),
        ("large-project-share", 1875, "share", "waiting"),
        ("commercialization-fund-established", 700_000_000_000, "won", "waiting"),
    }
    again = sent(office, GOOD).json()
    assert (again["added"], again["unchanged"], stored()) == (0, 3, 3)
    [factories] = [row for row in rows if row["target_code"] == "ai-factories"]
    assert office.withdraw(factories).status_code == 200
    assert sent(office, GOOD).json()["added"] == 1, "what was withdrawn can be reported again"


def test_an_excel_file_is_read_the_same(office, stored):
    book = Workbook()
    book.active.append(["target", "as_of", "value", "source_title", "document"])
    book.active.append(["joint-industry-academia-labs", "2026-06-30", 4, "점검", "제9호"])
    file = io.BytesIO()
    book.save(file)
    assert sent(office, file.getvalue(), name="figures.xlsx").json()["added"] == 1
    assert stored() == 1


def test_every_bad_line_is_named_and_nothing_is_reported(office, stored):
    bad = GOOD + (
        "없는 목표,2026-06-30,1,가,,나,\n"
        "ai-factories,2099-01-01,1,가,,나,\n"
        "ai-factories,어제,1,가,,나,\n"
        "ai-factories,2026-06-30,1.5,가,,나,\n"
        "ai-factories,2026-06-30,,가,,나,\n"
        "ai-factories,2026-06-30,1,가,,,\n"
        "ai-factories,2026-06-30,1,가,javascript:alert(1),,\n"
        "large-project-share,2026-06-30,101,가,,나,\n"
    )
    answer = sent(office, bad)
    assert answer.status_code == 422
    found = answer.json()["detail"]
    assert [int(line) for line in re.findall(r"^(\d+)행", found, re.MULTILINE)] == list(range(5, 13)), found
    assert stored() == 0
    assert "어제" in found


@pytest.mark.parametrize(
    "text", [HEADINGS, "목표,값\nai-factories,1\n", "목표,기준일,값,출처,target\n", "목표,기준일,값,출처,색\n", ""]
)
def test_a_file_without_rows_or_with_other_columns_is_refused(text, office, stored):
    assert sent(office, text or " ").status_code == 422
    assert stored() == 0


def test_a_file_is_looked_at_and_confirmed_on_its_page(office, stored):
    def choose(text):
        return office.planner.post("/plan/reported/import", files={"file": ("f.csv", text.encode())}, headers=HTML)

    refused = choose(HEADINGS + "없는 목표,2026-06-30,1,가,,나,\n")
    assert refused.status_code == 422
    assert "없는 목표" in refused.text
    page = choose(GOOD).text
    assert "18.75%" in page
    form = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("file_id", "digest")}
    form["idempotency_key"] = new_id().hex
    done = office.planner.post("/plan/reported/import/confirm", data=form, headers=HTML, follow_redirects=False)
    assert (done.status_code, done.headers["Location"], stored()) == (303, "/plan/reported", 3)
