"""The three users in a real browser: what they come for, in Korean and in English."""

import io
import time
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.model]

STATEMENT = "전고체 이차전지용 황화물계 고체전해질을 양산할 수 있는 소재 기업에 투자하고자 합니다."
PATIENCE = 180_000
"""Milliseconds for the worker, which matches the whole demo first."""


def test_an_investor_submits_a_signal_and_sees_its_matches_with_reasons(visit):
    visitor = visit()
    page = visitor.page
    visitor.sign_in("ventures")
    expect(page.get_by_role("heading", level=1)).to_contain_text("안녕하십니까")
    page.get_by_role("link", name="수요신호 제출").first.click()

    page.get_by_label("수요 내용").fill(STATEMENT)
    page.get_by_role("group", name="기술분야").get_by_text("이차전지").click()
    page.get_by_label("건당 최소 투자금액").fill("10억")
    page.get_by_label("건당 최대 투자금액").fill("1조 2,000억원")
    page.get_by_label("배정 금액").fill("12000억")
    expect(page.locator("#ticket_max_krw-said")).to_have_text("1조 2,000억원")
    expect(page.locator("#ticket_max_krw")).to_have_value("1,200,000,000,000")
    page.get_by_role("button", name="수요신호 제출").click()

    expect(page.locator("#matching")).to_contain_text("매칭이 진행 중입니다")
    page.evaluate("window.stayed = true")
    expect(page.locator("#matching")).to_contain_text("부합하는 과제가", timeout=PATIENCE)
    assert page.evaluate("window.stayed"), "the result came by loading the whole page again"

    page.get_by_role("link", name="매칭 결과와 근거 보기").click()
    best = page.locator(".match-card").first
    expect(best).to_contain_text("1순위")
    expect(best.locator(".shares rect").first).to_be_attached()
    best.get_by_role("link").click()
    expect(page.locator("mark.carrying").first).to_be_visible()
    expect(page.locator("mark.shared", has_text="전해질").first).to_be_visible()
    expect(page.locator("section:has(> .section-head #gates)").get_by_role("row")).to_have_count(10)
    expect(page.locator("section:has(> .section-head #what-if)")).to_contain_text("의미 유사도를 빼는 경우")

    visitor.read_in("en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Reasons of the match")
    expect(page.get_by_role("heading", name="What the score is made of")).to_be_visible()


def test_an_investor_corrects_a_refused_signal_edits_and_withdraws_it(visit):
    visitor = visit()
    page = visitor.page
    visitor.sign_in("energy")
    visitor.open("/signals/new")
    page.get_by_label("수요 내용").fill("수소")
    page.get_by_role("button", name="수요신호 제출").click()
    expect(page.locator("#fault-summary")).to_be_focused()
    page.locator("#fault-summary").get_by_role("link").click()
    expect(page.get_by_label("수요 내용")).to_be_focused()
    page.get_by_label("수요 내용").fill("액화수소 저장 탱크의 단열 기술에 투자하고자 합니다.")
    page.get_by_role("button", name="수요신호 제출").click()

    page.get_by_role("link", name="수정").click()
    page.get_by_label("공개", exact=True).check(force=True)
    page.get_by_role("button", name="변경 내용 저장").click()
    expect(page.locator(".badges").first).to_contain_text("공개")
    expect(page.locator("main")).to_contain_text("제2판")

    page.get_by_text("이 수요신호 철회하기").click()
    page.get_by_role("button", name="철회합니다").click()
    expect(page.locator(".badges").first).to_contain_text("철회")
    expect(page.locator("#matching")).to_contain_text("효력이 끝난 수요신호")


def test_a_fund_manager_browses_projects_signals_and_matches(visit):
    visitor = visit()
    page = visitor.page
    visitor.sign_in("fund.lead")
    menu = page.get_by_role("navigation", name="주 메뉴")
    menu.get_by_text("과제·기관").click()
    menu.get_by_role("link", name="연구개발과제").click()
    page.get_by_label("기술분야").select_option(label="이차전지")
    page.get_by_role("button", name="검색").click()
    assert "field_code=02" in page.url
    cards = page.locator(".card")
    expect(cards.first).to_contain_text("이차전지")
    page.get_by_role("navigation", name="상태별 과제").get_by_role("link", name="수행 중").click()
    assert "field_code=02" in page.url
    cards.first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="컨소시엄")).to_be_visible()

    menu.get_by_text("수요", exact=True).click()
    menu.get_by_role("link", name="수요신호").click()
    expect(page.locator(".card").first).to_be_visible()
    assert page.locator(".card .badge-confidentiality-confidential").count() == 0
    page.get_by_label("상태").select_option(label="유효")
    page.get_by_role("button", name="검색").click()
    page.locator(".card-title a").first.click()
    expect(page.get_by_role("link", name="수정")).to_have_count(0)
    expect(page.locator("#matching .done, #matching .warning")).to_be_visible(timeout=PATIENCE)
    page.locator("#matching a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("수요신호 매칭 결과")

    visitor.read_in("en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Matches of the signal")


def test_a_planner_reads_the_market_demand_and_takes_it_away(visit):
    visitor = visit()
    page = visitor.page
    visitor.sign_in("planner.programmes")
    deadline = time.monotonic() + PATIENCE / 1000
    visitor.open("/market/demand")
    while page.locator("table").count() == 0 and time.monotonic() < deadline:
        page.wait_for_timeout(1_000)
        page.reload()
    expect(page.locator(".chart svg")).to_be_visible()
    bars = page.locator(".chart svg path[aria-roledescription=bar]")
    rows = page.locator("tbody tr")
    assert 2 * rows.count() >= bars.count() > 0

    with page.expect_download() as taken:
        page.get_by_role("link", name="XLSX").click()
    sheet = load_workbook(io.BytesIO(Path(taken.value.path()).read_bytes())).active
    lines = list(sheet.iter_rows(values_only=True))
    for number in range(rows.count()):
        shown = rows.nth(number)
        label = shown.get_by_role("rowheader").inner_text().splitlines()[0]
        amounts = [int(value) for value in shown.locator("data").evaluate_all("all => all.map(one => one.value)")]
        line = next(line for line in lines if label in line)
        assert set(amounts) <= set(line), label

    page.get_by_role("link", name="권역별", exact=True).click()
    expect(page.get_by_role("columnheader", name="권역")).to_be_visible()
    visitor.read_in("en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Market demand")
    expect(page.get_by_role("heading", name="How to read these figures")).to_be_visible()

    menu = page.get_by_role("navigation", name="Main menu")
    menu.get_by_text("Planning", exact=True).click()
    menu.get_by_role("link", name="Innovation plan").click()
    expect(page.get_by_role("cell", name="500 factories").first).to_be_visible()
