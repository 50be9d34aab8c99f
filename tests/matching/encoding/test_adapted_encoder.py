import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.encoding.adapted_encoder import ADAPTATION, STEP, AdaptedEncoder
from matching.encoding.encoder import Encoder, HashingEncoder

TEXTS = ["Solid-state battery electrolyte", "", "laser optics " * 40, "Solid-state battery electrolyte", "cancer drug"]
PLAIN = HashingEncoder(dimensions=24)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A matrix like the one shipped: small beside the unit matrix, not symmetric."""
    path = tmp_path_factory.mktemp("adaptation") / "matrix.npy"
    np.save(path, np.random.default_rng(3).integers(-9_000, 9_000, (24, 24)).astype(np.int16))
    return path


@pytest.fixture(scope="module")
def encoder(kept) -> Encoder:
    return AdaptedEncoder(PLAIN, kept=kept)


def test_a_vector_is_the_models_times_the_matrix_and_a_unit_again(encoder, kept):
    expected = PLAIN.encode(TEXTS) @ (np.eye(24) + np.load(kept) * STEP)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors == pytest.approx(expected, abs=1e-6)
    assert np.abs(vectors - PLAIN.encode(TEXTS)).max() > 0.05


@given(st.permutations(range(len(TEXTS))), st.integers(1, len(TEXTS)))
def test_neither_order_nor_company_moves_a_bit(encoder, order, count):
    together = encoder.encode(TEXTS)
    assert np.array_equal(encoder.encode([TEXTS[at] for at in order[:count]]), together[order[:count]])


def test_what_the_model_is_and_reads_stays(encoder):
    assert isinstance(encoder, Encoder)
    assert (encoder.name, encoder.dimensions, encoder.max_tokens) == (PLAIN.name, 24, PLAIN.max_tokens)
    assert encoder.plain is PLAIN
    assert encoder.languages == PLAIN.languages
    assert encoder.count_tokens(TEXTS) == PLAIN.count_tokens(TEXTS)
    assert encoder.encode([]).shape == (0, 24)


def test_another_matrix_or_another_model_is_another_revision(encoder, kept, tmp_path):
    other = tmp_path / "other.npy"
    np.save(other, np.load(kept).T)
    revisions = {
        PLAIN.revision,
        encoder.revision,
        AdaptedEncoder(PLAIN, kept=other).revision,
        AdaptedEncoder(HashingEncoder(dimensions=25), kept=kept).revision,
    }
    assert len(revisions) == 4
    assert AdaptedEncoder(PLAIN, kept=kept).revision == encoder.revision
    assert len(encoder.revision) == 16


def test_the_matrix_shipped_is_small_beside_the_unit_matrix():
    learned = np.load(ADAPTATION, allow_pickle=False)
    assert learned.shape == (384, 384)
    assert learned.dtype == np.int16
    assert 0 < np.abs(learned).max() * STEP < 0.1
