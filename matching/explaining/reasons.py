"""Say why a pair was proposed, in terms a reader can find in both texts and contradict."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from matching.blend import FIT_COMPONENTS, weight_of
from matching.brief import Passage, ProjectBrief, SignalBrief, TextSpan
from matching.facts.eligibility import check_gates
from matching.facts.gates import GateResult
from matching.language.everyday_words import untelling_stems
from matching.language.terms import is_syllable_pair, occurrences, terms_of
from matching.language.text import Language, sentence_spans
from matching.lexical.weighing import asked_information, counts_by_language
from matching.matcher import Components, HybridMatcher, ScoredPair
from matching.parameters import MatchParameters

TERMS_SHOWN = 6
"""Shared terms that a reason lists, the weightiest first."""

PLACES_SHOWN = 2
"""Places on either side that are pointed at for each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTerm:
    """A term both texts have, what part of the lexical leg it carries, and where it stands on either side."""

    term: str
    share: float
    signal: tuple[TextSpan, ...]
    project: tuple[TextSpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Why a pair scores as it does.

    ``shares`` says what part of the score each component brings; they sum to 1 (empty for a score of 0). The two
    sentences are the ones that carried the match, ``None`` where no sentence did.
    """

    signal_key: str
    project_key: str
    score: float
    gates: tuple[GateResult, ...]
    shares: Mapping[str, float]
    terms: tuple[SharedTerm, ...]
    signal_sentence: TextSpan | None
    project_sentence: TextSpan | None

    def as_dict(self) -> dict[str, Any]:
        """Return the reasons as plain values for JSON."""
        return {
            "signal_key": self.signal_key,
            "project_key": self.project_key,
            "score": self.score,
            "gates": [gate.as_dict() for gate in self.gates],
            "shares": dict(self.shares),
            "terms": [
                {
                    "term": term.term,
                    "share": term.share,
                    "signal": [asdict(span) for span in term.signal],
                    "project": [asdict(span) for span in term.project],
                }
                for term in self.terms
            ],
            "signal_sentence": asdict(self.signal_sentence) if self.signal_sentence else None,
            "project_sentence": asdict(self.project_sentence) if self.project_sentence else None,
        }


_Place = tuple[int, int, int]
"""Where something stands: number of the passage, first character, and the one after the last."""


class _Side(NamedTuple):
    """One brief's text, analysed: term counts by language and their worth, places of terms, sentences in order."""

    counts: Mapping[Language, Mapping[str, int]]
    worth: Mapping[Language, float]
    amounts: Mapping[Language, float]
    smoothing: Mapping[Language, tuple[float, float]]
    priors: Mapping[Language, float]
    places: Mapping[str, Sequence[_Place]]
    sentences: Sequence[_Place]


class Explainer:
    """Gives the reasons of a fitted matcher's pairs; analysed texts are kept, so that many pairs go fast.

    Parameters
    ----------
    matcher : HybridMatcher
        The matcher that scored the pairs; only its yardstick and parameters are used.
    remembered : int
        Briefs of either side whose analysis is kept (about 20 KB each).
    """

    def __init__(self, matcher: HybridMatcher, *, remembered: int = 4_096) -> None:
        self._parameters = matcher.parameters
        self._weighing = matcher.weighing
        self._scales = matcher.yardstick.lexical
        self._side = lru_cache(remembered)(self._analyse)

    def explain(
        self,
        signal: SignalBrief,
        project: ProjectBrief,
        pair: ScoredPair,
        *,
        today: date,
    ) -> Reasons:
        """Return why a pair was scored as it was; the two sentences are those with the weightiest shared terms.

        Which sentences answer each other in meaning, ``alignment`` finds for whoever reads the reasons.
        """
        asked, given = self._side(signal.passages), self._side(project.passages)
        shared = self._shared_weights(asked, given)
        ours, theirs = _weightiest_sentence(asked, shared), _weightiest_sentence(given, shared)
        return Reasons(
            signal_key=signal.key,
            project_key=project.key,
            score=pair.score,
            gates=check_gates(signal, project, today=today, parameters=self._parameters),
            shares=component_shares(pair.components, self._parameters),
            terms=_listed_terms(shared, (asked, signal.passages), (given, project.passages)),
            signal_sentence=_span(ours, signal.passages) if ours else None,
            project_sentence=_span(theirs, project.passages) if theirs else None,
        )

    def _shared_weights(self, asked: _Side, given: _Side) -> dict[str, float]:
        """Return what each shared term adds in the pair of languages that made the lexical leg."""
        best: dict[str, float] = {}
        highest = 0.0
        for language, counts in asked.counts.items():
            wanted = self._weighing.signal_counts(counts)
            worth, scale = asked.worth[language], self._scales[language]
            for spoken, found in given.counts.items():
                smoothing = given.smoothing[spoken]
                shared = {
                    term: wanted[term] * self._weighing.project_weight(term, found[term], smoothing)
                    for term in wanted
                    if term in found
                }
                answered = sum(shared.values()) + asked.amounts[language] * given.priors[spoken]
                value = (answered / worth - scale.low) / (scale.full - scale.low)
                if shared and (value > highest or not best):
                    best, highest = shared, value
        return best

    def _analyse(self, passages: tuple[Passage, ...]) -> _Side:
        """Return the analysis of a brief's text."""
        places: dict[str, list[_Place]] = {}
        counted: list[tuple[Language, Counter[str]]] = []
        for number, passage in enumerate(passages):
            for language, found in occurrences(passage).items():
                for term, start, end in found:
                    places.setdefault(term, []).append((number, start, end))
                counted.append((language, Counter([term for term, _, _ in found])))
        counts = counts_by_language(counted)
        amounts = {language: self._weighing.asked_amount(terms) for language, terms in counts.items()}
        smoothing = {language: self._weighing.smoothing(terms, language) for language, terms in counts.items()}
        priors = {language: self._weighing.length_prior(terms, language) for language, terms in counts.items()}
        worth = asked_information(self._weighing, zip(passages, terms_of(passages), strict=True))
        return _Side(counts, worth, amounts, smoothing, priors, places, _sentence_places(passages))


def component_shares(components: Components, parameters: MatchParameters) -> dict[str, float]:
    """Return what part of the score each component brings, to four decimals and summing to 1; empty when none does."""
    legs = {"dense": parameters.dense_share, "lexical": 1 - parameters.dense_share}
    known = sum(share for leg, share in legs.items() if getattr(components, leg) is not None)
    weights = {leg: weight_of("text", parameters) * share / known for leg, share in legs.items() if known}
    weights |= {name: weight_of(name, parameters) for name in FIT_COMPONENTS}
    parts = {name: weight * (getattr(components, name) or 0.0) for name, weight in weights.items()}
    total = sum(parts.values())
    shares = {name: round(part / total, 4) for name, part in parts.items() if part > 0}
    if shares:
        largest = max(shares, key=lambda name: shares[name])
        shares[largest] = round(1 - sum(share for name, share in shares.items() if name != largest), 4)
    return shares


def _sentence_places(passages: Iterable[Passage]) -> list[_Place]:
    """Return where the sentences of some passages stand."""
    return [(at, *span) for at, passage in enumerate(passages) for span in sentence_spans(passage.text)]


def _weightiest_sentence(side: _Side, shared: Mapping[str, float]) -> _Place | None:
    """Return the sentence whose different shared terms weigh most, the first of equals."""
    starts = [sentence[:2] for sentence in side.sentences]
    weights = [0.0] * len(starts)
    for term, weight in shared.items():
        for at in {bisect_right(starts, place[:2]) - 1 for place in side.places[term]}:
            weights[at] += weight
    best = max(range(len(weights)), key=lambda at: weights[at], default=None)
    return side.sentences[best] if best is not None and weights[best] > 0 else None


def _listed_terms(
    shared: Mapping[str, float], asked: tuple[_Side, Sequence[Passage]], given: tuple[_Side, Sequence[Passage]]
) -> tuple[SharedTerm, ...]:
    """Return the weightiest shared words with their places; syllable pairs only where no word is shared.

    Everyday words count in the score for the little they are worth, and are no reason that anybody would give.

    The words of one English wording stand at one place of a Korean text: they are one term.
    """
    telling = [term for term in shared if term not in untelling_stems() and shared[term] > 0]
    words = [term for term in telling if not is_syllable_pair(term)]
    at_place: dict[_Place, list[str]] = {}
    for term in sorted(words or telling, key=lambda term: (-shared[term], term)):
        at_place.setdefault(asked[0].places[term][0], []).append(term)
    weights = {place: sum(shared[term] for term in terms) for place, terms in at_place.items()}
    chosen = sorted(at_place, key=lambda place: (-weights[place], at_place[place]))[:TERMS_SHOWN]
    total = sum(shared.values())
    return tuple(
        SharedTerm(
            term=" ".join(at_place[place]),
            share=round(weights[place] / total, 4),
            signal=_spans_of(at_place[place], asked),
            project=_spans_of(at_place[place], given),
        )
        for place in chosen
    )


def _spans_of(terms: Iterable[str], text: tuple[_Side, Sequence[Passage]]) -> tuple[TextSpan, ...]:
    """Return the first places of some terms in a text, in order of place."""
    side, passages = text
    places = sorted({place for term in terms for place in side.places[term][:PLACES_SHOWN]})
    return tuple(_span(place, passages) for place in places)


def _span(place: _Place, passages: Sequence[Passage]) -> TextSpan:
    """Return a place with the text that stands there."""
    number, start, end = place
    return TextSpan(passage=number, start=start, end=end, text=passages[number].text[start:end])
