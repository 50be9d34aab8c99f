"""Read the words of many texts once, for comparing them and for naming what they share."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.brief import Passage
from matching.language.terms import Occurrence, function_stems, words_in
from matching.language.text import Language

READ_AT_ONCE = 2_048
"""Texts whose morphemes are held in memory at a time."""

GAPS = ("", " ", "-")
"""What may stand between two words that belong together."""

APART = -1
"""In place of a gap: the use before it does not belong to it."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of text in one language, and the row of the text it belongs to."""

    row: int
    passage: Passage


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The words of some texts, one entry for each use, in order of text and place.

    ``rows`` is the text of each use, ``words`` the number of the stem or noun in ``vocabulary``, ``written`` how it is
    written there, as a number in ``spellings``; ``korean`` tells whether it stands in Korean text, ``gaps`` what stands
    between it and the use before it, as a number in ``GAPS``, or ``APART``.
    """

    texts: int
    rows: NDArray[np.int32]
    words: NDArray[np.int32]
    written: NDArray[np.int32]
    korean: NDArray[np.bool_]
    gaps: NDArray[np.int8]
    vocabulary: Sequence[str]
    spellings: Sequence[str]


def read(texts: Sequence[Sequence[Passage]]) -> Reading:
    """Read texts; the English wordings of a Korean passage are read after it, as English. Function words are left out.

    Vocabulary and spellings are in order of letters, so that nothing depends on the order in which words came.
    """
    rows, words, written = array("i"), array("i"), array("i")
    korean, gaps = bytearray(), array("b")
    numbered_gaps = {gap: number for number, gap in enumerate(GAPS)}
    vocabulary: dict[str, int] = {}
    spellings: dict[str, int] = {}
    unread = function_stems()
    for row, passage, found in _found(texts):
        end = -1
        for term, start, stop in found:
            if term in unread:
                end = -1
                continue
            rows.append(row)
            words.append(vocabulary.setdefault(term, len(vocabulary)))
            written.append(spellings.setdefault(passage.text[start:stop], len(spellings)))
            korean.append(passage.language is Language.KOREAN)
            gaps.append(numbered_gaps.get(passage.text[end:start], APART) if end >= 0 else APART)
            end = stop
    numbers, words_in_order = _in_order(vocabulary)
    places, spellings_in_order = _in_order(spellings)
    return Reading(
        texts=len(texts),
        rows=np.array(rows, dtype=np.int32),
        words=numbers[np.array(words, dtype=np.int32)],
        written=places[np.array(written, dtype=np.int32)],
        korean=np.array(korean, dtype=np.bool_),
        gaps=np.array(gaps, dtype=np.int8),
        vocabulary=words_in_order,
        spellings=spellings_in_order,
    )


def _found(texts: Sequence[Sequence[Passage]]) -> Iterator[tuple[int, Passage, list[Occurrence]]]:
    """Yield what stands in each piece of the texts, in their order."""
    for start in range(0, len(texts), READ_AT_ONCE):
        pieces = [
            _Piece(row, piece)
            for row, passages in enumerate(texts[start : start + READ_AT_ONCE], start)
            for passage in passages
            for piece in (passage, *_wordings(passage))
        ]
        found = words_in([piece.passage for piece in pieces])
        yield from ((piece.row, piece.passage, words) for piece, words in zip(pieces, found, strict=True))


def _wordings(passage: Passage) -> Iterator[Passage]:
    """Yield the usual English wording of each term of a Korean passage."""
    return (Passage(language=Language.ENGLISH, text=wording.english[0]) for wording in passage.pivot)


def _in_order(numbered: dict[str, int]) -> tuple[NDArray[np.int32], list[str]]:
    """Return the new number of each entry when they are sorted, and the entries sorted."""
    ordered = sorted(numbered)
    numbers = np.empty(len(ordered), dtype=np.int32)
    for number, entry in enumerate(ordered):
        numbers[numbered[entry]] = number
    return numbers, ordered
