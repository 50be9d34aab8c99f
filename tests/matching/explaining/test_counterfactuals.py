from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.brief import ConsortiumShape
from matching.encoding.encoder import vectors_of
from matching.explaining.counterfactuals import Supposition, asked_of, rank_among, score_of, supposing, what_ifs
from matching.matcher import Components, HybridMatcher
from matching.parameters import MatchParameters
from tests.matching.makers import ENCODER, TODAY, make_matcher, make_project, make_signal

PARAMETERS = MatchParameters()
TEXTS = ("A ceramic electrolyte for solid batteries.", "An antibody against lung cancer.", "Nothing alike")
BASE = make_matcher(*(make_project(str(at), text) for at, text in enumerate(TEXTS)))
SUITED = {
    "field": {"fields": frozenset({"02"})},
    "region": {"region": "26", "region_specific": True},
    "trl": {"trl_now": 5, "trl_target": 6},
    "ticket": {"need_krw": 500},
    "consortium": {"consortium": ConsortiumShape.ANCHORED},
}
WANTED = {
    "field": {"fields": frozenset({"02"})},
    "region": {"regions": frozenset({"26"}), "region_specific_wanted": True},
    "trl": {"trl_min": 4, "trl_max": 6},
    "ticket": {"ticket_max_krw": 600},
    "consortium": {"anchor_wanted": True},
}


@st.composite
def projects(draw):
    return make_project(
        "p",
        draw(st.sampled_from([*TEXTS, "solid ceramic batteries, electrolyte and cancer"])),
        fields=draw(st.frozensets(st.sampled_from(["01", "02", "03"]), max_size=2)),
        region=draw(st.sampled_from([None, "11", "31", "26"])),
        trl_now=draw(st.none() | st.integers(1, 9)),
        need_krw=draw(st.none() | st.integers(1, 10_000)),
        consortium=draw(st.none() | st.sampled_from(ConsortiumShape)),
        region_specific=draw(st.none() | st.booleans()),
    )


@st.composite
def signals(draw):
    facts = {name: value for wanted in WANTED.values() if draw(st.booleans()) for name, value in wanted.items()}
    if "regions" in facts:
        asked = draw(st.sampled_from([("regions",), ("region_specific_wanted",), tuple(WANTED["region"])]))
        facts = {name: value for name, value in facts.items() if name in asked or name not in WANTED["region"]}
    return make_signal("s", "Solid batteries with ceramic electrolytes", **facts)


def pair_of(signal, project):
    matcher = HybridMatcher(yardstick=BASE.yardstick).fit([project], vectors_of([project], ENCODER))
    [[pair]] = matcher.scores_against([signal], vectors_of([signal], ENCODER), ["p"], today=TODAY)
    return pair


@given(signals(), projects())
def test_a_score_can_be_worked_out_from_its_components(signal, project):
    pair = pair_of(signal, project)
    assert score_of(pair.components, PARAMETERS) == pair.score


@given(signals(), projects())
def test_what_a_pair_would_score_is_what_the_matcher_then_scores(signal, project):
    pair = pair_of(signal, project)
    for what_if in what_ifs(pair.components, PARAMETERS, asked=asked_of(signal)):
        if what_if.supposition is not Supposition.LEFT_OUT:
            assert pair_of(signal, replace(project, **SUITED[what_if.component])).score == what_if.score
        elif what_if.component in WANTED:
            blank = make_signal("s")
            unasked = replace(signal, **{name: getattr(blank, name) for name in WANTED[what_if.component]})
            assert pair_of(unasked, project).score == what_if.score


@given(signals(), projects())
def test_whatever_falls_short_or_is_left_open_is_supposed_and_nothing_else(signal, project):
    pair = pair_of(signal, project)
    found = what_ifs(pair.components, PARAMETERS, asked=asked_of(signal))
    lifted = {w.component for w in found if w.supposition is not Supposition.LEFT_OUT}
    assert lifted == {name for name in asked_of(signal) if (getattr(pair.components, name) or 0) < 1}
    assert all(w.score >= pair.score for w in found if w.supposition is Supposition.FULL)


def test_a_leg_left_out_leaves_the_text_to_the_other():
    both = Components(dense=0.4, lexical=0.8, text=0.6, field=0.5, region=None, trl=None, ticket=None)
    assert supposing(both, "dense", None, PARAMETERS).text == 0.8
    assert supposing(supposing(both, "dense", None, PARAMETERS), "lexical", None, PARAMETERS).text is None
    found = {(w.component, w.supposition): w.score for w in what_ifs(both, PARAMETERS, asked=("field", "region"))}
    assert found["dense", Supposition.LEFT_OUT] == pytest.approx((0.7 * 0.8 + 0.12 * 0.5) / 0.82, abs=1e-4)
    assert found["region", Supposition.STATED] == pytest.approx((0.7 * 0.6 + 0.12 * 0.5 + 0.06) / 0.88, abs=1e-4)
    alone = replace(both, dense=None, text=0.8)
    assert score_of(supposing(alone, "lexical", None, PARAMETERS), PARAMETERS) == 0


def test_a_rank_counts_those_who_come_before():
    others = [(0.9, "a"), (0.5, "b"), (0.5, "d"), (0.1, "e")]
    assert [rank_among(0.5, key, others) for key in ("a", "c", "z")] == [2, 3, 4]
    assert rank_among(0.95, "z", others) == 1
    assert rank_among(0.3, "z", []) == 1
