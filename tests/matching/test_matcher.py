from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import matcher as matcher_module
from matching.encoding.encoder import HashingEncoder, vectors_of
from matching.facts.gates import GateCode
from matching.language.text import Language
from matching.matcher import HybridMatcher
from matching.parameters import MatchParameters
from tests.matching.makers import ENCODER, TODAY, make_matcher, make_project, make_signal

PROJECTS = [
    make_project(
        "battery", "Solid-state lithium battery with a ceramic electrolyte", "전고체 리튬 배터리 세라믹 전해질"
    ),
    make_project("cancer", "Antibody drug against lung cancer", fields=frozenset({"05"}), need_krw=900_000_000),
    make_project("laser", "Fibre laser for cutting steel", fields=frozenset({"11"}), region="26", trl_now=6),
    make_project("stack", "수소 연료전지 스택의 막전극접합체 개발", fields=frozenset({"07"}), region="11", trl_now=3),
    make_project("satellite", "소형 위성 광통신 단말 개발", need_krw=10_000_000_000),
    make_project("silent"),
]
SIGNALS = [
    make_signal("energy", "We look for lithium battery electrolytes"),
    make_signal("수소", "수소 연료전지 스택 소재를 찾습니다", regions=frozenset({"11"}), trl_min=2, trl_max=5),
    make_signal("steel", "Laser cutting of steel", fields=frozenset({"11"}), excluded_terms=("drug",)),
    make_signal("both", "광통신 단말", "optical terminals for satellites", ticket_max_krw=1_000_000_000),
    make_signal("mute"),
]


@pytest.fixture(scope="module")
def matcher():
    return make_matcher(*PROJECTS)


def matches_of(matcher, *signals, **options):
    return matcher.match(signals, vectors_of(signals, ENCODER), today=TODAY, **options)


def best_of(matcher, signal):
    [found] = matches_of(matcher, signal)
    return found.eligible[0].project_key if found.eligible else None


def test_the_obvious_project_comes_first_in_both_languages(matcher):
    assert [best_of(matcher, signal) for signal in SIGNALS[:3]] == ["battery", "stack", "laser"]
    assert best_of(matcher, SIGNALS[4]) is None


def test_a_signal_in_korean_finds_the_korean_text_of_a_bilingual_project(matcher):
    assert best_of(matcher, make_signal("s", "전고체 배터리 전해질")) == "battery"


def test_a_project_that_one_gate_keeps_out_is_a_near_miss_with_the_change_that_lets_it_in(matcher):
    found = matches_of(matcher, SIGNALS[3])[0]
    assert [(miss.pair.project_key, miss.gate.code) for miss in found.near_misses][:1] == [
        ("satellite", GateCode.TICKET)
    ]
    gate = found.near_misses[0].gate
    assert gate.project_value == 10_000_000_000
    changed = replace(SIGNALS[3], ticket_max_krw=1_000_000_000 + gate.shortfall)
    assert best_of(matcher, changed) == "satellite"


def test_a_project_that_two_gates_keep_out_is_not_listed(matcher):
    signal = replace(SIGNALS[3], live=False)
    [found] = matches_of(matcher, signal)
    assert all(len(miss.pair.failed_gates) == 1 for miss in found.near_misses)
    assert "satellite" not in [miss.pair.project_key for miss in found.near_misses]
    assert found.eligible == ()


def test_an_expired_signal_matches_nothing_but_shows_what_it_would(matcher):
    signal = replace(SIGNALS[0], expires_on=TODAY - timedelta(1))
    [found] = matches_of(matcher, signal)
    assert found.eligible == ()
    assert found.near_misses[0].pair.project_key == "battery"
    assert found.near_misses[0].gate.code is GateCode.EXPIRED


def test_an_excluded_word_keeps_a_project_out(matcher):
    signal = make_signal("s", "Antibody drug", excluded_terms=("drugs", "tobacco"))
    [found] = matches_of(matcher, signal)
    assert "cancer" not in [pair.project_key for pair in found.eligible]
    assert found.near_misses[0].gate.shortfall == ("drugs",)


def test_remembered_phrases_are_dropped_when_there_are_too_many(matcher, monkeypatch):
    monkeypatch.setattr("matching.collection._PHRASES_KEPT", 2)
    for word in ("drug", "laser", "battery", "drug"):
        [found] = matches_of(matcher, make_signal("s", "drug laser battery", excluded_terms=(word,)))
        assert [miss.gate.shortfall for miss in found.near_misses] == [(word,)]


def test_facts_move_the_score_but_text_leads(matcher):
    wanted = make_signal("s", "Laser cutting of steel", fields=frozenset({"11"}))
    other = replace(wanted, fields=frozenset({"05"}))
    [[for_laser, _], [against_laser, with_cancer]] = matcher.scores_against(
        [wanted, other], vectors_of([wanted, other], ENCODER), ["laser", "cancer"], today=TODAY
    )
    assert for_laser.score > against_laser.score > with_cancer.score
    assert (for_laser.components.field, against_laser.components.field) == (1.0, 0.0)


def test_what_either_side_does_not_say_is_left_out_of_the_score(matcher):
    [[pair]] = matcher.scores_against([SIGNALS[0]], vectors_of(SIGNALS[:1], ENCODER), ["battery"], today=TODAY)
    parts = pair.components
    assert (parts.field, parts.region, parts.trl, parts.ticket) == (None, None, None, None)
    assert pair.score == parts.text
    share = MatchParameters().dense_share
    assert parts.text == pytest.approx(share * parts.dense + (1 - share) * parts.lexical, abs=2e-4)


def test_the_score_is_the_declared_weighted_mean(matcher):
    signal = make_signal("s", "수소 스택", fields=frozenset({"07", "08"}), regions=frozenset({"11"}), trl_min=5)
    [[pair]] = matcher.scores_against([signal], vectors_of([signal], ENCODER), ["stack"], today=TODAY)
    parts, declared = pair.components, MatchParameters()
    weighted = (
        declared.text_weight * parts.text
        + declared.field_weight * 1.0
        + declared.region_weight * 1.0
        + declared.trl_weight * 0.5
    )
    known = declared.text_weight + declared.field_weight + declared.region_weight + declared.trl_weight
    assert pair.score == pytest.approx(weighted / known, abs=2e-4)
    assert pair.failed_gates == (GateCode.TRL,)


def test_the_leg_that_can_be_compared_stands_alone():
    class EnglishOnly(HashingEncoder):
        languages = frozenset({Language.ENGLISH})

    encoder = EnglishOnly(dimensions=64)
    projects = [make_project("ko", "수소 저장"), make_project("en", "Hydrogen storage"), make_project("dots", "…")]
    vectors = vectors_of(projects, encoder)
    matcher = HybridMatcher(yardstick=make_matcher(*projects).yardstick).fit(projects, vectors)
    signals = [make_signal("ko", "수소 저장"), make_signal("en", "Hydrogen storage"), make_signal("dots", "…")]
    pairs = matcher.scores_against(signals, vectors_of(signals, encoder), ["ko", "en", "dots"], today=TODAY)
    known = [
        [(pair.components.dense is not None, pair.components.lexical is not None) for pair in row] for row in pairs
    ]
    assert known == [
        [(False, True), (False, True), (False, False)],
        [(False, True), (True, True), (True, False)],
        [(False, False), (True, False), (True, False)],
    ]
    assert pairs[0][0].score == pairs[0][0].components.lexical > 0
    assert pairs[2][2].score == pairs[2][2].components.dense > 0
    assert (pairs[0][2].score, pairs[0][2].components.text) == (0.0, None)
    assert [pair.project_key for pair in matcher.match(signals[:1], np.zeros((1, 64)), today=TODAY)[0].eligible] == [
        "ko"
    ]


def test_facts_alone_make_no_match():
    fields = frozenset({"01"})
    matcher = make_matcher(make_project("silent", fields=fields))
    signal = make_signal("s", "laser", fields=fields)
    [[pair]] = matcher.scores_against([signal], vectors_of([signal], ENCODER), ["silent"], today=TODAY)
    assert (pair.score, pair.components.text, pair.components.field) == (0.0, None, 1.0)
    assert matches_of(matcher, signal)[0].eligible == ()


def test_equal_scores_stand_in_the_order_of_their_keys():
    twins = [make_project(key, "Ceramic electrolyte") for key in ("c", "a", "d", "b")]
    matcher = make_matcher(*twins, make_project("x", "Lung cancer"))
    [found] = matches_of(matcher, make_signal("s", "ceramic electrolyte"), top=3)
    assert [pair.project_key for pair in found.eligible] == ["a", "b", "c"]


def test_limits_hold_and_nothing_asked_for_gives_nothing(matcher):
    signal = make_signal("s", "battery drug laser development with a against for")
    assert len(matches_of(matcher, signal, top=2)[0].eligible) == 2
    assert matches_of(matcher, signal, top=0, near=0)[0].eligible == ()
    assert matches_of(matcher) == []


def test_progress_counts_every_signal(matcher):
    steps = []
    matches_of(matcher, *SIGNALS, progress=steps.append)
    assert sum(steps) == len(SIGNALS)


def test_a_matcher_refuses_what_does_not_fit_together(matcher):
    with pytest.raises(ValueError, match="same key"):
        make_matcher(PROJECTS[0], PROJECTS[0])
    with pytest.raises(ValueError, match="6 projects came with 1 vectors"):
        HybridMatcher(yardstick=matcher.yardstick).fit(PROJECTS, np.zeros((1, 64), dtype=np.float32))
    with pytest.raises(ValueError, match="1 signals came with 2 vectors"):
        matcher.match(SIGNALS[:1], np.zeros((2, 64), dtype=np.float32), today=TODAY)
    with pytest.raises(KeyError):
        matcher.scores_against([], np.zeros((0, 64), dtype=np.float32), ["nobody"], today=TODAY)


def test_no_projects_give_no_matches():
    assert matches_of(make_matcher(), SIGNALS[0])[0].eligible == ()


WORDS = ["laser", "steel", "battery", "drug", "cancer", "수소", "연료전지", "위성", "배터리", "소재", "a", "the"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


@st.composite
def worlds(draw):
    projects = [
        make_project(
            f"p{at:02d}",
            draw(TEXTS),
            fields=draw(st.frozensets(st.sampled_from(["01", "02"]))),
            region=draw(st.sampled_from([None, "11", "26"])),
            trl_now=draw(st.none() | st.integers(1, 9)),
            need_krw=draw(st.none() | st.integers(0, 10**9)),
        )
        for at in range(draw(st.integers(1, 9)))
    ]
    signals = [
        make_signal(
            f"s{at}",
            draw(TEXTS),
            fields=draw(st.frozensets(st.sampled_from(["01", "02"]))),
            regions=draw(st.frozensets(st.sampled_from(["11", "26"]), max_size=1)),
            trl_min=draw(st.none() | st.integers(1, 9)),
            ticket_max_krw=draw(st.none() | st.integers(1, 10**9)),
        )
        for at in range(draw(st.integers(1, 5)))
    ]
    return projects, signals


@given(worlds(), st.randoms(use_true_random=False), st.integers(1, 3))
def test_order_blocks_and_company_change_nothing(world, random, block):
    projects, signals = world
    matcher = make_matcher(*projects)
    expected = {found.signal_key: found for found in matches_of(matcher, *signals, top=3, near=2)}
    shuffled, asked = random.sample(projects, len(projects)), random.sample(signals, len(signals))
    again = HybridMatcher(yardstick=matcher.yardstick).fit(shuffled, vectors_of(shuffled, ENCODER))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matcher_module, "SIGNALS_A_BLOCK", block)
        found = matches_of(again, *asked, top=3, near=2)
    assert [result.signal_key for result in found] == [signal.key for signal in asked]
    assert {result.signal_key: result for result in found} == expected
    assert {signal.key: matches_of(matcher, signal, top=3, near=2)[0] for signal in signals} == expected


@given(worlds())
def test_scores_lie_in_the_unit_interval_and_lists_are_what_scoring_every_pair_gives(world):
    projects, signals = world
    matcher = make_matcher(*projects)
    keys = [project.key for project in projects]
    every = matcher.scores_against(signals, vectors_of(signals, ENCODER), keys, today=TODAY)
    for pairs, found in zip(every, matches_of(matcher, *signals, top=3, near=2), strict=True):
        assert all(0 <= pair.score <= 1 and round(pair.score, 4) == pair.score for pair in pairs)
        ranked = sorted((pair for pair in pairs if pair.components.text), key=lambda p: (-p.score, p.project_key))
        assert list(found.eligible) == [pair for pair in ranked if not pair.failed_gates][:3]
        assert [miss.pair for miss in found.near_misses] == [pair for pair in ranked if len(pair.failed_gates) == 1][:2]


def test_a_pair_whose_texts_have_too_little_in_common_is_not_listed(matcher):
    everything = matches_of(matcher, SIGNALS[0])[0].eligible
    bar = everything[0].components.text
    assert len(everything) > 1
    assert bar > everything[1].components.text
    assert matches_of(matcher, SIGNALS[0], least_text=bar)[0].eligible == everything[:1]
    assert matches_of(matcher, SIGNALS[0], least_text=bar + 0.0001)[0].eligible == ()
