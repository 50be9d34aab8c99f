import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.language.terms import is_syllable_pair, terms_of
from matching.language.text import Language
from matching.lexical.index import LexicalIndex
from matching.lexical.weighing import LexicalStatistics, TermWeighing
from matching.parameters import MatchParameters
from matching.scale import Scale
from tests.matching.makers import make_project, make_signal

PROJECTS = [
    make_project("a", "Lithium battery electrolyte with ceramic separator and ceramic coating"),
    make_project("b", "Antibody drug for lung cancer"),
    make_project("c", "전고체 배터리 전해질 소재 개발", "Solid battery electrolyte"),
    make_project("d", "수소 연료전지 스택 소재"),
    make_project("e"),
]
RAW = dict.fromkeys(Language, Scale(low=0.0, full=1.0))


@pytest.fixture(scope="module")
def statistics() -> LexicalStatistics:
    return LexicalStatistics.fit(PROJECTS)


@pytest.fixture(scope="module")
def index(statistics) -> LexicalIndex:
    return LexicalIndex.build(PROJECTS, TermWeighing(statistics, MatchParameters()))


def slow_likelihood(signal, project, statistics) -> float:
    """The best pair of languages that share a term, straight from the formula."""
    parameters = MatchParameters()
    best = 0.0
    for asking in signal.passages:
        asked = terms_of([asking])[0].counts()
        share = {term: parameters.syllable_weight if is_syllable_pair(term) else 1.0 for term in asked}
        most = sum(math.sqrt(n) * share[term] * -math.log(statistics.probability(term)) for term, n in asked.items())
        for text in project.passages:
            counts = terms_of([text])[0].counts()
            known, smoothing = statistics.languages[text.language], parameters.smoothing_in(text.language)
            words = sum(n for term, n in counts.items() if not is_syllable_pair(term))
            total = 0.0
            for term, count in asked.items():
                mixed = smoothing * (known.mean_pairs if is_syllable_pair(term) else known.mean_words)
                found = math.log1p(counts[term] / (mixed * statistics.probability(term))) if counts[term] else 0.0
                prior = math.log(smoothing * known.mean_words / (words + smoothing * known.mean_words))
                total += math.sqrt(count) * share[term] * (found + prior)
            if asked.keys() & counts.keys():
                best = max(best, total / (most + parameters.asked_reserve))
    return best


@pytest.mark.parametrize(
    "texts",
    [
        ("ceramic ceramic battery",),
        ("전고체 배터리 소재",),
        ("배터리 소재를 찾습니다", "battery electrolyte"),
        ("unseen words only",),
    ],
)
def test_a_value_is_the_share_of_the_signals_information_that_likelihood_finds(index, statistics, texts):
    signal = make_signal("s", *texts)
    values = index.values(index.queries([signal]), RAW)[0]
    assert values == pytest.approx([slow_likelihood(signal, project, statistics) for project in PROJECTS], abs=1e-3)
    assert ((values >= 0) & (values <= 1)).all()


def test_the_obvious_project_comes_first_in_both_languages(index):
    signals = [make_signal("x", "ceramic battery separators"), make_signal("y", "연료전지 스택의 소재를 찾는다")]
    values = index.values(index.queries(signals), RAW)
    assert values.argmax(axis=1).tolist() == [0, 3]


def test_latin_names_in_korean_text_meet_english_text():
    statistics = LexicalStatistics.fit([make_project("a", "GaN power device"), make_project("b", "Cancer drug")])
    index = LexicalIndex.build(
        [make_project("a", "GaN power device"), make_project("b", "Cancer drug")],
        TermWeighing(statistics, MatchParameters()),
    )
    values = index.values(index.queries([make_signal("s", "GaN 전력반도체 소자 개발")]), RAW)[0]
    assert values[0] > 0 == values[1]


def test_a_term_nobody_has_still_counts_in_what_is_asked_for(index):
    some, more = make_signal("s", "battery"), make_signal("t", "battery zzzunheard")
    values = index.values(index.queries([some, more]), RAW)[:, 0]
    assert values[0] > values[1] > 0


def test_few_words_answered_in_full_are_worth_less_than_many(statistics):
    texts = ["ceramic separator", "ceramic separator lithium battery electrolyte coating"]
    projects = [make_project(str(at), text) for at, text in enumerate(texts)]
    signals = [make_signal(str(at), text) for at, text in enumerate(texts)]
    values = {}
    for reserve in (0.0, 100.0):
        index = LexicalIndex.build(projects, TermWeighing(statistics, MatchParameters(asked_reserve=reserve)))
        found = index.values(index.queries(signals), RAW)
        values[reserve] = found[1, 1] / found[0, 0]
    assert values[100.0] > 1.5 * values[0.0]


def test_a_signal_without_terms_or_a_project_without_text_is_not_present(index):
    queries = index.queries([make_signal("s", "battery"), make_signal("t", "…"), make_signal("u")])
    assert queries.present().tolist() == [True, False, False]
    assert index.present.tolist() == [True, True, True, True, False]
    assert not index.values(queries, RAW)[1:].any()


@given(st.permutations(range(len(PROJECTS))), st.integers(1, 5))
def test_neither_order_nor_company_moves_a_value(order, kept):
    statistics = LexicalStatistics.fit(PROJECTS)
    weighing = TermWeighing(statistics, MatchParameters())
    signals = [make_signal("x", "solid battery electrolyte"), make_signal("y", "소재 개발")]
    whole = LexicalIndex.build(PROJECTS, weighing)
    some = LexicalIndex.build([PROJECTS[at] for at in order[:kept]], weighing)
    expected = whole.values(whole.queries(signals), RAW)[:, order[:kept]]
    assert np.array_equal(some.values(some.queries(signals), RAW), expected)
    subset = whole.subset(np.array(order[:kept]))
    assert np.array_equal(subset.values(subset.queries(signals[:1]), RAW), expected[:1])


def test_statistics_keep_their_numbers_when_stored(statistics):
    stored = statistics.to_bytes()
    again = LexicalStatistics.from_bytes(stored)
    assert again == statistics
    assert again.to_bytes() == stored == LexicalStatistics.fit(PROJECTS[::-1]).to_bytes()
    assert json.loads(stored)["languages"]["ko"][0] == 2


def test_rarer_terms_inform_more_and_unseen_ones_most(statistics):
    weighing = TermWeighing(statistics, MatchParameters())
    assert weighing.information("batteri") < weighing.information("cancer") < weighing.information("unheard")
    assert weighing.information("소재") < weighing.information("스택")


def test_a_language_without_statistics_is_weighed_as_if_a_text_had_the_mean_length():
    statistics = LexicalStatistics.fit([make_project("a", "English only")])
    weighing = TermWeighing(statistics, MatchParameters())
    weights = weighing.project_weights({"소재": 1, "#소재": 1}, Language.KOREAN)
    expected = MatchParameters().korean_smoothing * statistics.probability("소재")
    assert weights["소재"] == pytest.approx(math.log1p(1 / expected), abs=1e-6)
    assert weights["#소재"] == pytest.approx(weights["소재"] * MatchParameters().syllable_weight, abs=1e-6)
    prior = weighing.length_prior({"소재": 1, "#소재": 1}, Language.KOREAN)
    assert prior == pytest.approx(math.log(0.75), abs=1e-6)


def test_a_latin_word_is_as_frequent_as_it_is_said_and_a_korean_one_as_texts_say_it():
    statistics = LexicalStatistics.fit([make_project("a", "laser laser"), make_project("b", "소재 소재 laser")])
    assert statistics.frequencies["laser"] == 3
    assert statistics.frequencies["소재"] == statistics.frequencies["#소재"] == 1


def test_the_same_words_in_a_longer_text_are_worth_less(statistics):
    weighing = TermWeighing(statistics, MatchParameters())
    texts = ["ceramic separator", "ceramic separator " + "and much else " * 9]
    index = LexicalIndex.build([make_project(str(at), text) for at, text in enumerate(texts)], weighing)
    values = index.values(index.queries([make_signal("s", "ceramic separator")]), RAW)[0]
    assert values[0] > values[1] > 0


def test_values_are_read_on_the_scale_of_the_signals_language(index):
    queries = index.queries([make_signal("s", "ceramic separator")])
    scales = {Language.ENGLISH: Scale(low=-0.5, full=0.1), Language.KOREAN: Scale(low=0.0, full=1.0)}
    assert index.values(queries, scales)[0].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
