"""Which sentence of a project answers which of a signal, found by the model that scored the pair."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.brief import Passage, TextSpan
from matching.dense import exact_cosines, on_grid
from matching.language.text import Language, sentence_spans

PAIRS_SHOWN = 3
"""Sentence pairs that an explanation shows."""

LEAST_COSINE = 0.31
"""Cosine from which two sentences are shown as answering each other. Of 101,689 pairs of sentences of the demo's
signals and projects, whatever they are about, one in a hundred comes this near (median .04; .36: one in 200)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSentence:
    """A sentence as written, and the words in which an encoder reads it."""

    span: TextSpan
    read: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentencePair:
    """A sentence of a signal, the one of a project that answers it, and the cosine of their vectors."""

    signal: TextSpan
    project: TextSpan
    cosine: float

    def as_dict(self) -> dict[str, Any]:
        """Return the pair as plain values for JSON."""
        return {"signal": asdict(self.signal), "project": asdict(self.project), "cosine": self.cosine}


def sentences_read(passages: Sequence[Passage], languages: frozenset[Language]) -> list[ReadSentence]:
    """Return the sentences that an encoder of these languages can read, in order.

    Of a Korean sentence an English model reads the English wordings that stand in it; one without any is left out.
    """
    sentences = []
    for number, passage in enumerate(passages):
        for start, end in sentence_spans(passage.text):
            words = (wording for wording in passage.pivot if start <= wording.start and wording.end <= end)
            text = passage.text[start:end]
            read = text if passage.language in languages else " ".join(word.english[0] for word in words)
            if read:
                span = TextSpan(passage=number, start=start, end=end, text=text)
                sentences.append(ReadSentence(span=span, read=read))
    return sentences


def aligned_pairs(
    asked: Sequence[ReadSentence],
    given: Sequence[ReadSentence],
    vectors: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> tuple[SentencePair, ...]:
    """Return the sentences that answer each other best, the nearest first, each sentence in one pair at most.

    ``vectors`` are unit rows for the sentences of the signal and of the project. Cosines are to four decimals; of
    equals the earlier sentences come first.

    Raises
    ------
    ValueError
        When the vectors are not one a sentence.
    """
    if (len(vectors[0]), len(vectors[1])) != (len(asked), len(given)):
        raise ValueError(f"{len(vectors[0])} and {len(vectors[1])} vectors for {len(asked)} and {len(given)} sentences")
    if not asked or not given:
        return ()
    cosines = np.round(exact_cosines(on_grid(vectors[0]), on_grid(vectors[1])), 4)
    pairs: list[SentencePair] = []
    while len(pairs) < min(PAIRS_SHOWN, *cosines.shape):
        row, column = divmod(int(cosines.argmax()), cosines.shape[1])
        if cosines[row, column] < LEAST_COSINE:
            break
        nearness = float(cosines[row, column])
        pairs.append(SentencePair(signal=asked[row].span, project=given[column].span, cosine=nearness))
        cosines[row, :] = cosines[:, column] = -np.inf
    return tuple(pairs)
