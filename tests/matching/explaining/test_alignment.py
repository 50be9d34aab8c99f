import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.brief import passages_of
from matching.explaining.alignment import LEAST_COSINE, PAIRS_SHOWN, aligned_pairs, sentences_read
from matching.language.pivot import Glossary
from matching.language.text import Language

ENGLISH = frozenset({Language.ENGLISH})
ASKED = sentences_read(passages_of("We invest in mobility. We look for ceramic electrolytes. No toys."), ENGLISH)
GIVEN = sentences_read(passages_of("The team built lasers. A ceramic electrolyte is made."), ENGLISH)


def unit(*directions):
    return np.eye(8, dtype=np.float32)[list(directions)]


def test_each_sentence_answers_one_at_most_and_the_nearest_come_first():
    asked = np.array([[0.8, 0.6], [1, 0], [0.6, 0.8]], dtype=np.float32)
    pairs = aligned_pairs(ASKED, GIVEN, (asked, np.eye(2, dtype=np.float32)))
    found = [(pair.signal.text, pair.project.text, pair.cosine) for pair in pairs]
    assert found == [
        ("We look for ceramic electrolytes.", "The team built lasers.", 1.0),
        ("No toys.", "A ceramic electrolyte is made.", 0.8),
    ]


def test_sentences_that_have_nothing_to_do_with_each_other_are_not_shown():
    assert aligned_pairs(ASKED, GIVEN, (unit(0, 1, 2), unit(3, 4))) == ()
    assert aligned_pairs([], GIVEN, (unit(), unit(0, 1))) == ()
    assert aligned_pairs(ASKED, [], (unit(0, 1, 2), unit())) == ()


def test_a_reader_finds_each_sentence_where_it_is_said_to_stand():
    passages = passages_of("One sentence here. Another there.", "둘째 글이다.")
    for sentence in sentences_read(passages, frozenset(Language)):
        span = sentence.span
        assert passages[span.passage].text[span.start : span.end] == span.text == sentence.read


def test_a_korean_sentence_is_read_in_its_english_wording_and_shown_as_written():
    glossary = Glossary({"배터리": ("battery",), "전해질": ("electrolyte",)})
    [passages] = glossary.pivoted([passages_of("전해질을 만든다. 배터리에 쓴다. 그러하다.")])
    found = [(sentence.span.text, sentence.read) for sentence in sentences_read(passages, ENGLISH)]
    assert found == [("전해질을 만든다.", "electrolyte"), ("배터리에 쓴다.", "battery")]


def test_vectors_must_be_one_a_sentence():
    with pytest.raises(ValueError, match="3 and 2 sentences"):
        aligned_pairs(ASKED, GIVEN, (unit(0, 1), unit(0, 1)))


@given(st.lists(st.integers(0, 7), min_size=3, max_size=3), st.lists(st.integers(0, 7), min_size=2, max_size=2))
def test_pairs_fall_in_nearness_and_can_be_stored(ours, theirs):
    pairs = aligned_pairs(ASKED, GIVEN, (unit(*ours), unit(*theirs)))
    cosines = [pair.cosine for pair in pairs]
    assert cosines == sorted(cosines, reverse=True)
    assert len(pairs) <= PAIRS_SHOWN
    assert all(cosine >= LEAST_COSINE for cosine in cosines)
    assert len({pair.signal for pair in pairs}) == len({pair.project for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert pair.as_dict()["signal"]["text"] == pair.signal.text
