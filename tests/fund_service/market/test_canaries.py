"""Two hundred marked signals, and everything that a planner or another investor can reach: nothing of them is there."""

import io
import re
import zipfile
from collections import deque
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from pypdf import PdfReader
from sqlmodel import Session, col, select

from fund_service.market.releases import make_release_of
from models.market import DemandTheme
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.signal import DemandSignal, SignalField

CANARIES, GROUPS = 200, 25
MOST_ADDRESSES = 700
HTML = {"Accept": "text/html"}
MARK = "카나리아"


def amount(number):
    """Give an amount that nothing else has, and no sum of a few of them either."""
    return 3_141_592_653 + number * 1_000_003


@pytest.fixture
def canaries(world, store):
    """Two hundred confidential signals with words, an amount and an id of their own, in a release."""
    groups = [OwnershipGroup(name_ko=f"{MARK}그룹{number}집단") for number in range(GROUPS)]
    firms = [
        Organisation(kind=OrganisationKind.INVESTOR, name_ko=f"{MARK}투자{number}사", ownership_group_id=group.id)
        for number, group in enumerate(groups)
    ]
    store(*groups, *firms)
    signals = [
        DemandSignal(
            organisation_id=firms[number % GROUPS].id,
            text=f"{MARK}말{number:03d}끝 {world.MEMORY if number % 2 else world.BATTERY}",
            received_on=world.TODAY,
            available_krw=amount(number),
            confidentiality="confidential",
        )
        for number in range(CANARIES)
    ]
    store(*signals, *(SignalField(signal_id=one.id, field_code=f"0{1 + at % 2}") for at, one in enumerate(signals)))
    return signals


def release(world):
    world.summarise()
    with Session(world.engine) as session:
        make_release_of(session, made_by=None)
        session.commit()


class Links(HTMLParser):
    """Collects where a page leads, and where its forms ask from."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.found.append(given["href"])
        if given.get("hx-get"):
            self.found.append(given["hx-get"])


def text_of(answer):
    """Give all that can be read in an answer, whatever kind of file it is."""
    kind = answer.headers.get("content-type", "")
    if "spreadsheetml" in kind:
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return " ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    if "pdf" in kind:
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    return answer.content.decode("utf-8", "replace")


def seeds(client, ids):
    """Give every address of the OpenAPI document that can be read, its identifiers filled in with all there are."""
    paths = client.get("/schema/openapi.json").json()["paths"]
    for path, operations in paths.items():
        if "get" not in operations:
            continue
        if "{" not in path:
            yield path
        for one in ids:
            filled = re.sub(r"\{[^}]*\}", str(one), path)
            if filled != path:
                yield filled


def crawl(client, ids):
    """Read everything within reach, as JSON and as pages, files included, and give it by address."""
    waiting = deque(dict.fromkeys(seeds(client, ids)))
    waiting += [f"/market/demand/export?format={kind}&by={by}" for kind in ("csv", "xlsx", "pdf", "md", "json", "txt")
                for by in ("theme", "cell")]  # fmt: skip
    seen, read = set(waiting), {}
    while waiting and len(read) < MOST_ADDRESSES:
        address = waiting.popleft()
        for headers in ({}, HTML):
            answer = client.get(address, headers=headers, follow_redirects=False)
            assert answer.status_code < 500, address
            read[address, bool(headers)] = text_of(answer)
            if headers and answer.status_code == 200 and "text/html" in answer.headers["content-type"]:
                for link in Links(answer.text).found:
                    there = urlsplit(urljoin(f"http://testserver.local{address}", link))
                    target = there.path + (f"?{there.query}" if there.query else "")
                    if (
                        there.netloc == "testserver.local"
                        and target not in seen
                        and not there.path.startswith("/assets")
                    ):
                        seen.add(target)
                        waiting.append(target)
    return read


def hits(read, signals):
    """Find what of the signals stands in what was read; the register of organisations names its firms to everybody."""
    ids = {str(one.id) for one in signals} | {one.id.hex for one in signals}
    amounts = {str(one.available_krw) for one in signals} | {f"{one.available_krw:,}" for one in signals}
    told = []
    for (address, _), text in read.items():
        asked = {part for part in ids if part in address}
        told += [(address, secret) for secret in ids - asked if secret in text]
        told += [(address, secret) for secret in amounts if secret in text]
        told += [(address, secret) for secret in re.findall(rf"{MARK}말\d+끝", text)]
        if "organisation" not in address and "project" not in address:
            told += [(address, secret) for secret in re.findall(rf"{MARK}(?:투자\d+사|그룹\d+집단)", text)]
    return told


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.PLANNER, Role.INVESTOR])
def test_nothing_of_two_hundred_signals_is_within_reach(world, canaries, client_for, role):
    release(world)
    client = client_for(role)
    with Session(world.engine) as session:
        themes = list(session.exec(select(DemandTheme.id)))
    read = crawl(client, [canaries[0].id, canaries[1].id, canaries[0].organisation_id, *themes[:1], 1])
    assert any("20-49" in text for text in read.values()), "the release itself was read"
    assert hits(read, canaries) == []


def test_the_crawl_finds_what_an_owner_may_read(world, canaries, client_of, store):
    """The same search, by somebody who may see some of them: else finding nothing would prove nothing."""
    owner = Person(
        email="own@canary.example",
        name="주인",
        organisation_id=canaries[0].organisation_id,
        password_hash="none",  # noqa: S106 - no secret
    )
    store(owner, PersonRole(person_id=owner.id, role=Role.INVESTOR))
    client = client_of(owner)
    read = {
        (address, page): text_of(client.get(address, headers=HTML if page else {}))
        for address in ("/signals", f"/signals/{canaries[0].id}", "/signals/export?format=xlsx")
        for page in (False, True)
    }
    found = hits(read, canaries)
    assert {secret for _, secret in found} >= {f"{MARK}말000끝", str(canaries[0].available_krw)}
    with Session(world.engine) as session:
        assert len(session.exec(select(col(DemandSignal.id))).all()) == CANARIES
