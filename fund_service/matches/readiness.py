"""Whether this process can read sentences yet: asked, it begins to load what that needs, and hardly waits."""

import logging
import threading
from collections.abc import Callable
from enum import StrEnum
from functools import cache

from fund_service.matches.encoders import needs_torch
from fund_service.matches.glossary import glossary
from matching.brief import passages_of
from matching.encoding.encoder import Encoder

PATIENCE_SECONDS = 0.5
"""How long a page waits for analyser and model to load; after that it says that they are on their way."""

AFTER_THE_PAGE_SECONDS = 1.0
"""How long after a list of matches was asked for the loading begins: its reader is still reading then."""

log = logging.getLogger(__name__)


class SentenceReading(StrEnum):
    """Whether the sentences of a pair were compared in meaning."""

    DONE = "done"
    """They were."""
    LOADING = "loading"
    """Not yet: this process is loading what reads them."""
    NOT_HERE = "not_here"
    """Not by this process: the encoder in use would keep its pages waiting, or could not be loaded."""


class Readiness:
    """Loads something once, on a thread of its own that the process does not wait for when it ends."""

    def __init__(self, load: Callable[[], object]) -> None:
        self._load = load
        self._ended = threading.Event()
        self._begun = threading.Lock()
        self._failed = False

    def reading(self, *, patience: float = PATIENCE_SECONDS) -> SentenceReading:
        """Say how far it is, after ``patience`` seconds at most; the first to ask begins it."""
        if self._begun.acquire(blocking=False):
            threading.Thread(target=self._run, name="sentence-reading", daemon=True).start()
        if not self._ended.wait(patience):
            return SentenceReading.LOADING
        return SentenceReading.NOT_HERE if self._failed else SentenceReading.DONE

    def prepare(self) -> None:
        """Begin a little later, when the page that was asked for has gone out: loading holds up the whole process."""
        if not self._ended.is_set():
            timer = threading.Timer(AFTER_THE_PAGE_SECONDS, self.reading, kwargs={"patience": 0})
            timer.daemon = True
            timer.start()

    def _run(self) -> None:
        try:
            self._load()
        except Exception:
            log.exception("Sentences cannot be compared in this process")
            self._failed = True
        finally:
            self._ended.set()


def readiness_of(encoder: Encoder) -> Readiness:
    """Give what tells whether an encoder can read sentences in this process; torch is never loaded for a page."""
    return _readiness(encoder)  # type: ignore[arg-type] # an encoder is told apart by its identity


@cache
def _readiness(encoder: Encoder) -> Readiness:
    """Make it once for each encoder."""

    def load() -> None:
        glossary().pivoted([passages_of("전해질을 만든다.")])
        if not needs_torch(encoder):
            encoder.encode(["An electrolyte."])

    return Readiness(load)
