"""A page read without a browser: its elements, and what is wrong with it."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

from fund_service.settings import ASSETS

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NAMED = {"a", "button", "h1", "h2", "h3", "h4", "label", "legend", "caption", "th", "dt", "title", "option"}
"""Elements that must say something."""
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "for", "list", "data-won", "data-counted")


class Reading(HTMLParser):
    """A page as read: its elements in order, each with its attributes and the text inside."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.unclosed: list[str] = []
        self.feed(html)
        self.unclosed += [tag for tag, _, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, {name: value or "" for name, value in attrs}, [])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.unclosed.append(f"</{tag}>")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, _, texts in self._open:
            texts.append(data)

    def of(self, *tags: str) -> Iterator[tuple[dict[str, str], str]]:
        for tag, attributes, texts in self.elements:
            if tag in tags:
                yield attributes, " ".join("".join(texts).split())


def faults_of(html: str, *, language: str) -> list[str]:
    """Name what is wrong with a page."""
    page = Reading(html)
    return [
        *(f"not closed: {tag}" for tag in page.unclosed),
        *inline_faults(page),
        *structure_faults(page, language=language),
        *reference_faults(page),
        *form_faults(page),
        *asset_faults(page),
    ]


def inline_faults(page: Reading) -> Iterator[str]:
    """Find what the content security policy forbids, and what it would load from elsewhere."""
    for tag, attributes, _ in page.elements:
        yield from (f"inline: <{tag} {name}>" for name in attributes if name == "style" or name.startswith("on"))
        data = attributes.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in attributes and not data):
            yield f"inline: <{tag}>"
        for name in ("src", "href", "action"):
            away = attributes.get(name, "").startswith(("http:", "https:", "//"))
            if away and not (tag == "a" and attributes.get("rel") == "noreferrer"):
                yield f"foreign: {attributes[name]}"


def structure_faults(page: Reading, *, language: str) -> Iterator[str]:
    """Find what a reader of headings, tables and names would miss."""
    if [attributes.get("lang") for attributes, _ in page.of("html")] != [language]:
        yield "the page does not name its language"
    levels = [int(tag[1]) for tag, _, _ in page.elements if tag in {"h1", "h2", "h3", "h4"}]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} first headings"
    yield from (f"heading {low} to {high}" for low, high in pairwise(levels) if high > low + 1)
    if len(list(page.of("table"))) != len(list(page.of("caption"))):
        yield "a table without a caption"
    yield from (
        f"no scope: {text}" for attributes, text in page.of("th") if attributes.get("scope") not in {"col", "row"}
    )
    yield from ("an image without alt" for attributes, _ in page.of("img") if "alt" not in attributes)
    for tag, attributes, texts in page.elements:
        if (
            tag in NAMED
            and not "".join(texts).strip()
            and not attributes.get("aria-label")
            and "value" not in attributes
        ):
            yield f"<{tag}> says nothing"
        if tag == "svg" and attributes.get("aria-hidden") != "true":
            yield "a drawing is read out"


def reference_faults(page: Reading) -> Iterator[str]:
    """Find ids given twice and references to none."""
    ids = Counter(attributes["id"] for _, attributes, _ in page.elements if "id" in attributes)
    yield from (f"id twice: {name}" for name, count in ids.items() if count > 1)
    for tag, attributes, _ in page.elements:
        for name in REFERENCES:
            yield from (
                f"<{tag} {name}> to no {target}" for target in attributes.get(name, "").split() if target not in ids
            )
        if tag == "a" and attributes.get("href", "").startswith("#") and attributes["href"][1:] not in ids:
            yield f"a link to no {attributes['href']}"


def form_faults(page: Reading) -> Iterator[str]:
    """Find fields without a label and forms without their token."""
    labelled = {attributes["for"] for attributes, _ in page.of("label")}
    for attributes, _ in page.of("input", "select", "textarea"):
        if attributes.get("type") != "hidden" and attributes.get("id") not in labelled:
            yield f"no label: {attributes.get('name')}"
    posts = sum(attributes.get("method") == "post" for attributes, _ in page.of("form"))
    if posts != sum(attributes.get("name") == "csrf_token" for attributes, _ in page.of("input")):
        yield "a form without its token"


def asset_faults(page: Reading) -> Iterator[str]:
    """Find style sheets, scripts and images that are not installed."""
    for tag, attributes, _ in page.elements:
        address = attributes.get("src") or (attributes.get("href", "") if tag == "link" else "")
        if address.startswith("/assets/") and not (ASSETS / address.removeprefix("/assets/")).is_file():
            yield f"no file: {address}"
