"""Duplicates: found before a deal is made, in Korean and English; named, overridden by name, never silently."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from fund_service.deals.duplicates import ALIKE, likeness
from models.deal import Deal, DealStage
from models.person import Role

pytestmark = pytest.mark.usefixtures("reference_data")

SUMMARY_KO = (
    "탄소섬유로 감은 고압 수소 저장 용기를 양산하기 위해 자동 권취 설비와 비파괴 검사 공정을 갖추고, "
    "상용차 업체에 납품한다."
)
SUMMARY_EN = (
    "A pilot line for carbon-fibre hydrogen vessels with automatic winding and non-destructive testing, supplying "
    "makers of trucks and buses."
)


@pytest.fixture
def other(make_company):
    return make_company("나래테크")


def grounds_of(answer):
    assert answer.status_code == 409, answer.text
    problem = answer.json()
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["code"] == "duplicate_deals"
    return {candidate["deal_id"]: candidate["grounds"] for candidate in problem["candidates"]}


def test_an_open_deal_of_the_same_company_is_named(manager, make_deal, said, read):
    deal = make_deal(title_ko="위성 영상 분석")
    assert grounds_of(manager.post("/deals", json=said)) == {str(deal.id): ["same_company"]}
    assert len(read.exec(select(Deal)).all()) == 1


@pytest.mark.parametrize("stage", [stage for stage in DealStage if stage.value in {"exited", "declined", "withdrawn"}])
def test_a_deal_that_is_over_is_no_duplicate(manager, make_deal, said, stage):
    make_deal(stage)
    assert manager.post("/deals", json=said).status_code == 201


def test_the_same_project_is_named_whatever_the_company(manager, make_match, make_deal, other):
    match, project, _ = make_match()
    deal = make_deal(project_id=project.id, company_id=other.id, title_ko="전혀 다른 이름")
    answer = manager.post(f"/matches/{match.id}/deal", json={})
    assert grounds_of(answer) == {str(deal.id): ["same_project"]}


@pytest.mark.parametrize(
    "texts",
    [
        ({"title_ko": "수소 저장용기 양산"}, {"title_ko": "수소저장 용기 양산"}),
        ({"title_ko": "수소 저장 용기 양산"}, {"title_ko": "수소저장용기양산"}),
        ({"title_ko": "용기", "title_en": "Hydrogen storage vessels"}, {"title_en": "hydrogen-storage  VESSELS"}),
        ({"title_ko": "용기", "summary": SUMMARY_KO},
         {"title_ko": "다른 제목", "summary": SUMMARY_KO.replace("상용차 업체", "완성차 업체")}),
        ({"title_ko": "용기", "summary": SUMMARY_EN},
         {"title_ko": "다른 제목", "summary": SUMMARY_EN.replace("trucks and buses", "buses and trucks").upper()}),
    ],
    ids=["Korean spacing", "no blanks", "English signs", "Korean text", "English text"],
)  # fmt: skip
def test_nearly_the_same_words_are_named(manager, make_deal, said, other, texts):
    recorded, asked = texts
    deal = make_deal(company_id=other.id, **recorded)
    body = {name: value for name, value in said.items() if name != "title_ko"} | asked
    assert grounds_of(manager.post("/deals", json=body)) == {str(deal.id): ["similar_text"]}


def test_other_words_are_no_duplicate(manager, make_deal, said, other):
    make_deal(company_id=other.id, title_ko="전력반도체 기판 양산", summary=SUMMARY_EN)
    make_deal(company_id=other.id, title_ko="수소 충전소 압축기 국산화")
    assert manager.post("/deals", json=said | {"summary": SUMMARY_KO}).status_code == 201


def test_a_deal_is_made_when_every_other_one_was_looked_at_and_named(manager, make_deal, said, read):
    first, second = make_deal(title_ko="위성 영상 분석"), make_deal(title_ko="로봇 감속기")
    one = manager.post("/deals", json=said | {"distinct_from": [str(first.id)]})
    assert grounds_of(one).keys() == {str(second.id)}
    both = manager.post("/deals", json=said | {"distinct_from": [str(first.id), str(second.id)]})
    assert both.status_code == 201, both.text
    told = [activity for activity in both.json()["items"] if activity["words"]]
    assert {activity["subject_id"] for activity in told} == {str(first.id), str(second.id)}


def test_a_merged_deal_is_no_duplicate(manager, make_deal, said):
    kept = make_deal(title_ko="위성 영상 분석")
    make_deal(title_ko="로봇 감속기", merged_into_id=kept.id)
    assert grounds_of(manager.post("/deals", json=said)).keys() == {str(kept.id)}


def test_of_many_made_at_once_one_is_made(client_for, said, read):
    clients = [client_for(Role.FUND_MANAGER) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda client: client.post("/deals", json=said).status_code, clients))
    assert sorted(answers) == [201] + [409] * 7
    assert len(read.exec(select(Deal)).all()) == 1


def test_the_page_shows_the_deals_that_look_the_same_and_keeps_what_was_typed(manager, make_deal, said):
    deal = make_deal(title_ko="위성 영상 분석")
    typed = {"title_ko": "수소 저장 용기 양산", "company": "124-81-00998", "amount_krw": "5,000,000,000"}
    answer = manager.post("/deals/new", data=typed, headers={"Accept": "text/html"})
    assert answer.status_code == 422
    assert f'value="{deal.id}"' in answer.text
    assert "수소 저장 용기 양산" in answer.text
    confirmed = manager.post("/deals/new", data=typed | {"distinct_from": str(deal.id)}, follow_redirects=False)
    assert confirmed.status_code == 303, confirmed.text


TEXTS = st.text(alphabet="가나다라마바사아자차카타파하 abcdefgh-.,", max_size=60)


@given(TEXTS, TEXTS)
def test_likeness_is_a_share_and_goes_both_ways(one, other):
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == likeness(other, one)


@given(st.text(alphabet="가나다라마바사아자차카타파하abcdefgh", min_size=1, max_size=60))
def test_case_spacing_and_signs_do_not_matter(text):
    assert likeness(text, f" {text.upper()}... ") == 1
    assert likeness(text, "-".join(text)) == 1


def test_a_project_by_the_same_template_is_another_one():
    assert likeness("차세대 전력반도체 기판 양산", "차세대 바이오센서 칩 양산") < ALIKE
    assert likeness("Solid-state battery pilot line", "Solid oxide fuel cell pilot line") < ALIKE
