"""What lists and pages say of matches: every gate in two languages, and lists that are empty for different reasons."""

from datetime import timedelta

import pytest

from fund_service.matches.commands import match_changes
from fund_service.matches.wording import gate_view
from models.clock import business_date, utc_now
from models.person import Role
from models.signal import SignalState

REGIONS = {"11": ("서울특별시", "Seoul"), "26": ("부산광역시", "Busan")}
FIELDS = {"08": ("사이버보안", "Cybersecurity")}
BILLION = 1_000_000_000
TOPIC = "solid electrolyte for lithium batteries with high ionic conductivity"

FAILED = {
    "ticket": (
        [None, BILLION], 3 * BILLION, "raise_available", BILLION,
        "배정 금액을 10억원 올리면 포함됩니다.", "if the money available rose by KRW 1 billion.",
    ),
    "trl": (
        [7, 9], [4, 6], "lower_trl_min", 1,
        "과제는 TRL 4~6, 수요신호는 TRL 7~9입니다. TRL 하한을 1단계 내리면 포함됩니다.", "if the lowest TRL fell by 1.",
    ),
    "stage": (
        ["basic"], ["applied"], "add_stage", ["applied"],
        "하나를 허용하면 포함됩니다: 응용연구.", "allowed one of these stages: Applied research.",
    ),
    "region": (
        ["26"], "11", "add_region", "11",
        "자금의 한정 지역에 서울특별시 지역을 더하거나", "if the money were bound to Seoul as well, or to no region.",
    ),
    "excluded_field": (
        ["08"], ["08"], "allow_fields", ["08"],
        "제외 분야(사이버보안)를 빼면 포함됩니다.", "if the signal allowed Cybersecurity.",
    ),
    "excluded_term": (
        ["drone"], None, "allow_terms", ["drone"],
        "제외 용어(drone)를 빼면 포함됩니다.", "if the signal allowed the words drone.",
    ),
    "expired": ("2026-01-01", None, "extend", 12, "유효기한", "if the signal were extended by 12 days."),
    "withdrawn": ("withdrawn", None, "renew", None, "철회", "if the signal were live again."),
}  # fmt: skip
"""What is stored of each gate that a change opens, and the change in both languages; a conflict is told to nobody."""


@pytest.mark.parametrize("code", FAILED)
def test_a_gate_that_keeps_a_project_out_names_the_change_that_opens_it_in_both_languages(code):
    asked, found, change, shortfall, korean, english = FAILED[code]
    stored = {"signal_value": asked, "project_value": found, "change": change, "shortfall": shortfall}
    said = gate_view({"code": code, "status": "failed", **stored}, regions=REGIONS, fields=FIELDS)
    assert korean in said.sentence_ko
    assert said.sentence_en.endswith(english)
    assert "을(를)" not in said.sentence_ko


@pytest.mark.parametrize(
    ("need", "offered", "explained"),
    [
        (3 * BILLION, [2 * BILLION, None], False),
        (3 * BILLION, [None, 3 * BILLION], False),
        (3 * BILLION, [None, 3 * BILLION - 1], True),
        (3 * BILLION, [3 * BILLION + 1, None], True),
    ],
)
def test_a_need_beyond_the_ticket_that_passes_says_how_far_it_may_be(need, offered, explained):
    stored = {"signal_value": offered, "project_value": need, "change": None, "shortfall": None}
    said = gate_view({"code": "ticket", "status": "passed", **stored}, regions=REGIONS, fields=FIELDS)
    assert ("still passes" in said.sentence_en, "통과합니다" in said.sentence_ko) == (explained, explained)


def page_of(client, path, language):
    answer = client.get(path, headers={"Accept": "text/html", "Cookie": f"fund_language={language}"})
    assert answer.status_code == 200
    return answer.text


EMPTY = {
    "nothing near": ({"text": "苔の反応器を探しています。"}, "한국어와 영어를 읽으므로", "Korean and English are read"),
    "a near miss": ({"trl_min": 9}, "아래", "Look at the near misses below"),
    "expired": (
        {"expires_on": business_date(utc_now()) - timedelta(days=1)}, "유효기한을 늦추면", "when its last day is moved",
    ),
    "withdrawn": ({"state": SignalState.WITHDRAWN}, "철회된 수요신호입니다", "It was withdrawn"),
}  # fmt: skip


@pytest.mark.parametrize("case", EMPTY)
def test_an_empty_list_says_why_it_is_empty(matchmaker, make_project, make_signal, client_for, case):
    facts, korean, english = EMPTY[case]
    make_project(TOPIC, trl_now=4, trl_target=5)
    signal = make_signal(facts.pop("text", f"Looking for {TOPIC}"), **facts)
    match_changes(matchmaker)
    path = f"/signals/{signal.id}/matches"
    said = {language: page_of(client_for(Role.INVESTOR), path, language) for language in ("ko", "en")}
    for language, words in (("ko", korean), ("en", english)):
        assert words in said[language]
    assert ("Look at the near misses below" in said["en"]) == (case == "a near miss")


def test_the_money_that_closes_a_gate_stands_on_the_page_of_the_match(
    matchmaker, make_project, make_signal, client_for, read
):
    make_project(TOPIC, need_krw=3 * BILLION)
    signal = make_signal(f"Looking for {TOPIC}", available_krw=BILLION)
    match_changes(matchmaker)
    [match] = client_for(Role.INVESTOR).get(f"/signals/{signal.id}/matches").json()["near_misses"]
    page = page_of(client_for(Role.INVESTOR), f"/matches/{match['id']}", "en")
    assert "Money set aside" in page
    assert "It would come in if the money available rose by KRW 1 billion." in page
