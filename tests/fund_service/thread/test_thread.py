"""The thread over HTTP: the same both ways, listed to those who may read, summed for everybody else."""

import pytest
from sqlmodel import select

from models.deal import Deal, DealStage
from models.embedding import StoredYardstick
from models.identity import new_id
from models.match import Match, MatchRun
from models.organisation import Organisation
from models.person import Role
from models.project import ProjectState, RndProject
from models.signal import Confidentiality, DemandSignal
from tests.fund_service.market.conftest import MEMORY

HTML = {"Accept": "text/html"}


@pytest.fixture
def thread(play, store, read, people):
    """Give the first priority, a match of the investor's signal, and the deal that came of it."""
    hidden = play.world.signal(8, f"{MEMORY} 비공개로 찾습니다.", confidentiality=Confidentiality.CONFIDENTIAL)
    for signal in play.signals["memory"]:
        found = read.get_one(DemandSignal, signal)
        found.confidentiality = Confidentiality.OPEN
        read.add(found)
        read.commit()
    yardstick = StoredYardstick(digest=new_id().hex * 2, encoder="e", revision="1", documents=1, content=b"")
    run = MatchRun(
        encoder="e", revision="1", parameters={}, method_digest="a" * 64, yardstick_id=yardstick.id, signals_due=1,
        projects=1,
    )  # fmt: skip
    project = RndProject(title_ko="적층 메모리 본딩 장비", state=ProjectState.RUNNING, abstract_ko="개발")
    store(yardstick, run, project)
    matches = [
        Match(
            signal_id=signal, project_id=project.id, run_id=run.id, eligible=True, rank=1, score=0.6, components={},
            reasons={"shares": {}, "gates": [], "terms": []},
        )
        for signal in (play.signals["memory"][0], hidden)
    ]  # fmt: skip
    company = read.exec(select(Organisation)).first()
    deals = [
        Deal(
            title_ko=f"{name} 투자", stage=DealStage.SOURCED, company_id=company.id, signal_id=match.signal_id,
            project_id=project.id, match_id=match.id, amount_krw=2_400_000_000, lead_id=people[Role.FUND_MANAGER].id,
        )
        for name, match in zip(("열린", "숨은"), matches, strict=True)
    ]  # fmt: skip
    store(*matches, *deals)
    first, _ = play.to_published()
    return {"candidate": first["id"], "signal": str(matches[0].signal_id), "match": str(matches[0].id),
            "deal": str(deals[0].id), "hidden_deal": str(deals[1].id), "hidden_signal": str(hidden)}  # fmt: skip


def take(client, start, record_id):
    answer = client.get(f"/thread/{start}/{record_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("start", ["candidate", "signal", "match", "deal"])
def test_the_thread_is_whole_wherever_it_is_taken_up(start, thread, play):
    view = take(play.manager, start, thread[start])
    assert [one["id"] for one in view["priorities"]] == [thread["candidate"]]
    assert thread["signal"] in [one["id"] for one in view["signals"]]
    assert [one["id"] for one in view["matches"]] == [thread["match"]]
    assert [one["id"] for one in view["deals"]["items"]] == [thread["deal"]]
    assert (view["projects"], view["committed_krw"], view["paid_krw"], view["rounded"]) == (1, 0, 0, False)
    for language in ("ko", "en"):
        page = play.manager.get(f"/thread/{start}/{thread[start]}?lang={language}", headers=HTML)
        assert page.status_code == 200
        assert thread["deal"] in page.text


def test_what_is_confidential_is_in_no_list_of_a_fund_manager(thread, play, client_for):
    text = play.manager.get(f"/thread/candidate/{thread['candidate']}").text
    for secret in ("hidden_deal", "hidden_signal"):
        assert thread[secret] not in text
        assert thread[secret] in client_for(Role.AUDITOR).get(f"/thread/candidate/{thread['candidate']}").text
    of_deal = take(play.manager, "deal", thread["hidden_deal"])
    assert (of_deal["priorities"], of_deal["signals"], of_deal["matches"]) == ([], [], [])


def test_a_planner_is_told_sums_where_enough_groups_stand_behind_it(thread, play):
    view = take(play.planner, "candidate", thread["candidate"])
    assert (view["groups"], view["signals"], view["signal_count"]) == ("5-9", [], 0)
    assert (view["projects"], view["deals"]["count"], view["rounded"]) == (1, 2, True)
    assert all("id" not in deal for deal in view["deals"]["items"])


def test_nobody_is_told_sums_where_fewer_stand_behind_it(play):
    play.to_proposing()
    said = {"field_code": "01", "title_ko": "직접 제안", "rationale_ko": "정책 과제이다."}
    added = play.planner.post(f"/planning/{play.round['id']}/candidates", json=said).json()
    view = take(play.planner, "candidate", added["id"])
    assert [view[name] for name in ("groups", "projects", "deals", "committed_krw", "paid_krw")] == [None] * 5
    assert "수가 적어" in play.planner.get(f"/thread/candidate/{added['id']}", headers=HTML).text


def test_an_investor_sees_its_own_signal_and_sums_of_the_rest(thread, play):
    view = take(play.investor, "candidate", thread["candidate"])
    assert [one["id"] for one in view["signals"]] == [thread["signal"]]
    assert (view["groups"], view["committed_krw"]) == ("5-9", None)
    own = take(play.investor, "signal", thread["signal"])
    assert [one["id"] for one in own["priorities"]] == [thread["candidate"]]
    assert [list(deal) for deal in own["deals"]["items"]] == [["stage", "held"]]
    for start, key in (("signal", "hidden_signal"), ("deal", "deal")):
        assert play.investor.get(f"/thread/{start}/{thread[key]}").status_code == 404
    assert play.planner.get(f"/thread/signal/{thread['signal']}").status_code == 404


def test_an_unknown_start_or_record_is_refused(play):
    assert play.manager.get(f"/thread/rumour/{new_id()}").status_code in {400, 404}
    for start in ("candidate", "signal", "match", "deal"):
        assert play.manager.get(f"/thread/{start}/{new_id()}").status_code == 404
