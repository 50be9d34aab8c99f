"""Name groups of texts by the words and compounds that set them apart, in Korean and in English."""

import functools
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.language.terms import is_korean, stems_of
from matching.language.text import Language
from matching.themes.reading import APART, GAPS, Reading

TERMS_KEPT = 10
"""Terms that a group is described by."""

LEAST_SUPPORT = 3
"""Distinct ownership groups that must use a term before it may stand in a name."""

LONGEST_COMPOUND = 3
"""Words that a compound may have."""

COMPOUND_BONUS = (1.0, 2.5, 3.0)
"""Factor by which compounds of one, two and three words are preferred: a single word is generic more often than not."""

DIFFERENCE = 0.4
"""What difference from the terms chosen before counts beside the weight (maximal marginal relevance)."""

LONGEST_NAME = 50
"""Characters of a term; what is longer is no word, and three of them must fit into a label."""

_CANDIDATES = 40
_TELLING = re.compile(r"[^\W\d_].*[^\W_]", re.DOTALL)  # at least two characters, starting with a letter

_COMMON_WORDS = """
가공 가능 강화 개발 개선 건 검증 검토 결과 경우 계획 고도 고도화 고효율 공모 공정 과제 관련 관리 관심 구조 구축
구현 국내 국산 국산화 국제 기간 기관 기능 기반 기술 기업 기준 내용 년도 다양 단계 당사 대비 대상 대응 도달 도입
등급 마련 모듈 목적 목표 문제 방법 방식 방안 배경 변화 보유 부문 부품 분석 분야 사업 사용 산업 상용 상용화 생산
선도 선정 설계 성과 성과물 성능 세계 소비자 소재 수요 수준 수행 시스템 시장 신규 실시간 실증 양산 연계 연구 연구개발
예정 요구 우대 운영 운전 원천 위해 유형 융합 이상 이용 자동 작업 장비 적용 제공 제시 제안 제작 제조 제품 제품화
조건 주요 중심 지속 지원 진행 차세대 창출 처리 첨단 체계 최적 최적화 추진 통합 통해 투자 투자자 특성 평가 포함 품목
플랫폼 필수 필요 핵심 향상 혁신 현재 형태 확대 확보 확인 확장 환경 활용 효율 후보 희망
able achieve address advance allow applicable application approach area automatic automation base benefit build
capable change class combine company component contact continuous control cost country create current demand
demonstrate deploy describe design develop device domestic early effective efficiency efficient enable end ensure
enterprise environment equipment existing facility field firm function fund generalist generation global goal grade
growth help high implement important improve include increase industrial industry innovate integrate interest invest
investor key korea large level local look low make management manufacture mass material mature maturity method
million model module monitoring multi need new next non novel number objective offer operate opportunity
optimization order partner pay perform phase pilot plant platform potential pre prefer present problem process
produce product program project propose prototype prove provide range ready real reduce relate require research
result round scale sector seed seek series service set significant site size small solution specific stage startup
structure support surface system target team technical technologies technology test time topic type use user utilize
value want way work year
""".split()  # noqa: SIM905 - prose reads better than three hundred quoted words


class _Uses(NamedTuple):
    """Terms used in one language: of each use the term, the text, and where in the reading it ends."""

    terms: NDArray[np.int64]
    rows: NDArray[np.int64]
    last: NDArray[np.int64]
    lengths: NDArray[np.int64]
    """Words of each term, by its number."""


def class_terms(
    reading: Reading, classes: NDArray[np.int64], groups: NDArray[np.int64]
) -> list[dict[Language, tuple[str, ...]]]:
    """Return for each class of texts its most telling terms, by language, best first.

    ``classes`` and ``groups`` hold the class and the ownership group of each text, numbered from 0; a text of class -1
    is in none. A term weighs p ln(p / q), p being the share of the class's texts that use it, q that of all others (p
    alone where there are no others): class-weighted TF-IDF with texts for counts, so that saying a word ten times is
    not ten votes; compounds weigh more by ``COMPOUND_BONUS``. A term is used by at least ``LEAST_SUPPORT`` groups of
    the class, and each differs from those before it in its words and in the texts that use it.
    """
    found: list[dict[Language, tuple[str, ...]]] = [{} for _ in range(int(classes.max(initial=-1)) + 1)]
    for language in Language:
        uses = _uses(reading, language)
        weighed = _weights(uses, classes, groups)
        for number, terms in enumerate(found):
            chosen = _chosen(reading, uses, classes == number, weighed[number])
            terms[language] = tuple(chosen)
    return found


def _uses(reading: Reading, language: Language) -> _Uses:
    """Return the uses of words and compounds in one language that can name something; rare ones are left out."""
    nameable = (reading.korean == (language is Language.KOREAN)) & _nameable(reading)
    grams = np.where(nameable, reading.words, -1).astype(np.int64)
    terms, places, lengths = [], [], []
    known = 0
    for words in range(1, LONGEST_COMPOUND + 1):
        if words > 1:
            follows = (reading.gaps[words - 1 :] != APART) & (grams[:-1] >= 0) & nameable[words - 1 :]
            codes = grams[:-1] * len(reading.vocabulary) + reading.words[words - 1 :]
            grams = np.where(follows, codes, -1)
        at = np.flatnonzero(grams >= 0)
        kinds, numbers = np.unique(grams[at], return_inverse=True)
        frequent = np.bincount(numbers, minlength=len(kinds)) >= LEAST_SUPPORT
        keep = frequent[numbers]
        grams[at] = np.where(keep, numbers, -1)
        terms.append(known + numbers[keep])
        places.append(at[keep] + words - 1)
        lengths.append(np.full(len(kinds), words))
        known += len(kinds)
    last = np.concatenate(places)
    return _Uses(np.concatenate(terms), reading.rows[last].astype(np.int64), last, np.concatenate(lengths))


def _weights(uses: _Uses, classes: NDArray[np.int64], groups: NDArray[np.int64]) -> list[list[tuple[int, float]]]:
    """Return the weightiest terms of each class with their weights, only those that enough of its groups use."""
    number = len(uses.lengths)
    said = np.unique(uses.rows * number + uses.terms)
    rows, terms = np.divmod(said, number) if number else (said, said)
    everywhere = np.bincount(terms, minlength=number)
    weighed = []
    for one in range(int(classes.max(initial=-1)) + 1):
        inside = classes[rows] == one
        texts = np.bincount(terms[inside], minlength=number)
        width = int(groups.max(initial=0)) + 1
        by_group = np.unique(terms[inside] * width + groups[rows[inside]]) // width
        enough = np.flatnonzero(np.bincount(by_group, minlength=number) >= LEAST_SUPPORT)
        size = int((classes == one).sum())
        others = int((classes >= 0).sum()) - size
        share = texts[enough] / size
        telling = np.log(share * (others + 1) / (everywhere[enough] - texts[enough] + 0.5)) if others else 1.0
        worth = share * telling * np.array(COMPOUND_BONUS)[uses.lengths[enough] - 1]
        best = np.lexsort((enough, -worth))[:_CANDIDATES]
        weighed.append([(int(enough[at]), float(worth[at])) for at in best if worth[at] > 0])
    return weighed


def _chosen(
    reading: Reading, uses: _Uses, inside: NDArray[np.bool_], weighed: Sequence[tuple[int, float]]
) -> list[str]:
    """Return the terms that say most and differ most, as they are usually written there."""
    here = inside[uses.rows]
    candidates = {}
    for term, worth in weighed:
        places = np.flatnonzero(here & (uses.terms == term))
        length = int(uses.lengths[term])
        last = uses.last[places]
        words = frozenset(reading.words[last[0] - length + 1 : last[0] + 1].tolist())
        name = _usual(reading, last, length)
        if len(name) > LONGEST_NAME:
            continue
        candidates[name] = (worth, words, frozenset(uses.rows[places].tolist()))
    chosen: list[str] = []
    most = max((worth for worth, _, _ in candidates.values()), default=0.0)
    while len(chosen) < TERMS_KEPT:
        known = frozenset[int]().union(*(candidates[name][1] for name in chosen))
        left = {
            name: (1 - DIFFERENCE) * worth / most
            - DIFFERENCE * max((_overlap(texts, candidates[c][2]) for c in chosen), default=0)
            for name, (worth, words, texts) in candidates.items()
            if name not in chosen and known.isdisjoint(words)
        }
        if not left:
            break
        chosen.append(max(left, key=lambda name: left[name]))
    return chosen


def _overlap(left: frozenset[int], right: frozenset[int]) -> float:
    """Return the Jaccard index of two sets of texts, of which neither is empty."""
    return len(left & right) / len(left | right)


def _usual(reading: Reading, last: NDArray[np.int64], length: int) -> str:
    """Return the most frequent way in which a term is written, the first in order of letters among equals."""
    written = Counter(_as_named(reading, int(end) - length + 1, int(end)) for end in last)
    return min(written, key=lambda name: (-written[name], name))


def _as_named(reading: Reading, first: int, last: int) -> str:
    """Return the words at some places in lower case, but for those with a capital after their first letter."""
    parts = []
    for at in range(first, last + 1):
        word = reading.spellings[reading.written[at]]
        parts.append(GAPS[reading.gaps[at]] if at > first else "")
        parts.append(word if word[1:] != word[1:].lower() else word.lower())
    return "".join(parts)


def _nameable(reading: Reading) -> NDArray[np.bool_]:
    """Tell which uses can stand in a name: words with a letter first that not every demand for technology uses."""
    unnamed = _unnamed()
    words = np.array([word not in unnamed for word in reading.vocabulary], dtype=np.bool_)
    spelled = np.array([_TELLING.fullmatch(word) is not None for word in reading.spellings], dtype=np.bool_)
    nameable: NDArray[np.bool_] = words[reading.words] & spelled[reading.written]
    return nameable


@functools.cache
def _unnamed() -> frozenset[str]:
    """Return the stems and nouns that name nothing, since any demand for any technology uses them."""
    korean = {word for word in _COMMON_WORDS if is_korean(word)}
    return frozenset(korean | set(stems_of(" ".join(_COMMON_WORDS))))
