from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.brief import passages_of, text_project
from matching.encoding.encoder import HashingEncoder, RecentWindows, encode_whole, vectors_of
from matching.language.passages import LEAD_WEIGHT, windows


def count(texts: Sequence[str]) -> list[int]:
    """Words, and two that every text has besides."""
    return [len(text.split()) + 2 for text in texts]


class ShortEncoder(HashingEncoder):
    """Reads eight words, counted as ``count`` does."""

    @property
    def max_tokens(self) -> int:
        return 10

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return count(texts)


def test_a_text_within_the_limit_is_one_window():
    assert windows("One two. Three four.", count_tokens=count, limit=6) == ["One two. Three four."]


def test_a_long_text_is_cut_between_sentences_into_few_windows_of_like_length():
    text = "One two three. Four five six. Seven eight nine. Ten eleven twelve."
    assert windows(text, count_tokens=count, limit=11) == [
        "One two three. Four five six.",
        "Seven eight nine. Ten eleven twelve.",
    ]


def test_a_sentence_beyond_the_limit_is_cut_between_words():
    text = "Short one. " + " ".join(f"word{at}" for at in range(20)) + " end."
    found = windows(text, count_tokens=count, limit=10)
    assert max(count(found)) <= 10
    assert " ".join(found) == text


def test_a_word_beyond_the_limit_stays_whole():
    assert windows("aaa bbb", count_tokens=lambda texts: [2 + 5 * len(text.split()) for text in texts], limit=4) == [
        "aaa",
        "bbb",
    ]


@given(
    st.lists(st.lists(st.sampled_from(["a", "cell", "laser", "of"]), min_size=1, max_size=12), min_size=1, max_size=12),
    st.integers(3, 20),
)
def test_windows_hold_every_word_once_in_order_and_none_is_too_long(sentences, limit):
    text = " ".join(" ".join(words).capitalize() + "." for words in sentences)
    found = windows(text, count_tokens=count, limit=limit)
    assert " ".join(found).split() == text.split()
    assert max(count(found)) <= limit


def test_a_long_text_has_one_vector_in_which_its_lead_counts_most():
    encoder = ShortEncoder(dimensions=64)
    lead, rest = "A laser and its optics are built here.", "A drug against cancer is tested there."
    first, second = encoder.encode([lead, rest]).astype(np.float64)
    total = LEAD_WEIGHT * 10 * first + 9 * second
    [vector] = encode_whole([f"{lead} {rest}"], encoder)
    assert vector == pytest.approx(total / np.linalg.norm(total), abs=1e-6)


def test_what_stands_at_the_end_of_a_long_text_moves_its_vector():
    encoder = ShortEncoder(dimensions=64)
    texts = [
        f"A laser and its optics are built here. {end}" for end in ("It cures cancer at last.", "It flies to Mars.")
    ]
    one, other = vectors_of([text_project(text, passages_of(text)) for text in texts], encoder)
    assert not np.array_equal(one, other)


def test_neither_company_nor_order_moves_the_vector_of_a_long_text():
    encoder = ShortEncoder(dimensions=64)
    texts = [
        "One two three four five. Six seven eight nine ten.",
        "Short.",
        "One two three four five. Other words follow it.",
    ]
    together = encode_whole(texts, encoder)
    assert np.array_equal(encode_whole(texts[::-1], encoder)[::-1], together)
    assert np.array_equal(encode_whole(texts[2:], encoder)[0], together[2])


class CountingEncoder(ShortEncoder):
    """Writes down what it encodes."""

    def __init__(self, **options):
        super().__init__(**options)
        self.encoded = []

    def encode(self, texts):
        self.encoded.extend(texts)
        return super().encode(texts)


def test_a_window_that_several_texts_share_is_encoded_once_while_it_is_remembered():
    lead = "One two three four five six seven."
    texts = [f"{lead} Eight nine ten eleven twelve.", f"{lead} Other words stand behind it here."]
    alone = [encode_whole([text], ShortEncoder(dimensions=64))[0] for text in texts]
    for most, times in ((10, 1), (1, 2)):
        encoder, recent = CountingEncoder(dimensions=64), RecentWindows(most=most)
        found = [encode_whole([text], encoder, recent=recent)[0] for text in texts]
        assert np.array_equal(found, alone)
        assert encoder.encoded.count(lead) == times
        assert len(encoder.encoded) == 2 + times
