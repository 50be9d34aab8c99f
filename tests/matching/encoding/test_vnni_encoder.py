import itertools
import subprocess
import sys
from importlib import metadata

import llvmlite.binding
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.encoding import bert, vnni_encoder
from matching.encoding.model_files import ModelFiles
from matching.encoding.sentence_encoder import SentenceEncoder
from matching.encoding.vnni_encoder import VnniEncoder, why_vnni_cannot_run

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
from matching.encoding.vnni_encoder import VnniEncoder
print(VnniEncoder().encode(["Solid-state battery electrolyte"]).shape, "torch" in sys.modules)
"""
OBSTACLE = why_vnni_cannot_run()
runs_here = pytest.mark.skipif(OBSTACLE is not None, reason=f"texts are encoded through torch here: {OBSTACLE}")
"""Of a test that runs the graph, which gives the vectors it was measured with on some processors only."""


def measured(tokens, starts, _, room, out):
    """Stand in for the compiled run: give each text's number of tokens and its last token."""
    assert starts[-1] <= len(room.states)
    for row, (start, end) in enumerate(itertools.pairwise(starts)):
        out[row] = end - start + tokens[end - 1] / 1e4


@pytest.fixture(scope="module")
def encoder() -> VnniEncoder:
    return VnniEncoder(threads=2)


@pytest.fixture(scope="module")
def vectors(encoder):
    return encoder.encode(TEXTS)


def test_rows_come_back_in_the_order_of_the_texts_each_cut_before_its_closing_mark(monkeypatch):
    encoder = VnniEncoder(threads=2)
    monkeypatch.setattr(bert, "encode_tokens", measured)
    counts = encoder.count_tokens(TEXTS)
    assert max(counts) > encoder.max_tokens
    [[*_, closing]] = ModelFiles().tokens([""])
    expected = [min(count, encoder.max_tokens) + closing / 1e4 for count in counts * 20]
    assert encoder.encode(TEXTS * 20)[:, 0] == pytest.approx(expected, rel=1e-6)


def test_the_codes_are_made_once(encoder):
    assert encoder._model() is encoder._model()  # noqa: SLF001 - what would be made twice


@runs_here
@pytest.mark.model
def test_a_vector_has_the_same_bits_alone_in_any_company_and_order_and_with_one_thread(encoder, vectors):
    alone = VnniEncoder(threads=1)
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
    assert (vectors * reference.encode(TEXTS)).sum(axis=1).min() > 0.998
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


def test_the_revision_changes_with_the_files_the_arithmetic_and_the_version_of_the_compiler(monkeypatch):
    revision = VnniEncoder().revision
    assert len(revision) == 16
    assert revision != SentenceEncoder().revision
    with monkeypatch.context() as patch:
        patch.setattr(metadata, "version", lambda _: "2027.1")
        assert VnniEncoder().revision != revision
    with monkeypatch.context() as patch:
        patch.setattr(vnni_encoder, "ARITHMETIC", vnni_encoder.ARITHMETIC + 1)
        assert VnniEncoder().revision != revision
    with monkeypatch.context() as patch:
        patch.setattr(ModelFiles, "__init__", lambda files: setattr(files, "revision", "another"))
        assert VnniEncoder().revision != revision
    assert VnniEncoder(threads=1).revision == revision


@pytest.mark.parametrize(
    ("without", "reason"),
    [((), None), (("avx512vnni",), "no instructions avx512vnni"), (("avx512bw", "avx512f"), "avx512f, avx512bw")],
)
def test_whole_numbers_are_used_where_the_processor_sums_their_products(monkeypatch, without, reason):
    known = {name: name not in without for name in vnni_encoder.INSTRUCTIONS}
    monkeypatch.setattr(llvmlite.binding, "get_host_cpu_features", lambda: known)
    found = why_vnni_cannot_run()
    assert found is None if reason is None else reason in str(found)
