"""Name groups of texts by the words and word pairs that set them apart, in Korean and in English."""

import functools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from matching.brief import Passage
from matching.language.terms import function_stems, is_korean, is_syllable_pair, occurrences, stems_of
from matching.language.text import Language

TERMS_KEPT = 10
"""Terms that a group is described by."""

LEAST_SUPPORT = 3
"""Distinct ownership groups that must use a term before it may stand in a name."""

PAIR_BONUS = 1.5
"""Factor by which a pair of words is preferred to a single one: it reads better and says more."""

_NEIGHBOURS = re.compile(r"[ -]?")
_TELLING = re.compile(r"[^\W\d_].*[^\W_]", re.DOTALL)  # at least two characters, starting with a letter


_COMMON_WORDS = """
가능 개발 개선 검토 경우 계획 고도 과제 관련 관심 구축 국내 기간 기반 기술 기업 내용 단계 대비
대상 대응 도입 목적 목표 문제 방안 배경 분야 사업 사용 상용 성능 세계 수요 수준 수행 시장 실증
연계 연구 예정 요구 위해 이상 이용 적용 제공 제품 주요 중심 지속 지원 추진 통해 투자 특성 포함
필수 필요 핵심 향상 현재 확대 확보 확인 활용 희망
able achieve address advance allow applicable application approach area base benefit capable company contact
cost create current demand demonstrate deploy describe design develop effective efficient enable ensure existing
field firm fund goal high implement important improve include increase industry innovate interest invest key
level look low market method model need new novel objective offer operate opportunity partner perform phase
potential present process produce product program project propose prototype prove provide range reduce relate
require research result scale seek service significant small solution specific support system target technique
technology test topic utilize value want work year
""".split()  # noqa: SIM905 - prose reads better than two hundred quoted words


class _Use(NamedTuple):
    """One use of a term: the stems or nouns it is made of, and how it is written there."""

    words: tuple[str, ...]
    written: str


def class_terms(
    classes: Mapping[str, Sequence[tuple[str, Sequence[Passage]]]],
) -> dict[str, dict[Language, tuple[str, ...]]]:
    """Return for each class of (ownership group, passages) its most telling terms, by language, best first.

    A term weighs p ln(p / q), p being the share of the class's texts that use it and q that of all others (p alone
    where there are no others): class-weighted TF-IDF with texts for counts, so that saying a word ten times is not ten
    votes. A term's words do not come again in another term.
    """
    found: dict[str, dict[Language, tuple[str, ...]]] = {name: {} for name in classes}
    for language in Language:
        uses = {
            name: [(group, set(_uses(passages, language))) for group, passages in texts]
            for name, texts in classes.items()
        }
        using = Counter(words for texts in uses.values() for _, said in texts for words in {use.words for use in said})
        total = sum(len(texts) for texts in uses.values())
        for name, texts in uses.items():
            here = _ClassUse(texts)
            weights = {
                words: here.weight(words, elsewhere=using[words] - here.texts[words], others=total - len(texts))
                for words, groups in here.groups.items()
                if len(groups) >= LEAST_SUPPORT
            }
            found[name][language] = tuple(_usual(here.written[words]) for words in _distinct(weights))
    return found


class _ClassUse:
    """How the texts of one class use terms: in how many, of which groups, and how they are written."""

    def __init__(self, texts: Sequence[tuple[str, set[_Use]]]) -> None:
        self.size = len(texts)
        self.texts: Counter[tuple[str, ...]] = Counter()
        self.groups: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self.written: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for group, said in texts:
            self.texts.update({use.words for use in said})
            for use in said:
                self.groups[use.words].add(group)
                self.written[use.words][use.written] += 1

    def weight(self, words: tuple[str, ...], *, elsewhere: int, others: int) -> float:
        """Return the weight of a term that so many of so many other texts use."""
        share = self.texts[words] / self.size
        telling = math.log(share * (others + 1) / (elsewhere + 0.5)) if others else 1.0
        return share * telling * (PAIR_BONUS if len(words) > 1 else 1.0)


def _uses(passages: Iterable[Passage], language: Language) -> Iterator[_Use]:
    """Yield the words of the passages in one language that can name something, and the pairs that stand together."""
    for passage in passages:
        if passage.language is not language:
            continue
        previous: tuple[str, int, int] | None = None
        for term, start, end in occurrences(passage)[language]:
            surface = passage.text[start:end]
            if is_syllable_pair(term) or term in _unnamed() or not _TELLING.fullmatch(surface):
                previous = None
                continue
            yield _Use((term,), _as_named(surface))
            if previous is not None and _NEIGHBOURS.fullmatch(passage.text[previous[2] : start]):
                yield _Use((previous[0], term), _as_named(passage.text[previous[1] : end]))
            previous = (term, start, end)


@functools.cache
def _unnamed() -> frozenset[str]:
    """Return the terms that name nothing: function words, and words that any demand for any technology uses."""
    korean = {word for word in _COMMON_WORDS if is_korean(word)}
    return function_stems() | korean | frozenset(stems_of(" ".join(_COMMON_WORDS)))


def _as_named(surface: str) -> str:
    """Return words in lower case but for those with a capital after their first letter: names and abbreviations."""
    return " ".join(word if word[1:] != word[1:].lower() else word.lower() for word in surface.split(" "))


def _distinct(weights: Mapping[tuple[str, ...], float]) -> list[tuple[str, ...]]:
    """Return the weightiest terms, each without a word that a weightier one has."""
    chosen: list[tuple[str, ...]] = []
    known: set[str] = set()
    for words in sorted(weights, key=lambda words: (-weights[words], words)):
        if weights[words] > 0 and len(chosen) < TERMS_KEPT and known.isdisjoint(words):
            chosen.append(words)
            known.update(words)
    return chosen


def _usual(written: Counter[str]) -> str:
    """Return the most frequent way in which a term is written, the first in order of letters among equals."""
    return min(written, key=lambda surface: (-written[surface], surface))
