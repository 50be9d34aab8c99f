from datetime import timedelta
from uuid import uuid4

import pytest

from fund_service.operations import OPERATIONS
from models.clock import business_date, utc_now
from models.diligence import ChecklistItem, Criterion, DealReview, DealTask, ReviewScore
from models.document import DealDocument
from models.person import Role
from models.timeline import DealNote

pytestmark = pytest.mark.usefixtures("reference_data")

ID = str(uuid4())
FORMS = ("review/edit", "checklist/new", "documents/new", "notes/new", "tasks/new", "spillover/edit")
LISTS = ("reviews", "checklist", "documents", "tasks", "notes")
ROUTES = {
    "read_deal_diligence": ("GET", ""), "export_deal_diligence": ("GET", "/export"),
    "download_document": ("GET", f"/documents/{ID}"), "give_review": ("PUT", "/review"),
    "review_page": ("GET", "/review/edit"), "submit_review": ("POST", "/review/edit"),
    "assess_spillover": ("PUT", "/spillover"), "spillover_page": ("GET", "/spillover/edit"),
    "submit_spillover": ("POST", "/spillover/edit"), "add_note": ("POST", "/notes"), "note_page": ("GET", "/notes/new"),
    "submit_note": ("POST", "/notes/new"), "add_checklist_item": ("POST", "/checklist"),
    "set_standard_checklist": ("POST", "/checklist/standard"),
    "submit_standard_checklist": ("POST", "/checklist/standard/new"), "checklist_item_page": ("GET", "/checklist/new"),
    "submit_checklist_item": ("POST", "/checklist/new"), "update_checklist_item": ("PUT", f"/checklist/{ID}"),
    "checklist_item_edit_page": ("GET", f"/checklist/{ID}/edit"),
    "submit_checklist_item_edit": ("POST", f"/checklist/{ID}/edit"),
    "finish_checklist_item": ("POST", f"/checklist/{ID}/done"), "finding_page": ("GET", f"/checklist/{ID}/finish"),
    "submit_finding": ("POST", f"/checklist/{ID}/finish"), "reopen_checklist_item": ("POST", f"/checklist/{ID}/reopen"),
    "submit_item_reopening": ("POST", f"/checklist/{ID}/open-again"), "add_task": ("POST", "/tasks"),
    "task_page": ("GET", "/tasks/new"), "submit_task": ("POST", "/tasks/new"), "update_task": ("PUT", f"/tasks/{ID}"),
    "task_edit_page": ("GET", f"/tasks/{ID}/edit"), "submit_task_edit": ("POST", f"/tasks/{ID}/edit"),
    "finish_task": ("POST", f"/tasks/{ID}/done"), "reopen_task": ("POST", f"/tasks/{ID}/reopen"),
    "submit_task_done": ("POST", f"/tasks/{ID}/finish"), "submit_task_reopening": ("POST", f"/tasks/{ID}/open-again"),
    "file_document": ("POST", "/documents"), "document_page": ("GET", "/documents/new"),
    "submit_document": ("POST", "/documents/new"),
}  # fmt: skip


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a_role_may_do_what_the_table_says_and_nothing_else(client_for, address, role):
    client = client_for(role)
    for operation, (method, path) in ROUTES.items():
        answer = client.request(method, f"{address}{path}", headers={"If-Match": '"1"'}, follow_redirects=False)
        if role is None:
            assert answer.status_code == 401, operation
        elif role in OPERATIONS[operation]:
            assert answer.status_code in {200, 303, 400, 404, 422}, f"{operation}: {answer.status_code}"
        else:
            assert answer.status_code == 403, f"{operation}: {answer.status_code}"


@pytest.mark.parametrize(("operation", "route"), ROUTES.items())
def test_a_deal_that_does_not_exist_is_not_found(manager, operation, route):
    method, path = route
    answer = manager.request(method, f"/deals/{ID}/diligence{path}", headers={"If-Match": '"1"'})
    bodyless = answer.status_code in {400, 422} and method != "GET"
    assert answer.status_code == 404 or bodyless, f"{operation}: {answer.status_code}"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_pages_show_an_empty_deal_and_every_form(client_of, make_person, address, language):
    headers = {"Accept": "text/html"}
    clients = {
        role: client_of(make_person(role=role, language=language))
        for role in (Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR)
    }
    for role, client in clients.items():
        page = client.get(address, headers=headers)
        assert page.status_code == 200, page.text
        assert ("점검표가 비어 있습니다" if language == "ko" else "The checklist is empty") in page.text
        assert ("/diligence/notes/new" in page.text) is (role is Role.FUND_MANAGER)
        assert ("/diligence/review/edit" in page.text) is (role is not Role.AUDITOR)
    for form in FORMS:
        page = clients[Role.FUND_MANAGER].get(f"{address}/{form}", headers=headers)
        assert page.status_code == 200, page.text
        assert 'name="csrf_token"' in page.text


@pytest.fixture
def grow(store, deal, make_person):
    """Commit more of everything on the deal."""

    def grow(times):
        for number in range(times):
            person = make_person(f"심사역 {number}")
            review = DealReview(deal_id=deal.id, person_id=person.id, words="=1+1 <script>alert(1)</script>")
            score = 1 + number % 5
            scores = [ReviewScore(review_id=review.id, criterion=criterion, score=score) for criterion in Criterion]
            store(
                review,
                *scores,
                ChecklistItem(deal_id=deal.id, title=f"항목 {number} {review.id}", owner_id=person.id),
                DealDocument(
                    deal_id=deal.id, kind="other", name="a.pdf", media_type="application/pdf", size_bytes=1,
                    sha256="0" * 64, uploaded_by_id=person.id,
                ),
                DealNote(deal_id=deal.id, person_id=person.id, text="=cmd()"),
                DealTask(deal_id=deal.id, text="<b>연락</b>", owner_id=person.id),
            )  # fmt: skip

    return grow


def test_the_number_of_statements_does_not_grow_with_the_deal(manager, address, grow, statements):
    def count(path):
        with statements() as made:
            assert manager.get(f"{address}{path}").status_code == 200
        return len(made)

    paths = ["", *(f"/export?list={name}" for name in LISTS)]
    grow(1)
    before = [count(path) for path in paths]
    grow(15)
    assert [count(path) for path in paths] == before
    assert before[0] <= 16


def test_what_people_wrote_is_shown_as_text_alone(manager, address, grow):
    grow(3)
    page = manager.get(address, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<b>연락" not in page.text
    assert page.text.count('id="chart-data"') == 1


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_list_comes_as_a_table_without_formulas(manager, address, grow, name, kind):
    grow(2)
    answer = manager.get(f"{address}/export", params={"list": name, "format": kind})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    if kind == "csv":
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert len(lines) == 3
        assert not any(cell.startswith("=") for line in lines for cell in line.split(","))


def test_the_newest_notes_are_shown_and_all_are_counted(manager, address, store, deal, people):
    author = people[Role.FUND_MANAGER].id
    store(*(DealNote(deal_id=deal.id, person_id=author, text=f"메모 {number}") for number in range(103)))
    page = manager.get(address).json()
    assert (len(page["notes"]), page["notes_in_all"], page["notes"][0]["text"]) == (100, 103, "메모 102")
    assert "103" in manager.get(address, headers={"Accept": "text/html"}).text


def test_work_that_is_overdue_stands_out_and_is_counted(manager, address, people):
    owner = str(people[Role.FUND_MANAGER].id)
    for days in (-1, 0):
        body = {"owner_id": owner, "due_on": str(business_date(utc_now()) + timedelta(days))}
        assert manager.post(f"{address}/checklist", json=body | {"title": f"항목 {days}"}).status_code == 201
        assert manager.post(f"{address}/tasks", json=body | {"text": "연락"}).status_code == 201
    page = manager.get(address, headers={"Accept": "text/html"}).text
    assert page.count('class="overdue"') == page.count("badge-work-overdue") == 2
    assert page.count("badge-work-open") == 4
    assert "<dt>기한 지남</dt><dd>2</dd>" in page
