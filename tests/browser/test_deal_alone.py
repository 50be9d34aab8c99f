"""The walk of a deal in a real browser by one person: refused with a sentence wherever it takes another person."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.deal_office import (
    ADDITIONALITY,
    AMOUNT,
    CHAIR,
    CONDITION,
    CRITERIA,
    DEALS,
    EVIDENCE,
    LEAD,
    MEMBERS,
    MILESTONES,
    Office,
    make_instruction,
    post_by_hand,
    review,
    take_step,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.model]


def test_one_person_alone_is_refused_at_each_step_and_nothing_moves(visit, people):
    window = visit()
    window.sign_in(LEAD)
    page: Page = window.page
    deal = make_by_hand(people)

    review(page, deal, 5)
    expect(page.locator("main")).to_contain_text("담당자 의견(집계 제외)")
    take_step(page, deal, "committee")
    expect(page.locator("#fault-summary")).to_contain_text("서로 다른 사람의 검토: 2건 중 0건.")
    assert people.stage(deal) == "due_diligence"
    for reviewer in (DEALS, CHAIR):
        people.put(reviewer, f"{deal}/diligence/review", dict.fromkeys(CRITERIA, 4) | {"words": "검토의견"})
    take_step(page, deal, "committee")
    expect(page.locator(".badge-stage-committee")).to_be_visible()

    refused_before_the_committee(window, people, deal)
    refused_with_the_condition(window, people, deal)
    refused_with_the_money(window, people, deal)


def make_by_hand(people: Office) -> str:
    """Make a deal and do all its due diligence, but for reviews."""
    _, project = people.untaken_match()
    made = people.post(
        LEAD,
        "/deals",
        {
            "title_ko": f"{project['title_ko']} 후속 투자",
            "company_id": project["company_id"],
            "project_id": project["id"],
            "vehicle_id": people.window()["id"],
            "amount_krw": AMOUNT,
            "region_code": project["region"]["code"],
            "additionality": ADDITIONALITY,
        },
    )
    deal = f"/deals/{made['deal']['id']}"
    for stage in ("screening", "due_diligence"):
        version = people.get(deal)["version"]
        people.post(LEAD, f"{deal}/steps", {"stage": stage}, **{"If-Match": f'"{version}"'})
    people.examine(deal)
    return deal


def refused_before_the_committee(window: Any, people: Office, deal: str) -> None:
    """Neither open the meeting on one's own deal, nor vote, nor decide."""
    page: Page = window.page
    members = [people.person(user) for user in MEMBERS]
    asked = {"title": "임시 투자심의위원회", "meets_at": "2027-02-15T14:00", "chair_id": members[0]}
    made = people.post(LEAD, "/committee/meetings", asked | {"member_ids": members})
    meeting = f"/committee/meetings/{made['id']}"
    people.put(LEAD, f"{meeting}/agenda", {"deal_ids": [deal.rsplit("/", 1)[1]]}, version=made["version"])

    window.open(meeting)
    expect(page.get_by_role("button", name="개회")).to_have_count(0)
    assert "안건을 담당한 적이 없는 펀드 운용역이 합니다" in post_by_hand(page, f"{meeting}/opening")
    assert people.get(meeting)["state"] == "planned"
    people.post(CHAIR, f"{meeting}/open")

    [item] = people.get(meeting)["items"]
    window.open(meeting)
    expect(page.get_by_role("button", name="표결하기")).to_have_count(0)
    path, terms = f"/committee/items/{item['id']}", {"terms_digest": item["terms_digest"]}
    assert "현재 역할로는 수행할 수 없습니다" in post_by_hand(page, f"{path}/vote", choice="for", **terms)
    window.open(f"{path}/deciding")
    expect(page.locator("main")).to_contain_text("이 안건을 의결할 수 없습니다")
    said = post_by_hand(page, f"{path}/deciding", outcome="approved", words="승인", **terms)
    assert "이 안건에서 회피 대상입니다: 투자건 담당자" in said
    [item] = people.get(meeting)["items"]
    assert (item["state"], item["tally"]["voted"], people.stage(deal)) == ("pending", 0, "committee")

    for member in MEMBERS:
        people.vote(member, item)
    decision = {"outcome": "approved", "words": "승인", "conditions": [CONDITION]}
    people.post(CHAIR, f"{path}/decision", decision | terms)


def refused_with_the_condition(window: Any, people: Office, deal: str) -> None:
    """Not confirm that the committee's condition is met, and not be paid without."""
    evidence = people.file(LEAD, deal, "evidence", EVIDENCE)
    [item] = people.get(f"{deal}/committee")["items"]
    [condition] = item["conditions"]
    window.open(f"{deal}/committee")
    expect(window.page.get_by_role("button", name="충족 확인")).to_have_count(0)
    path = f"/committee/conditions/{condition['id']}"
    said = post_by_hand(window.page, f"{path}/evidence", evidence_document_id=evidence)
    assert "담당자가 아니고 이해관계도 없는 사람이 확인합니다" in said
    [item] = people.get(f"{deal}/committee")["items"]
    assert item["conditions"][0]["met_at"] is None


def refused_with_the_money(window: Any, people: Office, deal: str) -> None:
    """Check neither the commitment nor the payment one made, nor confirm a milestone on one's own evidence."""
    page: Page = window.page
    window.open(f"{deal}/money")
    page.get_by_role("link", name="약정", exact=True).click()
    page.locator("#tranche_milestone_0").fill(MILESTONES[0])
    page.locator("#tranche_amount_krw_0").fill(f"{AMOUNT:,}")
    commitment = make_instruction(page, "투자심의위원회 승인에 따른 약정")
    refused_to_check(window, people, commitment)
    assert people.get(f"{deal}/money")["figures"]["committed_krw"] == 0
    approve(people, commitment)

    [tranche] = people.get(f"{deal}/settlement")["settlement"]["tranches"]
    [evidence] = [one for one in people.get(f"{deal}/settlement")["documents"] if one["kind"] == "evidence"]
    window.open(f"{deal}/settlement")
    path = f"{deal}/settlement/tranches/{tranche['id']}"
    said = post_by_hand(page, f"{path}/milestone/new", evidence_document_id=evidence["id"])
    assert "이행 증빙을 등록한 사람은 이행을 확인할 수 없습니다" in said
    [tranche] = people.get(f"{deal}/settlement")["settlement"]["tranches"]
    assert tranche["state"] == "planned"
    people.post(DEALS, f"{path}/milestone", {"evidence_document_id": evidence["id"]})

    window.open(f"{deal}/settlement")
    page.get_by_role("link", name="지급 지시").click()
    page.locator("#words").fill("1차 분할지급")
    page.get_by_role("button", name="기록될 내용 보기").click()
    expect(page.locator("#fault-summary")).to_contain_text(CONDITION)
    [item] = people.get(f"{deal}/committee")["items"]
    met = f"/committee/conditions/{item['conditions'][0]['id']}/met"
    people.post(DEALS, met, {"evidence_document_id": evidence["id"]})
    payment = make_instruction(page, "1차 분할지급")
    refused_to_check(window, people, payment)
    figures = people.get(f"{deal}/money")["figures"]
    assert (figures["drawn_krw"], figures["invested_krw"], people.stage(deal)) == (0, 0, "contracted")


def refused_to_check(window: Any, people: Office, instruction: str) -> None:
    """Find no button to check one's own instruction with, and be refused without it."""
    page: Page = window.page
    expect(page.get_by_role("link", name="확인", exact=True)).to_have_count(0)
    expect(page.locator(".notice")).to_contain_text("본인이 만든 지시이므로 다른 사람이 확인합니다")
    window.open(f"{instruction}/checking")
    expect(page.get_by_role("button", name="읽고 확인했으며 승인합니다")).to_have_count(0)
    digest = people.get(instruction)["terms_digest"]
    said = post_by_hand(page, f"{instruction}/checking", terms_digest=digest)
    assert "본인이 만든 지시는 어느 계정으로도 확인할 수 없습니다" in said
    asked = people.get(instruction)
    assert (asked["state"], asked["checks_given"]) == ("pending", 0)


def approve(people: Office, instruction: str) -> None:
    """Have another manager check an instruction."""
    digest = people.get(instruction)["terms_digest"]
    people.post(DEALS, f"{instruction}/check", {"terms_digest": digest})
