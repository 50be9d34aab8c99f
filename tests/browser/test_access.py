"""Every page for everybody: keyboard, narrow screens, contrast, and the interface's own viewer."""

import time
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


PATIENCE_SECONDS = 180
"""For the worker, which matches the whole demo first."""
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PAGES = {
    None: ("/sign-in", "/api-docs"),
    "ventures": ("/", "/signals", "/signals/new", "/plan", "/organisations"),
    "fund.lead": ("/", "/projects", "/projects/new", "/organisations/new", "/signals", "/nowhere"),
    "planner.programmes": ("/", "/market/demand", "/market/demand?by=region"),
    "auditor": ("/", "/people"),
}
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
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not match.count() and time.monotonic() < deadline:
        visitor.page.wait_for_timeout(1_000)
        visitor.page.reload()
    yield match.get_attribute("href")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("user", PAGES)
def test_pages_fit_the_screen_and_can_be_read(visit, user, width):
    visitor = visit(width=width)
    if user:
        visitor.sign_in(user)
    paths = [*PAGES[user], *records_of(visitor)] if user in {"ventures", "fund.lead"} else PAGES[user]
    faults = {}
    for language in ("ko", "en"):
        for path in paths:
            visitor.open(path)
            visitor.read_in(language)
            faint = visitor.page.evaluate(CONTRAST) if path != "/api-docs" else []
            if visitor.page.evaluate(OVERFLOW) or faint:
                faults[language, path] = faint or "wider than the screen"
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
