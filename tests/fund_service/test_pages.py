"""Pages as a browser gets them, read without one: structure, names, references, words, and where links lead."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from fund_service.app import handlers_of
from fund_service.market.commands import summarise
from fund_service.matches.commands import match_changes
from fund_service.matches.corpus import Matchmaker
from fund_service.pages import TEMPLATE
from fund_service.settings import ASSETS
from fund_service.templating import TEMPLATES
from matching.encoding.encoder import HashingEncoder
from models.clock import business_date, utc_now
from models.match import Match
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Role
from models.project import ConsortiumMember, ConsortiumRole, ProjectField, RndProject
from models.signal import Confidentiality, DemandSignal, SignalField
from tests.fund_service.page_reading import Reading, faults_of

Client = TestClient[Litestar]

HTML = {"Accept": "text/html"}
SIGNALS = 7
"""Ownership groups with a signal each: enough for a theme to be shown."""


SOUND = '<html lang="ko"><title>t</title><h1>h</h1><h2>h</h2>{}</html>'


@pytest.mark.parametrize(
    ("fragment", "fault"),
    [
        ('<p style="color: red">x</p>', "inline: <p style>"),
        ('<button onclick="x()">x</button>', "inline: <button onclick>"),
        ("<style>p {}</style>", "inline: <style>"),
        ('<script type="module">x()</script>', "inline: <script>"),
        ('<img src="https://elsewhere.example/x.png" alt="">', "foreign: https://elsewhere.example/x.png"),
        ("<h1>h</h1>", "2 first headings"),
        ("<h4>h</h4>", "heading 2 to 4"),
        ("<table><tr><td>x</td></tr></table>", "a table without a caption"),
        ("<th>x</th>", "no scope: x"),
        ('<img src="/assets/img/service-mark.svg">', "an image without alt"),
        ('<a href="/x"></a>', "<a> says nothing"),
        ("<svg></svg>", "a drawing is read out"),
        ('<p id="a">x</p><p id="a">x</p>', "id twice: a"),
        ('<p aria-describedby="b">x</p>', "<p aria-describedby> to no b"),
        ('<a href="#c">x</a>', "a link to no #c"),
        ('<input name="d">', "no label: d"),
        ('<form method="post"></form>', "a form without its token"),
        ('<link href="/assets/none.css">', "no file: /assets/none.css"),
        ("<p><b>x</p>", "not closed: </p>"),
    ],
)
def test_each_fault_is_found(fragment, fault):
    assert faults_of(SOUND.format(""), language="ko") == []
    assert fault in faults_of(SOUND.format(fragment), language="ko")


@pytest.fixture
def world(
    database: Engine, store: Callable[..., None], reference_data: None, investor_organisation: Organisation
) -> dict[str, str]:
    """A fund with everything in it, and the addresses of one record of each kind."""
    organisations = [investor_organisation]
    for number in range(1, SIGNALS):
        group = OwnershipGroup(name_ko=f"그룹 {number}")
        organisation = Organisation(
            kind=OrganisationKind.INVESTOR, name_en=f"Investor {number}", ownership_group_id=group.id
        )
        store(group, organisation)
        organisations.append(organisation)
    signals = [
        DemandSignal(
            organisation_id=organisation.id,
            text=f'We fund solid electrolytes for batteries, case {number}, <b>no</b> markup & "quotes".',
            ticket_min_krw=1_000_000_000,
            ticket_max_krw=5_000_000_000,
            available_krw=20_000_000_000,
            excluded_terms=["lead acid"],
            confidentiality=Confidentiality.OPEN,
        )
        for number, organisation in enumerate(organisations)
    ]
    projects = [
        RndProject(
            title_en="Sulphide solid electrolytes for batteries", abstract_en="Solid electrolytes are made in volume.",
            region_code="41", trl_now=4, trl_target=6, budget_krw=12_000_000_000, need_krw=need, state="running",
            initiative_code="commercialization-fund", ends_on=business_date(utc_now()),
        )
        for need in (3_000_000_000, 90_000_000_000)
    ]  # fmt: skip
    store(*signals, *projects)
    store(
        *(SignalField(signal_id=signal.id, field_code="02") for signal in signals),
        *(ProjectField(project_id=project.id, field_code="02") for project in projects),
        # Not of the investor whose matches are looked at: a conflict of interest would keep the project from it.
        ConsortiumMember(project_id=projects[0].id, organisation_id=organisations[1].id, role=ConsortiumRole.PARTNER),
    )
    matchmaker = Matchmaker(database, HashingEncoder())
    match_changes(matchmaker)
    with Session(database) as session:
        summarise(session, matchmaker, today=business_date(utc_now()))
        session.commit()
        own = select(Match.id).where(Match.signal_id == signals[0].id)
        eligible, near = (session.exec(own.where(Match.eligible == eligible)).one() for eligible in (True, False))
    return {
        "signal": f"/signals/{signals[0].id}",
        "match": f"/matches/{eligible}",
        "near miss": f"/matches/{near}",
        "project": f"/projects/{projects[0].id}",
        "organisation": f"/organisations/{organisations[1].id}",
    }


def pages_of(role: Role | None, world: dict[str, str]) -> list[str]:
    """Address the pages of a role."""
    if role is None:
        return ["/sign-in", "/api-docs"]
    pages = [
        "/",
        "/plan",
        "/projects",
        "/organisations",
        world["project"],
        world["organisation"],
        "/projects?q=nothing",
    ]
    if role in {Role.INVESTOR, Role.FUND_MANAGER, Role.AUDITOR}:
        pages += ["/signals", world["signal"], f"{world['signal']}/matches", world["match"], world["near miss"]]
    if role is Role.INVESTOR:
        pages += ["/signals/new", f"{world['signal']}/edit", "/signals?q=nothing"]
    if role in {Role.FUND_MANAGER, Role.PLANNER}:
        pages += ["/projects/new", f"{world['project']}/edit", "/organisations/new", f"{world['organisation']}/edit"]
    if role in {Role.FUND_MANAGER, Role.PLANNER, Role.AUDITOR}:
        pages += [f"/market/demand?by={by}" for by in ("theme", "field", "region")]
    if role in {Role.AUDITOR, Role.ADMINISTRATOR}:
        pages += ["/people"]
    return pages


def show(client: Client, address: str, *, language: str) -> str:
    """Load a page as a browser of this language does."""
    answer = client.get(address, headers=HTML | {"Cookie": f"fund_language={language}"})
    assert answer.status_code == 200, address
    return answer.text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_is_sound(world, client_for, language):
    for role in [None, *Role]:
        client = client_for(role)
        faults = {
            address: found
            for address in pages_of(role, world)
            if (found := faults_of(show(client, address, language=language), language=language))
        }
        assert not faults, role


def test_every_link_leads_to_something_the_reader_may_see(world, client_for):
    for role in Role:
        client = client_for(role)
        followed: dict[str, tuple[int, str]] = {}
        for address in pages_of(role, world):
            for attributes, _ in Reading(show(client, address, language="ko")).of("a"):
                target, _ = urldefrag(urljoin(address, attributes["href"]))
                if target.startswith("/") and target not in followed:
                    followed[target] = (client.get(target, headers=HTML).status_code, address)
        assert {target: found for target, found in followed.items() if found[0] != 200} == {}, role


def test_a_filter_left_empty_filters_nothing(world, client_for):
    client = client_for(Role.FUND_MANAGER)
    for address in ("/signals", "/projects", "/organisations"):
        page = Reading(show(client, address, language="ko"))
        empty = "&".join(
            f"{attributes['name']}=" for attributes, _ in page.of("input", "select") if is_filter(attributes)
        )
        assert client.get(f"{address}?{empty}", headers=HTML).status_code == 200, f"{address}?{empty}"


def is_filter(attributes: dict[str, str]) -> bool:
    return attributes.get("type") != "hidden" and "name" in attributes


def test_the_menu_offers_what_the_role_may_do(world, client_for):
    menus = {}
    for role in Role:
        page = show(client_for(role), "/", language="en")
        menus[role] = {text for attributes, text in Reading(page).of("a") if "gnb-" in attributes.get("class", "")}
    assert "Demand signals" in menus[Role.INVESTOR]
    assert "Demand signals" not in menus[Role.PLANNER]
    assert all("Market demand" in menus[role] for role in Role), "a release is for everybody signed in"
    assert "People" not in menus[Role.INVESTOR]
    assert "People" in menus[Role.ADMINISTRATOR]


def test_a_refused_form_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(world, client_for):
    client = client_for(Role.INVESTOR)
    typed = {"text": "짧다", "ticket_min_krw": "많이", "field_codes": ["01", "02"], "confidentiality": "open"}
    answer = client.post("/signals/new", data=typed, headers=HTML | {"Cookie": "fund_language=ko"})
    assert answer.status_code == 422
    assert not faults_of(answer.text, language="ko")
    page = Reading(answer.text)
    fields = {attributes.get("id"): (attributes, text) for attributes, text in page.of("input", "textarea")}
    assert fields["text"][1] == "짧다"
    assert fields["ticket_min_krw"][0]["value"] == "많이"
    assert "checked" in fields["field_codes-02"][0]
    for name in ("text", "ticket_min_krw"):
        assert fields[name][0]["aria-invalid"] == "true"
        assert f"{name}-fault" in fields[name][0]["aria-describedby"].split()
    assert {attributes["href"] for attributes, _ in page.of("a")} >= {"#text", "#ticket_min_krw"}


def test_markup_in_a_record_is_shown_and_not_obeyed(world, client_for):
    client = client_for(Role.INVESTOR)
    for address in ("/signals", world["signal"], f"{world['signal']}/edit", world["match"]):
        page = show(client, address, language="ko")
        assert "<b>no</b>" not in page, address
        assert "&lt;b&gt;no&lt;/b&gt;" in page or "<b>" not in page, address


def test_a_match_shows_its_evidence_in_both_texts(world, client_for):
    page = Reading(show(client_for(Role.INVESTOR), world["match"], language="en"))
    marks = [(attributes["class"], text) for attributes, text in page.of("mark")]
    assert any(kind == "carrying" and "electrolytes" in text for kind, text in marks)
    assert Counter(text.lower() for kind, text in marks if kind == "shared")["electrolytes"] >= 2


def test_a_near_miss_names_the_change_that_would_let_it_in(world, client_for):
    page = show(client_for(Role.INVESTOR), world["near miss"], language="ko")
    assert "올리면 포함됩니다" in page


def test_a_waiting_signal_asks_again_and_a_matched_one_does_not(world, client_for):
    client = client_for(Role.INVESTOR)
    # The application reads with its own encoder, the world was matched with another: outdated, not waiting.
    assert "hx-get" not in show(client, world["signal"], language="ko")
    made = client.post("/signals", json={"text": "A demand that nobody has matched yet."})
    page = Reading(show(client, made.headers["Location"], language="ko"))
    asking = [attributes for attributes, _ in page.of("div") if "hx-get" in attributes]
    assert [attributes["hx-get"] for attributes in asking] == [made.headers["Location"]]


def test_the_service_does_not_claim_to_be_an_official_site(world, client_for):
    for role, address in ((None, "/sign-in"), (Role.PLANNER, "/")):
        page = show(client_for(role), address, language="ko")
        assert "공식 전자정부 누리집" not in page
        assert "krds-masthead" not in page


def test_an_error_is_a_page_in_the_readers_language(world, client_for):
    client = client_for(Role.PLANNER)
    for address, status, sentence in (
        ("/nowhere", 404, "요청하신 자료가 없거나 열람 권한이 없습니다."),
        ("/signals", 403, "현재 역할로는 수행할 수 없습니다."),
        ("/projects?limit=0", 400, "요청을 읽을 수 없습니다."),
    ):
        answer = client.get(address, headers=HTML | {"Cookie": "fund_language=ko"})
        assert answer.status_code == status
        assert sentence in answer.text
        assert not faults_of(answer.text, language="ko")


def test_scripts_import_what_set_up_has_installed():
    scripts = list((ASSETS / "js").glob("*.js"))
    imports = [(script, found) for script in scripts for found in re.findall(r'from "([^"]+)"', script.read_text())]
    assert imports
    assert [str(found) for script, found in imports if not (script.parent / found).is_file()] == []


def test_every_template_belongs_to_a_route_or_to_another_template(app):
    routed = {handler.opt[TEMPLATE] for handler in handlers_of(app) if TEMPLATE in handler.opt}
    routed |= {"error.html", "notices/mail.html"}
    files = {str(path.relative_to(TEMPLATES)): path.read_text() for path in Path(TEMPLATES).rglob("*.html")}
    assert routed <= files.keys()
    unused = {name for name in files.keys() - routed if not any(f'"{name}"' in text for text in files.values())}
    assert not unused
