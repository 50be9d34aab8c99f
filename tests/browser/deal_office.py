"""What the walks of a deal share: people with tokens, a match nobody took up, and steps on the pages."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

LEAD, DEALS, CHAIR, TECHNOLOGY = "fund.lead", "fund.deals", "ic.chair", "ic.technology"
NAMES = {LEAD: "정해윤", DEALS: "오세령", CHAIR: "배문호", TECHNOLOGY: "류가은"}
MEMBERS = (CHAIR, TECHNOLOGY)
"""Who is called: nobody is a quorum alone, so a second member gives the vote that the walk does not show."""
AMOUNT, FIRST = 2_400_000_000, 900_000_000
CONDITION = "특허 전용실시권 등록을 마칠 것"
EVIDENCE = "전용실시권 등록원부.txt"
ADDITIONALITY = "민간 투자자는 공인시험 성적이 나온 뒤에야 참여하겠다고 한다."
CRITERIA = ("technology", "market", "team", "terms", "policy")
MILESTONES = ("투자계약 체결", "시제품 공인시험 합격")
PATIENCE_SECONDS = 180
"""For the worker, which matches the whole demo first."""


@dataclass
class Office:
    """The running service, and its people as programs."""

    service: Any
    stack: ExitStack
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def client(self, user: str) -> httpx.Client:
        """Speak to the service for one of its people, each write under a key of its own."""
        if user not in self.clients:
            token = self.service.token(f"{user}@demo.fund.example")
            headers = {"Authorization": f"Bearer {token}"}
            self.clients[user] = self.stack.enter_context(
                httpx.Client(base_url=self.service.url, headers=headers, timeout=60)
            )
        return self.clients[user]

    def get(self, path: str, **asked: Any) -> Any:
        """Read as the lead of the deal does."""
        return answer(self.client(LEAD).get(path, params=asked))

    def post(self, user: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        """Write as one of the people, once."""
        sent = {"Idempotency-Key": str(uuid4())} | headers
        return answer(self.client(user).post(path, json=body, headers=sent))

    def put(self, user: str, path: str, body: dict[str, Any], version: int | None = None) -> Any:
        """Replace as one of the people, from the version that was read."""
        return answer(self.client(user).put(path, json=body, headers=matching(version)))

    def file(self, user: str, deal: str, kind: str, name: str) -> str:
        """Put a text on the deal's file and give the id of the document."""
        files = {"file": (name, f"{name}\n시험을 위하여 지어낸 문서입니다.\n".encode(), "text/plain")}
        path = f"{deal}/diligence/documents"
        return str(answer(self.client(user).post(path, data={"kind": kind}, files=files))["id"])

    def examine(self, deal: str) -> None:
        """Do all that due diligence asks of the lead; reviews are others' to give."""
        diligence = self.get(f"{deal}/diligence")
        for item in diligence["checklist"]:
            finding = {"finding": "확인하였으며 특이사항 없음."}
            done = f"{deal}/diligence/checklist/{item['id']}/done"
            self.post(LEAD, done, finding, **{"If-Match": f'"{item["edition"]}"'})
        for kind in diligence["missing_documents"]:
            self.file(LEAD, deal, kind, "시험 서류.txt")
        region = self.get(deal)["region"]["code"]
        self.put(
            LEAD,
            f"{deal}/diligence/spillover",
            {
                "region_code": region,
                "investment_krw": AMOUNT,
                "jobs": 12,
                "production_krw": AMOUNT * 9 // 5,
                "method": "한국은행 지역산업연관표(2020년 연장표) 생산·취업유발계수",
                "base_year": 2020,
            },
        )

    def stage(self, deal: str) -> str:
        """Tell where the deal stands."""
        return str(self.get(deal)["deal"]["stage"])

    def person(self, user: str) -> str:
        """Give the id of one of the people."""
        return str(answer(self.client(user).get("/me"))["person_id"])

    def vote(self, user: str, item: dict[str, Any]) -> None:
        """Vote for an item on the terms that it has."""
        ballot = {"choice": "for", "terms_digest": item["terms_digest"]}
        self.post(user, f"/committee/items/{item['id']}/votes", ballot)

    def untaken_match(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Find a match, and its project, of a company that no open deal is with; wait for the worker if need be."""
        busy = {deal["company"]["id"] for deal in self.get("/deals", limit=100)["items"]}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for match in self._eligible():
                project = self.get(f"/projects/{match['project']['id']}")
                lead = next(one["organisation_id"] for one in project["consortium"] if one["role"] == "lead")
                if project["region"] is not None and lead not in busy:
                    return match, project | {"company_id": lead}
            time.sleep(1)
        raise AssertionError("no match of a company that no deal is with")

    def _eligible(self) -> Iterator[dict[str, Any]]:
        for signal in self.get("/signals", state="live", limit=100)["items"]:
            yield from self.get(f"/signals/{signal['id']}/matches")["eligible"]

    def window(self) -> dict[str, Any]:
        """Give the vehicle through which the fund invests directly."""
        return next(dict(one) for one in self.get("/fund")["vehicles"] if one["kind"] == "direct")


def answer(response: httpx.Response) -> Any:
    """Give what was answered; a refusal fails the test with its own words."""
    assert response.is_success, f"{response.request.method} {response.request.url}: {response.text}"
    return response.json()


def matching(version: int | None) -> dict[str, str]:
    """Say which version a change starts from."""
    return {} if version is None else {"If-Match": f'"{version}"'}


@contextmanager
def office(service: Any) -> Iterator[Office]:
    """Open the office until the block ends."""
    with ExitStack() as stack:
        yield Office(service, stack)


def figure(page: Page, name: str) -> int:
    """Read the won of one of the figures at the top of a page."""
    part = page.locator("dl.figures > div").filter(has=page.get_by_text(name, exact=True))
    return int(part.locator("data").first.get_attribute("value") or "")


def take_step(page: Page, deal: str, stage: str) -> None:
    """Choose a stage on the page of the deal's steps and ask for it."""
    page.goto(f"{base_of(page)}{deal}")
    page.get_by_role("link", name="단계 이동").click()
    page.locator("#stage").select_option(stage)
    page.get_by_role("button", name="이동하기").click()


def review(page: Page, deal: str, score: int) -> None:
    """Write a review of the deal, all criteria alike."""
    page.goto(f"{base_of(page)}{deal}/diligence")
    page.get_by_role("link", name="의견 쓰기").click()
    for criterion in CRITERIA:
        page.locator(f"#{criterion}-{score}").check(force=True)
    page.locator("#words").fill("실증 자료와 수요기업의 확인을 바탕으로 한 의견이다.")
    page.get_by_role("button", name="저장").click()
    expect(page.get_by_role("link", name="내 의견 고치기")).to_be_visible()


def make_instruction(page: Page, words: str) -> str:
    """Give the reason on the form at hand, look at what it would post, make it, and give its address."""
    page.locator("#words").fill(words)
    page.get_by_role("button", name="기록될 내용 보기").click()
    expect(page.get_by_role("heading", level=2, name="지금 기록될 내용")).to_be_visible()
    expect(page.locator(".lead")).to_contain_text("아직 자금은 움직이지 않습니다")
    page.get_by_role("button", name="이 지시 만들기").click()
    page.wait_for_url(re.compile(r"/ledger/instructions/[0-9a-f-]{36}$"))
    expect(page.locator(".badges").first).to_contain_text("확인 대기")
    return page.url.removeprefix(base_of(page))


def post_by_hand(page: Page, path: str, **fields: str) -> str:
    """Send a form that the page does not offer, as somebody would who knows its address; give what the page says."""
    sent = {
        "csrf_token": page.locator("[name=csrf_token]").first.get_attribute("value"),
        "idempotency_key": str(uuid4()),
    } | fields
    with page.expect_navigation():
        page.evaluate(
            """([action, fields]) => {
              const form = document.createElement("form");
              Object.assign(form, { method: "post", action });
              for (const [name, value] of Object.entries(fields)) {
                form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
              }
              document.body.append(form);
              form.submit();
            }""",
            [path, sent],
        )
    return page.locator("main").inner_text()


def base_of(page: Page) -> str:
    """Give the service's own address, out of that of the page."""
    return "/".join(page.url.split("/", 3)[:3])
