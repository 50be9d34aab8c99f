"""Remember the vectors of texts in a folder, so that a second evaluation of a set encodes nothing."""

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from matching.encoding.encoder import Encoder, Vectors
from matching.language.text import Language, digest


class RememberingEncoder:
    """An encoder that looks into a folder first, and keeps there what it had to encode.

    Vectors are kept by the digest of their text beneath the encoder's name and revision, in files that are there whole
    or not at all; several processes may share the folder.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self._encoder = encoder
        self._folder = folder / re.sub(r"[^\w.-]", "_", f"{encoder.name}-{encoder.revision}")
        self._known: dict[str, Vectors] | None = None

    @property
    def name(self) -> str:
        """The encoder's name."""
        return self._encoder.name

    @property
    def revision(self) -> str:
        """The encoder's revision."""
        return self._encoder.revision

    @property
    def dimensions(self) -> int:
        """Length of a vector; known without the encoder's weights once something is remembered."""
        known = self._remembered()
        return len(next(iter(known.values()))) if known else self._encoder.dimensions

    @property
    def languages(self) -> frozenset[Language]:
        """What the encoder reads."""
        return self._encoder.languages

    @property
    def max_tokens(self) -> int:
        """Tokens the encoder reads of a text."""
        return self._encoder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""
        return self._encoder.count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a text, shape (len(texts), dimensions), remembered or encoded now."""
        known = self._remembered()
        keys = [digest(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            vectors = self._encoder.encode(list(missing.values()))
            self._keep(list(missing), vectors)
            known.update(zip(missing, vectors, strict=True))
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(texts), self.dimensions)

    def _remembered(self) -> dict[str, Vectors]:
        """Return every vector of the folder by digest, read once."""
        if self._known is None:
            self._known = {}
            for path in sorted(self._folder.glob("*.npz")):
                with np.load(path, allow_pickle=False) as kept:
                    self._known.update(zip(kept["digests"].tolist(), kept["vectors"], strict=True))
        return self._known

    def _keep(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Write vectors to a file named after what is in it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{hashlib.sha256(''.join(keys).encode()).hexdigest()[:32]}.npz"
        part = path.with_name(f"{path.stem}.{os.getpid()}.part")
        with part.open("wb") as file:
            np.savez(file, digests=np.array(keys), vectors=vectors)
        part.replace(path)
