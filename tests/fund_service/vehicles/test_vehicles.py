from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from models.deal import Deal
from models.person import Role
from models.vehicle import Vehicle, VehicleKind

pytestmark = pytest.mark.usefixtures("reference_data")

BILLION = 10**9


@pytest.fixture
def manager(client_for):
    return client_for(Role.FUND_MANAGER)


def body(**changes):
    return {
        "kind": "mother_fund", "name_ko": "모펀드", "name_en": "Mother fund", "formed_on": "2026-01-29",
        "ends_on": "2036-01-28", "main_purpose_share_bp": 6_000, "fiscal_contribution_krw": 600 * BILLION,
        "private_commitments_krw": 0,
    } | changes  # fmt: skip


def test_a_recorded_vehicle_can_be_read_where_the_answer_says(manager):
    answer = manager.post("/vehicles", json=body())
    assert answer.status_code == 201, answer.text
    view = manager.get(answer.headers["Location"])
    assert view.json() == answer.json()
    assert view.headers["ETag"] == answer.headers["ETag"] == '"1"'
    assert view.json()["figures"]["size_krw"] == 0, "won come by instruction alone"
    child = manager.post("/vehicles", json=body(kind="sub_fund", parent_id=answer.json()["id"])).json()
    assert child["parent"]["id"] == answer.json()["id"]
    assert [row["id"] for row in manager.get(answer.headers["Location"]).json()["children"]] == [child["id"]]


def test_there_is_one_mother_fund(manager, read):
    """Shares of the whole fund are over the size of its mother fund: of two, nobody could say which."""
    first = manager.post("/vehicles", json=body()).json()
    answer = manager.post("/vehicles", json=body(name_ko="둘째 모펀드"))
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert answer.json()["fields"][0]["field"] == "kind"
    assert "모펀드는 모펀드 하나뿐입니다" in answer.json()["detail"]
    again = manager.post("/vehicles/new", data=typed(name_ko="둘째 모펀드"), headers={"Accept": "text/html"})
    assert again.status_code == 422
    assert "하나뿐입니다" in again.text
    assert [str(vehicle.id) for vehicle in read.exec(select(Vehicle))] == [first["id"]]


def test_the_database_keeps_a_second_mother_fund_out(store, make_vehicle):
    make_vehicle()
    facts = {"kind": VehicleKind.MOTHER_FUND, "name_ko": "둘째", "name_en": "Second", "formed_on": date(2026, 2, 1)}
    with pytest.raises(IntegrityError, match="uq_vehicle_one_mother_fund"):
        store(Vehicle(**facts))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "sub_fund"}, {"parent_id": str(uuid4())}, {"kind": "other"}, {"name_ko": ""}, {"name_ko": "가" * 201},
        {"name_en": "a\x00"}, {"formed_on": "2040-01-01"}, {"formed_on": 1_700_000_000}, {"ends_on": "x"},
        {"main_purpose_share_bp": 10_001}, {"main_purpose_share_bp": -1}, {"main_purpose_share_bp": True},
        {"main_purpose_share_bp": 60.5}, {"fiscal_contribution_krw": -1}, {"fiscal_contribution_krw": 2**53},
        {"fiscal_contribution_krw": "1"}, {"private_commitments_krw": 1e3}, {"manager_organisation_id": str(uuid4())},
        {"kind": "direct", "parent_id": str(uuid4())}, {"size_krw": 10**12}, {"version": 3}, {"id": str(uuid4())},
        {"figures": {}},
    ],
)  # fmt: skip
def test_a_body_with_a_value_that_cannot_be_is_refused_with_its_field(manager, read, changes):
    answer = manager.post("/vehicles", json=body(**changes))
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["fields"], answer.text
    assert not read.exec(select(Vehicle)).all()


def test_an_edit_replaces_what_can_change_and_counts(manager):
    before = manager.post("/vehicles", json=body()).json()
    address = f"/vehicles/{before['id']}"
    answer = manager.put(address, json=body(name_ko="새 이름", ends_on=None), headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.json()["name_ko"], answer.json()["ends_on"]) == ("새 이름", None)
    again = manager.put(address, json=body(), headers={"If-Match": '"1"'})
    assert again.status_code == 412


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 428), ({"If-Match": "*"}, 428), ({"If-Match": '"2"'}, 412), ({"If-Match": "1"}, 412)]
)
def test_a_change_that_does_not_start_from_the_present_version_changes_nothing(manager, headers, status):
    before = manager.post("/vehicles", json=body()).json()
    address = f"/vehicles/{before['id']}"
    assert manager.put(address, json=body(name_ko="다른"), headers=headers).status_code == status
    assert manager.delete(address, headers=headers).status_code == status
    assert manager.get(address).json() == before


def test_kind_and_parent_are_fixed_from_the_day_a_vehicle_is_formed(manager):
    mother = manager.post("/vehicles", json=body()).json()
    sub = manager.post("/vehicles", json=body(kind="sub_fund", parent_id=mother["id"])).json()
    for changes in ({"kind": "direct", "parent_id": mother["id"]}, {"kind": "sub_fund", "parent_id": sub["id"]}):
        answer = manager.put(f"/vehicles/{sub['id']}", json=body(**changes), headers={"If-Match": '"1"'})
        assert answer.status_code == 422, answer.text
        assert answer.json()["fields"][0]["field"] in changes


def test_a_vehicle_recorded_by_mistake_can_be_removed_while_nothing_refers_to_it(manager):
    mother = manager.post("/vehicles", json=body()).json()
    sub = manager.post("/vehicles", json=body(kind="sub_fund", parent_id=mother["id"])).json()
    refused = manager.delete(f"/vehicles/{mother['id']}", headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert manager.delete(f"/vehicles/{sub['id']}", headers={"If-Match": '"1"'}).status_code == 204
    assert manager.delete(f"/vehicles/{mother['id']}", headers={"If-Match": '"1"'}).status_code == 204
    assert manager.get(f"/vehicles/{mother['id']}").status_code == 404


def test_a_vehicle_that_holds_won_stays(manager, trillion):
    assert manager.delete(f"/vehicles/{trillion.id}", headers={"If-Match": '"1"'}).status_code == 409
    page = manager.post(f"/vehicles/{trillion.id}/remove", data={"version": "1"}, headers={"Accept": "text/html"})
    assert page.status_code == 422
    assert "모펀드" in page.text, "the form is shown as it stands"


@pytest.mark.parametrize("path", ["/vehicles", "/envelopes", "/limit-rules"])
@pytest.mark.parametrize("name", ["019a0000-0000-7000-8000-000000000000", "rubbish", str(2**64)])
def test_what_does_not_exist_is_not_found(client_for, path, name):
    client = client_for(Role.COMMITTEE_MEMBER if path == "/limit-rules" else Role.FUND_MANAGER)
    assert client.get(f"{path}/{name}").status_code == 404
    assert client.get(f"{path}/{name}/edit").status_code == 404


def typed(**changes):
    return {
        "kind": "mother_fund", "parent_id": "", "name_ko": "모펀드", "name_en": "Mother fund",
        "formed_on": "2026-01-29", "ends_on": "", "manager_organisation_id": "", "share_percent": "62.5",
        "fiscal_contribution_krw": "600,000,000,000", "private_commitments_krw": "",
    } | changes  # fmt: skip


def test_the_form_takes_percent_and_commas_and_keeps_what_was_typed(manager, read):
    refused = manager.post("/vehicles/new", data=typed(share_percent="62.555"), headers={"Accept": "text/html"})
    assert refused.status_code == 422
    assert "62.555" in refused.text
    assert "600,000,000,000" in refused.text
    made = manager.post("/vehicles/new", data=typed(), follow_redirects=False)
    assert made.status_code == 303, made.text
    [vehicle] = read.exec(select(Vehicle)).all()
    assert (vehicle.main_purpose_share_bp, vehicle.fiscal_contribution_krw) == (6_250, 600 * BILLION)
    address = made.headers["Location"]
    edited = manager.post(
        f"{address}/edit", data=typed(name_ko="새", version="1", share_percent="60"), follow_redirects=False
    )
    assert edited.status_code == 303
    stale = manager.post(f"{address}/edit", data=typed(version="1"), headers={"Accept": "text/html"})
    assert stale.status_code == 422
    assert manager.get(address).json()["main_purpose_share_bp"] == 6_000
    assert manager.post(f"{address}/remove", data={"version": "2"}, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.FUND_MANAGER}))
def test_only_fund_managers_keep_vehicles_and_envelopes(client_for, make_vehicle, make_envelope, role):
    vehicle, envelope = make_vehicle(), make_envelope(year=2026)
    client = client_for(role)
    headers = {"If-Match": '"1"'}
    for answer in (
        client.post("/vehicles", json=body()),
        client.put(f"/vehicles/{vehicle.id}", json=body(), headers=headers),
        client.delete(f"/vehicles/{vehicle.id}", headers=headers),
        client.post("/vehicles/new", data=typed()),
        client.get("/vehicles/new"),
        client.get(f"/vehicles/{vehicle.id}/edit"),
        client.post(f"/vehicles/{vehicle.id}/edit", data=typed(version="1")),
        client.post(f"/vehicles/{vehicle.id}/remove", data={"version": "1"}),
        client.post("/envelopes", json={"name_ko": "가", "name_en": "a", "year": 2026}),
        client.put(f"/envelopes/{envelope.id}", json={"name_ko": "가", "name_en": "a", "year": 2026}, headers=headers),
        client.delete(f"/envelopes/{envelope.id}", headers=headers),
    ):
        assert answer.status_code == 403, answer.text


def test_a_vehicles_page_shows_the_rules_it_is_bound_to(manager, trillion, make_vehicle, make_deal, commit):
    sub = make_vehicle(VehicleKind.SUB_FUND, parent=trillion, size=100, name_ko="자펀드", main_purpose_share_bp=9_000)
    deal: Deal = make_deal(main_purpose=False)
    commit(sub, deal, 50)
    [finding] = manager.get(f"/vehicles/{sub.id}").json()["findings"]
    assert (finding["kind"], finding["passes"], finding["breach_krw"]) == ("main_purpose_share", False, 45)
    assert finding["path"] == f"/vehicles/{sub.id}"
    assert manager.get(f"/vehicles/{trillion.id}").json()["findings"] == []
