import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from sqlmodel import Session, func, select

from models.person import Person, PreferredLanguage, Role
from models.project import RndProject
from models.signal import DemandSignal

pytestmark = pytest.mark.usefixtures("reference_data")

SIGNAL = {"text": "고체전해질 양산 기술에 투자하고자 합니다."}
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://testserver.local.evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Origin": "http://testserver.local:8000"},
]


def signals(read: Session) -> int:
    return read.exec(select(func.count()).select_from(DemandSignal)).one()


class TestFormToken:
    def test_a_form_with_the_token_of_its_session_is_taken(self, signed_in, read):
        assert signed_in(Role.INVESTOR).post("/signals/new", **SIGNAL).status_code == 303
        assert signals(read) == 1

    def test_a_form_without_a_token_is_refused(self, signed_in, read):
        answer = signed_in(Role.INVESTOR).client.post("/signals/new", data=SIGNAL)
        assert (answer.status_code, answer.json()["code"]) == (403, "forged")
        assert signals(read) == 0

    def test_the_token_of_another_session_is_refused(self, signed_in, read):
        attacker, victim = signed_in(Role.FUND_MANAGER), signed_in(Role.INVESTOR)
        stolen = attacker.form_token()
        answer = victim.client.post("/signals/new", data={**SIGNAL, "csrf_token": stolen})
        assert (answer.status_code, answer.json()["code"]) == (403, "forged")
        assert signals(read) == 0

    def test_the_token_of_the_same_persons_ended_session_is_refused(self, signed_in, members):
        opened = signed_in(Role.INVESTOR)
        old = opened.form_token()
        opened.sign_in(members[Role.INVESTOR].email)
        assert opened.client.post("/signals/new", data={**SIGNAL, "csrf_token": old}).status_code == 403

    @pytest.mark.parametrize("token", ["", "x", "\ud55c", "0" * 64, "\x00"])
    def test_rubbish_is_no_token(self, signed_in, token):
        answer = signed_in(Role.INVESTOR).client.post("/signals/new", data={**SIGNAL, "csrf_token": token})
        assert answer.status_code == 403

    def test_a_token_in_the_address_is_none(self, signed_in):
        opened = signed_in(Role.INVESTOR)
        answer = opened.client.post(f"/signals/new?csrf_token={opened.form_token()}", data=SIGNAL)
        assert answer.status_code == 403


class TestJson:
    def test_json_with_a_cookie_needs_the_header(self, signed_in, read):
        opened = signed_in(Role.INVESTOR)
        assert opened.client.post("/signals", json=SIGNAL).status_code == 403
        assert opened.client.post("/signals", json={**SIGNAL, "csrf_token": opened.form_token()}).status_code == 403
        plain = {"Content-Type": "text/plain"}  # what another site may send without asking the browser
        assert opened.client.post("/signals", content=b'{"text": "0123456789"}', headers=plain).status_code == 403
        assert signals(read) == 0
        answer = opened.client.post("/signals", json=SIGNAL, headers={"X-CSRF-Token": opened.form_token()})
        assert answer.status_code == 201

    def test_a_program_needs_neither_token_nor_origin(self, client_for):
        headers = {"Origin": "https://partner.example", "Sec-Fetch-Site": "cross-site"}
        assert client_for(Role.INVESTOR).post("/signals", json=SIGNAL, headers=headers).status_code == 201


class TestOrigin:
    @pytest.mark.parametrize("headers", FOREIGN)
    def test_another_sites_request_is_refused_even_with_the_token(self, signed_in, read, headers):
        opened = signed_in(Role.INVESTOR)
        form = {**SIGNAL, "csrf_token": opened.form_token()}
        assert opened.client.post("/signals/new", data=form, headers=headers).json()["code"] == "forged"
        assert opened.client.post("/sign-out", data=form, headers=headers).status_code == 403
        assert signals(read) == 0
        assert opened.is_signed_in()

    @pytest.mark.parametrize("headers", FOREIGN)
    def test_nobody_is_signed_in_or_given_a_language_by_another_site(self, browser, members, headers):
        opened = browser()
        form = {"email": members[Role.INVESTOR].email, "password": "correct horse battery staple"}
        assert opened.client.post("/sign-in", data=form, headers=headers, follow_redirects=False).status_code == 403
        assert opened.cookie is None
        assert opened.client.post("/language", data={"language": "en"}, headers=headers).status_code == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "http://testserver.local", "Sec-Fetch-Site": "same-origin"},
            {"Sec-Fetch-Site": "none"},
            # Behind a proxy that passes an inner name: the origin is the public one, and the service knows it.
            {"Origin": "http://testserver.local", "Host": "10.0.0.7:8000"},
        ],
    )
    def test_our_own_pages_are_taken(self, signed_in, headers):
        opened = signed_in(Role.PLANNER)
        form = {"language": "en", "csrf_token": opened.form_token()}
        assert opened.client.post("/language", data=form, headers=headers, follow_redirects=False).status_code == 303


def unsafe_routes(app: Litestar) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                assert isinstance(handler, HTTPRouteHandler)
                for method in handler.http_methods - {"GET", "HEAD", "OPTIONS"}:
                    yield str(method), route.path.replace(":uuid", "")


def test_no_changing_route_takes_a_cookie_without_a_token(app: Litestar, signed_in):
    opened = {role: signed_in(role) for role in Role}
    tried = 0
    for method, path in unsafe_routes(app):
        address = "/".join("019a0000-0000-7000-8000-000000000000" if "{" in part else part for part in path.split("/"))
        for role in Role:
            answer = opened[role].client.request(method, address, json={}, headers={"If-Match": '"1"'})
            assert answer.status_code == 403, (method, path, role, answer.text)
            tried += 1
    assert tried >= 15 * len(Role)
    assert all(browser.is_signed_in() for browser in opened.values())


def test_reading_changes_nothing(app: Litestar, signed_in, engine, store, investor_organisation):
    readers = [signed_in(role) for role in (Role.AUDITOR, Role.INVESTOR, Role.FUND_MANAGER)]
    signal = DemandSignal(organisation_id=investor_organisation.id, text="수요", confidentiality="open")
    project = RndProject(title_ko="과제")
    store(signal, project)
    ids = {"signal_id": signal.id, "project_id": project.id, "organisation_id": investor_organisation.id}
    before = digest(engine)
    read = 0
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            address = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: str(ids.get(found[1], signal.id)), route.path)
            for reader in readers:
                for method in ("GET", "HEAD"):
                    read += reader.client.request(method, address, headers={"Accept": "text/html"}).status_code == 200
    assert read > 40
    assert digest(engine) == before


def digest(engine: sa.Engine) -> dict[str, str]:
    """Sum up every table but the last use of sessions, which is no one's data."""
    with engine.connect() as connection:
        tables = connection.scalars(
            sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'sign_in_session'")
        ).all()
        summed = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} t"
        return {table: str(connection.scalar(sa.text(summed.format(f'"{table}"')))) for table in tables}


def test_a_person_keeps_the_language_chosen(signed_in, members, read):
    opened = signed_in(Role.INVESTOR)
    answer = opened.post("/language", language="en", next="/plan")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/plan")
    assert read.get(Person, members[Role.INVESTOR].id).language is PreferredLanguage.ENGLISH
    assert "fund_language=en" in answer.headers["Set-Cookie"]
