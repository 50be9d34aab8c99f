from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.brief import ConsortiumShape
from matching.encoding.encoder import HashingEncoder, vectors_of
from matching.facts.gates import NEVER_OPENED, GateCode
from matching.language.text import Language
from matching.matcher import HybridMatcher
from matching.search import pair_run, term_codes
from matching.search.best_pairs import PairSearch
from tests.matching.makers import TODAY, make_matcher, make_project, make_signal


class EnglishOnly(HashingEncoder):
    languages = frozenset({Language.ENGLISH})


ENCODER = EnglishOnly(dimensions=48)
WORDS = ["laser", "steel", "battery", "drug", "cancer", "수소", "연료전지", "위성", "배터리", "소재", "a", "the"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
FIELDS = st.frozensets(st.sampled_from(["01", "02", "05"]))
PARTIES = st.frozensets(st.sampled_from(["x", "y"]), max_size=1)
LEVELS = st.none() | st.integers(1, 9)
MONEY = st.none() | st.integers(0, 10**9)


@st.composite
def projects(draw):
    return [
        make_project(
            f"p{at:02d}",
            draw(TEXTS),
            draw(TEXTS),
            fields=draw(FIELDS),
            region=draw(st.sampled_from([None, "11", "26", "41"])),
            trl_now=draw(LEVELS),
            trl_target=draw(LEVELS),
            need_krw=draw(MONEY),
            stage=draw(st.sampled_from([None, "basic", "applied"])),
            parties=draw(PARTIES),
            consortium=draw(st.sampled_from([None, *ConsortiumShape])),
            region_specific=draw(st.sampled_from([None, True, False])),
        )
        for at in range(draw(st.integers(1, 12)))
    ]


@st.composite
def signals(draw):
    return [
        make_signal(
            f"s{at}",
            draw(TEXTS),
            draw(st.just("") | TEXTS),
            fields=draw(FIELDS),
            regions=draw(st.frozensets(st.sampled_from(["11", "26"]), max_size=1)),
            region_bound=draw(st.booleans()),
            stages=draw(st.frozensets(st.sampled_from(["basic", "applied"]), max_size=1)),
            trl_min=draw(LEVELS),
            ticket_min_krw=draw(MONEY),
            ticket_max_krw=draw(MONEY),
            excluded_terms=draw(st.sampled_from([(), (), ("drug",), ("steel", "위성")])),
            excluded_fields=draw(st.sampled_from([frozenset(), frozenset({"02"})])),
            bound_to=draw(PARTIES),
            anchor_wanted=draw(st.booleans()),
            region_specific_wanted=draw(st.booleans()),
            live=draw(st.sampled_from([True, True, True, False])),
            expires_on=draw(st.sampled_from([None, TODAY, TODAY - timedelta(1)])),
        )
        for at in range(draw(st.integers(1, 9)))
    ]


def every_pair(matcher, asked, least_text=0.0):
    """Score every pair one by one and sort: what the search must find."""
    keys = [project.key for project in matcher.collection.projects]
    rows = matcher.scores_against(asked, vectors_of(asked, ENCODER), keys, today=TODAY)
    pairs = [pair for row in rows for pair in row if pair.components.text and pair.components.text >= least_text]
    pairs.sort(key=lambda pair: (-pair.score, pair.signal_key, pair.project_key))
    eligible = [pair for pair in pairs if not pair.failed_gates]
    near = [pair for pair in pairs if len(pair.failed_gates) == 1 and pair.failed_gates[0] not in NEVER_OPENED]
    return eligible, near


def grouped(pairs, owner, count):
    lists = {}
    for pair in pairs:
        mine = lists.setdefault(getattr(pair, f"{owner}_key"), [])
        other = pair.project_key if owner == "signal" else pair.signal_key
        if len(mine) < count:
            mine.append((other, pair.score))
    return {key: mine for key, mine in lists.items() if mine}


def told(ranking, owners, others):
    lists = {owner: [(others[row], score) for row, score in ranking.best(at)] for at, owner in enumerate(owners)}
    return {owner: found for owner, found in lists.items() if found}


def as_told(found):
    return (
        told(found.projects_for, found.signal_keys, found.project_keys),
        told(found.near_misses_for, found.signal_keys, found.project_keys),
        told(found.signals_for, found.project_keys, found.signal_keys),
    )


def searched(matcher, asked, **options):
    return as_told(PairSearch(matcher).best(asked, vectors_of(asked, ENCODER), today=TODAY, **options))


def expected_of(matcher, asked, *, top, near, least_text=0.0):
    eligible, close = every_pair(matcher, asked, least_text)
    return grouped(eligible, "signal", top), grouped(close, "signal", near), grouped(eligible, "project", top)


def english_matcher(*known):
    yardstick = make_matcher(*known).yardstick
    return HybridMatcher(yardstick=yardstick).fit(known, vectors_of(known, ENCODER))


@settings(deadline=None, max_examples=60)
@given(projects(), signals(), st.integers(1, 4), st.integers(0, 3), st.sampled_from([0.0, 0.2]))
def test_both_ways_list_what_scoring_every_pair_lists(known, asked, top, near, least_text):
    matcher = english_matcher(*known)
    expected = expected_of(matcher, asked, top=top, near=near, least_text=least_text)
    assert searched(matcher, asked, top=top, near=near, least_text=least_text) == expected


@settings(deadline=None, max_examples=25)
@given(projects(), signals(), st.randoms(use_true_random=False), st.integers(1, 3), st.integers(1, 5))
def test_order_threads_blocks_shards_and_rounding_change_nothing(known, asked, random, block, shard):
    matcher = english_matcher(*known)
    expected = searched(matcher, asked, top=3, near=2, threads=1)
    shuffled = random.sample(known, len(known))
    again = HybridMatcher(yardstick=matcher.yardstick).fit(shuffled, vectors_of(shuffled, ENCODER))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pair_run, "SIGNALS_A_BLOCK", 6 * block)
        patch.setattr(pair_run, "PROJECTS_A_SHARD", shard)
        patch.setattr(pair_run, "PAIRS_AT_ONCE", 2)
        patch.setattr(pair_run, "BLOCKS_A_BATCH", random.choice([1, 64]))
        patch.setattr(term_codes, "FREQUENT_SHARE", random.choice([0.0, 0.3, 1.0]))
        assert searched(again, random.sample(asked, len(asked)), top=3, near=2, threads=2) == expected


@settings(deadline=None, max_examples=60)
@given(projects(), signals(), st.integers(1, 4), st.integers(0, 3), st.sampled_from([0.0, 0.05, 0.2]))
def test_for_signals_all_is_told_that_the_matcher_tells(known, asked, top, near, least_text):
    matcher, vectors = english_matcher(*known), vectors_of(asked, ENCODER)
    options = {"today": TODAY, "top": top, "near": near, "least_text": least_text}
    asked, vectors = asked[::-1], vectors[::-1]
    expected = [
        (found.signal_key, found.eligible, tuple(miss.pair for miss in found.near_misses))
        for found in matcher.match(asked, vectors, **options)
    ]
    found = PairSearch(matcher).for_signals(asked, vectors, **options)
    assert [(one.signal_key, one.eligible, one.near_misses) for one in found] == expected


def crowd(count, words, seed):
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(words, size=9)) for _ in range(count)]


@pytest.mark.parametrize("least_text", [0.0, 0.1, 0.2])
def test_bars_rise_and_nothing_that_belongs_on_a_list_is_lost_among_hundreds(least_text):
    words = [
        f"{a}{b}" for a in ("electro", "photo", "thermo", "hydro", "bio") for b in ("lysis", "graph", "meter", "gen")
    ]
    known = [make_project(f"p{at:03d}", text, need_krw=at * 10**6) for at, text in enumerate(crowd(150, words, 1))]
    asked = [
        make_signal(f"s{at:03d}", text, **({"ticket_max_krw": at * 10**6} if at % 3 else {}))
        for at, text in enumerate(crowd(160, words, 2))
    ]
    matcher = english_matcher(*known)
    options = {"top": 5, "near": 2, "least_text": least_text}
    assert searched(matcher, asked, **options) == expected_of(matcher, asked, **options)
    vectors = vectors_of(asked, ENCODER)
    one_way = PairSearch(matcher).for_signals(asked, vectors, today=TODAY, **options)
    assert [one.eligible for one in one_way] == [
        found.eligible for found in matcher.match(asked, vectors, today=TODAY, **options)
    ]


def test_twins_stand_in_the_order_of_their_keys_both_ways():
    known = [make_project(key, "Ceramic electrolyte") for key in ("c", "a", "d", "b")] + [
        make_project("x", "Lung cancer")
    ]
    asked = [make_signal(key, "ceramic electrolyte") for key in ("t", "s", "u")]
    for_signals, _, for_projects = searched(english_matcher(*known), asked, top=2)
    assert [key for key, _ in for_signals["t"]] == ["a", "b"]
    assert [key for key, _ in for_projects["d"]] == ["s", "t"]


def test_the_terms_of_signals_may_be_given():
    known, asked = [make_project("p", "steel laser")], [make_signal("s", "laser")]
    matcher = english_matcher(*known)
    queries = matcher.collection.index.queries(asked)
    assert searched(matcher, asked, queries=queries) == searched(matcher, asked) != ({}, {}, {})


def test_nobody_gives_nothing():
    matcher = english_matcher(make_project("p", "steel"))
    assert searched(matcher, []) == ({}, {}, {})
    assert searched(english_matcher(), [make_signal("s", "steel")]) == ({}, {}, {})


def test_a_search_refuses_what_does_not_fit_together():
    search = PairSearch(english_matcher(make_project("p", "steel")))
    vectors = np.zeros((2, 48), dtype=np.float32)
    with pytest.raises(ValueError, match="1 signals came with 2 vectors"):
        search.best([make_signal()], vectors, today=TODAY)
    with pytest.raises(ValueError, match="same key"):
        search.best([make_signal(), make_signal()], vectors, today=TODAY)
    with pytest.raises(ValueError, match="least is 1"):
        search.for_signals([make_signal()], vectors[:1], today=TODAY, top=0)
    with pytest.raises(ValueError, match="least is 1"):
        search.best([make_signal()], vectors[:1], today=TODAY, top=0)


def test_a_conflict_is_no_near_miss():
    known = [make_project("p", "steel laser", parties=frozenset({"x"}))]
    asked = [make_signal("s", "steel laser", bound_to=frozenset({"x"}))]
    assert searched(english_matcher(*known), asked) == ({}, {}, {})
    changed = [replace(asked[0], bound_to=frozenset())]
    assert list(searched(english_matcher(*known), changed)[0]) == ["s"]
    assert GateCode.CONFLICT in NEVER_OPENED
