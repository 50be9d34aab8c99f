import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.language.text import Language, digest, language_of, normalise, sentence_spans, sentences

MARKUP = st.sampled_from(
    ["<", ">", "&", "amp;", "b", "</p>", "<br/>", "&lt;", "&#60;", "\uff21", "가", " ", "\n", "\u200b", "ᄒ"]
)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  two\t\u00a0words  ", "two words"),
        ("\uff21\uff29\u3000반도체\uff08\uff12\uff09", "AI 반도체(2)"),
        ("한", "한"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half\ud800pair", "halfpair"),
        ("one\r\n\r\n  two\u2028three", "one\ntwo\nthree"),
        ("<p>first</p><p class='x' id=y>second</p>", "first\nsecond"),
        ("a <b>bold</b> &amp;amp; <a href='http://x'>link</a>", "a bold & link"),
        ("seen<script>var hidden = 1 < 2;</script><!-- hidden --> seen", "seen seen"),
        ("R&D at AT&T, x < y > z, &unknown;", "R&D at AT&T, x < y > z, &unknown;"),
        ("&lt;b&gt;twice escaped&lt;/b&gt;", "twice escaped"),
        ("", ""),
    ],
)
def test_a_text_is_brought_to_one_form(raw, clean):
    assert normalise(raw) == clean


@given(st.one_of(st.text(), st.lists(MARKUP, max_size=30).map("".join)))
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once
    once.encode()


def test_markup_nested_to_outlast_the_passes_is_taken_apart():
    assert set(normalise("<" * 50 + "b>" * 50).split()) == {"b"}


@pytest.mark.parametrize("piece", ["<", "&amp;", "<!--", "<script>", "<a b=c ", "&", "!", "a.b ", '."'])
def test_hostile_repetition_is_normalised_in_good_time(piece):
    started = time.perf_counter()
    sentences(piece * 10_000)
    assert time.perf_counter() - started < 5


def test_texts_that_compare_as_equal_have_one_digest():
    assert digest("\uff21  b") == digest("A b") != digest("A c")
    assert len(digest("")) == 64


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("전력반도체 소재 개발", Language.KOREAN),
        ("EUV photoresist DRAM 소재 개발", Language.KOREAN),
        ("A project with 삼성 named once in a long English sentence", Language.ENGLISH),
        ("Plain English", Language.ENGLISH),
        ("énergie", Language.ENGLISH),
        ("12 345", Language.ENGLISH),
        ("①②", Language.ENGLISH),
        ("", Language.ENGLISH),
    ],
)
def test_a_text_is_korean_when_enough_of_its_words_are(text, language):
    assert language_of(text) is language


def test_sentences_end_at_stops_and_line_breaks_but_not_at_abbreviations():
    text = "We need e.g. sensors from the U.S. market. Cost is 3.5 won! 한국어 문장이다. 다음 문장\n- bullet\n1. first"
    assert sentences(text) == [
        "We need e.g. sensors from the U.S. market.",
        "Cost is 3.5 won!",
        "한국어 문장이다.",
        "다음 문장",
        "- bullet",
        "1. first",
    ]
    assert sentences("") == []


@given(st.lists(st.sampled_from(["Go.", "Dr.", "(no.", "가다.", "x", "\n", "...", "A"]), max_size=20).map(" ".join))
def test_sentence_spans_cover_every_letter_in_order(text):
    text = normalise(text)
    spans = sentence_spans(text)
    assert spans == sorted(spans)
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
