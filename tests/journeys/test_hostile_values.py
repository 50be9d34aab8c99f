"""Values that break ordinary services, by hand, on every list and write of a running one: refused, never an error."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

import httpx
import pytest

pytestmark = pytest.mark.slow

INVESTOR = "ventures@demo.fund.example"
MANAGER = "fund.lead@demo.fund.example"
ADMINISTRATOR = "administrator@demo.fund.example"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HUGE = 10**30
NOTHING = "019a0000-0000-7000-8000-000000000000"

VALUES: dict[str, Any] = {
    "2^63": 2**63, "2^64": 2**64, "-2^63-1": -(2**63) - 1, "10^30": HUGE, "-1": -1, "0": 0, "true": True,
    "false": False, "1.5": 1.5, "1.0": 1.0, "null": None, "text one": "1", "empty": "", "blanks": "   ", "NUL": "a\0b",
    "NUL alone": "\0",
    "list": [1], "empty list": [], "object": {"a": 1}, "empty object": {}, "nested": [[[[[[[[[[]]]]]]]]]],
    "100 KB": "a" * 100_000, "percent": "%", "underscore": "_", "quote": "'; DROP TABLE demand_signal; --",
    "template": "{{7*7}}${7*7}{0.__class__}", "format": "%s%n%(a)s", "script": "<script>alert(1)</script>",
    "bidi": "\u202etxet\u202c", "BOM": "\ufeffa", "not a character": "\uffff", "emoji": "\U0001f469\u200d" * 60,
    "combining": "a" + "\u0301" * 200, "newlines": "a\r\nb\r\n\r\nc", "escape": "\x1b[31m", "path": "../../etc/passwd",
    "uuid": NOTHING, "date": "2026-02-30", "year 10000": "10000-01-01", "formula": "=1+1", "json": '{"a":1}',
    "backslash": "\\", "NaN text": "NaN", "1e3 text": "1e3",
}  # fmt: skip
RAW: dict[str, bytes] = {
    "nothing": b"", "null": b"null", "list": b"[]", "text": b'"x"', "number": b"1", "half": b"{", "two": b"{}{}",
    "deep lists": b"[" * 100_000 + b"]" * 100_000, "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep in a field": b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "1e3": b'{"text":"0123456789","name_ko":"x","title_ko":"x","kind":"agency","available_krw":1e3,"budget_krw":1e3}',
    "NaN": b'{"text":"0123456789","available_krw":NaN}', "Infinity": b'{"available_krw":Infinity}',
    "digits": b'{"available_krw":' + b"9" * 100_000 + b"}", "long exponent": b'{"available_krw":1e' + b"9" * 400 + b"}",
    "twice": b'{"text":"0123456789","text":1}', "lone surrogate": b'{"text":"0123456789\\ud800"}',
    "surrogate key": b'{"\\ud800":1}', "NUL key": b'{"\\u0000":1}', "not UTF-8": b'{"text":"0123456789\xff"}',
    "UTF-16": '{"text":"0123456789"}'.encode("utf-16"), "BOM": b"\xef\xbb\xbf{}",
    "unknown": b'{"__proto__":{},"id":1}',
    "a hundred thousand fields": json.dumps({f"f{number}": 1 for number in range(100_000)}).encode(),
    "a million entries": b'{"field_codes":[' + b'"01",' * 1_000_000 + b'"01"]}',
    "11 MB": b'{"text":"' + b"a" * 11_000_000 + b'"}',
}  # fmt: skip
IDS = [
    "0",
    "-1",
    str(2**64),
    "x",
    "%00",
    "%ff",
    "%2e%2e",
    NOTHING[:-1],
    f"{{{NOTHING}}}",
    NOTHING.replace("-", ""),
    "a" * 5000,
]
QUERIES = [
    *(
        f"{name}={value}"
        for name in ("limit",)
        for value in ("-1", "0", "101", HUGE, 2**63, "true", "1e3", "%00", "", "0x10")
    ),
    *(f"cursor={value}" for value in ("x", "%00", "%ff", "A" * 22, "A" * 5000)),
    *(
        f"{name}=%00"
        for name in ("q", "state", "field_code", "region_code", "kind", "initiative_code", "large", "by", "format")
    ),
    *(
        f"{name}={quote(str(value)[:300])}"
        for name in ("q", "state", "field_code", "kind")
        for value in VALUES.values()
    ),
    *(
        "q=%ED%A0%80",
        "q=%FF",
        "%00=1",
        "=",
        "&" * 2000,
        "q=" + "%25" * 66,
        "limit=1&limit=2",
        "lang=%00",
        "large=2",
        "%",
        "a[]=1",
    ),
]
HEADERS = [
    *(
        {"Accept": value}
        for value in ("\xff", ";;;", "text/html;q=\xb2", "*/*;q=" + "9" * 400, "a/" * 2000, "text/html;q=x,*/*")
    ),
    *({"Accept-Language": value} for value in ("ko;q=\xb2", "en;q=..", ",;=", "\xff", "en;q=1e999", "x" * 4000)),
    *({"If-Match": value} for value in ('"\xb2"', '"' + "9" * 4000 + '"', "\xff", '"\\"', "*, *")),
    *(
        {"Cookie": value}
        for value in ("fund_session=\xff", 'fund_session="', "=;=", "fund_language=%00", "a=" + "b" * 4000)
    ),
    *({"Host": value} for value in ("x:99999", "[", "a b", "\xff", "x:y")),
    *({"Origin": value} for value in ("http://[", "\xff", "null", "://")),
    *(
        {"Content-Type": value}
        for value in ("\xff", ";", "application/json; charset=utf-16", "text/plain", "multipart/form-data")
    ),
    *({"Authorization": value} for value in ("\xff", "Bearer", "Bearer " + "x" * 4000, "Bearer \xff", "Basic x")),
]


@pytest.fixture(scope="module")
def connect(service: Any) -> Iterator[Callable[[str], httpx.Client]]:
    """Make a client with a token of the person of an address."""
    with ExitStack() as clients:

        def connect(email: str) -> httpx.Client:
            token = service.fund("token", "create", "--user", email).strip()
            headers = {"Authorization": f"Bearer {token}"}
            return clients.enter_context(httpx.Client(base_url=service.url, headers=headers, timeout=60))

        yield connect


@pytest.fixture(scope="module")
def investor(connect: Callable[[str], httpx.Client]) -> httpx.Client:
    return connect(INVESTOR)


@pytest.fixture(scope="module")
def manager(connect: Callable[[str], httpx.Client]) -> httpx.Client:
    return connect(MANAGER)


@pytest.fixture(scope="module")
def interface(investor: httpx.Client) -> dict[str, Any]:
    """The service's own description of its routes."""
    return dict(investor.get("/schema/openapi.json").json()["paths"])


def operations(interface: dict[str, Any], *methods: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in interface.items():
        for method, operation in item.items():
            if method in methods:
                yield method.upper(), path, operation


def client_for(path: str, investor: httpx.Client, manager: httpx.Client) -> httpx.Client:
    """Give whoever may write there, and read there."""
    return investor if path.startswith("/signals") else manager


def check(answer: httpx.Response, operation: dict[str, Any] | None = None) -> httpx.Response:
    """Hold an answer to be a refusal or a success, of a status that is documented, in the form of problems."""
    what = f"{answer.request.method} {answer.request.url!s:.200} -> {answer.status_code} {answer.text[:300]}"
    assert answer.status_code < 500, what
    if operation is not None and answer.status_code not in {405, 414}:
        assert str(answer.status_code) in operation["responses"], what
    if answer.status_code >= 400:
        assert operation is None or answer.headers["Content-Type"] == "application/problem+json", what
        assert not re.search(r"Traceback|psycopg|sqlalchemy|\.py\b", answer.text), what
    return answer


def with_ids(path: str, identifier: str) -> str:
    return re.sub(r"\{[^}]*\}", identifier, path)


def test_every_query_on_every_list(interface, investor, manager):
    tried = 0
    for _, path, operation in operations(interface, "get"):
        if operation.get("parameters") and "{" not in path and "export" not in path:
            for query in QUERIES:
                check(client_for(path, investor, manager).get(f"{path}?{query}"), operation)
                tried += 1
    assert tried > 300


def test_every_identifier_on_every_route(interface, investor, manager):
    for method, path, operation in operations(interface, "get", "put", "post"):
        if "{" in path:
            for identifier in IDS:
                answer = client_for(path, investor, manager).request(
                    method, with_ids(path, identifier), json={}, headers={"If-Match": '"1"'}
                )
                check(answer, operation)
                assert answer.status_code in {400, 404, 422}, answer.text


def test_every_value_in_every_field_of_every_write(interface, investor, manager):
    tried = 0
    for method, path, operation in operations(interface, "post", "put"):
        if "requestBody" not in operation:
            continue
        client = client_for(path, investor, manager)
        # An edit takes the schema that a new record takes.
        for field in (*(_fields(path) if method == "POST" else _fields(path)[:1]), "surprise"):
            for value in VALUES.values():
                body = {**_valid(path), field: value}
                answer = client.request(method, with_ids(path, NOTHING), json=body, headers={"If-Match": '"1"'})
                check(answer, operation)
                if field == "surprise":
                    assert answer.status_code == 400
                tried += 1
    assert tried > 1_000


def test_every_body_on_every_write(interface, investor, manager):
    for method, path, operation in operations(interface, "post", "put"):
        client = client_for(path, investor, manager)
        for name, body in RAW.items():
            answer = client.request(method, with_ids(path, NOTHING), content=body, headers={**JSON, "If-Match": '"1"'})
            check(answer, operation)
            assert answer.status_code in {400, 404, 413}, (name, answer.text[:300])


@pytest.mark.parametrize("path", ["/signals/new", "/projects/new", "/organisations/new", "/sign-in", "/language"])
def test_every_value_in_every_form(investor, manager, path):
    client = client_for(path, investor, manager)
    own = {"/sign-in": ["email", "password", "next"], "/language": ["language", "next"]}
    for field in (*_fields(path), *own.get(path, ["version", "csrf_token", "lead", "anchors"])):
        for value in VALUES.values():
            check(client.post(path, data={**_typed(path), field: str(value)}, headers={"Accept": "text/html"}))
        for raw in (b"%00", b"%ED%A0%80", b"\xff", b"%", b"1&%s=2" % field.encode(), b"9" * 6000):
            check(client.post(path, content=field.encode() + b"=" + raw, headers=FORM))


def test_every_header_on_a_page_a_list_and_a_write(investor):
    for given in HEADERS:
        encoded = {name: value.encode("latin-1") for name, value in given.items()}
        for method, path in (
            ("GET", "/"),
            ("GET", "/signals"),
            ("GET", "/nothing"),
            ("PUT", f"/signals/{NOTHING}"),
            ("POST", "/sign-in"),
        ):
            answer = investor.request(method, path, headers=encoded, content=b"{}" if method != "GET" else None)
            if "Host" not in given:
                check(answer)
            assert answer.status_code < 500, (given, method, path)


@pytest.mark.parametrize(
    "path",
    [
        "/assets/%00",
        "/assets/" + "a" * 300,
        "/assets/%2e%2e/app.py",
        "/%00",
        "/signals/%00",
        "/\x7f",
        "/" + "a/" * 2000,
        "//signals",
        "/signals//",
    ],
)
def test_every_odd_address(investor, path):
    assert check(investor.get(quote(path, safe="/%"))).status_code in {200, 400, 404}


def test_the_service_is_as_well_as_before(investor, service):
    assert investor.get("/health/ready").status_code == 200
    assert service.process.poll() is None


def _fields(path: str) -> list[str]:
    if path.startswith("/signals"):
        return [
            *("text", "field_codes", "region_codes", "trl_min", "trl_max", "ticket_min_krw", "ticket_max_krw"),
            *(
                "available_krw",
                "horizon_months",
                "expires_on",
                "excluded_field_codes",
                "excluded_terms",
                "confidentiality",
            ),
        ]
    if path.startswith("/projects"):
        return [
            *(
                "title_ko",
                "title_en",
                "abstract_ko",
                "field_codes",
                "trl_now",
                "trl_target",
                "region_code",
                "budget_krw",
            ),
            *("need_krw", "starts_on", "ends_on", "initiative_code", "state", "consortium"),
        ]
    if path.startswith("/organisations"):
        return [
            *("kind", "name_ko", "name_en", "registration_number", "ownership_group_id", "ownership_group_name"),
            *("region_code", "country"),
        ]
    return []


def _valid(path: str) -> dict[str, Any]:
    if path.startswith("/signals"):
        return {"text": "열 글자가 넘는 수요 설명입니다."}
    return {"title_ko": "과제"} if path.startswith("/projects") else {"kind": "agency", "name_ko": "기관"}


def _typed(path: str) -> dict[str, str]:
    return {} if path in {"/sign-in", "/language"} else {name: str(value) for name, value in _valid(path).items()}
