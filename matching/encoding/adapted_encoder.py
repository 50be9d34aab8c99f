"""Turn a model's vectors so that what is asked and what is offered of one technology lie closer together."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.dense import on_grid
from matching.encoding.encoder import Encoder, Vectors
from matching.language.text import Language

ADAPTATION = Path(__file__).with_name("adaptation.npy")
"""What is added to a vector of the packaged model before it is made a unit again: 16-bit integers, (384, 384).

Learned by ``tests.benchmarks.adaptation`` from project texts alone, no label and no demand statement seen: an award's
title belongs to its own abstract, and the first two sentences of an abstract to the rest of it, rather than to those
of others. No award with the title of a topic was among them, so none of those judged. 141 statements against 16,058
abstracts, nDCG@10 / recall@100: .663 / .918, this leg alone .534 / .881; without the matrix and the reserve of the
lexical leg .637 / .918, .517 / .859 (nDCG@10 +.025 [+.011, +.042], p .0001). By other words for the same topics,
without and with the matrix: titles .624 / .916, .631 / .928; first 60 words of their descriptions .557 / .830, .566 /
.868; the next 60 .496 / .858, .497 / .881; 60 Korean statements, without both .425 / .917, with both .406 / .917
(interval .31 to .51); 640 Korean statements in 160 calls, this leg alone .734, .735. Other seeds, temperatures,
weights and rounds move the first figure by .005; from titles alone it is .004 less, and others fall."""

STEP = 2.0**-16
"""What 1 in the matrix stands for."""


class AdaptedEncoder:
    """An encoder whose vectors pass through a matrix, and are unit vectors again.

    Vectors lie on a grid of 2^-22 and the matrix on one of 2^-16, so that float64 holds every product and partial sum
    exactly: a vector has the same bits alone, in any company, wherever the model's own are the same.

    Parameters
    ----------
    encoder : Encoder
        The model the matrix was learned for.
    kept : Path, optional
        File of the matrix, whole multiples of ``STEP`` as 16-bit integers, shape (dimensions, dimensions).
    """

    def __init__(self, encoder: Encoder, *, kept: Path = ADAPTATION) -> None:
        self._encoder = encoder
        self._kept = kept

    @property
    def plain(self) -> Encoder:
        """The encoder whose vectors are adapted."""
        return self._encoder

    @property
    def name(self) -> str:
        """The model's name."""
        return self._encoder.name

    @cached_property
    def revision(self) -> str:
        """Sixteen hexadecimal digits that change with the model's revision and the matrix."""
        matrix = hashlib.sha256(self._kept.read_bytes()).hexdigest()
        return hashlib.sha256(f"{self._encoder.revision}\n{matrix}".encode()).hexdigest()[:16]

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._encoder.dimensions

    @property
    def languages(self) -> frozenset[Language]:
        """What the model reads."""
        return self._encoder.languages

    @property
    def max_tokens(self) -> int:
        """Tokens the model reads of a text."""
        return self._encoder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""
        return self._encoder.count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a text, shape (len(texts), dimensions)."""
        return adapted(self._encoder.encode(texts), self._matrix)

    @cached_property
    def _matrix(self) -> NDArray[np.float64]:
        """What a vector is multiplied with."""
        learned = np.load(self._kept, allow_pickle=False)
        matrix: NDArray[np.float64] = np.eye(len(learned)) + learned.astype(np.float64) * STEP
        return matrix


def adapted(vectors: Vectors, matrix: NDArray[np.float64]) -> Vectors:
    """Return unit vectors, one a row, multiplied with a matrix of multiples of ``STEP`` and made units again."""
    turned = on_grid((on_grid(vectors).astype(np.float64) @ matrix).astype(np.float32)).astype(np.float64)
    units: Vectors = (turned / np.sqrt(np.square(turned).sum(axis=1, keepdims=True))).astype(np.float32)
    return units
