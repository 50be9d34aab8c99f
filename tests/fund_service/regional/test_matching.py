"""A signal can ask for region-specific projects: the score says so, and the page says why in both languages."""

import pytest
from sqlmodel import Session, select

from fund_service.matches.commands import match_changes
from fund_service.matches.corpus import Matchmaker
from matching.encoding.encoder import HashingEncoder
from models.match import Match
from models.person import Role
from models.project import ProjectType, RndProject
from models.signal import Confidentiality, DemandSignal

HTML = {"Accept": "text/html"}
WORDS = "전력반도체 모듈의 양산 공정과 신뢰성 시험"

pytestmark = pytest.mark.usefixtures("reference_data")


@pytest.fixture
def pairs(database, store, investor_organisation, people):
    """Matches of a signal that asks for region-specific projects and of one that does not, by project type."""
    made_for, nationwide = (
        RndProject(title_ko=WORDS, region_code="46", **values)
        for values in ({"project_type": ProjectType.INDUSTRY_BELT, "host_region_codes": ["29", "46"]}, {})
    )
    signals = [
        DemandSignal(
            organisation_id=investor_organisation.id, submitted_by_id=people[Role.INVESTOR].id, text=WORDS,
            confidentiality=Confidentiality.OPEN, region_specific_wanted=wanted,
        )
        for wanted in (True, False)
    ]  # fmt: skip
    store(made_for, nationwide, *signals)
    match_changes(Matchmaker(database, HashingEncoder()))
    with Session(database, expire_on_commit=False) as session:
        found = session.exec(select(Match)).all()
    types = {made_for.id: "made_for", nationwide.id: "nationwide"}
    asking = {signals[0].id: True, signals[1].id: False}
    return {(asking[one.signal_id], types[one.project_id]): one for one in found}


def test_a_signal_that_asks_ranks_region_specific_projects_first_and_others_are_not_moved(pairs, client_for):
    asked, other = pairs[True, "made_for"], pairs[True, "nationwide"]
    assert (asked.components["region"], other.components["region"]) == (1.0, 0.0)
    assert asked.score > other.score
    plain = [pairs[False, kind] for kind in ("made_for", "nationwide")]
    assert [one.components["region"] for one in plain] == [None, None]
    assert plain[0].score == plain[1].score, "nobody asked"
    manager = client_for(Role.FUND_MANAGER)
    view = manager.get(f"/matches/{asked.id}").json()["match"]["project"]
    assert (view["project_type"], view["host_region_codes"]) == ("industry_belt", ["29", "46"])
    for language, said in {
        "ko": ("지역 특화 과제(첨단산업 벨트형)", "지역 항목 점수에 반영됩니다"),
        "en": ("The project is region-specific (Advanced industry belt)", "counts in the component of place"),
    }.items():
        page = manager.get(f"/matches/{asked.id}?lang={language}", headers=HTML).text
        assert all(words in page for words in said), language
    page = manager.get(f"/matches/{other.id}?lang=en", headers=HTML).text
    assert "this one is not" in page
    assert "made for its regions" in page, "what would change the score"
