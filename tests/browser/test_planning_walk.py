"""A planning round in a real browser, played by three people from demand to answers, in both languages."""

import pytest
from playwright.sync_api import expect

from models.clock import business_date, utc_now

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.model]

ADOPTED, DEFERRED = "채택", "보류"
INVESTORS = (
    "ventures", "corporate.ventures", "mobility", "policy.finance", "partners", "energy", "bio", "shipbuilding",
    "regional", "deeptech",
)  # fmt: skip
"""Everybody of the demo who submits for an organisation."""
WITHOUT_CANDIDATE = {"not_taken_up", "unclassified", "late"}


def test_three_people_play_a_round_from_demand_to_answers(visit, people):
    planner, member, investor = visit(), visit(), visit()
    for window, who in ((planner, "planner.programmes"), (member, "ic.technology"), (investor, "ventures")):
        window.sign_in(who)
    address = end_collecting(planner)
    candidates = candidates_of(planner)
    assert len(candidates) >= 2, "the demo's themes become candidates"
    weigh(planner, address)
    step(planner, address, "후보과제를 확정하고 평가 시작")
    planner.open(f"{address}/priorities")
    expect(planner.page.locator("main .notice").first).to_contain_text("확정되었습니다")
    best = first_by_demand(planner, address)
    for candidate in candidates:
        for window in (planner, member):
            review(window, candidate)
    step(planner, address, "평가를 마치고 결정 시작")
    outcomes = decide_all(planner, candidates, best)
    step(planner, address, "공표하고 모두에게 답변")
    expect(planner.page.locator(".badges").first).to_contain_text("공표")

    check_every_answer(people, address, outcomes)
    read_answers(investor, outcomes)
    object_and_reply(investor, planner, address)
    with planner.page.expect_download() as download:
        planner.page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
    planner.open(f"{address}/priorities")
    expect(planner.page.get_by_role("heading", level=1)).to_have_text("Priorities")
    expect(planner.page.locator("main")).to_contain_text("What demand alone justifies")
    planner.open(best)
    planner.page.get_by_role("link", name="See the thread").click()
    expect(planner.page.get_by_role("heading", level=2)).to_have_text(
        ["Priority", "Demand signals", "Matches", "Deals", "Won"]
    )


def end_collecting(planner):
    """Wait until demand is released, open the demo's round, end its collecting, and give its address."""
    planner.open("/planning")
    link = planner.page.get_by_role("link", name="2027년 산업기술 R&D 기획 라운드")
    planner.wait_for(link)
    link.click()
    expect(planner.page.get_by_role("heading", level=1)).to_have_text("2027년 산업기술 R&D 기획 라운드")
    address = planner.page.url.removeprefix(planner.url)
    step(planner, address, "수렴을 마치고 후보과제 초안 만들기")
    expect(planner.page.locator(".badges").first).to_contain_text("후보 도출")
    return address


def step(window, address, name):
    """Press a button below what comes next, and see the round stand elsewhere."""
    window.open(address)
    before = window.page.locator(".badges").first.inner_text()
    window.page.get_by_role("button", name=name).click()
    expect(window.page.locator(".badges").first).not_to_have_text(before)


def candidates_of(window):
    """Give the addresses of a round's candidates, by number."""
    links = window.page.locator("section[aria-labelledby=candidates] th a")
    return [link.get_attribute("href") for link in links.all()]


def weigh(planner, address):
    """Let breadth count more than policy, and see who set it on the ranking's page."""
    planner.open(f"{address}/priorities")
    expect(planner.page.locator("main .notice").first).to_contain_text("아직 확정되지 않았습니다")
    expect(planner.page.locator("svg .rank-now").first).to_be_attached()
    planner.page.get_by_role("link", name="가중치 정하기").click()
    for name, share in (("breadth", "30"), ("policy", "10")):
        planner.page.locator(f"#{name}").fill(share)
    planner.page.get_by_role("button", name="가중치 저장").click()
    expect(planner.page.locator("section[aria-labelledby=weights]")).to_contain_text("직접 정함")


def first_by_demand(planner, address):
    """Give the address of the candidate that demand alone puts first."""
    planner.open(address)
    rows = planner.page.locator("section[aria-labelledby=candidates] tbody tr")
    return rows.filter(has_text="1번째").first.locator("th a").get_attribute("href")


def review(window, candidate):
    """Review a candidate."""
    window.open(f"{candidate}/reviewing")
    for name, mark in (("strategic", "5"), ("market", "4"), ("commercial", "3")):
        window.page.locator(f"#{name}").select_option(mark)
    window.page.locator("#words").fill("수요가 분명하다.")
    window.page.get_by_role("button", name="평가 기록").click()
    expect(window.page.locator("section[aria-labelledby=reviews]")).to_contain_text("수요가 분명하다.")


def decide_all(planner, candidates, best):
    """Adopt the candidate that demand puts first, defer the others, and give what was decided by title."""
    outcomes = {}
    beside = next(candidate for candidate in candidates if candidate != best)
    fill_decision(planner, beside, ADOPTED, "채택: 수요가 넓고 응답이 부족함", place="1")
    expect(planner.page.locator("#fault-summary")).to_contain_text("수요만으로는")
    for candidate in candidates:
        if candidate == best:
            fill_decision(planner, candidate, ADOPTED, "채택: 수요가 넓고 응답이 부족함", place="1")
        else:
            fill_decision(planner, candidate, DEFERRED, "보류: 이번 예산이 없음")
        expect(planner.page.locator("section[aria-labelledby=decision]")).to_contain_text("사람이 적은 사유입니다.")
        title = planner.page.get_by_role("heading", level=1).inner_text()
        outcomes[title] = ADOPTED if candidate == best else DEFERRED
    return outcomes


def fill_decision(window, candidate, outcome, reason, *, place=""):
    """Fill in what is decided on a candidate, and send it."""
    window.open(f"{candidate}/deciding")
    window.page.locator("#outcome").select_option(label=outcome)
    window.page.locator("#reason").select_option(label=reason)
    window.page.locator("#place").fill(place)
    window.page.locator("#words_ko").fill("사람이 적은 사유입니다.")
    window.page.locator("#words_en").fill("Words that people wrote.")
    window.page.get_by_role("button", name="결정 기록").click()


def check_every_answer(people, address, outcomes):
    """Hold what every submitter was answered to be what was decided on the candidate that its signal stands behind."""
    decided = {
        one["id"]: one["decision"]["outcome"]
        for one in people.client("planner.programmes").get(address).json()["candidates"]
    }
    assert sorted(decided.values()) == sorted(
        {ADOPTED: "adopted", DEFERRED: "deferred"}[one] for one in outcomes.values()
    )
    told = set()
    for user in INVESTORS:
        client = people.client(user)
        signals = {one["id"] for one in pages_of(client, "/signals") if speaks(one)}
        answers = pages_of(client, "/planning/answers")
        assert signals <= {one["signal_id"] for one in answers}, f"{user} has an answer to each of its signals"
        for one in answers:
            expected = {decided[one["candidate_id"]]} if one["candidate_id"] else WITHOUT_CANDIDATE
            assert one["outcome"] in expected, (user, one["signal_id"])
            told.add(one["outcome"])
    assert {"adopted", "deferred"} <= told


def speaks(signal):
    """Whether a signal speaks today: what has expired was heard once, and asks for nothing any more."""
    return signal["state"] == "live" and (signal["expires_on"] or "9999") >= business_date(utc_now()).isoformat()


def pages_of(client, path):
    """Read a list to its end."""
    found, cursor = [], None
    while True:
        answer = client.get(path, params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


def read_answers(investor, outcomes):
    """Read the answers on their page in both languages: the right outcome, and the words that people wrote."""
    investor.open("/planning/answers")
    answers = investor.page.locator("section[aria-labelledby^=answer-]")
    expect(answers.first).to_be_visible()
    told = 0
    for answer in answers.all():
        title, outcome = answer.locator("h2").inner_text(), answer.locator(".badges").inner_text()
        if title in outcomes:
            assert outcome.strip() == outcomes[title]
            expect(answer).to_contain_text("사람이 적은 사유입니다.")
            told += 1
    assert told, "at least one of the investor's signals stands behind a candidate"
    investor.read_in("en")
    expect(investor.page.get_by_role("heading", level=1)).to_have_text("What became of what we said")
    expect(answers.filter(has_text="Words that people wrote.").first).to_be_visible()


def object_and_reply(investor, planner, address):
    """Let the investor object in English, and the planner reply in Korean; each reads on in a language of their own."""
    investor.page.get_by_role("link", name="Object to this").first.click()
    investor.page.locator("#words").fill("The reason is not what we said.")
    investor.page.get_by_role("button", name="File the objection").click()
    expect(investor.page.locator("main")).to_contain_text("The reason is not what we said.")
    planner.open(address)
    planner.page.get_by_role("link", name="회신", exact=True).click()
    planner.page.locator("#words").fill("다음 라운드에서 다시 검토하겠습니다.")
    planner.page.get_by_role("button", name="회신 보내기").click()
    expect(planner.page.locator("main")).to_contain_text("다음 라운드에서 다시 검토하겠습니다.")
    planner.read_in("en")
    expect(planner.page.get_by_role("heading", name="Objections")).to_be_visible()
    investor.open("/planning/answers")
    expect(investor.page.locator("main")).to_contain_text("다음 라운드에서 다시 검토하겠습니다.")
