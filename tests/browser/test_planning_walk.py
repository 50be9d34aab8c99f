"""A planning round in a real browser, played by three people from demand to answers, in both languages."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.model]

PATIENCE_SECONDS = 180
"""For the worker, which matches and summarises the whole demo first."""


def test_three_people_play_a_round_from_demand_to_answers(visit):
    planner, member, investor = visit(), visit(), visit()
    for window, who in ((planner, "planner.programmes"), (member, "ic.technology"), (investor, "ventures")):
        window.sign_in(who)
    address = end_collecting(planner)
    candidates = candidates_of(planner)
    assert len(candidates) >= 2, "the demo's themes become candidates"
    step(planner, "후보과제를 확정하고 평가 시작")
    for candidate in candidates:
        for window in (planner, member):
            review(window, candidate)
    planner.open(address)
    step(planner, "평가를 마치고 결정 시작")
    decide(planner, candidates[0], "채택", "채택: 수요가 넓고 응답이 부족함", place="1")
    for candidate in candidates[1:]:
        decide(planner, candidate, "보류", "보류: 이번 예산이 없음")
    planner.open(address)
    step(planner, "공표하고 모두에게 답변")
    expect(planner.page.locator(".badges").first).to_contain_text("공표")

    titles = {}
    for candidate, outcome in zip(candidates, ("채택", *["보류"] * (len(candidates) - 1)), strict=True):
        investor.open(candidate)
        titles[investor.page.get_by_role("heading", level=1).inner_text()] = outcome
    investor.open("/planning/answers")
    answers = investor.page.locator("section[aria-labelledby^=answer-]")
    assert answers.count() >= 1, "every submitter is answered"
    told = 0
    for answer in answers.all():
        title, outcome = answer.locator("h2").inner_text(), answer.locator(".badges").inner_text()
        if title in titles:
            assert outcome.strip() == titles[title]
            expect(answer).to_contain_text("사람이 적은 사유입니다.")
            told += 1
    assert told, "at least one of the investor's signals stands behind a candidate"
    investor.read_in("en")
    expect(investor.page.get_by_role("heading", level=1)).to_have_text("What became of what we said")
    expect(answers.first).to_contain_text("Words that people wrote.")
    answers.first.get_by_role("link", name="Object to this").click()
    investor.page.locator("#words").fill("The reason is not what we said.")
    investor.page.get_by_role("button", name="File the objection").click()
    planner.open(address)
    planner.page.get_by_role("link", name="회신", exact=True).click()
    planner.page.locator("#words").fill("다음 라운드에서 다시 검토하겠습니다.")
    planner.page.get_by_role("button", name="회신 보내기").click()
    planner.read_in("en")
    expect(planner.page.get_by_role("heading", name="Objections")).to_be_visible()
    investor.open("/planning/answers")
    expect(investor.page.locator("main")).to_contain_text("다음 라운드에서 다시 검토하겠습니다.")
    with planner.page.expect_download() as download:
        planner.page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
    planner.open(candidates[0])
    planner.page.get_by_role("link", name="See the thread").click()
    expect(planner.page.get_by_role("heading", level=2)).to_have_text(
        ["Priority", "Demand signals", "Matches", "Deals", "Won"]
    )


def end_collecting(planner):
    """Open the demo's round, end its collecting once demand is summarised, and give its address."""
    for _ in range(PATIENCE_SECONDS // 3):
        planner.open("/planning")
        link = planner.page.get_by_role("link", name="2027년 산업기술 R&D 기획 라운드")
        if link.count():
            link.click()
            address = planner.page.url.removeprefix(planner.url)
            step(planner, "수렴을 마치고 후보과제 초안 만들기")
            planner.open(address)
            if planner.page.locator(".badges").first.inner_text().strip() == "후보 도출":
                return address
        planner.page.wait_for_timeout(3_000)
    raise AssertionError("demand was never summarised")


def step(window, name):
    """Press a button below what comes next."""
    window.page.get_by_role("button", name=name).click()
    window.page.wait_for_load_state()


def candidates_of(window):
    """Give the addresses of a round's candidates, by number."""
    links = window.page.locator("section[aria-labelledby=candidates] th a")
    return [link.get_attribute("href") for link in links.all()]


def review(window, candidate):
    """Review a candidate."""
    window.open(f"{candidate}/reviewing")
    for name, mark in (("strategic", "5"), ("market", "4"), ("commercial", "3")):
        window.page.locator(f"#{name}").select_option(mark)
    window.page.locator("#words").fill("수요가 분명하다.")
    window.page.get_by_role("button", name="평가 기록").click()
    expect(window.page.locator("section[aria-labelledby=reviews]")).to_contain_text("수요가 분명하다.")


def decide(window, candidate, outcome, reason, *, place=""):
    """Decide on a candidate."""
    window.open(f"{candidate}/deciding")
    window.page.locator("#outcome").select_option(label=outcome)
    window.page.locator("#reason").select_option(label=reason)
    window.page.locator("#place").fill(place)
    window.page.locator("#words_ko").fill("사람이 적은 사유입니다.")
    window.page.locator("#words_en").fill("Words that people wrote.")
    window.page.get_by_role("button", name="결정 기록").click()
    expect(window.page.locator("section[aria-labelledby=decision]")).to_contain_text("사람이 적은 사유입니다.")
