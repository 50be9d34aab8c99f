import subprocess
import sys
from importlib import metadata, util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.encoding import openvino_encoder
from matching.encoding.model_files import ModelFiles
from matching.encoding.openvino_encoder import OpenVinoEncoder, why_openvino_cannot_run
from matching.encoding.sentence_encoder import SentenceEncoder

LASERS = "A much longer text about lasers. "
TEXTS = [
    "Solid-state battery electrolyte",
    "",
    LASERS * 40,
    "수소 연료전지 🔋 fuel cell",
    "Naïve Bayes; 10 µm Ga\u0308N films",
    "Low-cost perovskite solar modules resist humidity for twenty years in the field.",
    "Antibody drug conjugates against solid tumours",
    "Solid-state battery electrolyte",
]
WITHOUT_TORCH_OR_NETWORK = """
import socket, sys
def refuse(*_): raise AssertionError("the network was tried")
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = socket.getaddrinfo = refuse
from matching.encoding.openvino_encoder import OpenVinoEncoder
print(OpenVinoEncoder().encode(["Solid-state battery electrolyte"]).shape, "torch" in sys.modules)
"""
OBSTACLE = why_openvino_cannot_run()
runs_here = pytest.mark.skipif(OBSTACLE is not None, reason=f"texts are encoded through torch here: {OBSTACLE}")
"""Of a test that runs the graph, which gives the vectors it was measured with on some processors only."""


class Measure:
    """Stands in for the compiled graph: gives each text's number of tokens, its padded length and its last token."""

    def infer_new_request(self, inputs):
        [[ids], [there]] = inputs
        known = ids[there == 1]
        return [np.full((1, 384), len(known) + len(ids) / 1e4 + known[-1] / 1e8, dtype=np.float64)]


@pytest.fixture(scope="module")
def encoder() -> OpenVinoEncoder:
    return OpenVinoEncoder(threads=2)


@pytest.fixture(scope="module")
def vectors(encoder):
    return encoder.encode(TEXTS)


def test_rows_come_back_in_the_order_of_the_texts_each_padded_to_a_block_and_cut_before_its_closing_mark(monkeypatch):
    encoder = OpenVinoEncoder(threads=2)
    monkeypatch.setattr(encoder, "_loaded", Measure())
    counts = encoder.count_tokens(TEXTS)
    assert max(counts) > encoder.max_tokens
    [[*_, closing]] = ModelFiles().tokens([""])
    read = [min(count, encoder.max_tokens) for count in counts]
    expected = [count + -(-count // 16) * 16 / 1e4 + closing / 1e8 for count in read]
    assert encoder.encode(TEXTS)[:, 0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.model
def test_the_graph_is_built_once_and_takes_texts_of_any_length(encoder):
    model = encoder._model()  # noqa: SLF001 - what it is built from is what it takes
    assert encoder._model() is model  # noqa: SLF001 - the same
    assert [taken.partial_shape.rank.get_length() for taken in model.inputs] == [2, 2]
    assert all(taken.partial_shape[1].is_dynamic for taken in model.inputs)


@runs_here
@pytest.mark.model
def test_a_vector_has_the_same_bits_alone_in_any_company_and_order_and_with_one_thread(encoder, vectors):
    alone = OpenVinoEncoder(threads=1)
    assert np.array_equal(np.vstack([alone.encode([text]) for text in TEXTS]), vectors)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(TEXTS) * 20) % len(TEXTS)
        assert np.array_equal(encoder.encode([TEXTS[at] for at in order]), vectors[order])


@runs_here
@pytest.mark.model
@settings(max_examples=20, deadline=None)
@given(companions=st.lists(st.text(max_size=300), max_size=6), place=st.integers(0, 6))
def test_no_text_changes_its_neighbours(encoder, vectors, companions, place):
    found = encoder.encode([*companions[:place], TEXTS[5], *companions[place:]])
    assert np.array_equal(found[min(place, len(companions))], vectors[5])
    assert np.allclose(np.linalg.norm(found.astype(float), axis=1), 1, atol=1e-5)


@runs_here
@pytest.mark.model
@pytest.mark.slow
def test_vectors_and_tokens_are_those_of_the_reference(encoder, vectors):
    reference = SentenceEncoder()
    assert (vectors * reference.encode(TEXTS)).sum(axis=1).min() > 0.9975
    assert encoder.count_tokens(TEXTS) == reference.count_tokens(TEXTS)
    assert reference.count_tokens([]) == encoder.count_tokens([]) == []
    assert (encoder.dimensions, encoder.max_tokens) == (reference.dimensions, reference.max_tokens)


@runs_here
@pytest.mark.model
def test_of_a_text_only_as_many_tokens_are_read_as_the_model_has_places_for(encoder, vectors):
    [tokens] = encoder.count_tokens([LASERS * 40])
    assert tokens > encoder.max_tokens
    assert np.array_equal(encoder.encode([LASERS * 60])[0], vectors[2])
    assert not np.array_equal(encoder.encode([LASERS * 30])[0], vectors[2])


@runs_here
@pytest.mark.model
def test_the_model_knows_what_english_texts_mean(encoder):
    battery, cell, drug = encoder.encode(["battery electrolyte", "lithium cell separator", "antibody drug"])
    assert battery @ cell > battery @ drug + 0.1


@runs_here
@pytest.mark.model
def test_a_fresh_process_encodes_without_torch_and_without_trying_the_network():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH_OR_NETWORK], check=True, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "(1, 384) False"


def test_the_revision_changes_with_the_files_the_graph_and_the_version_of_openvino(monkeypatch):
    revision = OpenVinoEncoder().revision
    assert len(revision) == 16
    assert revision != SentenceEncoder().revision
    with monkeypatch.context() as patch:
        patch.setattr(metadata, "version", lambda _: "2027.1")
        assert OpenVinoEncoder().revision != revision
    with monkeypatch.context() as patch:
        patch.setattr(openvino_encoder, "GRAPH", openvino_encoder.GRAPH + 1)
        assert OpenVinoEncoder().revision != revision
    with monkeypatch.context() as patch:
        patch.setattr(ModelFiles, "__init__", lambda files: setattr(files, "revision", "another"))
        assert OpenVinoEncoder().revision != revision
    assert OpenVinoEncoder(threads=1).revision == revision


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ("flags : fma avx2 avx512_vnni", None),
        ("flags : fma avx2 avx_vnni", None),
        ("flags : fma avx2 not_avx_vnni", "no instructions for eight-bit products"),
        (None, "no instructions for eight-bit products"),
    ],
)
def test_openvino_is_used_where_the_processor_sums_eight_bit_products(monkeypatch, tmp_path, facts, reason):
    path = tmp_path / "cpuinfo"
    if facts is not None:
        path.write_text(facts)
    monkeypatch.setattr(openvino_encoder, "PROCESSOR_FACTS", path)
    found = why_openvino_cannot_run()
    assert found is None if reason is None else reason in str(found)


def test_openvino_is_not_used_where_it_is_not_installed(monkeypatch):
    monkeypatch.setattr(util, "find_spec", lambda _: None)
    assert why_openvino_cannot_run() == "the package openvino is not installed"
