"""Cut text into the terms that the lexical leg compares: English stems, Korean morphemes, pairs of Hangul syllables."""

import functools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

import Stemmer

from matching.brief import Passage, Wording
from matching.language.korean import Token, is_noun, tokens_of
from matching.language.text import HANGUL, Language

SYLLABLE_MARK = "#"
"""First character of a term that is a pair of syllables and not a word."""

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


_english_stems = Stemmer.Stemmer("english")


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageTerms:
    """The terms of one passage in order of place: English stems, Korean nouns, pairs of Hangul syllables.

    ``wordings`` holds for each English wording of a Korean passage the stems of its alternatives.
    """

    stems: list[str]
    nouns: list[str]
    pairs: list[str]
    wordings: list[tuple[tuple[str, ...], ...]]

    def counts(self) -> Counter[str]:
        """Return how often each term stands in the passage."""
        return Counter([*self.stems, *self.nouns, *self.pairs])

    def by_language(self, language: Language) -> Iterator[tuple[Language, Counter[str]]]:
        """Yield the term counts of a passage in its own language, and those of its English wordings."""
        yield language, self.counts()
        if self.wordings:
            yield Language.ENGLISH, Counter(stem for worded in self.wordings for stem in stems_among(worded))


def terms_of(passages: Sequence[Passage]) -> list[PassageTerms]:
    """Return the terms of each passage; many Korean passages at once are analysed side by side."""
    korean = [at for at, passage in enumerate(passages) if passage.language is Language.KOREAN]
    tokens = tokens_of([passages[at].text for at in korean]) if korean else []
    nouns = {at: _nouns_in(found) for at, found in zip(korean, tokens, strict=True)}
    return [
        PassageTerms(
            stems=stems_of(passage.text),
            nouns=[term for term, _, _ in nouns.get(at, ())],
            pairs=[term for term, _, _ in _syllable_pairs(passage.text)] if at in nouns else [],
            wordings=[stems_of_wording(wording) for wording in passage.pivot],
        )
        for at, passage in enumerate(passages)
    ]


def occurrences(passage: Passage) -> dict[Language, list[Occurrence]]:
    """Return every term of a passage with its place, by language: words before syllable pairs, in order of place.

    The English wordings of a Korean passage stand where the Korean does.
    """
    [words] = words_in([passage])
    if passage.language is Language.ENGLISH:
        return {Language.ENGLISH: words}
    korean = words + _syllable_pairs(passage.text)
    english = [
        (stem, wording.start, wording.end)
        for wording in passage.pivot
        for stem in stems_among(stems_of_wording(wording))
    ]
    return {Language.KOREAN: korean, Language.ENGLISH: english} if english else {Language.KOREAN: korean}


def words_in(passages: Sequence[Passage]) -> list[list[Occurrence]]:
    """Return the stems and nouns of each passage in order of place; many Korean ones are analysed side by side."""
    korean = [at for at, passage in enumerate(passages) if passage.language is Language.KOREAN]
    tokens = dict(zip(korean, tokens_of([passages[at].text for at in korean]), strict=True)) if korean else {}
    found = []
    for at, passage in enumerate(passages):
        places = (match.span() for match in _WORD.finditer(passage.text))
        words = [(term, start, end) for term, (start, end) in zip(stems_of(passage.text), places, strict=True)]
        found.append(sorted(words + _nouns_in(tokens[at]), key=itemgetter(1)) if at in tokens else words)
    return found


def stems_of_wording(wording: Wording) -> tuple[tuple[str, ...], ...]:
    """Return the stems of each alternative wording."""
    return tuple(tuple(stems_of(english)) for english in wording.english)


def stems_among(worded: Sequence[Sequence[str]]) -> list[str]:
    """Return the stems of all alternatives of one wording, each once."""
    return list(dict.fromkeys(stem for stems in worded for stem in stems))


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


def _nouns_in(tokens: Sequence[Token]) -> list[Occurrence]:
    """Return the nouns among Kiwi's tokens, a prefix taken together with its noun: "재" + "활용" is "재활용"."""
    found: list[Occurrence] = []
    prefix, start = "", -1
    for token in tokens:
        if is_noun(token) and _HANGUL.search(token.form):
            joined = bool(prefix) and token.start == start + len(prefix)
            form, begin = (prefix + token.form, start) if joined else (token.form, token.start)
            found.append((form.lower(), begin, token.end))
        prefix, start = (token.form, token.start) if token.tag == "XPN" else ("", -1)
    return found


def _syllable_pairs(text: str) -> list[Occurrence]:
    """Return each pair of neighbouring Hangul syllables within a written word."""
    return [
        (SYLLABLE_MARK + text[at : at + 2], at, at + 2)
        for run in _SYLLABLES.finditer(text)
        for at in range(run.start(), run.end() - 1)
    ]
