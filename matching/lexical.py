"""Weigh terms by BM25 with statistics that are fitted once and frozen."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from matching.brief import Brief, Passage
from matching.parameters import MatchParameters
from matching.terms import PassageTerms, is_korean, is_syllable_pair, terms_of
from matching.text import Language

WEIGHT_STEPS = 2**24
"""Weights are whole multiples of 1 / WEIGHT_STEPS, and counts of 1 / COUNT_STEPS: their products and sums are then
exact in float64, so that no order of adding, block or machine can move a score."""

COUNT_STEPS = 2**8

_BRIEFS_AT_ONCE = 256
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageStatistics:
    """The texts of one language: how many, and their mean length in words and in syllable pairs."""

    texts: int
    mean_words: float
    mean_pairs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalStatistics:
    """What is known of a collection: lengths by language, and in how many texts each term stands.

    Once fitted they stay as they are, so that a new document changes no old score. A Hangul term is
    compared with the number of Korean texts alone, since it can stand in no other, any other term with all texts.
    """

    languages: Mapping[Language, LanguageStatistics]
    frequencies: Mapping[str, int] = field(repr=False)

    @classmethod
    def fit(cls, briefs: Sequence[Brief]) -> Self:
        """Count terms and lengths over the texts of briefs; those of one brief in one language count as one text."""
        frequencies: Counter[str] = Counter()
        texts, words, pairs = (dict.fromkeys(Language, 0) for _ in range(3))
        for passages in analysed(briefs):
            for language, counts in counted(passages).items():
                frequencies.update(counts.keys())
                length, syllables = _lengths(counts)
                texts[language] += 1
                words[language] += length
                pairs[language] += syllables
        languages = {
            language: LanguageStatistics(
                texts=number, mean_words=words[language] / max(number, 1), mean_pairs=pairs[language] / max(number, 1)
            )
            for language, number in texts.items()
        }
        return cls(languages=languages, frequencies=dict(sorted(frequencies.items())))

    def information(self, term: str) -> float:
        """Return the inverse document frequency ln(1 + (N - n + 1/2) / (n + 1/2)) of a term, seen before or not.

        Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in the form that is
        never negative.
        """
        korean = self.languages[Language.KOREAN].texts
        number = korean if is_korean(term) else korean + self.languages[Language.ENGLISH].texts
        holding = self.frequencies.get(term, 0)
        return math.log1p((number - holding + 0.5) / (holding + 0.5))

    def as_dict(self) -> dict[str, Any]:
        """Return the statistics as plain values for JSON."""
        return {
            "languages": {
                language.value: [known.texts, known.mean_words, known.mean_pairs]
                for language, known in sorted(self.languages.items())
            },
            "frequencies": dict(self.frequencies),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the statistics that ``as_dict`` wrote."""
        languages = {
            Language(code): LanguageStatistics(texts=number, mean_words=words, mean_pairs=pairs)
            for code, (number, words, pairs) in values["languages"].items()
        }
        return cls(languages=languages, frequencies=dict(values["frequencies"]))

    def to_bytes(self) -> bytes:
        """Return the statistics as UTF-8 JSON, the same bytes for the same statistics."""
        return json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """Return the statistics that ``to_bytes`` wrote."""
        return cls.from_dict(json.loads(stored))


class TermWeighing:
    """BM25 weights of terms, on the side of a project and on the side of a signal."""

    def __init__(self, statistics: LexicalStatistics, parameters: MatchParameters) -> None:
        self._statistics = statistics
        self._parameters = parameters
        self._information: dict[str, float] = {}

    def information(self, term: str) -> float:
        """Return what a term is worth at most: its inverse document frequency, less for a pair of syllables."""
        known = self._information.get(term)
        if known is None:
            known = self._statistics.information(term)
            known *= self._parameters.syllable_weight if is_syllable_pair(term) else 1.0
            known = round(known * WEIGHT_STEPS) / WEIGHT_STEPS
            if term in self._statistics.frequencies:  # only these are finite in number
                self._information[term] = known
        return known

    def project_weights(self, counts: Mapping[str, int], language: Language) -> dict[str, float]:
        """Return the weight of each term of a text: near ``information`` for a frequent term in a short text."""
        damping = self.damping(counts, language)
        return {term: self.project_weight(term, count, damping) for term, count in counts.items()}

    def project_weight(self, term: str, count: int, damping: tuple[float, float]) -> float:
        """Return the weight of one term of a text with this ``damping``."""
        share = count / (count + damping[is_syllable_pair(term)])
        return round(self.information(term) * share * WEIGHT_STEPS) / WEIGHT_STEPS

    def damping(self, counts: Mapping[str, int], language: Language) -> tuple[float, float]:
        """Return how a text's length damps the counts of its words and of its syllable pairs.

        BM25's k1 (1 - b + b * length / mean length); where no mean is known a text is as long as the mean.
        """
        known = self._statistics.languages[language]
        words, pairs = _lengths(counts)
        relative = (words / (known.mean_words or words or 1), pairs / (known.mean_pairs or pairs or 1))
        share, saturation = self._parameters.length_share, self._parameters.saturation
        return saturation * (1 - share + share * relative[0]), saturation * (1 - share + share * relative[1])

    def signal_counts(self, counts: Mapping[_T, int]) -> dict[_T, float]:
        """Return how much each term of a signal is asked for: the square root of how often it is said."""
        return {term: round(math.sqrt(count) * COUNT_STEPS) / COUNT_STEPS for term, count in counts.items()}


def asked_information(
    weighing: TermWeighing, passages: Iterable[tuple[Passage, PassageTerms]]
) -> dict[Language, float]:
    """Return what a full answer to an analysed brief is worth in each language it can be answered in.

    A wording is asked for once, whichever of its alternatives answers: the weightiest of them counts.
    """
    counts: dict[Language, Counter[str]] = {}
    wordings: Counter[tuple[tuple[str, ...], ...]] = Counter()
    for passage, terms in passages:
        counts.setdefault(passage.language, Counter()).update(terms.counts())
        wordings.update(terms.wordings)
    worth = {
        language: [count * weighing.information(term) for term, count in weighing.signal_counts(found).items()]
        for language, found in counts.items()
    }
    for worded, count in weighing.signal_counts(wordings).items():
        weightiest = max(math.fsum(weighing.information(stem) for stem in set(stems)) for stems in worded)
        worth.setdefault(Language.ENGLISH, []).append(count * weightiest)
    return {language: math.fsum(values) for language, values in worth.items()}


def analysed(briefs: Sequence[Brief]) -> Iterator[list[tuple[Passage, PassageTerms]]]:
    """Yield each brief's passages in turn with their terms."""
    for start in range(0, len(briefs), _BRIEFS_AT_ONCE):
        some = briefs[start : start + _BRIEFS_AT_ONCE]
        found = iter(terms_of([passage for brief in some for passage in brief.passages]))
        for brief in some:
            yield [(passage, next(found)) for passage in brief.passages]


def counted(passages: Iterable[tuple[Passage, PassageTerms]]) -> dict[Language, Counter[str]]:
    """Return the term counts of an analysed brief by language; English wordings of Korean count as English."""
    return counts_by_language(found for passage, terms in passages for found in terms.by_language(passage.language))


def counts_by_language(counted: Iterable[tuple[Language, Counter[str]]]) -> dict[Language, Counter[str]]:
    """Return the term counts of a brief, the passages of one language together, languages without terms left out."""
    merged: dict[Language, Counter[str]] = {}
    for language, counts in counted:
        if counts:
            merged.setdefault(language, Counter()).update(counts)
    return merged


def _lengths(counts: Mapping[str, int]) -> tuple[int, int]:
    """Return how many words and how many syllable pairs were counted."""
    pairs = sum(count for term, count in counts.items() if is_syllable_pair(term))
    return sum(counts.values()) - pairs, pairs
