"""Score chosen pairs exactly: sums of whole multiples of small steps, so that no order of adding can matter."""

# ruff: noqa: ANN001, ANN201, PLR0917 - numba types compiled functions by what they are called with
# mypy: disable-error-code="no-untyped-def, untyped-decorator, no-untyped-call"

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numba
import numpy as np
from numpy.typing import NDArray

from matching.blend import Part, score, text_worth
from matching.facts.eligibility import GATE_BITS
from matching.facts.gates import GateCode
from matching.matcher import SCORE_STEPS, Components, HybridMatcher, ScoredPair, to_steps
from matching.search.pair_inputs import SignalSide
from matching.search.ranking import Ranking
from matching.search.sweep_arrays import Vectors

_COMPONENTS = tuple(field.name for field in fields(Components))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactScores:
    """Scores of pairs in whole ten-thousandths, and whether their texts let them be listed."""

    steps: NDArray[np.int64]
    listed: NDArray[np.bool_]

    @classmethod
    def together(cls, parts: Sequence["ExactScores"]) -> "ExactScores":
        """Return the scores of several lots of pairs one after another."""
        return cls(
            steps=np.concatenate([np.empty(0, dtype=np.int64), *(part.steps for part in parts)]),
            listed=np.concatenate([np.empty(0, dtype=np.bool_), *(part.listed for part in parts)]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactParts:
    """Parts of the scores of pairs by the name of their component, to four decimals, and the scores they make."""

    parts: Mapping[str, Part]
    scores: NDArray[np.float64]


class ExactScorer:
    """Scores chosen pairs of signals and projects, given by their rows, by the very formulas of the matcher."""

    def __init__(self, matcher: HybridMatcher, side: SignalSide, *, least_text: float) -> None:
        self._matcher, self._side, self._least_text = matcher, side, least_text
        self._collection = matcher.collection
        self.projects = len(self._collection.projects)

    def cosines(self, signals: NDArray[np.int32], projects: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the exact cosines of pairs."""
        cosines = np.empty(len(signals))
        exact_cosines_of(signals, projects, self._side.grid, self._collection.vectors, cosines)
        return cosines

    def vectors(self) -> Vectors:
        """Return the vectors of both sides with the scale of their cosines."""
        scale = self._matcher.yardstick.dense
        return Vectors(self._side.grid, self._collection.vectors, scale.low, scale.full)

    def score(
        self,
        signals: NDArray[np.int32],
        projects: NDArray[np.int32],
        *,
        cosines: NDArray[np.float64] | None = None,
    ) -> ExactScores:
        """Return the scores of pairs that stand in the order of their signals."""
        if cosines is None:
            cosines = self.cosines(signals, projects)
        exact = self._exact(signals, projects, cosines)
        text = exact.parts["text"].worth
        return ExactScores(
            steps=np.rint(exact.scores * SCORE_STEPS).astype(np.int64),
            listed=(text > 0) & (text >= self._least_text),
        )

    def pairs_of(self, ranking: Ranking) -> list[tuple[ScoredPair, ...]]:
        """Return the pairs of each signal, in the order of a ranking, with all that the matcher tells of a pair."""
        signals, projects = ranking.owners().astype(np.int32), ranking.others.astype(np.int32)
        exact = self._exact(signals, projects, self.cosines(signals, projects))
        columns = [_told(exact.parts[name]) if name in exact.parts else [None] * len(signals) for name in _COMPONENTS]
        pairs = [
            ScoredPair(
                signal_key=self._side.keys[signal],
                project_key=self._collection.projects[project].key,
                score=value,
                components=Components(**dict(zip(_COMPONENTS, components, strict=True))),
                failed_gates=tuple(code for code in GateCode if failed & int(GATE_BITS[code])),
            )
            for signal, project, value, components, failed in zip(
                signals.tolist(),
                projects.tolist(),
                (np.rint(exact.scores * SCORE_STEPS) / SCORE_STEPS).tolist(),
                zip(*columns, strict=True),
                self._side.failed(signals, projects).tolist(),
                strict=True,
            )
        ]
        return [tuple(pairs[first:last]) for first, last in pairwise(ranking.starts.tolist())]

    def _exact(
        self, signals: NDArray[np.int32], projects: NDArray[np.int32], cosines: NDArray[np.float64]
    ) -> ExactParts:
        """Return the parts of scores as they are told, and the scores that whoever reads them can work out."""
        side, collection, parameters = self._side, self._collection, self._matcher.parameters
        dense = Part(self._matcher.yardstick.dense.worth(cosines), collection.present[projects] & side.present[signals])
        known = collection.index.present[projects] & side.speaking[signals]
        lexical = Part(self._lexical_worth(signals, projects), known)
        dense, lexical = to_steps(dense), to_steps(lexical)
        text = to_steps(text_worth(dense, lexical, parameters))
        fits = {name: to_steps(part) for name, part in side.facts.fits(signals, projects).items()}
        parts = {"dense": dense, "lexical": lexical, "text": text, **fits}
        return ExactParts(parts=parts, scores=score(text, fits, parameters))

    def _lexical_worth(self, signals: NDArray[np.int32], projects: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return what shared terms are worth, the best of the languages."""
        worth, totals = np.zeros(len(signals)), np.empty(len(signals))
        for meeting in self._side.meetings:
            counts, tables = self._side.queries.counts[meeting.asked], meeting.tables
            exact_shared_weights(
                signals, projects, counts.indptr, tables.place[counts.indices], counts.data,
                tables.starts, tables.terms, tables.weights, np.zeros(counts.shape[1]), totals,
            )  # fmt: skip
            full = self._side.queries.worth[meeting.asked][signals]
            asked = (full > 0) & (totals > 0)
            answered = totals + self._side.queries.amounts[meeting.asked][signals] * meeting.priors[projects]
            shares = np.where(asked, answered / np.where(asked, full, 1), 0.0)
            scale = self._matcher.yardstick.lexical[meeting.asked]
            worth = np.maximum(worth, np.where(asked, scale.worth(shares), 0.0))
        return worth


def _told(part: Part) -> list[float | None]:
    """Return the worth of a part, ``None`` where it is not known."""
    return [value if known else None for value, known in zip(part.worth.tolist(), part.known.tolist(), strict=True)]


@numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract"})
def exact_cosines_of(signals, projects, of_signals, of_projects, cosines):
    """Fill ``cosines`` for pairs given by their rows among vectors on the grid of ``dense.on_grid``.

    Every partial sum is exact in float64, so regrouping the additions changes nothing.
    """
    for pair in range(len(signals)):
        left, right = of_signals[signals[pair]], of_projects[projects[pair]]
        total = 0.0
        for dimension in range(len(left)):
            total += np.float64(left[dimension]) * np.float64(right[dimension])
        cosines[pair] = total


@numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract"})
def exact_shared_weights(
    signals,
    projects,
    asked_starts,
    asked_terms,
    asked_counts,
    starts,
    terms,
    weights,
    asked,
    totals,
):
    """Fill ``totals`` with the sums of shared weights of pairs that stand in the order of their signals.

    ``asked`` is room for a number a term, all zero before and after.
    """
    pair = 0
    while pair < len(signals):
        signal = signals[pair]
        for place in range(asked_starts[signal], asked_starts[signal + 1]):
            asked[asked_terms[place]] = asked_counts[place]
        while pair < len(signals) and signals[pair] == signal:
            first, last = starts[projects[pair]], starts[projects[pair] + 1]
            held, counted = terms[first:last], weights[first:last]
            total = 0.0
            for place in range(len(held)):
                total += asked[held[place]] * counted[place]
            totals[pair] = total
            pair += 1
        for place in range(asked_starts[signal], asked_starts[signal + 1]):
            asked[asked_terms[place]] = 0.0
