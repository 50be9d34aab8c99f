from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from models.clock import business_date, utc_now
from models.organisation import OrganisationKind
from models.person import Role
from models.project import ConsortiumRole

pytestmark = pytest.mark.usefixtures("reference_data")

INITIATIVE = "industrial-leap-technology"


@pytest.fixture
def keeper(client_for):
    return client_for(Role.FUND_MANAGER)


def body(**changes):
    return {
        "title_ko": "HBM 하이브리드 본딩", "title_en": "Hybrid bonding for HBM", "abstract_ko": "구리를 직접 붙인다.",
        "field_codes": ["03", "01"], "trl_now": 4, "trl_target": 7, "region_code": "41", "budget_krw": 18_400_000_000,
        "need_krw": 5_200_000_000, "starts_on": "2026-04-01", "ends_on": "2029-12-31",
        "initiative_code": INITIATIVE, "state": "running",
    } | changes  # fmt: skip


def jobs_queued(database):
    with database.connect() as connection:
        return connection.scalars(sa.text("SELECT task_name FROM procrastinate_jobs ORDER BY id")).all()


def test_a_recorded_project_can_be_read_where_the_answer_says(keeper, make_organisation, database):
    lead, anchor = make_organisation("나래연구원"), make_organisation("가람전자", OrganisationKind.ANCHOR_COMPANY)
    consortium = [
        {"organisation_id": str(anchor.id), "role": "anchor"},
        {"organisation_id": str(lead.id), "role": "lead"},
        {"organisation_id": str(lead.id), "role": "lead"},
    ]
    answer = keeper.post("/projects", json=body(consortium=consortium, field_codes=["03", "01", "03"]))
    assert answer.status_code == 201, answer.text
    view = keeper.get(answer.headers["Location"])
    assert view.json() == answer.json()
    assert view.headers["ETag"] == answer.headers["ETag"] == '"1"'
    said = view.json()
    assert [field["code"] for field in said["fields"]] == ["01", "03"]
    assert (said["region"]["code"], said["initiative"]["code"], said["large"]) == ("41", INITIATIVE, True)
    assert [(member["role"], member["name_ko"]) for member in said["consortium"]] == [
        ("lead", "나래연구원"), ("anchor", "가람전자"),
    ]  # fmt: skip
    assert jobs_queued(database) == ["match_changes"]


@pytest.mark.parametrize(("ends", "left"), [(0, 0), (10, 10), (-3, -3), (None, None)])
def test_the_days_left_are_counted_in_seoul(keeper, make_project, ends, left):
    today = business_date(utc_now())
    project = make_project(ends_on=None if ends is None else today + timedelta(days=ends))
    assert keeper.get(f"/projects/{project.id}").json()["days_left"] == left


@pytest.mark.parametrize(
    "changes",
    [
        {"title_ko": None, "title_en": None}, {"title_ko": "가" * 501}, {"title_ko": "a\x00"},
        {"abstract_ko": "a" * 20_001},
        {"field_codes": ["1"]}, {"field_codes": ["01"] * 13}, {"field_codes": "01"}, {"field_codes": [True]},
        {"trl_now": 0}, {"trl_now": 10}, {"trl_now": True}, {"trl_now": 4.0}, {"trl_now": "4"},
        {"trl_now": 7, "trl_target": 4}, {"budget_krw": 0}, {"budget_krw": 2**53}, {"budget_krw": 2**63},
        {"budget_krw": 2**64}, {"budget_krw": 1e3}, {"budget_krw": 1.5}, {"need_krw": -1}, {"need_krw": True},
        {"starts_on": "2030-01-01"}, {"ends_on": "0001-01-01"}, {"ends_on": 1_700_000_000}, {"state": "open"},
        {"region_code": "4"}, {"initiative_code": "x" * 65}, {"consortium": [{"role": "lead"}]},
        {"consortium": [{"organisation_id": "x", "role": "lead"}]},
        {"consortium": [{"organisation_id": str(uuid4()), "role": "lead"} for _ in range(2)]},
        {"id": str(uuid4())}, {"version": 3}, {"session": "x"}, {"updated_at": "2026-01-01T00:00:00Z"},
    ],
)  # fmt: skip
def test_a_body_with_a_value_that_cannot_be_is_refused_with_its_field(keeper, changes, database):
    answer = keeper.post("/projects", json=body(**changes))
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["fields"], answer.text
    assert not jobs_queued(database)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"null", b"[]", b'"x"', b"{", b'{"title_ko": NaN}', b'{"title_ko": "\\ud800"}', b"\xff\xfe",
        b'{"title_ko": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"title_ko": "x", "budget_krw": 1' + b"0" * 5_000 + b"}",
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused(keeper, raw):
    answer = keeper.post("/projects", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "changes",
    [
        {"region_code": "99"}, {"field_codes": ["01", "99"]}, {"initiative_code": "no-such"},
        {"consortium": [{"organisation_id": str(uuid4()), "role": "partner"}]},
    ],
)  # fmt: skip
def test_what_does_not_exist_cannot_be_referred_to(keeper, changes):
    answer = keeper.post("/projects", json=body(**changes))
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, next(iter(changes)))


def test_an_edit_replaces_everything_counts_and_queues_matching(keeper, database):
    before = keeper.post("/projects", json=body()).json()
    answer = keeper.put(f"/projects/{before['id']}", json={"title_en": "Other"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    after = answer.json()
    assert (after["title_ko"], after["fields"], after["state"], after["budget_krw"]) == (None, [], "planned", None)
    assert after["updated_at"] > before["updated_at"], "the matcher's corpus goes by it"
    assert jobs_queued(database) == ["match_changes"] * 2


def test_no_other_edit_slips_between_reading_and_writing(keeper):
    before = keeper.post("/projects", json=body()).json()
    address = f"/projects/{before['id']}"
    assert keeper.put(address, json=body(title_ko="하나"), headers={"If-Match": '"1"'}).status_code == 200
    assert keeper.put(address, json=body(title_ko="둘"), headers={"If-Match": '"1"'}).status_code == 412
    assert keeper.get(address).json()["title_ko"] == "하나"


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 428), ({"If-Match": "*"}, 428), ({"If-Match": '"2"'}, 412), ({"If-Match": "1"}, 412)]
)
def test_an_edit_that_does_not_start_from_the_present_version_changes_nothing(keeper, database, headers, status):
    before = keeper.post("/projects", json=body()).json()
    address = f"/projects/{before['id']}"
    assert keeper.put(address, json=body(title_ko="다른"), headers=headers).status_code == status
    assert keeper.get(address).json() == before
    assert len(jobs_queued(database)) == 1


@pytest.mark.parametrize(
    "address", ["/projects/019a0000-0000-7000-8000-000000000000", "/projects/rubbish", f"/projects/{2**64}"]
)
def test_a_project_that_does_not_exist_is_not_found(keeper, address):
    assert keeper.get(address).status_code == 404
    assert keeper.get(f"{address}/edit").status_code == 404
    assert keeper.put(address, json=body(), headers={"If-Match": '"1"'}).status_code == 404


def test_the_list_is_narrowed_by_every_filter_and_counted_by_state(keeper, make_project):
    make_project("수소 저장 용기", fields=["09"], region_code="26", budget_krw=10_000_000_000, title_en="Hydrogen tank")
    make_project("수소 충전소", state="running", region_code="48", budget_krw=9_999_999_999, initiative_code=INITIATIVE)
    make_project("이차전지 재활용", state="completed", region_code="11", fields=["02", "09"])

    def found(**query):
        answer = keeper.get("/projects", params=query)
        assert answer.status_code == 200, answer.text
        return [item["title_ko"] for item in answer.json()["items"]], answer.json()["counts"]

    assert found() == (
        ["이차전지 재활용", "수소 충전소", "수소 저장 용기"],
        {"planned": 1, "running": 1, "completed": 1, "discontinued": 0},
    )
    assert found(state="running")[0] == ["수소 충전소"]
    assert found(state="running")[1]["planned"] == 1, "counts do not follow the filter of the state itself"
    assert found(field_code="09")[0] == ["이차전지 재활용", "수소 저장 용기"]
    assert found(field_code="09")[1] == {"planned": 1, "running": 0, "completed": 1, "discontinued": 0}
    assert found(region_code="26")[0] == ["수소 저장 용기"]
    assert found(mega_region_code="southeast")[0] == ["수소 충전소", "수소 저장 용기"]
    assert found(initiative_code=INITIATIVE)[0] == ["수소 충전소"]
    assert found(large="true")[0] == ["수소 저장 용기"]
    assert found(large="false")[0] == ["수소 충전소"], "a budget that is not stated is neither"
    assert found(q="용기 수소")[0] == ["수소 저장 용기"]
    assert found(q="TANK 저장")[0] == ["수소 저장 용기"], "the words may stand in either title"
    assert found(q="  ")[0] == found()[0]
    for wildcard in ("%", "_", "\\", "수%용"):
        assert found(q=wildcard)[0] == []
    assert found(field_code="99")[0] == found(region_code="99")[0] == found(initiative_code="none")[0] == []


BAD_PAGES = [
    {"limit": "0"}, {"limit": "-1"}, {"limit": "101"}, {"limit": str(10**30)}, {"limit": "1e3"}, {"limit": "true"},
    {"cursor": "rubbish"}, {"cursor": "\x00"},
]  # fmt: skip
BAD_FILTERS = [
    {"q": "\x00"}, {"q": "가" * 201}, {"state": "open"}, {"field_code": "1"}, {"field_code": "\x00"},
    {"region_code": "abc"}, {"mega_region_code": "x" * 65}, {"initiative_code": "가"}, {"large": "maybe"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "query"),
    [
        *(("/projects", query) for query in (*BAD_PAGES, *BAD_FILTERS)),
        *(("/projects/export", query) for query in BAD_FILTERS),
    ],
)
def test_a_query_with_a_value_that_cannot_be_is_refused(keeper, address, query):
    answer = keeper.get(address, params=query)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_pages_of_the_list_give_every_project_once_newest_first(keeper, make_project):
    titles = [make_project(f"과제 {number}").title_ko for number in range(7)]
    seen, cursor = [], None
    while True:
        page = keeper.get("/projects", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["title_ko"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == titles[::-1]


@pytest.fixture
def grow(make_project, make_organisation, answer_signal, investor_organisation):
    """Commit more projects with members, and more signals that one of them answers."""

    def grow(answering):
        for number in range(20):
            member = make_organisation(f"기관 {number}")
            make_project(f"과제 {number}", fields=["01", "02"], members=[(member, ConsortiumRole.LEAD)])
            answer_signal(answering, investor_organisation)

    return grow


def test_the_number_of_statements_does_not_grow_with_the_register(keeper, make_project, grow, statements):
    def count(address, **query):
        with statements() as made:
            assert keeper.get(address, params=query).status_code == 200
        return len(made)

    first = make_project("첫 과제", fields=["01"], region_code="11")
    addresses = ("/projects", f"/projects/{first.id}", "/projects/export", f"/projects/{first.id}/edit")
    before = [count(address) for address in addresses]
    grow(first)
    assert [count(address) for address in addresses] == before
    assert count("/projects", limit=100, q="과제", field_code="01", large="true") == before[0]


class TestDemand:
    """What a project's page says of demand: nothing that the reader could not read where it stands."""

    @pytest.fixture
    def project(self, make_project):
        return make_project()

    @pytest.fixture
    def seen_by(self, client_for, project):
        def seen_by(role):
            return client_for(role).get(f"/projects/{project.id}").json()["demand"]

        return seen_by

    @pytest.fixture
    def others(self, make_organisation):
        return make_organisation("다른투자", OrganisationKind.INVESTOR)

    def test_confidential_signals_are_counted_for_their_own_and_for_auditors_alone(
        self, seen_by, project, answer_signal, others, investor_organisation
    ):
        answer_signal(project, others, confidentiality="confidential")
        answer_signal(project, others, confidentiality="open", score=0.9)
        own = answer_signal(project, investor_organisation, confidentiality="confidential")
        counts = {role: (seen_by(role) or {}).get("eligible_matches") for role in Role}
        assert counts == {
            Role.FUND_MANAGER: 1, Role.COMMITTEE_MEMBER: 1, Role.INVESTOR: 1, Role.AUDITOR: 3,
            Role.PLANNER: None, Role.ADMINISTRATOR: None, Role.PROJECT_TEAM: None,
        }  # fmt: skip
        assert [signal["signal_id"] for signal in seen_by(Role.INVESTOR)["best"]] == [str(own.id)]
        assert [signal["organisation_name_ko"] for signal in seen_by(Role.FUND_MANAGER)["best"]] == ["다른투자"]

    def test_an_investor_does_not_see_even_open_signals_of_others(self, seen_by, project, answer_signal, others):
        answer_signal(project, others)
        assert seen_by(Role.INVESTOR) == {"eligible_matches": 0, "best": []}

    def test_matches_that_do_not_hold_are_not_counted(self, seen_by, project, answer_signal, others, yesterday):
        answer_signal(project, others, eligible=False)
        answer_signal(project, others, state="withdrawn")
        answer_signal(project, others, expires_on=yesterday)
        answer_signal(project, others, version=2)
        answer_signal(project, others, method_digest="f" * 64)
        assert seen_by(Role.AUDITOR)["eligible_matches"] == 0
        answer_signal(project, others, expires_on=yesterday + timedelta(days=1))
        assert seen_by(Role.AUDITOR)["eligible_matches"] == 1

    def test_the_best_come_first_and_ten_at_most(self, seen_by, project, answer_signal, others):
        for number in range(12):
            answer_signal(project, others, score=number / 100)
        seen = seen_by(Role.AUDITOR)
        assert seen["eligible_matches"] == 12
        assert [signal["score"] for signal in seen["best"]] == [number / 100 for number in range(11, 1, -1)]

    def test_nothing_is_counted_before_anything_was_matched(self, seen_by):
        assert seen_by(Role.AUDITOR)["eligible_matches"] == 0
