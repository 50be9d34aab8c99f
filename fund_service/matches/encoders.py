"""The encoder in use: chosen once for each process, by the settings and by what this machine can run."""

import logging
from functools import cache

from fund_service.settings import Settings
from matching.encoding.encoder import Encoder
from matching.encoding.openvino_encoder import OpenVinoEncoder, why_openvino_cannot_run
from matching.encoding.sentence_encoder import SentenceEncoder

log = logging.getLogger(__name__)


def encoder_of(settings: Settings) -> Encoder:
    """Give the encoder of the settings, one and the same for the whole process; it loads when it first encodes.

    The model shipped runs in eight bits, as it was measured; any other at full precision through torch.

    Raises
    ------
    ModelNotUsableError
        When the model of the settings is not on this machine or is not what it should be.
    """
    return _encoder(settings.encoder, settings.threads)


@cache
def _encoder(model: str | None, threads: int | None) -> Encoder:
    if model is not None:
        return SentenceEncoder(model, threads=threads)
    obstacle = why_openvino_cannot_run()
    if obstacle is None:
        return OpenVinoEncoder(threads=threads)
    log.warning("Texts are encoded through torch, at about a third of the speed: %s.", obstacle)
    return SentenceEncoder(threads=threads)
