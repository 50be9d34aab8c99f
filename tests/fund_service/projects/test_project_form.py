import pytest

from models.person import Role
from models.project import ConsortiumRole

pytestmark = pytest.mark.usefixtures("reference_data")

NUMBER = "1248100998"


@pytest.fixture
def keeper(client_for):
    return client_for(Role.PLANNER)


def typed(**changes):
    return {
        "title_ko": "HBM 하이브리드 본딩", "title_en": "", "abstract_ko": "구리를\r\n직접 붙인다.", "abstract_en": "",
        "field_codes": ["01", "03"], "trl_now": "4", "trl_target": "7", "region_code": "41",
        "budget_krw": "18,400,000,000", "need_krw": "", "starts_on": "2026-04-01", "ends_on": "", "state": "running",
        "initiative_code": "industrial-leap-technology", "lead": "", "anchors": "", "partners": "",
    } | changes  # fmt: skip


def test_a_form_records_a_project_and_leads_to_it(keeper, make_organisation):
    make_organisation("나래연구원")
    make_organisation("가람전자", registration_number=NUMBER)
    third = make_organisation("다솜소재")
    answer = keeper.post(
        "/projects/new",
        data=typed(lead="나래연구원", anchors="124-81-00998", partners=f"나래연구원\r\n\r\n {third.id} \r\n"),
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    view = keeper.get(answer.headers["Location"]).json()
    assert (view["budget_krw"], view["need_krw"], view["region"]["code"]) == (18_400_000_000, None, "41")
    assert (view["title_en"], view["abstract_ko"]) == (None, "구리를\n직접 붙인다.")
    assert [field["code"] for field in view["fields"]] == ["01", "03"]
    assert [(member["role"], member["name_ko"]) for member in view["consortium"]] == [
        ("lead", "나래연구원"), ("anchor", "가람전자"), ("partner", "나래연구원"), ("partner", "다솜소재"),
    ]  # fmt: skip


def test_the_form_to_edit_shows_what_stands_and_saves_unchanged(keeper, make_organisation, make_project):
    first, namesake, other = make_organisation("나래"), make_organisation("나래"), make_organisation("가람")
    project = make_project(
        fields=["02", "01"],
        members=[(first, ConsortiumRole.LEAD), (namesake, ConsortiumRole.PARTNER), (other, ConsortiumRole.PARTNER)],
        trl_now=3, budget_krw=5, region_code="11", starts_on=None, state="completed",
    )  # fmt: skip
    before = keeper.get(f"/projects/{project.id}").json()
    form = keeper.get(f"/projects/{project.id}/edit").json()
    assert form["values"]["lead"] == str(first.id), "a name that two bear would not find its way back"
    assert form["values"]["partners"] == f"가람\n{namesake.id}"
    answer = keeper.post(
        f"/projects/{project.id}/edit", data=form["values"] | {"version": form["version"]}, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    after = keeper.get(f"/projects/{project.id}").json()
    assert after == before | {"version": 2, "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title_ko": ""}, ["title_ko"]),
        ({"trl_now": "0", "budget_krw": "1e3"}, ["trl_now", "budget_krw"]),
        ({"budget_krw": "9" * 5_000}, ["budget_krw"]),
        ({"trl_now": "7", "trl_target": "4"}, ["trl_target"]),
        ({"ends_on": "2020-01-01"}, ["ends_on"]),
        ({"region_code": "99"}, ["region_code"]),
        ({"field_codes": ["99"]}, ["field_codes"]),
        ({"lead": "없는 기관"}, ["lead"]),
        ({"partners": "나래"}, ["partners"]),
        ({"anchors": "\n".join("x" * 51)}, ["anchors"]),
        ({"colour": "red"}, ["colour"]),
    ],
)
def test_what_was_typed_is_kept_beside_what_is_at_fault(keeper, make_organisation, changes, fields):
    make_organisation("나래")
    make_organisation("나래")
    answer = keeper.post("/projects/new", data=typed(**changes))
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["faults"]) == fields
    assert answer.json()["values"]["title_ko"] == typed(**changes)["title_ko"]
    assert keeper.get("/projects").json()["items"] == []


@pytest.mark.parametrize("version", ["", "2", "9" * 5_000])
def test_a_form_filled_from_another_version_changes_nothing(keeper, make_project, version):
    project = make_project()
    before = keeper.get(f"/projects/{project.id}").json()
    answer = keeper.post(f"/projects/{project.id}/edit", data=typed(version=version))
    assert answer.status_code == 422
    assert keeper.get(f"/projects/{project.id}").json() == before


def test_the_blank_form_offers_the_taxonomies(keeper):
    form = keeper.get("/projects/new").json()
    assert [len(form["choices"][name]) for name in ("fields", "regions", "mega_regions")] == [12, 17, 8]
    assert (form["values"], form["version"]) == ({}, None)
