"""A deal in a real browser, walked from a match to its first payment by three people in Korean, re-read in English."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.deal_office import (
    ADDITIONALITY,
    AMOUNT,
    CHAIR,
    CONDITION,
    DEALS,
    EVIDENCE,
    FIRST,
    LEAD,
    MEMBERS,
    MILESTONES,
    NAMES,
    TECHNOLOGY,
    Office,
    figure,
    make_instruction,
    review,
    take_step,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.model]


def test_three_people_walk_a_deal_from_a_match_to_its_first_payment(visit, people):
    lead, deals, chair = windows = [visit() for _ in range(3)]
    for window, user in zip(windows, (LEAD, DEALS, CHAIR), strict=True):
        window.sign_in(user)
    committed, drawn = fund_figures(lead)

    deal = make_of_a_match(lead, people)
    for stage in ("screening", "due_diligence"):
        take_step(lead.page, deal, stage)
        expect(lead.page.locator(f".badge-stage-{stage}")).to_be_visible()
    people.examine(deal)
    review(deals.page, deal, 4)
    review(chair.page, deal, 5)
    expect(chair.page.locator("dl.figures dd").first).to_have_text("2")
    reads_in_english(chair, "Reviews", "Checklist", "Documents")
    take_step(lead.page, deal, "committee")
    expect(lead.page.locator(".badge-stage-committee")).to_be_visible()

    meeting = call_a_meeting(deals, deal)
    hold_the_meeting(chair, people, meeting)
    reads_in_english(chair, "Agenda")
    assert people.stage(deal) == "approved"

    lead.open(f"{deal}/money")
    lead.page.get_by_role("link", name="약정", exact=True).click()
    for row, (milestone, amount) in enumerate(zip(MILESTONES, (FIRST, AMOUNT - FIRST), strict=True)):
        lead.page.locator(f"#tranche_milestone_{row}").fill(milestone)
        lead.page.locator(f"#tranche_amount_krw_{row}").fill(f"{amount:,}")
    check(deals, make_instruction(lead.page, "투자심의위원회 승인에 따른 약정"))
    assert people.stage(deal) == "contracted"

    confirm_with_evidence(deals, people, deal)
    lead.open(f"{deal}/settlement")
    lead.page.get_by_role("link", name="지급 지시").click()
    expect(lead.page.locator("#amount_krw")).to_have_value(f"{FIRST:,}")
    payment = make_instruction(lead.page, "1차 분할지급")
    lead.open(f"{deal}/money")
    assert figure(lead.page, "투자잔액(원가)") == 0
    check(deals, payment)

    lead.open(f"{deal}/money")
    expect(lead.page.locator(".badge-stage-disbursing")).to_be_visible()
    assert figure(lead.page, "약정액") == AMOUNT
    assert figure(lead.page, "투자잔액(원가)") == FIRST
    reads_in_english(lead, "Commitments and tranches", "Entries")
    read_the_entry(lead)
    assert fund_figures(lead) == (committed + AMOUNT, drawn + FIRST)


def fund_figures(visitor: Any) -> tuple[int, int]:
    """Read from the fund's page what is committed to deals and what they drew."""
    visitor.open("/fund")
    return figure(visitor.page, "투자건 약정"), figure(visitor.page, "투자건 집행")


def reads_in_english(visitor: Any, *headings: str) -> None:
    """Look at the page at hand in English, and go on in Korean."""
    visitor.read_in("en")
    for heading in headings:
        expect(visitor.page.get_by_role("heading", name=heading, exact=True).first).to_be_visible()
    visitor.read_in("ko")


def make_of_a_match(lead: Any, people: Office) -> str:
    """Make a deal on the page of a match, say why it needs the fund, and give its address."""
    match, project = people.untaken_match()
    page: Page = lead.page
    lead.open(f"/matches/{match['id']}")
    page.get_by_role("link", name="이 매칭으로 투자건 등록").click()
    page.locator("#amount_krw").fill("24억")
    page.locator("#vehicle_id").select_option(people.window()["id"])
    page.get_by_role("button", name="투자건 등록하기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(project["title_ko"])
    deal = page.url.removeprefix(lead.url)
    assert people.get(deal)["origin"]["match_id"] == match["id"]
    assert people.get(deal)["deal"]["amount_krw"] == AMOUNT
    reads_in_english(lead, project["title_en"], "What comes next", "Where it came from")
    page.get_by_role("link", name="수정").click()
    page.locator("#additionality").fill(ADDITIONALITY)
    page.get_by_role("button", name="변경 내용 저장").click()
    expect(page.locator("main")).to_contain_text(ADDITIONALITY)
    return deal


def call_a_meeting(deals: Any, deal: str) -> str:
    """Call two members, and list the deal; give the meeting's address."""
    page: Page = deals.page
    deals.open("/committee")
    page.get_by_role("link", name="회의 소집").first.click()
    page.locator("#title").fill("임시 투자심의위원회")
    page.locator("#meets_at").fill("2027-01-15T14:00")
    for member in MEMBERS:
        page.get_by_role("checkbox", name=NAMES[member]).check(force=True)
    page.locator("#chair_id").select_option(label=NAMES[CHAIR])
    page.get_by_role("button", name="소집").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("임시 투자심의위원회")
    meeting = page.url.removeprefix(deals.url)
    page.get_by_role("link", name="안건 편성").first.click()
    page.locator(f"[name=place-{deal.rsplit('/', 1)[1]}]").fill("1")
    page.get_by_role("button", name="안건 저장").click()
    expect(page.get_by_role("heading", level=3)).to_have_count(1)
    return meeting


def hold_the_meeting(chair: Any, people: Office, meeting: str) -> None:
    """Open the meeting, vote, approve with a condition, and close it."""
    page: Page = chair.page
    chair.open(meeting)
    page.get_by_role("button", name="개회").click()
    page.get_by_role("radio", name="찬성").check(force=True)
    page.get_by_role("button", name="표결하기").click()
    expect(page.locator("main")).to_contain_text("정족수 미달")
    people.vote(TECHNOLOGY, *people.get(meeting)["items"])
    page.reload()
    page.get_by_role("link", name="이 안건 의결").click()
    page.locator("#outcome-approved").check(force=True)
    page.locator("#words").fill("수요와 기술성이 확인되었다.")
    page.locator("#conditions").fill(CONDITION)
    page.get_by_role("button", name="의결 기록").click()
    expect(page.locator(".badge-item-approved")).to_be_visible()
    page.get_by_role("button", name="폐회").click()
    expect(page.locator("main")).to_contain_text(CONDITION)


def check(checker: Any, instruction: str) -> None:
    """Look at what an instruction would post, and approve it."""
    page: Page = checker.page
    checker.open(instruction)
    page.get_by_role("link", name="확인", exact=True).click()
    expect(page.locator(".lead")).to_contain_text("확인하면 바로 기록되며")
    page.get_by_role("button", name="읽고 확인했으며 승인합니다").click()
    expect(page.locator(".badges").first).to_contain_text("기장 완료")
    reads_in_english(checker, "What it posted")


def confirm_with_evidence(deals: Any, people: Office, deal: str) -> None:
    """Confirm the committee's condition and the first milestone, on what the lead filed."""
    people.file(LEAD, deal, "evidence", EVIDENCE)
    deals.open(f"{deal}/committee")
    deals.page.get_by_role("button", name="충족 확인").click()
    expect(deals.page.locator("main li").filter(has_text=CONDITION)).to_contain_text(EVIDENCE)
    reads_in_english(deals, "Conditions before the first payment")
    deals.open(f"{deal}/settlement")
    deals.page.get_by_role("button", name="이행 확인").first.click()
    expect(deals.page.locator(".badge-tranche-met")).to_have_count(1)


def read_the_entry(lead: Any) -> None:
    """Follow the newest entry of the deal to its page: the won on both sides, who made and who checked it."""
    page: Page = lead.page
    page.locator("section[aria-labelledby=entries] tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("9억원")
    lines = page.locator("section[aria-labelledby=lines] td data")
    amounts = lines.evaluate_all("all => all.map((one) => Number(one.value))")
    assert amounts.count(FIRST) == len(amounts) == 4
    for name in (NAMES[LEAD], NAMES[DEALS]):
        expect(page.locator("main")).to_contain_text(name)
    reads_in_english(lead, "Lines", "Details")
