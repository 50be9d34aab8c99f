from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from fund_service.diligence.queries import has_spillover, missing_documents, open_required_items
from fund_service.diligence.standards import ENGLISH_TITLES, REQUIRED_DOCUMENTS, STANDARD_ITEMS
from models.clock import business_date, utc_now
from models.deal import InvestmentInstrument
from models.diligence import ChecklistItem, DealTask
from models.person import Role
from models.timeline import DealActivity, DealNote

SPILLOVER = {
    "region_code": "48", "investment_krw": 8_000_000_000, "jobs": 120, "production_krw": 14_200_000_000,
    "method": "한국은행 지역산업연관표(2020년 기준)", "base_year": 2020,
}  # fmt: skip


@pytest.fixture
def today():
    return business_date(utc_now())


def quoted(edition):
    return {"If-Match": f'"{edition}"'}


def told(read, kind):
    return [row.words for row in read.exec(select(DealActivity).order_by(DealActivity.id)) if row.kind == kind]


@pytest.mark.parametrize("instrument", list(InvestmentInstrument))
def test_each_instrument_has_its_standard_checklist_and_documents(*, instrument, make_deal, manager, today, read, lead):
    deal = make_deal(instrument=instrument)
    base = f"/deals/{deal.id}/diligence"
    items = manager.post(f"{base}/checklist/standard").json()
    assert {item["title_ko"] for item in items} == {item.title_ko for item in STANDARD_ITEMS[instrument]}
    assert all(item["title_en"] != item["title_ko"] and item["owner_id"] == str(lead.id) for item in items)
    assert min(item["due_on"] for item in items) > str(today)
    assert len(manager.post(f"{base}/checklist/standard").json()) == len(items), "a second time nothing is added"
    assert len(told(read, "checklist")) == 1
    assert set(missing_documents(read, deal)) == set(REQUIRED_DOCUMENTS[instrument])
    required = {item.title_ko for item in STANDARD_ITEMS[instrument] if item.required}
    assert set(open_required_items(read, deal.id)) == required


def test_no_two_standard_items_of_an_instrument_share_a_title():
    for items in STANDARD_ITEMS.values():
        assert len({item.title_ko for item in items}) == len(items)
    assert len(set(ENGLISH_TITLES.values())) == len(ENGLISH_TITLES)


def test_an_item_is_set_done_with_a_finding_and_opened_again(manager, address, people, read, deal):
    owner = people[Role.COMMITTEE_MEMBER]
    made = manager.post(
        f"{address}/checklist", json={"title": "현장실사", "owner_id": str(owner.id), "due_on": "2026-01-02"}
    )
    assert made.status_code == 201, made.text
    item = made.json()
    assert (item["required"], item["owner_name"], item["overdue"]) == (True, owner.name, True)
    assert made.headers["ETag"] == f'"{item["edition"]}"'
    assert open_required_items(read, deal.id) == ["현장실사"]
    done = manager.post(
        f"{address}/checklist/{item['id']}/done", json={"finding": "이상 없음"}, headers=quoted(item["edition"])
    )
    assert done.status_code == 200, done.text
    assert (done.json()["finding"], done.json()["done_by_name"], done.json()["overdue"]) == (
        "이상 없음",
        "fund_manager",
        False,
    )
    assert open_required_items(read, deal.id) == []
    edition = done.json()["edition"]
    again = manager.post(f"{address}/checklist/{item['id']}/done", json={"finding": "x"}, headers=quoted(edition))
    assert again.status_code == 409
    body = {"title": "다른 항목"}
    assert manager.put(f"{address}/checklist/{item['id']}", json=body, headers=quoted(edition)).status_code == 409
    opened = manager.post(f"{address}/checklist/{item['id']}/reopen", headers=quoted(edition)).json()
    assert (opened["done_at"], opened["finding"]) == (None, "이상 없음")
    assert open_required_items(read, deal.id) == ["현장실사"]
    changed = manager.put(
        f"{address}/checklist/{item['id']}", json=body | {"required": False}, headers=quoted(opened["edition"])
    ).json()
    assert (changed["title_ko"], changed["required"], changed["owner_id"], changed["overdue"]) == (
        "다른 항목",
        False,
        None,
        False,
    )
    assert open_required_items(read, deal.id) == []
    assert told(read, "checklist") == ["현장실사", "완료: 현장실사 — 이상 없음", "다시 엶: 현장실사", "다른 항목"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("PUT", "", {"title": "새 이름"}), ("POST", "/done", {"finding": "x"}), ("POST", "/reopen", None)],
)
def test_a_change_of_an_item_starts_from_its_present_edition(*, manager, address, read, method, path, body):
    item = manager.post(f"{address}/checklist", json={"title": "현장실사"}).json()
    url = f"{address}/checklist/{item['id']}{path}"
    for headers, status in (({}, 428), ({"If-Match": "*"}, 428), (quoted("0" * 32), 412)):
        assert manager.request(method, url, json=body, headers=headers).status_code == status
    assert manager.get(address).json()["checklist"] == [item]


def test_overdue_is_counted_in_seoul_from_the_day_after(manager, address, today):
    for number, days in enumerate((-1, 0, 1)):
        body = {"title": f"항목 {number}", "due_on": str(today + timedelta(days=days))}
        assert manager.post(f"{address}/checklist", json=body).status_code == 201
    assert [item["overdue"] for item in manager.get(address).json()["checklist"]] == [True, False, False]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"title": ""}, 400, "title"), ({"title": "x" * 301}, 400, "title"), ({"title": "가\x00"}, 400, "title"),
        ({"title": "현장실사"}, 409, "title"), ({"title": "나", "owner_id": str(uuid4())}, 422, "owner_id"),
        ({"title": "나", "owner_id": 1}, 400, "owner_id"), ({"title": "나", "due_on": 0}, 400, "due_on"),
        ({"title": "나", "done_at": "2026-01-01T00:00:00Z"}, 400, "done_at"),
        ({"title": "나", "deal_id": "x"}, 400, "deal_id"),
    ],
)  # fmt: skip
def test_an_item_that_cannot_be_is_refused(*, manager, address, read, body, status, field):
    manager.post(f"{address}/checklist", json={"title": "현장실사"})
    answer = manager.post(f"{address}/checklist", json=body)
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (status, field), answer.text
    assert len(read.exec(select(ChecklistItem)).all()) == 1


@pytest.mark.parametrize("role", [Role.INVESTOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_work_is_given_to_those_who_work_on_deals(manager, address, people, role):
    answer = manager.post(f"{address}/tasks", json={"text": "연락", "owner_id": str(people[role].id)})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "owner_id")


def test_a_task_is_set_changed_done_and_opened_again(manager, address, people, read):
    owner = str(people[Role.FUND_MANAGER].id)
    task = manager.post(
        f"{address}/tasks", json={"text": "재무제표 요청", "owner_id": owner, "due_on": "2026-01-02"}
    ).json()
    assert task["overdue"] is True
    url = f"{address}/tasks/{task['id']}"
    assert manager.put(url, json={"text": "다시", "owner_id": owner}).status_code == 428
    changed = manager.put(url, json={"text": "다시", "owner_id": owner}, headers=quoted(task["edition"])).json()
    assert (changed["text"], changed["due_on"]) == ("다시", None)
    assert manager.post(f"{url}/done", headers=quoted(task["edition"])).status_code == 412
    done = manager.post(f"{url}/done", headers=quoted(changed["edition"])).json()
    assert done["done_by_name"] == "fund_manager"
    assert manager.post(f"{url}/done", headers=quoted(done["edition"])).status_code == 409
    opened = manager.post(f"{url}/reopen", headers=quoted(done["edition"])).json()
    assert opened["done_at"] is None
    assert manager.post(f"{url}/reopen", headers=quoted(opened["edition"])).status_code == 409
    assert told(read, "task") == ["재무제표 요청", "다시", "완료: 다시", "다시 엶: 다시"]


@pytest.mark.parametrize("part", ["checklist", "tasks"])
def test_work_is_changed_by_the_rules_it_was_set_by_and_through_its_own_deal(manager, address, make_deal, people, part):
    owner, stranger = str(people[Role.FUND_MANAGER].id), str(people[Role.INVESTOR].id)
    body = {"title" if part == "checklist" else "text": "현장실사", "owner_id": owner}
    work = manager.post(f"{address}/{part}", json=body).json()
    url, headers = f"{address}/{part}/{work['id']}", quoted(work["edition"])
    answer = manager.put(url, json=body | {"owner_id": stranger}, headers=headers)
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "owner_id")
    other = f"/deals/{make_deal().id}/diligence/{part}/{work['id']}"
    finding = {"json": {"finding": "x"}} if part == "checklist" else {}
    assert manager.put(other, json=body, headers=headers).status_code == 404
    assert manager.post(f"{other}/done", headers=headers, **finding).status_code == 404
    same = manager.put(url, json=body | {"due_on": "2026-12-01"}, headers=headers)
    assert (same.status_code, same.json()["due_on"]) == (200, "2026-12-01"), "its own title is not in its way"


def test_a_note_is_written_and_told(manager, address, read):
    answer = manager.post(f"{address}/notes", json={"text": "공장 방문.\n설비가 새것이다."})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{address}#note-{answer.json()['id']}"
    assert read.exec(select(DealNote.text)).all() == told(read, "note") == ["공장 방문.\n설비가 새것이다."]


@pytest.mark.usefixtures("reference_data")
class TestSpillover:
    """What a deal does for its region."""

    def test_it_is_assessed_and_replaced(self, manager, address, read, deal):
        assert not has_spillover(read, deal.id)
        first = manager.put(f"{address}/spillover", json=SPILLOVER)
        assert first.status_code == 200, first.text
        assert has_spillover(read, deal.id)
        assert {name: first.json()[name] for name in SPILLOVER} == SPILLOVER
        assert first.json()["region_name_ko"] == "경상남도"
        assert manager.put(f"{address}/spillover", json=SPILLOVER).status_code == 428
        headers = {"If-Match": first.headers["ETag"]}
        second = manager.put(f"{address}/spillover", json=SPILLOVER | {"jobs": 0, "production_krw": 0}, headers=headers)
        assert second.status_code == 200, second.text
        assert manager.put(f"{address}/spillover", json=SPILLOVER, headers=headers).status_code == 412
        assert manager.get(address).json()["spillover"] == second.json()
        assert told(read, "edited") == [SPILLOVER["method"]] * 2

    @pytest.mark.parametrize(
        "change",
        [
            {"region_code": "99"}, {"investment_krw": -1}, {"production_krw": 2**53}, {"jobs": True}, {"jobs": -1},
            {"jobs": 1_000_001}, {"method": ""}, {"base_year": 1999}, {"base_year": 2101}, {"person_id": "x"},
            {"investment_krw": 1.5},
        ],
    )  # fmt: skip
    def test_an_assessment_that_cannot_be_is_refused(self, manager, address, read, deal, change):
        answer = manager.put(f"{address}/spillover", json=SPILLOVER | change)
        assert answer.status_code in {400, 422}, answer.text
        assert answer.json()["fields"][0]["field"] == next(iter(change))
        assert not has_spillover(read, deal.id)

    def test_the_form_records_it(self, manager, address):
        typed = {name: str(value) for name, value in SPILLOVER.items()} | {"investment_krw": "8,000,000,000"}
        assert manager.post(f"{address}/spillover/edit", data=typed | {"jobs": "many"}).json()["faults"].keys() == {
            "jobs"
        }
        assert manager.post(f"{address}/spillover/edit", data=typed, follow_redirects=False).status_code == 303
        form = manager.get(f"{address}/spillover/edit").json()
        assert (form["values"]["investment_krw"], len(form["regions"])) == ("8000000000", 17)


def test_forms_of_items_and_tasks_do_what_json_does(manager, address, people, read):
    owner = str(people[Role.FUND_MANAGER].id)

    def post(path, **typed):
        return manager.post(f"{address}/{path}", data=typed, follow_redirects=False).status_code

    assert post("checklist/new", title="현장실사", required="false", owner_id=owner, due_on="") == 303
    assert post("checklist/new", title="현장실사") == 422
    item = read.exec(select(ChecklistItem)).one()
    assert (item.required, item.due_on) == (False, None)
    form = manager.get(f"{address}/checklist/{item.id}/edit").json()
    assert (form["values"]["required"], form["subject"]) == ("false", "현장실사")
    assert post(f"checklist/{item.id}/edit", **(form["values"] | {"title": "방문"})) == 303
    assert post(f"checklist/{item.id}/edit", **form["values"]) == 422
    form = manager.get(f"{address}/checklist/{item.id}/finish").json()
    assert post(f"checklist/{item.id}/finish", edition=form["values"]["edition"], finding="") == 422
    assert post(f"checklist/{item.id}/finish", edition=form["values"]["edition"], finding="좋다") == 303
    edition = manager.get(address).json()["checklist"][0]["edition"]
    assert post(f"checklist/{item.id}/open-again", edition="") == 412
    assert post(f"checklist/{item.id}/open-again", edition=edition) == 303
    assert post("checklist/standard/new") == 303
    assert post("tasks/new", text="연락", owner_id="") == 422
    assert post("tasks/new", text="연락", owner_id=owner, due_on="2026-12-01") == 303
    task = read.exec(select(DealTask)).one()
    form = manager.get(f"{address}/tasks/{task.id}/edit").json()
    assert post(f"tasks/{task.id}/edit", **(form["values"] | {"text": "방문"})) == 303
    edition = manager.get(address).json()["tasks"][0]["edition"]
    assert post(f"tasks/{task.id}/finish", edition=edition) == 303
    edition = manager.get(address).json()["tasks"][0]["edition"]
    assert post(f"tasks/{task.id}/open-again", edition=edition) == 303
    assert post("notes/new", text="") == 422
    assert post("notes/new", text="메모") == 303
