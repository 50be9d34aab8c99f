"""Performance over HTTP: pages and their JSON, files, roles, refusals, and how many statements they take."""

import io
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, col, select

from fund_service.metrics.figures import FigureKey
from fund_service.metrics.leverage import LeverageKind
from models.clock import business_date, utc_now
from models.deal import InvestmentInstrument
from models.person import Role
from models.vehicle import Vehicle
from tests.fund_service.metrics.conftest import Fund
from tests.fund_service.page_reading import Reading, faults_of

START = date(2024, 1, 1)
HTML = {"Accept": "text/html"}
READERS = (Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR)

NOWHERE = "019a0000-0000-7000-8000-00000000dead"
"""An id of nothing, the same on every run: parallel workers must name tests alike."""


def shown(client, path: str, language: str = "en"):
    """Ask for a page in a language."""
    return client.get(f"{path}{'&' if '?' in path else '?'}lang={language}", headers=HTML)


@pytest.fixture
def moved(database):
    """A mother fund and a sub-fund whose money has moved, committed."""
    with Session(database, expire_on_commit=False) as session:
        fund = Fund(session)
        mother = fund.vehicle(fiscal_contribution_krw=500_000)
        sub = fund.vehicle(mother, private_commitments_krw=200_000)
        fund.fill(mother, 1_000_000, on=START)
        fund.fill(sub, 600_000, on=START, parent=mother)
        deal = fund.deal(private_krw=400_000, title_ko="=1+1 <b>장비</b>")
        grant = fund.deal(instrument=InvestmentInstrument.GRANT, additionality="")
        fund.invest(sub, deal, 300_000, on=START + timedelta(40))
        fund.invest(mother, grant, 100_000, on=START + timedelta(50))
        wrong = fund.value(sub, deal, 90_000, on=START + timedelta(400))
        fund.distribute(mother, 50_000, recallable=10_000, on=START + timedelta(500))
        fund.reverse(wrong, on=START + timedelta(400), recorded_at=utc_now() - timedelta(hours=1))
        session.commit()
        yield fund


@pytest.fixture
def manager(client_for, moved):
    return client_for(Role.FUND_MANAGER)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "query",
    ["", "?as_of=2025-06-30&compare_with=2024-12-31", "?by=mega_region", "?as_of=2025-06-30&known_at=2026-01-01"],
)
def test_the_page_is_sound(manager, language, query):
    answer = shown(manager, f"/performance{query}", language)
    assert answer.status_code == 200
    assert faults_of(answer.text, language=language) == []
    assert "<b>장비</b>" not in answer.text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_of_a_fund_that_is_not_set_up_says_so(client_for, language):
    client = client_for(Role.AUDITOR)
    for path in ("/performance", "/performance/figures/nav/lines"):
        answer = shown(client, path, language)
        assert faults_of(answer.text, language=language) == []
        assert 'class="empty"' in answer.text


@pytest.mark.parametrize(
    ("key", "language"),
    [*((key, "ko") for key in (*FigureKey, *LeverageKind)), ("nav", "en"), ("net_xirr", "en"), ("investment", "en")],
)
def test_the_lines_of_every_figure_are_a_sound_page(manager, language, key):
    answer = shown(manager, f"/performance/figures/{key}/lines", language)
    assert answer.status_code == 200
    assert faults_of(answer.text, language=language) == []


def test_every_link_of_the_page_to_lines_tells_the_figure_it_stands_at(manager):
    query = "?as_of=2025-06-30&compare_with=2024-12-31"
    page = Reading(shown(manager, f"/performance{query}").text)
    links = {
        attributes["href"]: words
        for attributes, words in page.of("a")
        if attributes.get("href", "").startswith("/performance/figures/")
    }
    assert len(links) > 60
    for address, words in links.items():
        heading = next(text for _, text in Reading(shown(manager, address).text).of("h1"))
        assert heading.endswith(f": {words}"), address


def test_the_json_is_what_the_page_shows(manager):
    view = manager.get("/performance").json()
    figures = {figure["key"]: figure for figure in view["figures"]}
    assert set(figures) == set(FigureKey)
    assert figures["nav"]["krw"] == 950_000
    assert figures["dpi"] == {
        "unit": "multiple",
        "krw": None,
        "numerator_krw": 50_000,
        "denominator_krw": 1_000_000,
        "value": "0.05",
        "absence": None,
        "early": False,
        "key": "dpi",
        "formula": figures["dpi"]["formula"],
        "earlier": None,
    }
    assert [row["nav_krw"] for row in view["by_vehicle"]] == [950_000, 600_000]
    assert view["without_additionality"] == 1


def test_a_past_report_keeps_what_was_known_then(manager):
    asked = {"as_of": "2025-06-30"}
    then = manager.get("/performance", params=asked).json()
    assert nav(then) == 1_040_000
    assert then["later_entries"] == 1
    now = manager.get("/performance", params={**asked, "known_at": business_date(utc_now()).isoformat()}).json()
    assert nav(now) == 950_000
    page = shown(manager, "/performance?as_of=2025-06-30").text
    assert "1 entry that counts for this day was recorded later" in page


def nav(view) -> int:
    return next(figure["krw"] for figure in view["figures"] if figure["key"] == "nav")


def test_lines_are_paged_and_keep_what_they_are_of(manager):
    address, entries = "/performance/figures/nav/lines?limit=2&as_of=2025-06-30", []
    first = manager.get(address).json()
    page = first
    while True:
        entries += page["items"]
        if page["next_cursor"] is None:
            break
        page = manager.get(address, params={**page["query"], "limit": 2, "cursor": page["next_cursor"]}).json()
    counted = sum(line["counts_krw"] for entry in entries for line in entry["lines"])
    assert counted == first["figure"]["krw"] == 1_040_000
    assert [entry["number"] for entry in entries] == sorted((entry["number"] for entry in entries), reverse=True)
    html = manager.get("/performance/figures/nav/lines?as_of=2025-06-30", headers=HTML).text
    [export, _] = [link["href"] for link, _ in Reading(html).of("a") if "/lines/export" in link.get("href", "")]
    assert dict(parse_qsl(urlsplit(export).query))["as_of"] == "2025-06-30"


@pytest.mark.parametrize("table", ["figures", "vehicles", "deals", "concentration", "leverage"])
def test_every_table_of_the_report_can_be_taken_away(manager, table):
    sheet = load_workbook(io.BytesIO(manager.get(f"/performance/export?table={table}&format=xlsx").content)).active
    lines = manager.get(f"/performance/export?table={table}&format=csv").content.decode("utf-8-sig").splitlines()
    assert sheet.max_row == len(lines) > 1
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_whole_report_comes_as_markdown(manager):
    answer = manager.get("/performance/export?format=md&lang=en")
    assert answer.headers["content-type"].startswith("text/markdown")
    text = answer.text
    assert text.startswith("# Fund performance: Whole fund\n")
    assert text.count("\n## ") == 5
    assert "\\<b\\>" in text


def test_the_lines_behind_a_figure_can_be_taken_away(manager):
    answer = manager.get("/performance/figures/cost/lines/export?format=csv&lang=en")
    head, *rows = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Entry no.,Effective,Recorded")
    assert sum(int(row.rsplit(",", 1)[1]) for row in rows) == 400_000
    assert "'=1+1" in answer.content.decode()


@pytest.mark.parametrize("path", ["/performance", "/performance/figures/nav/lines", "/performance/export"])
@pytest.mark.parametrize("role", [*Role, None])
def test_performance_is_for_readers_of_the_fund(client_for, role, path):
    expected = 200 if role in READERS else 401 if role is None else 403
    assert client_for(role).get(path).status_code == expected


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/performance?as_of=2999-01-01", 422, "as_of"),
        ("/performance?known_at=2999-01-01", 422, "known_at"),
        ("/performance?known_at=x", 422, "known_at"),
        ("/performance?as_of=2024-01-01&compare_with=2024-01-01", 422, "compare_with"),
        (f"/performance?vehicle_id={NOWHERE}", 404, None),
        ("/performance/figures/alpha/lines", 404, None),
        (f"/performance/figures/nav/lines?vehicle_id={NOWHERE}", 404, None),
        (f"/performance/figures/programme/lines?deal_id={NOWHERE}", 422, "key"),
        ("/performance/figures/nav/lines?cursor=x", 400, None),
    ],
)
def test_what_cannot_be_told_is_refused(manager, path, status, field):
    answer = manager.get(path)
    assert answer.status_code == status, answer.text
    if field is not None:
        assert [fault["field"] for fault in answer.json()["fields"]] == [field]


def test_a_report_takes_as_many_statements_whatever_its_size(manager, moved, statements):
    paths = ["/performance", "/performance/figures/net_xirr/lines", "/performance/figures/programme/lines"]
    counts = []
    above = moved.session.exec(select(Vehicle).where(col(Vehicle.parent_id).is_(None))).one()
    for _ in range(2):
        for path in paths:
            with statements() as made:
                assert manager.get(path).status_code == 200
            counts.append(len(made))
        for number in range(5):
            above = moved.vehicle(above, formed_on=START)
            moved.size(above, 1_000, on=START)
            moved.commit(above, moved.deal(moved.company(f"기업 {number}")), 500, on=START)
        moved.session.commit()
    assert counts[:3] == counts[3:]
