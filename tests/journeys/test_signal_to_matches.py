"""The main job over HTTP on the running service: a signal goes in, its matches come back with reasons."""

import time
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.model]

INVESTOR = "ventures@demo.fund.example"
OTHER_INVESTOR = "energy@demo.fund.example"
MANAGER = "fund.lead@demo.fund.example"
PLANNER = "planner.programmes@demo.fund.example"


@pytest.fixture
def client(service: Any) -> Any:
    def client(email: str) -> httpx.Client:
        token = service.token(email)
        return httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    return client


def matches_when_fresh(investor: httpx.Client, path: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        matches = investor.get(f"{path}/matches").json()
        if matches["status"] == "fresh":
            return dict(matches)
        time.sleep(0.5)
    pytest.fail("the worker did not match the signal within two minutes")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("전고체 이차전지용 고체전해질을 양산할 수 있는 소재 기업에 투자하고자 합니다.", "전해질"),
        ("We would fund solid electrolytes for all-solid-state batteries that can be mass produced.", "electrolyt"),
    ],
)
def test_a_signal_is_answered_by_projects_with_reasons(client: Any, text: str, expected: str):
    with client(INVESTOR) as investor, client(OTHER_INVESTOR) as other:
        made = investor.post("/signals", json={"text": text, "confidentiality": "open"})
        assert made.status_code == 201
        assert made.json()["matching"] == "waiting"
        matches = matches_when_fresh(investor, made.headers["Location"])
        best = matches["eligible"][0]
        project = best["project"]
        said = " ".join(str(project[name]) for name in ("title_ko", "title_en", "abstract_ko", "abstract_en"))
        assert expected in said.lower()
        assert 0 < best["score"] <= 1
        assert sum(best["shares"].values()) == pytest.approx(1, abs=0.01)
        marked = [span["text"].lower() for term in best["evidence"]["terms"] for span in term["signal"]]
        assert any(expected in text for text in marked)
        assert {gate["code"] for gate in best["gates"]} >= {"ticket", "trl", "region"}
        assert all(gate["sentence_ko"] != gate["sentence_en"] for gate in best["gates"])
        detail = investor.get(f"/matches/{best['id']}").json()
        for side in ("signal", "project"):
            span = detail["match"]["evidence"][f"{side}_sentence"]
            passage = detail[f"{side}_passages"][span["passage"]]["text"]
            assert passage[span["start"] : span["end"]] == span["text"]
        assert other.get(f"/matches/{best['id']}").status_code == 404


def test_an_edit_is_matched_again(client: Any):
    with client(INVESTOR) as investor:
        made = investor.post("/signals", json={"text": "Looking for hydrogen storage vessels."})
        path = made.headers["Location"]
        first = matches_when_fresh(investor, path)
        edited = investor.put(
            path, json={"text": "Looking for quantum computers."}, headers={"If-Match": made.headers["ETag"]}
        )
        assert edited.json()["matching"] == "waiting"
        second = matches_when_fresh(investor, path)
    assert first["eligible"][0]["project"]["id"] != second["eligible"][0]["project"]["id"]


def test_manager_and_planner_see_their_part(client: Any):
    with client(MANAGER) as manager, client(PLANNER) as planner:
        signals = manager.get("/signals", params={"state": "live"}).json()["items"]
        assert signals
        assert {signal["confidentiality"] for signal in signals} == {"open"}
        deadline = time.monotonic() + 120
        while planner.get("/market/demand").json()["rows"] == [] and time.monotonic() < deadline:
            time.sleep(1)
        assert planner.get("/market/demand").json()["rows"]
        assert planner.get("/signals").status_code == 403
        assert planner.get("/plan").status_code == 200
