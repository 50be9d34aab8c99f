"""Every text a person can enter, shown on every page: escaped, never live."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from jinja2 import UndefinedError
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service import guards, operations
from fund_service.metrics.figures import FigureKey
from fund_service.pages import TEMPLATE
from fund_service.templating import make_environment, template_config
from models.person import Person, Role
from tests.fund_service.hostile_consultations import drafted_identifiers
from tests.fund_service.hostile_notices import noticed_identifiers
from tests.fund_service.hostile_planning import staged_identifiers
from tests.fund_service.hostile_records import hostile_rows, identifiers
from tests.fund_service.hostile_regional import leap_identifiers
from tests.fund_service.hostile_relevance import reviewed_identifiers
from tests.fund_service.hostile_reports import TARGET

pytestmark = pytest.mark.usefixtures("reference_data")

HTML = {"Accept": "text/html"}
ATTACK = '"\'><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">{{7*7}}${7*7}</a>'
ACTIVE = {"script", "iframe", "object", "embed", "base", "meta", "style", "link", "form"}
ESCAPED = "&lt;script&gt;alert(1)"
SILENT = {
    *("view_schema", "sign_in_page", "password_page", "read_plan", "preview_release"),
    *("list_release_pulls", "read_gap_map"),
    *("list_notices", "read_notice_settings", "ending_page"),
    *("new_signal_page", "new_project_page", "new_interest_page", "new_round_page", "adoption_page"),
    *("new_planning_round_page", "read_promises"),
    *("import_deals_page", "import_instructions_page", "import_figures_page"),
    *("read_register", "report_figure_page", "list_target_records"),
}
"""Pages with nothing on them that somebody wrote, or only sums of it."""
ASKED = {"adoption_page": "side=investor", "list_target_records": "measure=projects_begun"}
"""What must be asked of some pages."""
OF_ANOTHER = {"read_webhook": frozenset({Role.PROJECT_TEAM})}
"""Who has a record of their own at such an address, and not this one."""
EVENT = re.compile(r"on[a-z]+")
ALIVE = re.compile(r"alert|\b(on[a-z]+|style)$|(https?:)?//")
"""What must not be on a page: an attack, an event handler, an inline style, anything from elsewhere."""


class Live(HTMLParser):
    """Collects what a browser would run or load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ACTIVE:
            self.found.append(
                f"{tag} {given.get('src') or given.get('href') or given.get('action') or given.get('name')}"
            )
        self.found += [f"{tag} {name}" for name in given if EVENT.fullmatch(name) or name == "style"]
        for name in ("href", "src", "action", "formaction"):
            if re.match(r"[\s\x00]*(javascript|data|vbscript):", given.get(name, ""), re.IGNORECASE):
                self.found.append(f"{tag} {name}={given[name]}")


@pytest.fixture
def records(database: Engine, owner: Engine, people: dict[Role, Person]) -> Callable[[str], dict[str, Any]]:
    """Record one of everything with a text of one's choice, and give where each is in addresses."""

    def records(text: str) -> dict[str, Any]:
        rows = hostile_rows(people, text)
        with Session(owner, expire_on_commit=False) as session:
            # As no request could: without the triggers that let only whole, balanced stories through.
            session.execute(sa.text("SET LOCAL session_replication_role = replica"))
            for row in rows:
                session.add(row)
                session.flush()
            session.commit()
        ids = identifiers(rows)
        return {
            **ids,
            **noticed_identifiers(rows, people[Role.INVESTOR]),
            "staged": staged_identifiers(rows)
            | reviewed_identifiers(rows)
            | drafted_identifiers(rows)
            | leap_identifiers(rows),
            "figures": FigureKey.CASH.value,
            "quotas": f"project/{ids['projects']}",
            "thread": f"candidate/{ids['candidates']}",
            "targets": TARGET,
            "gap": "all/all",
        }

    return records


def pages(app: Litestar, ids: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the address of every page that a handler with a template answers to GET, and its operation."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.opt.get(TEMPLATE) and "GET" in handler.http_methods:
                    path = route.path.replace("/quotas/{side:str}/{record_id:uuid}", "/quotas/{quota:str}")
                    path = path.replace("/thread/{start:str}/{record_id:uuid}", "/thread/{taken_up:str}")
                    path = path.replace("/gap/{field_code:str}/{region_code:str}", "/gap/{cell:str}")
                    operation = str(guards.operation_of(handler))
                    here = ids | ids["staged"].get(operation, {})
                    address = re.sub(r"([\w-]+)/\{(\w+):\w+\}", lambda found: _placed(found, here), path)  # noqa: B023 - called at once
                    yield f"{address}?{ASKED.get(operation, '')}", operation


def _placed(found: re.Match[str], ids: dict[str, Any]) -> str:
    """Put an identifier after a collection's word; answers go by the other record of their pair."""
    word, parameter = found[1], found[2]
    return f"{word}/{ids[parameter if word == 'answers' else word]}"


def readers(operation: str) -> list[Role]:
    permitted = operations.OPERATIONS[operation] - OF_ANOTHER.get(operation, frozenset())
    return [role for role in Role if permitted == operations.ANYONE or role in permitted]


class TestEveryPage:
    def test_no_text_of_a_record_is_ever_live(self, app, records, client_for):
        ids = records(ATTACK)
        clients = {role: client_for(role) for role in Role}
        # The plan is ours: of what people wrote, its page has only the reader's name in the header.
        name = {role: clients[role].get("/plan", headers=HTML).text.count(ESCAPED) for role in Role}
        silent = set()
        for address, operation in pages(app, ids):
            told = 0
            for role in readers(operation):
                page = clients[role].get(f"{address}&lang=en", headers=HTML)
                assert page.status_code == 200, (address, role, page.status_code)
                found = Live(page.text).found
                assert not [thing for thing in found if ALIVE.search(thing)], (address, role, found)
                told += page.text.count(ESCAPED) > name[role]
            if not told:
                silent.add(operation)
        assert silent == SILENT

    @pytest.mark.parametrize(
        ("path", "fields"),
        [
            ("/signals/new", ["text", "trl_min", "available_krw", "expires_on", "excluded_terms", "confidentiality"]),
            ("/projects/new", ["title_ko", "abstract_en", "budget_krw", "starts_on", "lead", "initiative_code"]),
            ("/organisations/new", ["name_ko", "name_en", "registration_number", "ownership_group_name", "country"]),
        ],
    )
    def test_nor_is_what_was_typed_into_a_form_that_comes_back(self, client_for, path, fields):
        role = Role.INVESTOR if "signals" in path else Role.FUND_MANAGER
        typed = dict.fromkeys(fields, ATTACK) | {ATTACK: ATTACK, "registration_number": ATTACK}
        page = client_for(role).post(path, data=typed, headers=HTML)
        assert page.status_code == 422, page.text
        assert ESCAPED in page.text
        assert not [thing for thing in Live(page.text).found if "alert" in thing]

    @pytest.mark.parametrize(
        "address", ["/signals?q={}", "/projects?q={}", "/organisations?q={}", "/sign-in?next={}", "/{}"]
    )
    def test_nor_is_an_address(self, client_for, address):
        page = client_for(Role.INVESTOR).get(address.format(ATTACK[:60].replace(" ", "%20")), headers=HTML)
        assert page.status_code in {200, 404}
        assert not [thing for thing in Live(page.text).found if "alert" in thing]


class TestToken:
    def test_the_form_token_is_ours_and_not_the_frameworks(self):
        environment = template_config().engine_instance.engine
        shown = environment.from_string("{{ csrf_token() }}").render(request=_request(csrf_token="t0ken"))  # noqa: S106 - no secret
        assert shown == "t0ken"

    def test_a_program_or_visitor_has_none(self):
        template = make_environment().from_string("{{ csrf_token() }}")
        assert template.render(request=_request(csrf_token=None)) == ""
        assert template.render(request=_request()) == ""


class TestEnvironment:
    def test_an_undefined_name_is_an_error(self):
        with pytest.raises(UndefinedError):
            make_environment().from_string("{{ nothing.here }}").render()

    def test_everything_is_escaped(self):
        shown = make_environment().from_string(
            "{{ text }}{{ _('%(a)s', a=text) }}{% trans a=text %}{{ a }}{% endtrans %}"
        )
        assert "<" not in shown.render(text="<b>")

    @pytest.mark.parametrize("role", Role)
    def test_a_page_offers_what_its_reader_may_do(self, role):
        template = make_environment().from_string("{{ may('create_signal') }} {{ may('sign_in') }}")
        assert template.render(request=_request(roles={role})) == f"{role is Role.INVESTOR} True"
        assert template.render(request=_request()) == "False True"


def _request(**caller: Any) -> Any:
    """Make what templates see of a request."""
    return SimpleNamespace(scope={"user": SimpleNamespace(**caller) if caller else None})


def test_the_tests_attack_is_seen_by_the_parser():
    assert {"script None", "img onerror"} <= set(Live(ATTACK).found)
    assert any("javascript:" in thing for thing in Live(ATTACK).found)
