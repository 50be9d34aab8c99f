import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.encoding.encoder import vectors_of
from matching.explaining.reasons import Explainer, Reasons, component_shares
from matching.matcher import Components
from matching.parameters import MatchParameters
from tests.matching.makers import ENCODER, TODAY, make_matcher, make_project, make_signal

PROJECTS = [
    make_project(
        "battery",
        "The team has built lasers. A ceramic electrolyte makes solid batteries safe. It is cheap.",
        "전고체 배터리를 만든다. 세라믹 전해질의 계면을 안정화한다.",
        fields=frozenset({"02"}),
        need_krw=500,
    ),
    make_project("drug", "An antibody against lung cancer."),
    make_project("한글", "신소재합성 공정"),
]
SIGNAL = make_signal(
    "s",
    "We invest in mobility. We look for the ceramic electrolytes of a solid battery.",
    fields=frozenset({"02"}),
    ticket_min_krw=400,
)


@pytest.fixture(scope="module")
def matcher():
    return make_matcher(*PROJECTS)


@pytest.fixture(scope="module")
def explainer(matcher):
    return Explainer(matcher)


def reasons_of(matcher, explainer, signal, project, **options) -> Reasons:
    [[pair]] = matcher.scores_against([signal], vectors_of([signal], ENCODER), [project.key], today=TODAY)
    return explainer.explain(signal, project, pair, today=TODAY, **options)


def every_span(reasons):
    for term in reasons.terms:
        yield from (("signal", span) for span in term.signal)
        yield from (("project", span) for span in term.project)
    yield from ((side, span) for side in ("signal", "project") if (span := getattr(reasons, f"{side}_sentence")))


def test_a_reader_finds_every_shared_word_where_it_is_said_to_stand(matcher, explainer):
    reasons = reasons_of(matcher, explainer, SIGNAL, PROJECTS[0])
    sides = {"signal": SIGNAL, "project": PROJECTS[0]}
    for side, span in every_span(reasons):
        assert sides[side].passages[span.passage].text[span.start : span.end] == span.text
    surfaces = {term.term: (term.signal[0].text, term.project[0].text) for term in reasons.terms}
    assert surfaces == {
        "ceram": ("ceramic", "ceramic"),
        "electrolyt": ("electrolytes", "electrolyte"),
        "solid": ("solid", "solid"),
        "batteri": ("battery", "batteries"),
    }
    shares = [term.share for term in reasons.terms]
    assert shares == sorted(shares, reverse=True)
    assert 0.5 < sum(shares) <= 1


def test_the_sentences_that_carried_the_match_are_shown(matcher, explainer):
    reasons = reasons_of(matcher, explainer, SIGNAL, PROJECTS[0])
    assert reasons.signal_sentence.text == "We look for the ceramic electrolytes of a solid battery."
    assert reasons.project_sentence.text == "A ceramic electrolyte makes solid batteries safe."


def test_korean_is_explained_in_korean(matcher, explainer):
    signal = make_signal("s", "국내 공급망을 본다. 세라믹 전해질을 쓰는 전고체 배터리를 찾는다")
    reasons = reasons_of(matcher, explainer, signal, PROJECTS[0])
    assert {"세라믹", "전해질", "배터리"} <= {term.term for term in reasons.terms}
    assert {span.passage for term in reasons.terms for span in term.project} == {1}
    assert reasons.signal_sentence.text == "세라믹 전해질을 쓰는 전고체 배터리를 찾는다"
    assert reasons.project_sentence.passage == 1


def test_syllables_are_shown_only_where_no_word_is_shared(matcher, explainer):
    reasons = reasons_of(matcher, explainer, make_signal("s", "합성수지"), PROJECTS[2])
    assert [(term.term, term.signal[0].text) for term in reasons.terms] in ([("#합성", "합성")], [("합성", "합성")])
    made_up = reasons_of(matcher, explainer, make_signal("s", "뷁합성뷁"), make_project("한글", "신소재합성 공정"))
    assert all(term.term.lstrip("#") in "신소재합성" for term in made_up.terms)


def test_texts_that_share_nothing_give_no_words_and_no_sentences(matcher, explainer):
    reasons = reasons_of(matcher, explainer, make_signal("s", "Wheat"), PROJECTS[1])
    assert (reasons.terms, reasons.signal_sentence, reasons.project_sentence) == ((), None, None)
    empty = reasons_of(matcher, explainer, make_signal("s"), PROJECTS[1])
    assert (empty.terms, empty.score, empty.shares) == ((), 0.0, {})


def test_reasons_can_be_stored(matcher, explainer):
    reasons = reasons_of(matcher, explainer, SIGNAL, PROJECTS[0])
    stored = json.loads(json.dumps(reasons.as_dict(), ensure_ascii=False))
    assert stored["gates"][0]["code"] == "ticket"
    assert stored["terms"][0]["signal"][0]["text"] == reasons.terms[0].signal[0].text
    assert stored["signal_sentence"]["text"] == reasons.signal_sentence.text
    assert sum(stored["shares"].values()) == pytest.approx(1)
    without = reasons_of(matcher, explainer, make_signal("s"), PROJECTS[1]).as_dict()
    assert without["signal_sentence"] is None


def test_the_shared_words_are_those_the_lexical_leg_counted(matcher, explainer):
    reasons = reasons_of(matcher, explainer, SIGNAL, PROJECTS[0])
    function_words = 1 - sum(term.share for term in reasons.terms)
    assert 0 < function_words < 0.5
    assert reasons.gates[0].status.value == "passed"


WORTHS = st.none() | st.integers(0, 10_000).map(lambda step: step / 10_000)


@given(st.builds(Components, **dict.fromkeys(Components.__dataclass_fields__, WORTHS)))
def test_shares_sum_to_one_and_name_only_what_brought_something(components):
    shares = component_shares(components, MatchParameters())
    assert all(share >= -1e-9 and getattr(components, name) for name, share in shares.items())
    assert not shares or sum(shares.values()) == pytest.approx(1)
    assert "text" not in shares


def test_a_leg_alone_carries_the_whole_text():
    alone = Components(dense=None, lexical=0.5, text=0.5, field=0.5, region=None, trl=None, ticket=None)
    shares = component_shares(alone, MatchParameters())
    assert shares == {"lexical": pytest.approx(0.7 / 0.82, abs=1e-4), "field": pytest.approx(0.12 / 0.82, abs=1e-4)}


def test_everyday_words_are_no_reason_though_they_count():
    everyday = "Explain what is moving behind the back and answer"
    project = make_project("p", f"{everyday}: graphene membranes.")
    matcher = make_matcher(project, *PROJECTS)
    reasons = reasons_of(matcher, Explainer(matcher), make_signal("s", f"{everyday} with graphene."), project)
    assert [term.term for term in reasons.terms] == ["graphen"]
    assert 0 < reasons.terms[0].share < 1
    alone = reasons_of(matcher, Explainer(matcher), make_signal("t", everyday), project)
    assert alone.terms == ()
    assert alone.score > 0
