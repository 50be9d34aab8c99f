from datetime import date
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from fund_service.vehicles.envelopes import envelopes_for
from models.deal import Deal
from models.instruction import Commitment, EnvelopeDraw, Instruction
from models.person import Role
from models.vehicle import Envelope, VehicleKind

pytestmark = pytest.mark.usefixtures("reference_data")

LEAP = "industrial-leap-technology"


@pytest.fixture
def manager(client_for):
    return client_for(Role.FUND_MANAGER)


def body(**changes):
    return {"name_ko": "2026년 재원", "name_en": "Money of 2026", "year": 2026} | changes


def test_a_recorded_envelope_can_be_read_where_the_answer_says(manager, trillion):
    answer = manager.post(
        "/envelopes",
        json=body(initiative_code=LEAP, region_code="46", vehicle_id=str(trillion.id)),
    )
    assert answer.status_code == 201, answer.text
    view = manager.get(answer.headers["Location"])
    assert view.json() == answer.json()
    said = view.json()
    assert (said["initiative"]["code"], said["region"]["code"], said["vehicle"]["id"]) == (LEAP, "46", str(trillion.id))
    assert (said["budget_krw"], said["has_money"]) == (0, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"year": None}, {"year": 2025}, {"year": 2101}, {"year": True}, {"year": "2026"}, {"name_ko": ""},
        {"mega_region_code": "honam", "region_code": "46"}, {"mega_region_code": "atlantis"}, {"region_code": "99"},
        {"initiative_code": "no-such"}, {"vehicle_id": str(uuid4())}, {"vehicle_id": "x"}, {"budget_krw": 5},
        {"version": 1},
    ],
)  # fmt: skip
def test_a_body_with_a_value_that_cannot_be_is_refused_with_its_field(manager, read, changes):
    answer = manager.post("/envelopes", json=body(**changes))
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["fields"], answer.text
    assert not read.exec(select(Envelope)).all()


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": "*"}, 428), ({"If-Match": '"2"'}, 412)])
def test_a_change_that_does_not_start_from_the_present_version_changes_nothing(manager, headers, status):
    before = manager.post("/envelopes", json=body()).json()
    address = f"/envelopes/{before['id']}"
    assert manager.put(address, json=body(year=2027), headers=headers).status_code == status
    assert manager.delete(address, headers=headers).status_code == status
    assert manager.get(address).json() == before


def test_what_an_envelope_is_for_is_fixed_once_it_has_won_and_its_name_is_not(manager, make_envelope):
    for envelope, status in ((make_envelope(year=2026), 200), (make_envelope(year=2026, budget=5), 409)):
        address = f"/envelopes/{envelope.id}"
        answer = manager.put(address, json=body(year=2027), headers={"If-Match": '"1"'})
        assert answer.status_code == status, answer.text
        version = '"2"' if status == 200 else '"1"'
        same = manager.get(address).json()["year"]
        assert (
            manager.put(address, json=body(name_ko="새", year=same), headers={"If-Match": version}).status_code == 200
        )
        removed = manager.delete(address, headers={"If-Match": f'"{int(version[1]) + 1}"'})
        assert removed.status_code == (204 if status == 200 else 409)


def test_a_list_shows_what_is_available_and_is_narrowed_by_dimension(manager, make_envelope):
    for year in (2026, 2027, 2028):
        make_envelope(year=year, budget=year, name_ko=str(year))
    listed = manager.get("/envelopes?limit=2").json()
    assert [row["year"] for row in listed["items"]] == [2028, 2027]
    rest = manager.get(f"/envelopes?limit=2&cursor={listed['next_cursor']}").json()
    assert [(row["year"], row["available_krw"]) for row in rest["items"]] == [(2026, 2026)]
    assert [row["year"] for row in manager.get("/envelopes?year=2027").json()["items"]] == [2027]
    assert manager.get("/envelopes?limit=101").status_code in {400, 422}
    table = manager.get("/envelopes/export?format=csv&year=2027").content.decode("utf-8-sig").splitlines()
    assert len(table) == 2


def test_the_list_takes_the_same_statements_however_long_it_is(manager, make_envelope, statements):
    make_envelope(year=2026, budget=5)
    manager.get("/envelopes")
    with statements() as few:
        manager.get("/envelopes")
    for number in range(5):
        make_envelope(year=2027, budget=5 + number)
    with statements() as many:
        manager.get("/envelopes")
    assert len(many) == len(few) <= 10


def test_the_page_names_the_deals_that_drew_on_it(  # noqa: PLR0917 - fixtures
    manager, make_envelope, make_deal, trillion, store, people
):
    envelope, deal = make_envelope(year=2026, budget=100), make_deal(title_ko="쓰는 투자")
    asked = Instruction(
        kind="deal_commitment", vehicle_id=trillion.id, deal_id=deal.id, amount_krw=30, effective_on=date(2026, 3, 2),
        terms_digest="", words="시험", made_by_id=people[Role.FUND_MANAGER].id,
    )  # fmt: skip
    made = Commitment(
        deal_id=deal.id, vehicle_id=trillion.id, instruction_id=asked.id, amount_krw=30, approval_digest=""
    )
    store(asked, made, EnvelopeDraw(commitment_id=made.id, envelope_id=envelope.id, amount_krw=30))
    [use] = manager.get(f"/envelopes/{envelope.id}").json()["uses"]
    assert (use["title_ko"], use["amount_krw"]) == ("쓰는 투자", 30)
    assert "쓰는 투자" in manager.get(f"/envelopes/{envelope.id}", headers={"Accept": "text/html"}).text


def test_the_form_keeps_what_was_typed_and_records(manager):
    typed = {"name_ko": "이름", "name_en": "Name", "initiative_code": "", "mega_region_code": "honam",
             "region_code": "46", "year": "2026", "vehicle_id": ""}  # fmt: skip
    refused = manager.post("/envelopes/new", data=typed, headers={"Accept": "text/html"})
    assert refused.status_code == 422
    assert 'value="이름"' in refused.text
    made = manager.post("/envelopes/new", data=typed | {"region_code": ""}, follow_redirects=False)
    assert made.status_code == 303
    address = made.headers["Location"]
    edited = manager.post(
        f"{address}/edit", data=typed | {"region_code": "", "year": "2027", "version": "1"}, follow_redirects=False
    )
    assert edited.status_code == 303
    assert manager.get(address).json()["year"] == 2027
    assert manager.post(f"{address}/remove", data={"version": "1"}, headers={"Accept": "text/html"}).status_code == 422
    assert manager.post(f"{address}/remove", data={"version": "2"}, follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("dimensions", "fits"),
    [
        ({"year": 2026}, True), ({"year": 2027}, False), ({"initiative_code": LEAP}, True),
        ({"initiative_code": "embedded-ai"}, False), ({"region_code": "46"}, True), ({"region_code": "29"}, False),
        ({"mega_region_code": "honam"}, True), ({"mega_region_code": "jeju"}, False), ({"vehicle_id": "sub"}, True),
        ({"vehicle_id": "mother"}, True), ({"vehicle_id": "below"}, False), ({"vehicle_id": "other"}, False),
        ({"year": 2026, "initiative_code": LEAP, "mega_region_code": "honam", "vehicle_id": "mother"}, True),
        ({"year": 2026, "initiative_code": LEAP, "mega_region_code": "jeju", "vehicle_id": "mother"}, False),
    ],
)  # fmt: skip
def test_an_envelope_fits_when_all_its_dimensions_do(  # noqa: PLR0917 - fixtures
    trillion, make_vehicle, make_envelope, make_deal, read, dimensions, fits
):
    sub = make_vehicle(VehicleKind.SUB_FUND, parent=trillion, name_ko="자펀드")
    named = {
        "mother": trillion, "sub": sub,
        "other": make_vehicle(VehicleKind.SUB_FUND, parent=trillion, name_ko="다른"),
        "below": make_vehicle(VehicleKind.PROJECT_FUND, parent=sub, name_ko="아래"),
    }  # fmt: skip
    if "vehicle_id" in dimensions:
        dimensions = dimensions | {"vehicle_id": named[dimensions["vehicle_id"]].id}
    envelope = make_envelope(**dimensions)
    deal = make_deal(initiative_code=LEAP, region_code="46")
    found = envelopes_for(read, deal, vehicle_id=sub.id, on=date(2026, 12, 31))
    assert [one.id for one in found] == ([envelope.id] if fits else [])


def test_a_deal_that_states_nothing_fits_no_envelope_for_a_place_or_initiative(
    trillion, make_envelope, make_deal, read: Session, statements
):
    for dimensions in ({"mega_region_code": "honam"}, {"region_code": "46"}, {"initiative_code": LEAP}):
        make_envelope(**dimensions)
    every = [make_envelope(year=2026), make_envelope(vehicle_id=trillion.id)]
    deal: Deal = make_deal()
    with statements() as made:
        found = envelopes_for(read, deal, vehicle_id=trillion.id, on=date(2026, 1, 1))
    assert [one.id for one in found] == sorted(one.id for one in every)
    assert len(made) == 1
