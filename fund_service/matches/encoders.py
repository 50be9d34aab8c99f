"""The encoder in use: chosen once for each process, by the settings and by what this machine can run."""

import logging
from functools import cache

from fund_service.settings import Settings
from matching.encoding.adapted_encoder import AdaptedEncoder
from matching.encoding.encoder import Encoder
from matching.encoding.sentence_encoder import SentenceEncoder
from matching.encoding.vnni_encoder import VnniEncoder, why_vnni_cannot_run

log = logging.getLogger(__name__)


def encoder_of(settings: Settings) -> Encoder:
    """Give the encoder of the settings, one and the same for the whole process; it loads when it first encodes.

    The model shipped runs in eight bits and is adapted to demand and projects, as it was measured; any other runs at
    full precision through torch, as it is.

    Raises
    ------
    ModelNotUsableError
        When the model of the settings is not on this machine or is not what it should be.
    """
    return _encoder(settings.encoder, settings.threads)


@cache
def _encoder(model: str | None, threads: int | None) -> Encoder:
    return AdaptedEncoder(shipped_model(threads)) if model is None else SentenceEncoder(model, threads=threads)


def needs_torch(encoder: Encoder) -> bool:
    """Say whether an encoder runs through torch, which pages do not wait for: it takes seconds and a gigabyte."""
    plain = encoder.plain if isinstance(encoder, AdaptedEncoder) else encoder
    return isinstance(plain, SentenceEncoder)


def shipped_model(threads: int | None) -> Encoder:
    """Return the model shipped as it is, before it is adapted."""
    obstacle = why_vnni_cannot_run()
    if obstacle is None:
        return VnniEncoder(threads=threads)
    log.warning("Texts are encoded through torch, at about a third of the speed: %s.", obstacle)
    return SentenceEncoder(threads=threads)
