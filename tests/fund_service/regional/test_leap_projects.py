"""Leap projects and region-specific types: what a consortium must have, in Python and in the database alike."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from fund_service.imports.commands import import_file
from fund_service.imports.faults import ImportRefused
from fund_service.imports.schemas import ImportKind
from models.clock import utc_now
from models.organisation import OrganisationKind, OwnershipGroup
from models.person import Role
from models.plan import Region
from models.project import PROVINCES, ConsortiumMember, ConsortiumRole, RndProject
from seeds.plan import read_plan

pytestmark = pytest.mark.usefixtures("reference_data")
HTML = {"Accept": "text/html"}


def test_the_provinces_a_project_can_be_made_for_are_the_plans():
    assert [line.record.code for line in read_plan()[Region]] == sorted(PROVINCES)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"consortium": ["anchor", "second", "partner"]}, "exactly one anchor"),
        ({"consortium": ["partner"]}, "exactly one anchor"),
        ({"consortium": ["institute as anchor", "partner"]}, "recorded as an anchor company"),
        ({"consortium": ["anchor"]}, "partner firm outside"),
        ({"consortium": ["anchor", "affiliate"]}, "partner firm outside"),
        ({"consortium": ["anchor", "institute"]}, "partner firm outside"),
        ({"initiative_code": "commercialization-fund"}, "Only a project of the Industrial Leap"),
        ({"leap_phase": "large"}, "begin in 2027"),
        ({"starts_on": "2025-12-31"}, "begin in 2026"),
    ],
)
def test_a_leap_project_is_refused_with_what_it_lacks(*, client_for, organisation, anchor, partner, body, change, said):
    group = OwnershipGroup(id=anchor.ownership_group_id, name_ko="대한")
    parties = {
        "anchor": (anchor, "anchor"),
        "partner": (partner, "lead"),
        "second": (organisation("둘째전자", OrganisationKind.ANCHOR_COMPANY), "anchor"),
        "institute": (organisation("연구원", OrganisationKind.RESEARCH_INSTITUTE), "partner"),
        "affiliate": (organisation("대한소재", OrganisationKind.PARTNER_FIRM, group), "partner"),
    }
    parties["institute as anchor"] = (parties["institute"][0], "anchor")
    if "consortium" in change:
        seats = [parties[name] for name in change["consortium"]]
        change = {"consortium": [{"organisation_id": str(party.id), "role": role} for party, role in seats]}
    manager = client_for(Role.FUND_MANAGER)
    answer = manager.post("/projects?lang=en", json=body | change)
    assert answer.status_code in {400, 422}, answer.text
    assert said in answer.text
    assert manager.post("/projects", json=body).status_code == 201


def test_the_database_holds_a_leap_consortium_to_the_same_at_the_end_of_a_write(database, store, leap):
    def without(role: ConsortiumRole) -> None:
        with Session(database) as session:
            session.execute(
                sa.delete(ConsortiumMember).where(ConsortiumMember.project_id == leap.id, ConsortiumMember.role == role)
            )
            session.commit()

    with pytest.raises(IntegrityError, match="exactly one anchor"):
        without(ConsortiumRole.ANCHOR)
    with pytest.raises(IntegrityError, match="a partner firm outside"):
        without(ConsortiumRole.LEAD)
    alone = RndProject(
        title_ko="홀로", initiative_code=leap.initiative_code, leap_phase="large", starts_on=date(2027, 1, 1)
    )
    with pytest.raises(IntegrityError, match="exactly one anchor"):
        store(alone)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"host_region_codes": ["46"]}, "nationwide project has no host regions"),
        ({"project_type": "transition"}, "Choose the regions"),
        ({"project_type": "transition", "host_region_codes": ["46"], "region_code": "11"}, "lies outside"),
    ],
)
def test_type_and_host_regions_belong_together(client_for, change, said):
    manager = client_for(Role.FUND_MANAGER)
    answer = manager.post("/projects?lang=en", json={"title_ko": "과제"} | change)
    assert answer.status_code in {400, 422}
    assert said in answer.text


def test_the_list_is_narrowed_to_leap_and_to_region_specific_projects(client_for, leap):
    manager = client_for(Role.PLANNER)
    assert manager.post("/projects", json={"title_ko": "전국 과제"}).status_code == 201
    for query, titles in {
        "leap=true": ["전력반도체 산업도약 시범과제"],
        "leap=false": ["전국 과제"],
        "region_specific=true": ["전력반도체 산업도약 시범과제"],
        "region_specific=false": ["전국 과제"],
        "project_type=industry_belt": ["전력반도체 산업도약 시범과제"],
        "project_type=transition": [],
    }.items():
        items = manager.get(f"/projects?{query}").json()["items"]
        assert [item["title_ko"] for item in items] == titles, query
    page = manager.get("/projects?leap=true&lang=ko", headers=HTML).text
    assert "산업도약 과제만" in page
    assert "첨단산업 벨트형" in page


def test_the_consortium_is_drawn_around_its_anchor(client_for, leap, anchor, partner):
    planner = client_for(Role.PLANNER)
    picture = planner.get(f"/projects/{leap.id}").json()["picture"]
    first, second = picture["members"]
    assert (first["name"], first["anchor"]) == (anchor.name_ko, True)
    assert (first["x"], first["y"]) == (picture["centre_x"], picture["centre_y"])
    assert (second["name"], second["anchor"]) == (partner.name_ko, False)
    page = planner.get(f"/projects/{leap.id}?lang=ko", headers=HTML).text
    assert page.count("<rect") == 2
    assert "전라남도" in page
    assert "시범과제" in page


def test_a_form_keeps_type_hosts_and_phase(client_for, leap, anchor, partner, read):
    manager = client_for(Role.FUND_MANAGER)
    page = manager.get(f"/projects/{leap.id}/edit?lang=en", headers=HTML).text
    assert '<option value="industry_belt" selected>' in page
    assert '<option value="pilot" selected>' in page
    typed = {
        "version": "1", "title_ko": "바뀐 과제", "state": "planned", "project_type": "transition",
        "host_region_codes": ["44"], "region_code": "44", "initiative_code": leap.initiative_code,
        "leap_phase": "pilot", "lead": partner.name_ko, "anchors": anchor.name_ko,
    }  # fmt: skip
    refused = manager.post(f"/projects/{leap.id}/edit", data=typed | {"anchors": ""}, headers=HTML)
    assert refused.status_code == 422
    assert "앵커기업이 정확히 하나" in refused.text
    answer = manager.post(f"/projects/{leap.id}/edit", data=typed, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    read.expire_all()
    now = read.get_one(RndProject, leap.id)
    assert (now.project_type, now.host_region_codes, now.leap_phase) == ("transition", ["44"], "pilot")


def test_what_is_exported_is_imported_again(client_for, leap, database, tmp_path):
    answer = client_for(Role.FUND_MANAGER).get("/projects/export?format=csv")
    assert answer.status_code == 200
    text = answer.content.decode("utf-8-sig")
    assert "첨단산업 벨트형" in text
    path = tmp_path / "projects.csv"
    path.write_bytes(answer.content)
    with Session(database) as session:
        report = import_file(
            session, kind=ImportKind.PROJECTS, path=path, mapping=None, rates={}, dry_run=False, at=utc_now()
        )
        session.commit()
        assert (report.added, report.changed, report.unchanged) == (0, 1, 0)
        project = session.get_one(RndProject, leap.id)
        assert (project.project_type, project.host_region_codes) == ("industry_belt", ["29", "46"])
        assert project.leap_phase == "pilot"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("A,과제,벨트형,,,,,", "expected the regions of a region-specific project"),
        ("A,과제,전국형,전라남도,,,,", "expected the regions of a region-specific project"),
        ("A,과제,벨트형,전라남도,서울특별시,,,", "own region among them"),
        ("A,과제,,,,시범과제,,", "Industrial Leap Technology Project as the initiative"),
        ("A,과제,,,,시범과제,산업도약기술 프로젝트,", "exactly one anchor company"),
        ("A,과제,,,,시범과제,산업도약기술 프로젝트,대한전자", "partner firm outside"),
    ],
)
def test_a_file_is_refused_where_a_form_would_be(database, anchor, tmp_path, line, said):
    path = tmp_path / "projects.csv"
    head = "과제번호,과제명,과제유형,특화지역,지역,산업도약 단계,사업,앵커기업"
    path.write_text(f"{head}\n{line}\n", encoding="utf-8")
    with Session(database) as session, pytest.raises(ImportRefused) as refused:
        import_file(session, kind=ImportKind.PROJECTS, path=path, mapping=None, rates={}, dry_run=False, at=utc_now())
    assert said in str(refused.value)
