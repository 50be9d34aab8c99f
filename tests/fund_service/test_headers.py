from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from fund_service.app import create_app
from models.person import Role

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
}


def addresses(app: Litestar) -> list[str]:
    """Give an address for every route that is read, with an id of nothing."""
    nothing = "019a0000-0000-7000-8000-000000000000"
    return sorted({
        "/".join(nothing if part.startswith("{") else part for part in route.path.split("/"))
        for route in app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods
    })  # fmt: skip


@pytest.mark.usefixtures("reference_data")
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("role", [None, Role.INVESTOR, Role.AUDITOR])
def test_every_answer_of_every_route_is_protected_and_private(app, client_for, role, accept):
    client = client_for(role)
    for address in addresses(app):
        answer = client.get(address, headers={"Accept": accept}, follow_redirects=False)
        assert answer.status_code < 500, (address, answer.text)
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Cache-Control", "Vary", "Referrer-Policy"):
            assert len(answer.headers.get_list(name)) == 1, (address, name)
        assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store", address
        assert {"Accept", "Accept-Language", "Cookie", "Authorization"} <= set(answer.headers["Vary"].split(", "))


@pytest.mark.usefixtures("reference_data")
def test_answers_to_changes_are_private_too(client_for):
    investor = client_for(Role.INVESTOR)
    made = investor.post("/signals", json={"text": "열 글자가 넘는 수요 설명입니다."})
    for answer in (
        made,
        investor.put(made.headers["Location"], json={"text": "고쳐 쓴 수요 설명입니다."}, headers={"If-Match": '"1"'}),
        investor.post(f"{made.headers['Location']}/withdraw", headers={"If-Match": '"2"'}),
        investor.options("/signals"),
    ):
        assert answer.status_code in {200, 201, 204}
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Authorization" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html;q=0.4,application/json;q=0.5", False),
        ("*/*", False),
        ("", False),
        (f"*/*;q={'9' * 400}", False),
        ("text/html;q=nan", True),
        (";;;", False),
        ("text/html;q=\xb2", True),
        ("a/" * 2000, False),
    ],
)
def test_a_page_is_for_those_who_would_rather_have_one(visit, accept, page):
    answer = visit().get("/sign-in", headers={"Accept": accept.encode("latin-1")})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html" if page else "application/json")


def test_assets_are_the_same_for_everybody_and_kept_for_an_hour(visit):
    answer = visit().get("/assets/css/layout.css")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Vary" not in answer.headers
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("public_url", "promised"), [("https://fund.example", True), ("http://fund.example", False)])
def test_tls_is_promised_for_a_year_where_there_is_tls(settings, engine, portal, public_url, promised):
    client = TestClient(create_app(replace(settings, public_url=public_url), engine))
    client.blocking_portal = portal
    for address in ("/health/live", "/nothing", "/assets/css/layout.css", "/me"):
        header = client.get(address).headers.get("Strict-Transport-Security")
        assert header == ("max-age=31536000; includeSubDomains" if promised else None), address


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
        "/assets/..%2fapp.py",
        "/assets/css/%2e%2e/%2e%2e/app.py",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/css",
        "/assets/",
        "/assets/%00",
        "/assets/css/layout.css%00.png",
        "/assets/" + "a" * 300,
        "/assets/" + "a/" * 3000,
        "/assets/%ED%A0%80",
    ],
)
def test_no_path_leads_out_of_the_assets(visit, path):
    assert visit().get(path).status_code == 404
