"""Cut text into the terms that the lexical leg compares: English stems, Korean morphemes, pairs of Hangul syllables."""

import functools
import re
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import Stemmer

from matching.brief import Passage
from matching.text import HANGUL, Language

SYLLABLE_MARK = "#"
"""First character of a term that is a pair of syllables and not a word."""

_MORPHEME_TAGS = frozenset({"NNG", "NNP", "XR"})
_WORD = re.compile(rf"[^\W_{HANGUL}]+")
_HANGUL = re.compile(f"[{HANGUL}]")
_SYLLABLES = re.compile(r"[\uac00-\ud7a3]{2,}")
_FUNCTION_WORDS = frozenset(
    """a about above across after against all also although am among an and any are as at be because been before being
    below between both but by can cannot could did do does doing done due during each either etc even every for from
    further had has have having he her here hers him his how however i if in into is it its itself may me might more
    most much must my neither nor not of off on once one only onto or other others our out over own per rather s same
    shall she should since so some such than that the their them then there thereby therefore these they this those
    though through thus to too toward towards under until up upon us using use used very via was we well were what when
    where whereas whether which while who whose why will with within without would yet you your""".split()  # noqa: SIM905 - prose reads better than a hundred quoted words
)


Occurrence = tuple[str, int, int]
"""One place where a term stands in a text: the term, its first character and the one after its last."""


class KoreanAnalyser:
    """Kiwi's morphological analysis, loaded when the first Korean text comes (about 2 s and 500 MB) and then kept."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded: Any = None

    def nouns(self, texts: Iterable[str]) -> list[list[Occurrence]]:
        """Return the nouns and noun-like roots of each text, as written, in order of place."""
        with self._loading:
            if self._loaded is None:
                from kiwipiepy import Kiwi  # noqa: PLC0415 - loads its model: only where Korean is analysed

                self._loaded = Kiwi()
        return [_nouns_in(tokens) for tokens in self._loaded.tokenize(texts)]


_analyser = KoreanAnalyser()
_english_stems = Stemmer.Stemmer("english")


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageTerms:
    """The terms of one passage in order of place: English stems, Korean nouns, pairs of Hangul syllables."""

    stems: list[str]
    nouns: list[str]
    pairs: list[str]

    def counts(self) -> Counter[str]:
        """Return how often each term stands in the passage."""
        return Counter([*self.stems, *self.nouns, *self.pairs])


def terms_of(passages: Sequence[Passage]) -> list[PassageTerms]:
    """Return the terms of each passage; many Korean passages at once are analysed side by side."""
    korean = [at for at, passage in enumerate(passages) if passage.language is Language.KOREAN]
    nouns = dict(zip(korean, _analyser.nouns([passages[at].text for at in korean]), strict=True)) if korean else {}
    return [
        PassageTerms(
            stems=stems_of(passage.text),
            nouns=[term for term, _, _ in nouns.get(at, ())],
            pairs=[term for term, _, _ in _syllable_pairs(passage.text)] if at in nouns else [],
        )
        for at, passage in enumerate(passages)
    ]


def occurrences(passage: Passage) -> list[Occurrence]:
    """Return every term of a passage with its place, words before syllable pairs, each in order of place."""
    text = passage.text
    places = [match.span() for match in _WORD.finditer(text)]
    words = [(term, start, end) for term, (start, end) in zip(stems_of(text), places, strict=True)]
    if passage.language is Language.ENGLISH:
        return words
    return sorted(words + _analyser.nouns([text])[0], key=lambda found: found[1]) + _syllable_pairs(text)


def stems_of(text: str) -> list[str]:
    """Return the English (Snowball) stems of the words of a text that are not in Hangul, numbers included, in order."""
    stems: list[str] = _english_stems.stemWords([word.lower() for word in _WORD.findall(text)])
    return stems


def is_korean(term: str) -> bool:
    """Tell whether a term is written in Hangul."""
    return _HANGUL.search(term) is not None


def is_syllable_pair(term: str) -> bool:
    """Tell whether a term is a pair of syllables and not a word."""
    return term.startswith(SYLLABLE_MARK)


@functools.cache
def function_stems() -> frozenset[str]:
    """Return the stems of English words that bind others together and say nothing by themselves."""
    return frozenset(_english_stems.stemWords(sorted(_FUNCTION_WORDS)))


def _nouns_in(tokens: Sequence[Any]) -> list[Occurrence]:
    """Return the nouns among Kiwi's tokens, a prefix taken together with its noun: "재" + "활용" is "재활용"."""
    found: list[Occurrence] = []
    prefix, start = "", -1
    for token in tokens:
        if token.tag in _MORPHEME_TAGS and _HANGUL.search(token.form):
            joined = bool(prefix) and token.start == start + len(prefix)
            form, begin = (prefix + token.form, start) if joined else (token.form, token.start)
            found.append((form.lower(), begin, token.start + token.len))
        prefix, start = (token.form, token.start) if token.tag == "XPN" else ("", -1)
    return found


def _syllable_pairs(text: str) -> list[Occurrence]:
    """Return each pair of neighbouring Hangul syllables within a written word."""
    return [
        (SYLLABLE_MARK + text[at : at + 2], at, at + 2)
        for run in _SYLLABLES.finditer(text)
        for at in range(run.start(), run.end() - 1)
    ]
