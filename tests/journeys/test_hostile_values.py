"""Values that break ordinary services, by hand, on every list and write of a running one: refused, never an error."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from models.person import Role
from tests.journeys.hostile_values import HEADERS, IDS, PARAMETERS, RAW, VALUES, queries_of
from tests.journeys.interface import JSON, MULTIPART, NOTHING, PEOPLE, Interface, Operation

pytestmark = pytest.mark.slow

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FORMS = {
    **{f"/{kind}/new": f"create_{kind[:-1]}" for kind in ("signals", "projects", "organisations", "deals")},
    "/limit-rules/new": "create_limit_rule",
    "/committee/meetings/new": "create_meeting",
    "/committee/interests/new": "declare_interest",
    "/settlement/claims/new": "create_claim",
}
"""Forms that read in ways of their own, each with the operation that takes the same fields as JSON."""
OWN_FIELDS = {"/sign-in": ["email", "password", "next"], "/language": ["language", "next"]}


@pytest.fixture(scope="module")
def interface(service: Any) -> Iterator[Interface]:
    """The service's own description of its routes, and a deal of ours for what is written about deals."""
    with ExitStack() as clients:

        def connect(email: str) -> httpx.Client:
            token = service.token(email)
            headers = {"Authorization": f"Bearer {token}"}
            return clients.enter_context(httpx.Client(base_url=service.url, headers=headers, timeout=60))

        document = httpx.get(f"{service.url}/schema/openapi.json").json()
        interface = Interface(document, connect)
        interface.ids = known_records(interface)
        yield interface


def known_records(interface: Interface) -> dict[str, str]:
    """Find or make records that bodies and addresses may name; only the company and the deal, our own, are changed."""
    manager = interface.client(Role.FUND_MANAGER)
    [mother] = (row["id"] for row in manager.get("/fund").json()["vehicles"] if row["kind"] == "mother_fund")
    company = manager.post("/organisations", json={"kind": "partner_firm", "name_ko": "이상한 값"})
    assert company.status_code == 201, company.text
    company_id = company.headers["Location"].rsplit("/", 1)[1]
    people = interface.client(Role.ADMINISTRATOR).get("/people", params={"limit": 100}).json()["items"]
    ids = {person["email"]: person["id"] for person in people}
    owner, chair = (ids[PEOPLE[role]] for role in (Role.FUND_MANAGER, Role.COMMITTEE_MEMBER))
    deal = manager.post("/deals", json={"title_ko": "이상한 값", "company_id": company_id, "amount_krw": 1})
    assert deal.status_code == 201, deal.text
    return {
        "company_id": company_id,
        "organisation_id": company_id,
        "parent_id": mother,
        "owner_id": owner,
        "chair_id": chair,
        "member_id": chair,
        "deal_id": deal.headers["Location"].rsplit("/", 1)[1],
    }


def check(answer: httpx.Response, operation: Operation | None = None) -> httpx.Response:
    """Hold an answer to be a refusal or a success, of a status that is documented, in the form of problems."""
    what = f"{answer.request.method} {answer.request.url!s:.200} -> {answer.status_code} {answer.text[:300]}"
    assert answer.status_code < 500, what
    if operation is not None and answer.status_code not in {405, 414}:
        assert str(answer.status_code) in operation.described["responses"], what
    if answer.status_code >= 400:
        assert operation is None or answer.headers["Content-Type"] == "application/problem+json", what
        assert not re.search(r"Traceback|psycopg|sqlalchemy|\.py\b", answer.text), what
    return answer


def test_every_query_on_every_list(interface):
    tried = 0
    for operation in interface.operations("get"):
        queries = [f"{name}={value}" for name in operation.parameters for value in PARAMETERS]
        if "cursor" in operation.parameters and "{" not in operation.path:
            queries += queries_of(operation.parameters)
        for query in queries:
            address = interface.address(operation.path)
            check(interface.client_for(operation.name).get(f"{address}?{query}"), operation)
            tried += 1
    assert tried > 3_000


def test_every_identifier_on_every_route(interface):
    for operation in interface.operations("get", "put", "post", "delete"):
        if "{" in operation.path:
            client = interface.client_for(operation.name)
            content = {"json": {}} if operation.media_type == JSON else {}
            for identifier in IDS:
                address = interface.address(operation.path, identifier)
                answer = client.request(operation.method, address, headers=operation.headers(), **content)
                check(answer, operation)
                assert answer.status_code in {400, 404, 422}, (operation.name, identifier[:50], answer.text)


def test_every_value_in_every_field_of_every_write(interface):
    tried, schemas = 0, []
    for operation in interface.operations("post", "put"):
        if operation.media_type != JSON:
            continue
        client, valid, schema = (
            interface.client_for(operation.name), interface.valid_body(operation), interface.schema_of(operation),
        )  # fmt: skip
        # An edit often takes the schema that a new record takes.
        fields = list(schema["properties"])[: 1 if schema in schemas else None]
        schemas.append(schema)
        for field in (*fields, "surprise"):
            for value in VALUES.values():
                answer = client.request(
                    operation.method, interface.address(operation.path), json={**valid, field: value},
                    headers=operation.headers(),
                )  # fmt: skip
                check(answer, operation)
                if field == "surprise":
                    assert answer.status_code == 400, (operation.name, answer.text)
                tried += 1
    assert tried > 8_000


def test_every_body_on_every_write(interface):
    for operation in interface.operations("post", "put"):
        client, headers = interface.client_for(operation.name), operation.headers()
        # Where a form with a file is taken, JSON is of another media type than was asked for.
        refusals = {400, 404, 413} | ({415} if operation.media_type == MULTIPART else set())
        for name, body in RAW.items():
            answer = client.request(
                operation.method, interface.address(operation.path, NOTHING), content=body,
                headers={"Content-Type": JSON, **headers},
            )  # fmt: skip
            check(answer, operation)
            assert answer.status_code in refusals, (operation.name, name, answer.text[:300])


@pytest.mark.parametrize("path", [*FORMS, *OWN_FIELDS])
def test_every_value_in_every_form(interface, path):
    operation = next((each for each in interface.operations("post") if each.name == FORMS.get(path)), None)
    client = interface.client_for("create_signal" if operation is None else operation.name)
    fields = [] if operation is None else list(interface.schema_of(operation)["properties"])
    valid = {} if operation is None else interface.valid_body(operation)
    for field in (*fields, *OWN_FIELDS.get(path, ["version", "csrf_token", "lead", "anchors"])):
        for value in VALUES.values():
            check(client.post(path, data={**valid, field: str(value)}, headers={"Accept": "text/html"}))
        for raw in (b"%00", b"%ED%A0%80", b"\xff", b"%", b"1&%s=2" % field.encode(), b"9" * 6000):
            check(client.post(path, content=field.encode() + b"=" + raw, headers=FORM))


def test_every_header_on_a_page_a_list_and_a_write(interface):
    investor = interface.client(Role.INVESTOR)
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
def test_every_odd_address(interface, path):
    assert check(interface.client(Role.INVESTOR).get(quote(path, safe="/%"))).status_code in {200, 400, 404}


def test_the_service_is_as_well_as_before(interface, service):
    assert interface.client(Role.INVESTOR).get("/health/ready").status_code == 200
    assert service.process.poll() is None
