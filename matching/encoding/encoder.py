"""Turn texts into unit vectors, the same bits for the same text whatever else is in the call."""

import hashlib
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from matching.brief import Brief, readable_text
from matching.language.passages import joined, windows
from matching.language.text import Language

Vectors = NDArray[np.float32]


class ModelNotUsableError(Exception):
    """A model is missing, has no safetensors weights, or is not the one this service was measured with."""


@runtime_checkable
class Encoder(Protocol):
    """Anything that turns texts into unit vectors.

    Attributes
    ----------
    name, revision : str
        Together they identify the numbers: vectors of different pairs are never compared.
    dimensions : int
        Length of every vector.
    languages : frozenset of Language
        What it reads; a text in another language must not be given to it.
    max_tokens : int
        Of a text with more tokens only the beginning decides the vector.
    """

    @property
    def name(self) -> str:
        """Name of the model."""
        ...

    @property
    def revision(self) -> str:
        """What else the vectors depend on: weights, files, version, arithmetic."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    @property
    def languages(self) -> frozenset[Language]:
        """What it reads."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens it reads of a text, those it adds itself included."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, uncut, those the encoder adds itself included."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a text, shape (len(texts), dimensions), bit for bit the same in any company."""
        ...


class HashingEncoder:
    """Words and letter triples hashed into a fixed number of signed counts: offline, instant, without meaning.

    For tests and trial runs in which the vectors only have to be deterministic and to agree for equal words. Its
    tokens are words, and it reads all of them.
    """

    def __init__(self, *, dimensions: int = 256) -> None:
        self._dimensions = dimensions

    @property
    def name(self) -> str:
        """Name of the method."""
        return "hashing"

    @property
    def revision(self) -> str:
        """Version of the method and its size."""
        return f"1-{self._dimensions}"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    @property
    def languages(self) -> frozenset[Language]:
        """Every language: letters are letters."""
        return frozenset(Language)

    @property
    def max_tokens(self) -> int:
        """More words than any text has."""
        return 1_000_000

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many words each text has."""
        return [len(_WORD.findall(text)) for text in texts]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a text, shape (len(texts), dimensions); a text without words is the first axis."""
        vectors = np.zeros((len(texts), self._dimensions))
        for row, text in enumerate(texts):
            for unit in _words_and_triples(text):
                number = int.from_bytes(hashlib.blake2b(unit.encode(), digest_size=8).digest())
                vectors[row, (number >> 1) % self._dimensions] += 1 - 2 * (number & 1)
            if not vectors[row].any():
                vectors[row, 0] = 1
        lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
        units: Vectors = (vectors / lengths).astype(np.float32)
        return units


def vectors_of(briefs: Sequence[Brief], encoder: Encoder) -> Vectors:
    """Return one row a brief: the vector of what the encoder can read of it, or zeros where that is nothing.

    An all-zero row means "absent" everywhere in this package; a text that several briefs share is encoded once.
    """
    texts = [readable_text(brief.passages, encoder.languages) for brief in briefs]
    distinct = list(dict.fromkeys(text for text in texts if text is not None))
    place = {text: row for row, text in enumerate(distinct)}
    encoded = encode_whole(distinct, encoder)
    vectors = np.zeros((len(briefs), encoder.dimensions), dtype=np.float32)
    for row, text in enumerate(texts):
        if text is not None:
            vectors[row] = encoded[place[text]]
    return vectors


class KnownWindows(Protocol):
    """Vectors of windows that were encoded before, as far as somebody keeps them."""

    def known(self, windows: Iterable[str]) -> dict[str, Vectors]:
        """Return the vectors of those windows that are known."""
        ...

    def remember(self, met: Mapping[str, Vectors]) -> None:
        """Keep the vectors of the windows of long texts."""
        ...


class RecentWindows:
    """The vectors of the windows of long texts that one encoder met last: texts that differ may share a window.

    Of 1,000 awards and 300 topics, 3 windows stood in 26 texts. Threads may share one of these.
    """

    def __init__(self, *, most: int = 4_096) -> None:
        self._most = most
        self._vectors: dict[str, Vectors] = {}
        self._lock = threading.Lock()

    def known(self, windows: Iterable[str]) -> dict[str, Vectors]:
        """Return the vectors of those windows that are remembered."""
        with self._lock:
            return {window: self._vectors[window] for window in windows if window in self._vectors}

    def remember(self, met: Mapping[str, Vectors]) -> None:
        """Keep these windows' vectors, in place of those met longest ago."""
        with self._lock:
            for window, vector in met.items():
                self._vectors.pop(window, None)
                self._vectors[window] = vector
            for window in list(self._vectors)[: -self._most]:
                del self._vectors[window]


def encode_whole(texts: Sequence[str], encoder: Encoder, *, recent: KnownWindows | None = None) -> Vectors:
    """Return one unit row a normalised text, shape (len(texts), dimensions), in which all of the text has its part.

    A text longer than the encoder reads is encoded in windows (see ``passages``), none of them twice as long as it is
    among the ``recent`` ones of this encoder.
    """
    cut = [windows(text, count_tokens=encoder.count_tokens, limit=encoder.max_tokens) for text in texts]
    pieces = list(dict.fromkeys(window for found in cut for window in found))
    encoded = recent.known(pieces) if recent is not None else {}
    missing = [window for window in pieces if window not in encoded]
    encoded.update(zip(missing, encoder.encode(missing), strict=True))
    if recent is not None:
        recent.remember({window: encoded[window] for found in cut if len(found) > 1 for window in found})
    vectors = np.empty((len(texts), encoder.dimensions), dtype=np.float32)
    for row, found in enumerate(cut):
        rows = np.stack([encoded[window] for window in found])
        vectors[row] = rows[0] if len(found) == 1 else joined(rows, encoder.count_tokens(found))
    return vectors


_WORD = re.compile(r"\w+")


def _words_and_triples(text: str) -> list[str]:
    """Return the lower-case words of a text and the letter triples within each."""
    words = _WORD.findall(text.lower())
    return words + [f"#{word[at : at + 3]}" for word in words for at in range(len(word) - 2)]
