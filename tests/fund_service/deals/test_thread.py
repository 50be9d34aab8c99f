"""The thread from demand to money: a project, a signal and a match show the deals that came of them."""

import pytest

from models.deal import DealStage
from models.match import Match
from models.person import Role
from models.signal import Confidentiality

pytestmark = pytest.mark.usefixtures("reference_data")

PAGE = {"Accept": "text/html"}


@pytest.fixture
def places(make_match, make_deal):
    """Commit a match with its deal, and one deal of another signal and project; give the three paths."""
    match, project, signal = make_match(confidentiality=Confidentiality.OPEN)
    _, elsewhere, _ = make_match()
    deal = make_deal(
        DealStage.SCREENING, title_ko="전고체 셀 투자", project_id=project.id, signal_id=signal.id, match_id=match.id,
        match_score=match.score, amount_krw=7_654_321_000,
    )  # fmt: skip
    make_deal(project_id=elsewhere.id)
    return deal, {
        "project": f"/projects/{project.id}",
        "signal": f"/signals/{signal.id}",
        "match": f"/matches/{match.id}",
    }


@pytest.mark.parametrize("role", [Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR])
@pytest.mark.parametrize("place", ["project", "signal", "match"])
def test_readers_of_the_fund_see_the_deal_its_stage_and_its_amount(place, role, client_for, places):
    deal, paths = places
    reader = client_for(role)
    assert reader.get(paths[place]).json()["deals"] == {
        "count": 1,
        "amount_krw": 7_654_321_000,
        "items": [
            {
                "stage": "screening", "held": False, "id": str(deal.id), "title_ko": "전고체 셀 투자", "title_en": None,
                "company_name_ko": "가람소재", "company_name_en": None, "amount_krw": 7_654_321_000,
            }
        ],
    }  # fmt: skip
    page = reader.get(paths[place], headers=PAGE).text
    assert f'href="/deals/{deal.id}"' in page
    assert "예비검토" in page or "심사" in page


@pytest.mark.parametrize("place", ["signal", "match"])
def test_an_investor_learns_of_their_own_signal_only_that_a_deal_came_of_it_and_its_stage(place, client_for, places):
    deal, paths = places
    investor = client_for(Role.INVESTOR)
    assert investor.get(paths[place]).json()["deals"] == {
        "count": 1, "amount_krw": None, "items": [{"stage": "screening", "held": False}],
    }  # fmt: skip
    page = investor.get(paths[place], headers=PAGE).text
    assert "투자건으로 이어졌습니다." in page
    for secret in (str(deal.id), deal.title_ko, "가람소재", "7,654,321,000", "76억"):
        assert secret not in page


@pytest.mark.parametrize("role", [Role.INVESTOR, Role.PLANNER, Role.PROJECT_TEAM, Role.ADMINISTRATOR])
def test_a_project_tells_nobody_else_of_its_deals(role, client_for, places):
    deal, paths = places
    reader = client_for(role)
    assert reader.get(paths["project"]).json()["deals"] is None
    page = reader.get(paths["project"], headers=PAGE).text
    assert str(deal.id) not in page
    assert 'id="deals"' not in page


def test_the_pages_say_so_when_no_deal_came_of_it(manager, make_match):
    match, project, signal = make_match()
    for path in (f"/projects/{project.id}", f"/signals/{signal.id}", f"/matches/{match.id}"):
        assert manager.get(path).json()["deals"] == {"count": 0, "amount_krw": 0, "items": []}
        assert 'id="deals"' in manager.get(path, headers=PAGE).text


def test_a_match_made_anew_still_shows_the_deal_of_its_pair(manager, places, store, read):
    deal, _ = places
    old = read.get_one(Match, deal.match_id)
    anew = Match(**old.model_dump(exclude={"id"}))
    read.delete(old)
    read.commit()
    store(anew)
    assert [found["id"] for found in manager.get(f"/matches/{anew.id}").json()["deals"]["items"]] == [str(deal.id)]


@pytest.mark.parametrize("place", ["project", "signal", "match"])
def test_a_merged_deal_leads_on_to_the_one_that_stands_for_it(place, manager, places, make_deal, store, read):  # noqa: PLR0917 - fixtures and cases
    deal, paths = places
    last = make_deal(title_ko="남은 투자건", amount_krw=3)
    between = make_deal(merged_into_id=last.id)
    read.merge(deal).merged_into_id = between.id
    read.commit()
    thread = manager.get(paths[place]).json()["deals"]
    assert (thread["count"], thread["amount_krw"]) == (1, 3)
    assert [found["id"] for found in thread["items"]] == [str(last.id)]


def test_many_deals_are_counted_whole_and_shown_in_part_in_as_many_statements(manager, places, make_deal, statements):
    deal, paths = places
    for path in paths.values():
        with statements() as few:
            manager.get(path)
        few_statements = len(few)
        for _ in range(12):
            make_deal(project_id=deal.project_id, signal_id=deal.signal_id, match_id=deal.match_id, amount_krw=1)
        with statements() as many:
            thread = manager.get(path).json()["deals"]
        assert len(many) == few_statements
        assert len(thread["items"]) == 10
        assert thread["count"] > 12
        assert thread["amount_krw"] == deal.amount_krw + thread["count"] - 1
