import logging
from dataclasses import replace

import pytest

from fund_service.matches import encoders
from fund_service.matches.encoders import encoder_of, needs_torch, shipped_model
from fund_service.settings import read_settings
from matching.encoding.adapted_encoder import AdaptedEncoder
from matching.encoding.model_files import ModelFiles
from matching.encoding.sentence_encoder import SentenceEncoder
from matching.encoding.vnni_encoder import VnniEncoder


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """Each test chooses anew, and leaves the process its encoder."""
    monkeypatch.setattr(encoders, "_encoder", encoders.cache(encoders._encoder.__wrapped__))  # noqa: SLF001 - the cache is what is tested


@pytest.fixture
def shipped():
    return replace(read_settings({}), encoder=None)


def test_the_model_shipped_runs_in_whole_numbers_and_is_loaded_once_for_all(monkeypatch, shipped, caplog):
    monkeypatch.setattr(encoders, "why_vnni_cannot_run", lambda: None)
    encoder = encoder_of(shipped)
    assert isinstance(encoder, AdaptedEncoder)
    assert isinstance(shipped_model(shipped.threads), VnniEncoder)
    assert encoder.revision == AdaptedEncoder(VnniEncoder()).revision
    assert encoder_of(replace(shipped)) is encoder
    assert not caplog.records


def test_where_the_processor_cannot_run_it_torch_does_and_the_operator_is_told_why(monkeypatch, shipped, caplog):
    monkeypatch.setattr(encoders, "why_vnni_cannot_run", lambda: "this processor is a loom")
    with caplog.at_level(logging.WARNING):
        encoder = encoder_of(shipped)
        assert encoder_of(shipped) is encoder
    assert encoder.revision == AdaptedEncoder(SentenceEncoder()).revision
    assert encoder.name == "all-MiniLM-L6-v2"
    [record] = caplog.records
    assert "through torch" in record.getMessage()
    assert "this processor is a loom" in record.getMessage()


def test_another_model_of_the_operator_runs_at_full_precision_and_as_it_is(shipped):
    encoder = encoder_of(replace(shipped, encoder=str(ModelFiles().folder)))
    assert isinstance(encoder, SentenceEncoder)
    assert encoder.name == "model"


def test_a_page_knows_what_would_load_torch_even_when_its_vectors_are_adapted():
    slow = SentenceEncoder()
    assert [needs_torch(one) for one in (slow, AdaptedEncoder(slow), VnniEncoder(), AdaptedEncoder(VnniEncoder()))] == [
        True, True, False, False,
    ]  # fmt: skip
