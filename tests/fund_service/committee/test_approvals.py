"""An approval binds the terms it was given on, and its conditions are met by others."""

import pytest
from sqlmodel import select

from models.committee import AgendaItem, ItemState
from models.deal import Deal, DealStage
from models.person import Role
from models.project import RndProject
from models.timeline import DealActivity


@pytest.fixture
def deal(room):
    return room.make_deal()


def test_an_edit_of_the_terms_voids_the_approval(room, deal, read, client_for):
    item = room.approve(deal)
    lead = client_for(Role.FUND_MANAGER)
    shown = lead.get(f"/deals/{deal.id}")
    facts = read.get_one(Deal, deal.id)
    body = {
        name: getattr(facts, name)
        for name in ("title_ko", "instrument", "amount_krw", "region_code", "additionality", "main_purpose")
    }
    body |= {"company_id": str(facts.company_id), "vehicle_id": str(facts.vehicle_id), "amount_krw": 9 * 10**9}
    edited = lead.put(f"/deals/{deal.id}", json=body, headers={"If-Match": shown.headers["ETag"]})
    assert edited.status_code == 200, edited.text
    assert read.get_one(AgendaItem, item["id"]).state is ItemState.VOIDED
    told = read.exec(select(DealActivity.words).where(DealActivity.deal_id == deal.id)).all()
    assert "투자건이 바뀌어 위원회의 승인이 무효가 되었습니다." in told
    tab = lead.get(f"/deals/{deal.id}/committee").json()
    assert (tab["standing"], tab["items"][0]["state"]) == (None, "voided")


def test_another_owner_of_the_company_voids_the_approval(room, deal, company, read, client_for):
    item = room.approve(deal)
    body = {"kind": "partner_firm", "name_ko": company.name_ko, "ownership_group_name": "새 주인"}
    moved = client_for(Role.PLANNER).put(f"/organisations/{company.id}", json=body, headers={"If-Match": '"1"'})
    assert moved.status_code == 200
    assert read.get_one(AgendaItem, item["id"]).state is ItemState.VOIDED
    assert read.get_one(Deal, deal.id).stage is DealStage.COMMITTEE


def test_another_name_of_the_company_does_not(room, deal, company, read, client_for):
    item = room.approve(deal)
    body = {"kind": "partner_firm", "name_ko": "새 이름", "ownership_group_id": str(company.ownership_group_id)}
    renamed = client_for(Role.PLANNER).put(f"/organisations/{company.id}", json=body, headers={"If-Match": '"1"'})
    assert renamed.status_code == 200
    assert read.get_one(AgendaItem, item["id"]).state is ItemState.APPROVED


def test_another_consortium_of_the_project_voids_the_approval(room, company, read, client_for, store):
    project = RndProject(title_ko="수소 저장 과제")
    store(project)
    deal = room.make_deal(project_id=project.id)
    item = room.approve(deal)
    keeper, address = client_for(Role.PLANNER), f"/projects/{project.id}"
    same = keeper.put(address, json={"title_ko": "새 이름"}, headers={"If-Match": '"1"'})
    assert same.status_code == 200
    assert read.get_one(AgendaItem, item["id"]).state is ItemState.APPROVED
    members = [{"organisation_id": str(company.id), "role": "lead"}]
    body = {"title_ko": "새 이름", "consortium": members}
    assert keeper.put(address, json=body, headers={"If-Match": '"2"'}).status_code == 200
    read.expire_all()
    assert read.get_one(AgendaItem, item["id"]).state is ItemState.VOIDED


def test_a_condition_is_met_with_evidence_by_another_than_the_lead(room, deal, client_for):
    item = room.approve(deal, conditions=["이사회 결의서 제출"])
    address = f"/committee/conditions/{item['conditions'][0]['id']}/met"
    tab = room.manager.get(f"/deals/{deal.id}/committee").json()
    assert tab["standing"] == item["id"]
    evidence = {"evidence_document_id": tab["documents"][0]["code"]}
    lead = client_for(Role.FUND_MANAGER)
    assert lead.post(address, json=evidence, headers=room.keyed()).status_code == 403
    other = room.manager.get(f"/deals/{room.make_deal().id}/committee").json()["documents"][0]["code"]
    foreign = room.manager.post(address, json={"evidence_document_id": other}, headers=room.keyed())
    assert foreign.status_code == 422
    met = room.manager.post(address, json=evidence, headers=room.keyed())
    assert met.status_code == 200, met.text
    assert met.json()["conditions"][0]["met_by_name"] == "다른 운용역"
    assert room.manager.post(address, json=evidence, headers=room.keyed()).status_code == 409
