from uuid import uuid4

import pytest
from sqlmodel import Session, col, select

from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Role
from models.project import ConsortiumMember, ConsortiumRole, RndProject

NUMBER = "124-81-00998"
OTHER_NUMBER = "220-81-62517"

pytestmark = pytest.mark.usefixtures("reference_data")


@pytest.fixture
def keeper(client_for):
    return client_for(Role.PLANNER)


def body(**changes):
    return {
        "kind": "anchor_company",
        "name_ko": "한강중공업",
        "name_en": "Hangang Heavy",
        "region_code": "26",
    } | changes


def record(client, **changes):
    answer = client.post("/organisations", json=body(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


def organisation(store, name, **values):
    group = OwnershipGroup(name_ko=f"{name} 그룹")
    row = Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko=name, ownership_group_id=group.id, **values)
    store(group, row)
    return row


def test_a_recorded_organisation_can_be_read_where_the_answer_says(keeper):
    answer = keeper.post("/organisations", json=body(registration_number=NUMBER))
    view = keeper.get(answer.headers["Location"])
    assert view.json() == answer.json()
    assert view.headers["ETag"] == answer.headers["ETag"] == '"1"'
    assert view.json()["registration_number"] == "1248100998"
    assert view.json()["region"] == {"code": "26", "name_ko": "부산광역시", "name_en": "Busan"}


def test_an_organisation_without_a_group_is_alone_in_its_own(keeper):
    first, second = record(keeper), record(keeper)
    assert first["ownership_group"]["name_ko"] == "한강중공업"
    assert first["ownership_group"]["id"] != second["ownership_group"]["id"]


def test_an_existing_group_is_joined_by_its_id_and_shows_its_affiliates(keeper):
    parent = record(keeper)
    child = record(keeper, name_ko="한강조선", ownership_group_id=parent["ownership_group"]["id"])
    assert child["ownership_group"] == parent["ownership_group"]
    assert [affiliate["id"] for affiliate in child["affiliates"]] == [parent["id"]]
    again = keeper.get(f"/organisations/{parent['id']}").json()
    assert [affiliate["name_ko"] for affiliate in again["affiliates"]] == ["한강조선"]


def test_a_new_group_is_made_under_its_name_once(keeper):
    made = record(keeper, ownership_group_name="한강그룹")
    assert made["ownership_group"]["name_ko"] == "한강그룹"
    again = keeper.post("/organisations", json=body(ownership_group_name="한강그룹"))
    assert (again.status_code, again.json()["fields"][0]["field"]) == (409, "ownership_group_name")


def test_a_registration_number_belongs_to_one_organisation(keeper):
    holder = record(keeper, registration_number=NUMBER)
    other = record(keeper, registration_number=OTHER_NUMBER)
    for attempt in (
        keeper.post("/organisations", json=body(registration_number=NUMBER)),
        keeper.put(f"/organisations/{other['id']}", json=body(registration_number=NUMBER), headers={"If-Match": '"1"'}),
    ):
        assert attempt.status_code == 409
        assert attempt.json()["code"] == "conflict"
        assert holder["name_ko"] in attempt.json()["detail"]
        assert NUMBER in attempt.json()["detail"]
    kept = keeper.put(
        f"/organisations/{holder['id']}", json=body(registration_number=NUMBER), headers={"If-Match": '"1"'}
    )
    assert kept.status_code == 200, "its own number is no conflict"


@pytest.mark.parametrize(
    "changes",
    [
        {"registration_number": "124-81-00999"},
        {"registration_number": "1" * 300},
        {"registration_number": 1248100998},
        {"name_ko": None, "name_en": None},
        {"name_ko": "", "name_en": None},
        {"name_ko": "가" * 201},
        {"name_ko": "a\x00b"},
        {"kind": "bank"},
        {"kind": True},
        {"country": "kr"},
        {"region_code": "1"},
        {"ownership_group_id": "rubbish"},
        {"ownership_group_id": str(uuid4()), "ownership_group_name": "둘 다"},
        {"id": str(uuid4())},
        {"version": 7},
        {"source": "import"},
    ],
)
def test_a_body_with_a_value_that_cannot_be_is_refused_with_its_field(keeper, changes):
    answer = keeper.post("/organisations", json=body(**changes))
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["fields"]


@pytest.mark.parametrize("changes", [{"region_code": "99"}, {"ownership_group_id": str(uuid4())}])
def test_what_does_not_exist_cannot_be_referred_to(keeper, changes):
    answer = keeper.post("/organisations", json=body(**changes))
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, next(iter(changes)))


def test_an_edit_replaces_everything_and_counts(keeper, database):
    before = record(keeper, registration_number=NUMBER)
    answer = keeper.put(
        f"/organisations/{before['id']}", json={"kind": "agency", "name_en": "Agency"}, headers={"If-Match": '"1"'}
    )
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    after = answer.json()
    assert (after["kind"], after["name_ko"], after["registration_number"]) == ("agency", None, None)
    assert after["updated_at"] > before["updated_at"]
    assert after["ownership_group"] == before["ownership_group"], "alone in its group, it stays there"


def test_an_edit_without_a_group_leaves_the_affiliates(keeper):
    parent = record(keeper, ownership_group_name="한강그룹")
    child = record(keeper, ownership_group_id=parent["ownership_group"]["id"])
    left = keeper.put(f"/organisations/{child['id']}", json=body(), headers={"If-Match": '"1"'}).json()
    assert left["ownership_group"]["id"] != parent["ownership_group"]["id"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 428),
        ({"If-Match": "*"}, 428),
        ({"If-Match": '"2"'}, 412),
        ({"If-Match": 'W/"1"'}, 412),
        ({"If-Match": "1"}, 412),
    ],
)
def test_an_edit_that_does_not_start_from_the_present_version_changes_nothing(keeper, headers, status):
    before = record(keeper)
    address = f"/organisations/{before['id']}"
    assert keeper.put(address, json=body(name_ko="다른 이름"), headers=headers).status_code == status
    assert keeper.get(address).json() == before


@pytest.mark.parametrize(
    "address",
    ["/organisations/019a0000-0000-7000-8000-000000000000", "/organisations/rubbish", f"/organisations/{2**64}"],
)
def test_an_organisation_that_does_not_exist_is_not_found(keeper, address):
    assert keeper.get(address).status_code == 404
    assert keeper.get(f"{address}/edit").status_code == 404
    assert keeper.put(address, json=body(), headers={"If-Match": '"1"'}).status_code == 404


def test_the_list_is_narrowed_by_kind_and_by_words_of_the_names_and_by_number(keeper):
    record(keeper, registration_number=NUMBER)
    record(keeper, name_ko="한강은행", name_en="Bank of Hangang", kind="investor")

    def found(**query):
        return [item["name_ko"] for item in keeper.get("/organisations", params=query).json()["items"]]

    assert found(q="한강") == ["한강은행", "한강중공업"]
    assert found(q="hangang BANK") == ["한강은행"]
    assert found(q="bank 중공업") == []
    assert found(q="124-81") == ["한강중공업"]
    assert found(q="1248100998") == ["한강중공업"]
    assert found(kind="anchor_company") == ["한강중공업"]
    assert found(q="한강", kind="agency") == []
    for wildcard in ("%", "_", "\\"):
        assert found(q=wildcard) == []


def test_pages_of_the_list_give_every_organisation_once_newest_first(keeper, store):
    names = [f"기관 {number}" for number in range(7)]
    for name in names:
        organisation(store, name)
    seen, cursor = [], None
    while True:
        page = keeper.get("/organisations", params={"q": "기관", "limit": 3} | ({"cursor": cursor} if cursor else {}))
        seen += [item["name_ko"] for item in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == names[::-1]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "-1"}, {"limit": str(10**30)}, {"limit": "1e3"}, {"limit": "true"}, {"limit": "1.5"},
        {"cursor": "rubbish"}, {"cursor": "\x00"}, {"cursor": "가"}, {"cursor": "a" * 65}, {"q": "a\x00"},
        {"q": "a" * 201}, {"kind": "bank"},
    ],
)  # fmt: skip
def test_a_query_with_a_value_that_cannot_be_is_refused(keeper, query):
    answer = keeper.get("/organisations", params=query)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_a_query_parameter_that_is_not_known_is_passed_over(keeper):
    assert keeper.get("/organisations", params={"colour": "red", "q": "%00", "kind": ""}).status_code in {200, 400}
    assert keeper.get("/organisations", params={"colour": "red"}).status_code == 200


def test_the_number_of_statements_does_not_grow_with_the_register(keeper, store, statements):
    def count(address, **query):
        with statements() as made:
            assert keeper.get(address, params=query).status_code == 200
        return len(made)

    first = organisation(store, "첫 기관", region_code="11")
    before = count("/organisations"), count(f"/organisations/{first.id}")
    for number in range(30):
        affiliate = Organisation(
            kind=OrganisationKind.AGENCY, name_ko=f"계열 {number}", ownership_group_id=first.ownership_group_id
        )
        project = RndProject(title_ko=f"과제 {number}")
        member = ConsortiumMember(project_id=project.id, organisation_id=first.id, role=ConsortiumRole.LEAD)
        store(affiliate, project, member)
    assert (count("/organisations", limit=100), count(f"/organisations/{first.id}")) == before
    view = keeper.get(f"/organisations/{first.id}").json()
    assert (len(view["affiliates"]), len(view["projects"]), view["projects_total"]) == (30, 30, 30)


def test_its_demand_is_not_shown_with_an_organisation(client_for, investor_organisation):
    view = client_for(Role.FUND_MANAGER).get(f"/organisations/{investor_organisation.id}").json()
    assert not [name for name in view if "signal" in name or "demand" in name]


class TestForm:
    def test_a_form_records_an_organisation_and_leads_to_it(self, keeper):
        answer = keeper.post(
            "/organisations/new",
            data={"kind": "investor", "name_ko": " 한강캐피탈 ", "name_en": "", "registration_number": NUMBER,
                  "ownership_group_name": "", "region_code": "11", "country": "KR"},
            follow_redirects=False,
        )  # fmt: skip
        assert answer.status_code == 303, answer.text
        view = keeper.get(answer.headers["Location"]).json()
        assert (view["name_ko"], view["name_en"], view["region"]["code"]) == ("한강캐피탈", None, "11")
        assert view["registration_number"] == "1248100998"

    def test_a_form_joins_the_group_it_names_or_makes_it(self, keeper):
        def group_of(name):
            answer = keeper.post(
                "/organisations/new", data={"kind": "investor", "name_ko": name, "ownership_group_name": "한강그룹"}
            )
            return answer.json()["ownership_group"]

        assert group_of("하나") == group_of("둘")

    def test_what_was_typed_is_kept_when_the_form_is_refused(self, keeper, database):
        typed = {"kind": "investor", "name_ko": "한강캐피탈", "registration_number": "111-11-11111"}
        answer = keeper.post("/organisations/new", data=typed)
        assert answer.status_code == 422
        assert answer.json()["values"] == typed
        assert list(answer.json()["faults"]) == ["registration_number"]
        with Session(database) as session:
            assert session.exec(select(Organisation).where(col(Organisation.name_ko) == "한강캐피탈")).first() is None

    def test_a_number_that_another_holds_is_said_beside_the_field(self, keeper):
        record(keeper, registration_number=NUMBER)
        answer = keeper.post("/organisations/new", data=body(registration_number=NUMBER))
        assert (answer.status_code, list(answer.json()["faults"])) == (422, ["registration_number"])

    def test_the_form_to_edit_shows_what_stands_and_saves_unchanged(self, keeper):
        before = record(keeper, registration_number=NUMBER, ownership_group_name="한강그룹")
        form = keeper.get(f"/organisations/{before['id']}/edit").json()
        assert form["values"]["registration_number"] == NUMBER
        answer = keeper.post(
            f"/organisations/{before['id']}/edit",
            data=form["values"] | {"version": form["version"]},
            follow_redirects=False,
        )
        assert answer.status_code == 303, answer.text
        after = keeper.get(f"/organisations/{before['id']}").json()
        assert after == before | {"version": 2, "updated_at": after["updated_at"]}

    def test_the_present_group_is_kept_when_others_are_called_the_same(self, keeper, store):
        store(OwnershipGroup(name_ko="한강그룹"), group := OwnershipGroup(name_ko="한강그룹"))
        row = Organisation(kind=OrganisationKind.AGENCY, name_ko="한강", ownership_group_id=group.id)
        store(row)
        typed = {"kind": "agency", "name_ko": "한강", "ownership_group_name": "한강그룹"}
        edited = keeper.post(f"/organisations/{row.id}/edit", data=typed | {"version": "1"})
        assert edited.json()["ownership_group"]["id"] == str(group.id)
        new = keeper.post("/organisations/new", data=typed)
        assert (new.status_code, list(new.json()["faults"])) == (422, ["ownership_group_name"])

    @pytest.mark.parametrize("version", ["", "0", "2", "x", "9" * 5_000])
    def test_a_form_filled_from_another_version_changes_nothing(self, keeper, version):
        before = record(keeper)
        answer = keeper.post(f"/organisations/{before['id']}/edit", data=body(version=version))
        assert answer.status_code == 422
        assert keeper.get(f"/organisations/{before['id']}").json() == before

    @pytest.mark.parametrize("name", ["a\x00b", "\udc80", "가" * 10_000, "9" * 5_000])
    def test_hostile_text_in_a_form_is_refused_beside_its_field(self, keeper, name):
        raw = f"kind=agency&name_ko={name}&ownership_group_name={name}".encode("utf-8", "surrogatepass")
        answer = keeper.post(
            "/organisations/new", content=raw, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code in {400, 422}, answer.text
