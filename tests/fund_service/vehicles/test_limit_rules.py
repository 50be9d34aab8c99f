from uuid import uuid4

import pytest
from sqlmodel import select

from fund_service.vehicles.policy import TWO_CHECKERS_FROM_KRW
from models.person import Role
from models.vehicle import LimitKind, LimitRule, PolicyValue

pytestmark = pytest.mark.usefixtures("reference_data")

BILLION = 10**9


@pytest.fixture
def committee(client_for):
    return client_for(Role.COMMITTEE_MEMBER)


def body(**changes):
    return {
        "kind": "company_concentration", "force": "blocks", "share_bp": 2_000, "basis_ko": "규약 제12조",
        "basis_en": "Agreement, article 12", "reason": "결성 총회 의결",
    } | changes  # fmt: skip


def edit(**changes):
    return {
        "force": "warns",
        "share_bp": 2_500,
        "basis_ko": "규약",
        "basis_en": "Agreement",
        "reason": "변경",
    } | changes


def test_a_recorded_rule_can_be_read_with_who_set_it_when_and_why(committee, people):
    answer = committee.post("/limit-rules", json=body())
    assert answer.status_code == 201, answer.text
    address = answer.headers["Location"]
    view = committee.get(address)
    assert view.json() == answer.json()
    assert view.headers["ETag"] == '"1"'
    changed = committee.put(address, json=edit(), headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    history = changed.json()["history"]
    name = people[Role.COMMITTEE_MEMBER].name
    assert [(change["share_bp"], change["force"], change["reason"], change["person_name"]) for change in history] == [
        (2_500, "warns", "변경", name), (2_000, "blocks", "결성 총회 의결", name),
    ]  # fmt: skip
    page = committee.get(address, headers={"Accept": "text/html"}).text
    assert "결성 총회 의결" in page
    assert "25.00%" in page


def test_the_history_cannot_be_rewritten_by_the_service(committee, database):
    committee.post("/limit-rules", json=body())
    with database.connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.exec_driver_sql("UPDATE policy_value SET reason = 'x'")


@pytest.mark.parametrize(
    "changes",
    [
        {"share_bp": 10_001}, {"share_bp": -1}, {"share_bp": True}, {"share_bp": "20"}, {"share_bp": 20.5},
        {"kind": "other"}, {"force": "asks"}, {"reason": ""}, {"reason": "x" * 501}, {"basis_ko": ""},
        {"basis_en": "x" * 301}, {"mega_region_code": "honam"}, {"year": 2026}, {"vehicle_id": str(uuid4())},
        {"kind": "regional_floor"}, {"kind": "regional_floor", "mega_region_code": "atlantis"},
        {"kind": "large_project_share"}, {"kind": "large_project_share", "year": 2025}, {"version": 1},
    ],
)  # fmt: skip
def test_a_body_with_a_value_that_cannot_be_is_refused_with_its_field(committee, read, changes):
    answer = committee.post("/limit-rules", json=body(**changes))
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["fields"], answer.text
    assert not read.exec(select(LimitRule)).all()
    assert not read.exec(select(PolicyValue)).all()


def test_two_rules_of_one_kind_place_and_year_would_contradict_each_other(committee):
    assert committee.post("/limit-rules", json=body()).status_code == 201
    assert committee.post("/limit-rules", json=body(share_bp=5)).status_code == 409
    path = body(kind="large_project_share", year=2026)
    assert committee.post("/limit-rules", json=path).status_code == 201
    assert committee.post("/limit-rules", json=path | {"year": 2027}).status_code == 201
    listed = committee.get("/limit-rules").json()
    assert [rule["year"] for rule in listed["rules"]] == [None, 2026, 2027]
    assert len(listed["findings"]) == 2, "of the path one step holds"


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": "*"}, 428), ({"If-Match": '"2"'}, 412)])
def test_a_change_that_does_not_start_from_the_present_version_changes_nothing(committee, headers, status):
    before = committee.post("/limit-rules", json=body()).json()
    address = f"/limit-rules/{before['rule']['id']}"
    assert committee.put(address, json=edit(), headers=headers).status_code == status
    assert committee.get(address).json() == before


def test_what_a_rule_is_about_cannot_be_changed(committee):
    made = committee.post("/limit-rules", json=body()).json()["rule"]
    answer = committee.put(
        f"/limit-rules/{made['id']}", json=edit(kind="main_purpose_share"), headers={"If-Match": '"1"'}
    )
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.COMMITTEE_MEMBER}))
def test_those_who_move_money_do_not_set_its_limits(client_for, store, role):
    rule = LimitRule(kind=LimitKind.MAIN_PURPOSE_SHARE, share_bp=6_000, basis_ko="가", basis_en="a")
    store(rule)
    client = client_for(role)
    figure = {"name": TWO_CHECKERS_FROM_KRW, "amount": 5, "reason": "x"}
    for answer in (
        client.post("/limit-rules", json=body()),
        client.put(f"/limit-rules/{rule.id}", json=edit(), headers={"If-Match": '"1"'}),
        client.get("/limit-rules/new"),
        client.post("/limit-rules/new", data=body()),
        client.get(f"/limit-rules/{rule.id}/edit"),
        client.post(f"/limit-rules/{rule.id}/edit", data=edit()),
        client.post("/policy", json=figure, headers={"Idempotency-Key": "a"}),
        client.post("/policy/new", data=figure),
    ):
        assert answer.status_code == 403, answer.text


def test_the_form_takes_percent_and_keeps_what_was_typed(committee, read):
    typed = {"kind": "company_concentration", "force": "blocks", "share_percent": "x", "vehicle_id": "", "year": "",
             "mega_region_code": "", "basis_ko": "근거", "basis_en": "Basis", "reason": "사유 하나"}  # fmt: skip
    refused = committee.post("/limit-rules/new", data=typed, headers={"Accept": "text/html"})
    assert refused.status_code == 422
    assert "사유 하나" in refused.text
    made = committee.post("/limit-rules/new", data=typed | {"share_percent": "12.5"}, follow_redirects=False)
    assert made.status_code == 303, made.text
    [rule] = read.exec(select(LimitRule)).all()
    assert rule.share_bp == 1_250
    changed = {
        "force": "warns",
        "share_percent": "13",
        "basis_ko": "근거",
        "basis_en": "Basis",
        "reason": "둘",
        "version": "1",
    }
    address = f"/limit-rules/{rule.id}"
    assert committee.post(f"{address}/edit", data=changed, follow_redirects=False).status_code == 303
    assert committee.post(f"{address}/edit", data=changed, headers={"Accept": "text/html"}).status_code == 422
    assert len(committee.get(address).json()["history"]) == 2


def test_findings_come_as_a_table(committee):
    committee.post("/limit-rules", json=body())
    table = committee.get("/limit-rules/export?format=csv&lang=en")
    head, row = table.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Rule,Force,Where it holds")
    assert ",20.0," in row
