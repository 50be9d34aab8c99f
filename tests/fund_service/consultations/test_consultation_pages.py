"""Consultations on their pages, in both languages, and on the pages of projects and deals."""

import pytest

from models.person import Role
from models.signal import DemandSignal
from tests.fund_service.consultations.conftest import TODAY, ago, keyed

HTML = {"Accept": "text/html"}
FILE = {"document": ("회신.txt", "적용되는 규제가 없습니다.".encode(), "text/plain")}


def read(client, address, **asked):
    answer = client.get(address, headers=HTML, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


def send(client, address, *, files=None, **form):
    return client.post(
        address, data={"idempotency_key": keyed()["Idempotency-Key"], **form}, files=files, headers=HTML,
        follow_redirects=False,
    )  # fmt: skip


def test_a_consultation_is_opened_filed_answered_and_confirmed_from_its_pages(asking):
    project = f"/projects/{asking.project.id}"
    assert "아직 소관기관과 협의하지 않았습니다" in read(asking.team, project)
    assert "규제 협의 개시" in read(asking.team, f"{project}/consultations/new")
    form = {
        "kind": "rapid_confirmation",
        "authority": "국토교통부",
        "rule": "도로교통법",
        "question": "",
        "days_allowed": "",
    }
    refused = send(asking.team, f"{project}/consultations/new", **form)
    assert (refused.status_code, "국토교통부" in refused.text) == (422, True), "nothing typed is lost"
    opened = send(asking.team, f"{project}/consultations/new", **form | {"question": "규제가 있는가."})
    assert opened.status_code == 303
    asked = opened.headers["Location"]
    assert "도로교통법" in read(asking.team, f"{asked}/edit")
    edited = form | {"question": "규제가 있는가?", "version": "1"}
    assert send(asking.planner, f"{asked}/edit", **edited).headers["Location"] == asked
    assert send(asking.planner, f"{asked}/edit", **edited).status_code == 422, "somebody changed it"
    assert "접수 기록" in read(asking.team, asked)
    step = f"{asked}/steps/new"
    assert "회신기한을 그날부터" in read(asking.team, step, step="filed")
    assert send(asking.team, step, kind="filed", on_day=ago(40).isoformat()).headers["Location"] == asked
    page = read(asking.team, asked)
    assert "10일 초과" in page
    assert "규제가 없는 것으로 봅니다" in page, "what silence means"
    assert "10 days late" in read(asking.team, asked, lang="en")
    said = {"kind": "answered", "on_day": TODAY.isoformat(), "outcome": "no_regulation"}
    bare = send(asking.planner, step, **said)
    assert (bare.status_code, "등록할 파일" in bare.text or "파일" in bare.text) == (422, True)
    assert send(asking.planner, step, **said, files=FILE).status_code == 303
    assert "다른 사람의 확인을 기다립니다" in read(asking.manager, asked)
    assert "지금은 이 단계를 기록할 수 없습니다" in read(asking.planner, step, step="confirmed")
    assert "적용" not in read(asking.manager, step, step="confirmed")
    seen = asking.manager.get(asked).json()["answer_sha256"]
    assert send(asking.manager, step, kind="confirmed", on_day=TODAY.isoformat(), seen_sha256=seen).status_code == 303
    assert "유효" in read(asking.manager, asked)
    assert "규제 없음" in read(asking.team, project)
    assert send(asking.manager, step, kind="nonsense", on_day="2026-01-01").status_code == 422


def test_the_list_says_what_is_late_draws_it_and_narrows(asking):
    assert "아직 개시한 규제 협의가 없습니다" in read(asking.planner, "/consultations", which="all")
    assert "기한이 지난 협의가 없습니다" in read(asking.planner, "/consultations", which="overdue")
    asking.filed("rapid_confirmation", days_ago=33)
    asking.filed("temporary_permit", days_ago=80, authority="환경부")
    asking.steps(asking.filed(days_ago=20), ("supplement_asked", 3, {"words": "보완"}))
    asking.confirm(asking.answered(until=20))
    for language, words in (
        ("ko", ("3일 초과", "신속확인", "우리 보완을")),
        ("en", ("3 days late", "Rapid confirmation")),
    ):
        page = read(asking.planner, "/consultations", which="all", lang=language)
        assert all(word in page for word in words), language
        assert "chart-data" in page
    assert "20일" in read(asking.planner, "/consultations", which="expiring")
    narrowed = read(asking.planner, "/consultations", which="all", authority="환경부", kind="temporary_permit")
    assert ("환경부" in narrowed, "3일 초과" in narrowed) == (True, False)
    assert "이 목록은 비어 있습니다" in read(
        asking.planner, "/consultations", which="due_soon", kind="rapid_confirmation"
    )


def test_a_deal_waits_from_its_page_and_is_waived_from_another(asking):
    deal = f"/deals/{asking.deal.id}"
    assert "규제 협의가 없습니다" in read(asking.manager, f"{deal}/holds/new")
    asked = asking.filed()
    form = {"consultation_id": asked, "stage": "contracted", "words": "허가가 있어야 한다."}
    assert send(asking.manager, f"{deal}/holds/new", **form | {"words": ""}).status_code == 422
    assert send(asking.manager, f"{deal}/holds/new", **form).headers["Location"] == f"{deal}#holds"
    assert send(asking.manager, f"{deal}/holds/new", **form).status_code == 422, "it waits already"
    page = read(asking.manager, deal)
    assert "국토교통부" in page
    assert "약정 전" in page
    assert "딜의 단계를 규제 협의에 연결" in page, "the timeline tells"
    assert "배송로봇 양산" in read(asking.manager, f"/consultations/{asked}")
    assert "배송로봇 양산" not in read(asking.team, f"/consultations/{asked}"), "a team knows of no deal"
    assert asking.team.get(f"/consultations/{asked}").json()["holds"] is None
    hold = asking.manager.get(deal).json()["holds"][0]["id"]
    waiver = f"/holds/{hold}/waiver/new"
    assert "다른 펀드 담당자만" in read(asking.manager, waiver)
    assert send(asking.manager, waiver, reason="급하다.").status_code == 422
    assert "되돌릴 수 없습니다" in read(asking.second, waiver)
    assert send(asking.second, waiver, reason="").status_code == 422
    assert send(asking.second, waiver, reason="해외에서만 판다.").status_code == 303
    assert send(asking.second, waiver, reason="또").status_code == 422
    assert "해외에서만 판다." in read(asking.manager, deal)


def test_programs_tie_and_waive_as_well(asking, client_for):
    asked = asking.filed()
    tied = asking.tie(asked, "disbursing")
    assert (tied.status_code, tied.json()["open"], tied.json()["may_waive"]) == (201, False, False)
    assert asking.tie(asked, "disbursing").status_code == 409
    assert asking.tie(asked, "monitoring").status_code == 422
    assert asking.tie(str(asking.project.id)).status_code == 422
    waiver = f"/holds/{tied.json()['id']}/waiver"
    assert asking.manager.post(waiver, json={"reason": "x"}, headers=keyed()).status_code == 403
    assert asking.second.post(waiver, json={"reason": "x"}, headers=keyed()).json()["open"] is True
    assert asking.second.post(waiver, json={"reason": "x"}, headers=keyed()).status_code == 409
    assert asking.second.post(f"/holds/{asked}/waiver", json={"reason": "x"}, headers=keyed()).status_code == 404
    assert asking.second.get(f"/holds/{asked}/waiver/new").status_code == 404
    withdrawn = asking.open()
    asking.steps(withdrawn, ("withdrawn", 0, {"words": "그만둔다."}))
    assert asking.tie(withdrawn).status_code == 409
    for role in (Role.PLANNER, Role.PROJECT_TEAM, Role.COMMITTEE_MEMBER, Role.INVESTOR):
        assert asking.tie(asked, client=client_for(role)).status_code == 403


def test_a_step_that_lies_behind_a_deal_cannot_wait(asking, owner):
    with owner.begin() as connection:
        connection.exec_driver_sql("UPDATE deal SET stage = 'contracted'")
    asked = asking.filed()
    assert asking.tie(asked, "contracted").status_code == 409
    assert asking.tie(asked, "disbursing").status_code == 201


def test_an_investor_learns_that_a_deal_of_theirs_waits_and_nothing_of_what(asking, client_for, people, store):
    investor = people[Role.INVESTOR]
    signal = DemandSignal(
        organisation_id=investor.organisation_id, submitted_by_id=investor.id, text="배송로봇에 투자하고 싶습니다."
    )
    store(signal)
    asking.deal.signal_id = signal.id
    store(asking.deal)
    client = client_for(Role.INVESTOR)
    assert [deal["held"] for deal in client.get(f"/signals/{signal.id}").json()["deals"]["items"]] == [False]
    asking.tie(asking.filed())
    seen = client.get(f"/signals/{signal.id}").json()["deals"]["items"]
    assert seen == [{"stage": "sourced", "held": True}]
    page = read(client, f"/signals/{signal.id}")
    assert "규제 협의 대기" in page
    assert "국토교통부" not in page


@pytest.mark.parametrize("step", ["supplement_asked", "documented", "withdrawn"])
def test_each_step_has_a_form(asking, step):
    asked = asking.filed()
    assert asked in read(asking.team, f"/consultations/{asked}/steps/new", step=step, lang="en")
