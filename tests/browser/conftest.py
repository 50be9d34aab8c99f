"""A real browser on the running service, in which nothing may be refused, fail, or be fetched from elsewhere."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from tests.browser.deal_office import Office, office

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PASSWORD = "fund-demo-2026"  # noqa: S105 - of the invented people of the demo
TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI}`));
"""
EXPECTED = "Failed to load resource: the server responded with a status of 4"
"""What the browser's console says of a form that was refused, which is no fault of the page."""


@dataclass
class Visitor:
    """A browser window of one person, and what went wrong in it."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note errors of scripts, whatever the content policy refused, and requests to foreign hosts."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", lambda request: self._asked(request.url))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(EXPECTED):
            self.faults.append(f"console: {message.text}")

    def _asked(self, address: str) -> None:
        if not address.startswith((f"{self.url}/", "data:", "blob:")):
            self.faults.append(f"foreign: {address}")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def wait_for(self, found: Locator, *, seconds: int = 180) -> None:
        """Load the page again until what the worker makes is on it."""
        deadline = time.monotonic() + seconds
        while not found.count() and time.monotonic() < deadline:
            self.page.wait_for_timeout(1_000)
            self.page.reload()

    def sign_in(self, email: str) -> None:
        """Sign in one of the demo's people and read on in Korean, whatever the person read in last."""
        self.open("/sign-in")
        self.page.fill("#email", f"{email}@demo.fund.example")
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url(f"{self.url}/")
        self.read_in("ko")

    def read_in(self, language: str) -> None:
        """Switch to the other language by the button above the menu, where it is not this one already."""
        if self.page.get_attribute("html", "lang") != language:
            self.page.click(f"#krds-header button[lang={language}]")
            self.page.wait_for_selector(f"html[lang={language}]")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven headless."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed (apt-get install chromium fonts-nanum)")
    expect.set_options(timeout=15_000)  # a busy machine is no fault of a page
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, service: Any) -> Iterator[Callable[..., Visitor]]:
    """Open a window of a new browser profile; when the test ends, nothing may have gone wrong in any of them."""
    visitors: list[Visitor] = []

    def visit(*, width: int = 1280) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="ko-KR", reduced_motion="reduce", accept_downloads=True
        )
        context.set_default_timeout(30_000)
        context.add_init_script(TELL_VIOLATIONS)
        visitor = Visitor(context.new_page(), service.url)
        visitor.watch()
        visitors.append(visitor)
        return visitor

    yield visit
    for visitor in visitors:
        visitor.page.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []


@pytest.fixture
def people(service: Any) -> Iterator[Office]:
    """The service's people as programs, for what takes many clicks."""
    with office(service) as opened:
        yield opened
