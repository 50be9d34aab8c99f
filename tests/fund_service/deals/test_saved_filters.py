"""Saved filters: each person's own, under names of their own."""

import pytest
from sqlmodel import select

from models.deal import SavedFilter
from models.person import Role

pytestmark = pytest.mark.usefixtures("reference_data")


def test_a_filter_is_kept_for_its_person_alone(manager, client_for):
    answer = manager.post("/deals/filters", json={"name": "부산 심사", "query": "?stage=screening&region_code=26&x=1"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["query"] == "stage=screening&region_code=26"
    assert [one["name"] for one in manager.get("/deals").json()["saved"]] == ["부산 심사"]
    assert [one["name"] for one in manager.get("/deals/board").json()["saved"]] == ["부산 심사"]
    member = client_for(Role.COMMITTEE_MEMBER)
    assert member.get("/deals").json()["saved"] == []
    assert member.delete(f"/deals/filters/{answer.json()['id']}").status_code == 404
    assert manager.delete(f"/deals/filters/{answer.json()['id']}").status_code == 204
    assert manager.get("/deals").json()["saved"] == []


def test_the_same_name_is_replaced(manager, read):
    for query in ("stage=screening", "stage=sourced"):
        assert manager.post("/deals/filters", json={"name": "내 것", "query": query}).status_code == 201
    assert [row.query for row in read.exec(select(SavedFilter)).all()] == ["stage=sourced"]


@pytest.mark.parametrize("body", [{"name": "x", "query": "page=2"}, {"name": "x", "query": ""}])
def test_a_filter_narrows(manager, body):
    answer = manager.post("/deals/filters", json=body)
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "query")


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "query": "q=x"},
        {"name": "a" * 101, "query": "q=x"},
        {"name": "x", "query": "q=" + "x" * 1000},
        {"name": "x", "query": "q=x", "person_id": "y"},
    ],
)
def test_a_filter_that_is_none_is_refused(manager, read, body):
    assert manager.post("/deals/filters", json=body).status_code == 400
    assert read.exec(select(SavedFilter)).all() == []


def test_only_so_many_are_kept(manager):
    for number in range(50):
        assert manager.post("/deals/filters", json={"name": str(number), "query": "q=x"}).status_code == 201
    assert manager.post("/deals/filters", json={"name": "one more", "query": "q=x"}).status_code == 422
    assert manager.post("/deals/filters", json={"name": "7", "query": "q=y"}).status_code == 201


def test_the_page_keeps_and_deletes_a_filter(manager, read):
    kept = manager.post(
        "/deals/filters/new",
        data={"name": "큰 것", "query": "?amount_min=1000", "view": "board"},
        follow_redirects=False,
    )
    assert (kept.status_code, kept.headers["Location"]) == (303, "/deals/board?amount_min=1000")
    assert manager.post("/deals/filters/new", data={"name": "", "query": "q=x"}).status_code == 422
    [row] = read.exec(select(SavedFilter)).all()
    gone = manager.post(f"/deals/filters/{row.id}/delete", data={"view": "list"}, follow_redirects=False)
    assert (gone.status_code, gone.headers["Location"]) == (303, "/deals")
    assert read.exec(select(SavedFilter)).all() == []
