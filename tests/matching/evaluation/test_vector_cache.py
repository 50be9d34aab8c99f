import numpy as np
import pytest

from matching.encoding.encoder import Encoder, HashingEncoder
from matching.evaluation.vector_cache import RememberingEncoder
from matching.language.text import Language

TEXTS = ["ceramic battery", "수소 연료전지", "laser cutting of steel"]


class Forgetful(HashingEncoder):
    """Remembers what it was asked, so that a test can tell."""

    def __init__(self, *, dimensions=8):
        super().__init__(dimensions=dimensions)
        self.asked = []

    def encode(self, texts):
        self.asked.extend(texts)
        return super().encode(texts)


def test_a_text_is_encoded_once_in_all_the_life_of_a_folder(tmp_path):
    first, second = Forgetful(), Forgetful()
    vectors = RememberingEncoder(first, tmp_path).encode([*TEXTS, TEXTS[0]])
    again = RememberingEncoder(second, tmp_path)
    assert again.dimensions == 8
    assert np.array_equal(again.encode([*TEXTS, TEXTS[0]]), vectors)
    assert np.array_equal(vectors, HashingEncoder(dimensions=8).encode([*TEXTS, TEXTS[0]]))
    assert first.asked == TEXTS
    assert second.asked == []
    again.encode(["something new", TEXTS[1]])
    assert second.asked == ["something new"]


def test_another_revision_shares_nothing(tmp_path):
    RememberingEncoder(Forgetful(), tmp_path).encode(TEXTS)
    other = Forgetful(dimensions=16)
    RememberingEncoder(other, tmp_path).encode(TEXTS)
    assert other.asked == TEXTS


def test_it_is_the_encoder_in_all_else(tmp_path):
    encoder = RememberingEncoder(Forgetful(), tmp_path)
    assert isinstance(encoder, Encoder)
    assert (encoder.name, encoder.revision, encoder.languages) == ("hashing", "1-8", frozenset(Language))
    assert encoder.count_tokens(["two words"]) == [2]
    assert encoder.max_tokens == HashingEncoder().max_tokens
    assert encoder.encode([]).shape == (0, encoder.dimensions) == (0, 8)


def test_what_was_half_written_is_not_read(tmp_path):
    encoder = RememberingEncoder(Forgetful(), tmp_path)
    encoder.encode(TEXTS)
    written = next(tmp_path.rglob("*.npz"))
    written.with_name("half.1.part").write_bytes(written.read_bytes()[:40])
    assert np.array_equal(RememberingEncoder(Forgetful(), tmp_path).encode(TEXTS), encoder.encode(TEXTS))


def test_a_file_that_was_tampered_with_is_refused_and_never_run(tmp_path):
    RememberingEncoder(Forgetful(), tmp_path).encode(TEXTS)
    written = next(tmp_path.rglob("*.npz"))
    np.savez(written, digests=np.array([object()]), vectors=np.zeros((1, 8)))
    with pytest.raises(ValueError, match="allow_pickle"):
        RememberingEncoder(Forgetful(), tmp_path).encode(TEXTS)
