"""Every page for everybody: keyboard, narrow screens, contrast, whole words, and the interface's own viewer."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Page, expect

from fund_service import locales
from models.person import PreferredLanguage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.model]


class Visitor(Protocol):
    """What a test may do with a window; the fixtures' own class cannot be imported."""

    page: Page

    def open(self, path: str) -> None: ...


WIDE, NARROW = 1280, 390
"""Screens of a desk and of a telephone, in CSS pixels."""
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
UNTRANSLATED = re.compile(r"\b(?:None|True|False|NaN|undefined|[A-Z][A-Za-z]+\.[a-z_]+|[a-z]+_[a-z_]+)\b")
"""What no Korean sentence holds: values of programs, labels without words, codes."""
OF_THE_FUND = (
    "/deals", "/deals/board", "/committee", "/committee/interests", "/committee/flags", "/ledger/instructions",
    "/ledger/entries", "/ledger/accounts", "/fund", "/envelopes", "/limit-rules", "/policy", "/performance",
    "/portfolio", "/settlement", "/settlement/claims",
)  # fmt: skip
PAGES = {
    None: ("/sign-in", "/api-docs"),
    "ventures": (
        "/", "/signals", "/signals/new", "/plan", "/organisations", "/answers/given", "/rounds/mine",
        "/commitments", "/commitments/promises", "/notices", "/notices/settings", "/notices/webhooks",
    ),
    "fund.lead": (
        "/", "/projects", "/projects/new", "/organisations/new", "/signals", "/nowhere", *OF_THE_FUND, "/deals/new",
        "/projects?leap=true",
        "/contradictions", "/acceptance", "/acceptance/adoptions/new?side=investor", "/rounds", "/rounds/new",
        "/committee/meetings/new", "/ledger/instructions/new", "/ledger/instructions/new?kind=capital_call",
        "/vehicles/new", "/envelopes/new", "/me/password", "/commitments", "/commitments?which=all",
        "/commitments/promises",
    ),
    "ic.chair": ("/", *OF_THE_FUND, "/committee/interests/new", "/limit-rules/new"),
    "planner.programmes": (
        "/", "/plan/register", "/plan/targets/large-project-share", "/plan/targets/ai-factories",
        "/plan/targets/large-project-share/records?measure=large_share_by_amount",
        "/plan/targets/ai-factories/reporting", "/plan/reported?which=all", "/plan/reported/import",
        "/rounds", "/market/demand", "/market/demand?by=region", "/market/demand?by=cell", "/market/demand?by=field",
        "/market/releases", "/market/gap", "/market/gap/01/capital",
        "/market/releases/new", "/market/releases/1", "/themes", "/relevance", "/consultations",
        "/consultations?which=all"),
    "auditor": ("/", "/people", "/acceptance", "/rounds", *OF_THE_FUND),
    "team.robot": (
        "/", "/answers", "/rounds/mine", "/settlement", "/settlement/claims", "/settlement/claims/new",
        "/settlement/claims/import",
    ),
    "administrator": ("/", "/people", "/people/new", "/notices/deliveries"),
}  # fmt: skip
DEAL_TABS = ("", "/edit", "/step", "/diligence", "/limits", "/committee", "/money", "/settlement")
FIRST_OF = (
    "/committee", "/ledger/instructions", "/ledger/entries", "/fund", "/envelopes", "/limit-rules", "/commitments",
)  # fmt: skip
"""Lists of which the first record is looked at as well."""
AMOUNTS = [1, 9_999, 10_000, 123_456_789, 10**8, 1_250_000_000, 10**12, 1_999_999_999_999, 1_200_000_000_000, 2**53 - 1]


def records_of(visitor: Visitor) -> Iterator[str]:
    """Address a project, a signal, its matches, and one of them."""
    for board in ("/projects", "/signals"):
        visitor.open(board)
        record = visitor.page.locator(".card-title a").first.get_attribute("href")
        yield record
    yield f"{record}/matches"
    visitor.open(f"{record}/matches")
    match = visitor.page.locator(".card-title a").first
    visitor.wait_for(match)
    yield match.get_attribute("href")


def records_of_the_fund(visitor: Visitor) -> Iterator[str]:
    """Address a grant that is paid with all its tabs, a deal under examination, and the first record of each list."""
    for stage, tabs in (("disbursing", DEAL_TABS), ("due_diligence", ("/step", "/diligence"))):
        visitor.open(f"/deals?stage={stage}")
        deal = visitor.page.locator("tbody th a").first.get_attribute("href")
        yield from (f"{deal}{tab}" for tab in tabs)
    for path in FIRST_OF:
        visitor.open(path)
        yield visitor.page.locator("tbody th a").first.get_attribute("href") or ""
    visitor.open("/performance")
    yield visitor.page.locator("main .figures a").first.get_attribute("href") or ""


def rounds_of_planning(visitor: Visitor) -> Iterator[str]:
    """Address a planning round, its priorities, and the comparisons of its criteria."""
    visitor.open("/planning")
    first = visitor.page.locator("tbody th a").first
    visitor.wait_for(first)
    address = first.get_attribute("href") or ""
    yield from (f"{address}{part}" for part in ("", "/priorities", "/comparisons"))


def faults_of(page: Page, language: str) -> list[str]:
    """Say what is wrong with the page at hand, its charts drawn."""
    for chart in page.locator("[data-chart]").all():
        expect(chart.locator("svg")).to_be_visible()
    faults = [str(faint) for faint in page.evaluate(CONTRAST)]
    if page.evaluate(OVERFLOW):
        faults.append("wider than the screen")
    if page.locator("h1").count() != 1:
        faults.append("not one heading of the first level")
    if language == "ko":
        said = page.locator("body").inner_text()
        for code in filter(None, page.locator("code, .error-page .note, .form-hint").all_inner_texts()):
            said = said.replace(code, " ")
        faults.extend(sorted(set(UNTRANSLATED.findall(said))))
    return faults


def resize(page: Page, width: int) -> None:
    """Carry the page at hand to a screen of another width; one with charts is read anew, for they are drawn late."""
    if page.viewport_size is None or page.viewport_size["width"] != width:
        page.set_viewport_size({"width": width, "height": 900})
        if page.locator("[data-chart]").count():
            page.reload()


@pytest.mark.parametrize("user", PAGES)
def test_pages_fit_the_screen_and_can_be_read(visit, user):
    """Each page is opened on one screen and carried to the other; the language says which of them comes first."""
    visitor = visit()
    if user:
        visitor.sign_in(user)
    paths = list(PAGES[user])
    if user in {"ventures", "fund.lead"}:
        paths.extend(records_of(visitor))
    if user == "fund.lead":
        paths.extend(records_of_the_fund(visitor))
    if user == "planner.programmes":
        paths.extend(rounds_of_planning(visitor))
    faults = {}
    for language, widths in (("ko", (WIDE, NARROW)), ("en", (NARROW, WIDE))):
        for path in paths:
            visitor.page.set_viewport_size({"width": widths[0], "height": 900})
            visitor.open(path)
            visitor.read_in(language)
            for width in widths if path != "/api-docs" else ():
                resize(visitor.page, width)
                if found := faults_of(visitor.page, language):
                    faults[language, width, path] = found
    assert not faults


def test_the_keyboard_goes_past_the_menu_to_the_content(visit):
    visitor = visit()
    visitor.sign_in("ventures")
    visitor.open("/signals")
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.get_by_role("link", name="본문 바로가기")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("#main")).to_be_focused()


def test_the_menu_of_a_narrow_screen_opens_and_closes_by_keyboard(visit):
    visitor = visit(width=390)
    visitor.sign_in("ventures")
    page = visitor.page
    button, menu = page.get_by_role("button", name="전체메뉴"), page.get_by_role("navigation", name="주 메뉴")
    expect(menu).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.parametrize("user", ["fund.lead", "auditor", "ic.chair", "planner.programmes", "team.robot", "ventures"])
def test_the_menu_takes_one_line_of_a_desk_in_both_languages(visit, user):
    visitor = visit(width=WIDE)
    visitor.sign_in(user)
    for language in ("ko", "en"):
        visitor.open("/plan")
        visitor.read_in(language)
        tops = visitor.page.locator("#main-menu .gnb-main-trigger").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().top)"
        )
        assert len(set(tops)) == 1, (language, tops)


def test_a_group_of_the_menu_opens_and_closes_by_keyboard_and_one_at_a_time(visit):
    visitor = visit(width=WIDE)
    visitor.sign_in("fund.lead")
    page = visitor.page
    visitor.open("/acceptance")
    menu = page.get_by_role("navigation", name="주 메뉴")
    answers, fund = menu.locator("summary", has_text="매칭·응답"), menu.locator("summary", has_text="펀드·원장")
    expect(answers).to_have_attribute("aria-current", "true")
    entry = menu.get_by_role("link", name="매칭 라운드")
    expect(entry).to_be_hidden()
    answers.focus()
    page.keyboard.press("Enter")
    expect(entry).to_be_visible()
    page.keyboard.press("Tab")
    expect(entry).to_be_focused()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(answers).to_be_focused()
    answers.click()
    fund.click()
    expect(entry).to_be_hidden()
    expect(menu.get_by_role("link", name="원장", exact=True)).to_be_visible()
    page.locator("h1").click()
    expect(menu.get_by_role("link", name="원장", exact=True)).to_be_hidden()


@pytest.mark.parametrize("language", list(PreferredLanguage))
def test_the_page_says_amounts_as_the_service_does(visit, language):
    visitor = visit()
    visitor.open("/sign-in")
    said = visitor.page.evaluate(
        """async ([amounts, language]) => {
          const { sayWon, readWon } = await import("/assets/js/won.js");
          return amounts.map((amount) => sayWon(readWon(amount), language));
        }""",
        [[f"{amount:,}" for amount in AMOUNTS], language.value],
    )
    with locales.speaking(language):
        assert said == [locales.won(amount) for amount in AMOUNTS]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("5억", 500_000_000),
        ("12억 5천만원", 1_250_000_000),
        ("1조 2,000억", 1_200_000_000_000),
        ("３억", 300_000_000),
        ("", None),
        ("많이", None),
        ("5억-7억", None),
        ("1.5억", None),
    ],
)
def test_korean_units_are_read_exactly_or_not_at_all(visit, typed, amount):
    visitor = visit()
    visitor.open("/sign-in")
    read = visitor.page.evaluate(
        """async (typed) => {
          const { readWon } = await import("/assets/js/won.js");
          const amount = readWon(typed);
          return amount === null ? null : Number(amount);
        }""",
        typed,
    )
    assert read == amount


def test_the_viewer_of_the_interface_shows_every_operation(visit):
    visitor = visit()
    visitor.open("/api-docs")
    expect(visitor.page.locator("#operations-signals-CreateSignal, #operations-signals-create_signal")).to_be_visible()
    assert visitor.page.locator(".opblock").count() > 20
