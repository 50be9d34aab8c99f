"""Score chosen pairs exactly: sums of whole multiples of small steps, so that no order of adding can matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isnan

import numpy as np
from numpy.typing import NDArray

from matching.blend import FIT_COMPONENTS, weight_of
from matching.facts.eligibility import GATE_BITS
from matching.facts.gates import GateCode
from matching.matcher import SCORE_STEPS, Components, HybridMatcher, ScoredPair
from matching.search.pair_inputs import SignalSide
from matching.search.pair_scores import blend_parts, exact_cosines_of, raise_lexical_worth
from matching.search.ranking import Ranking
from matching.search.sweep_arrays import Vectors

_PARTS = ("dense", "lexical", "text", *FIT_COMPONENTS)
"""Components in the order of the columns of parts."""


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


class ExactScorer:
    """Scores chosen pairs of signals and projects, given by their rows, by the very formulas of the matcher."""

    def __init__(self, matcher: HybridMatcher, side: SignalSide, *, least_text: float) -> None:
        self._matcher, self._side, self._least_text = matcher, side, least_text
        self._collection = matcher.collection
        self.projects = len(self._collection.projects)
        parameters, scale = matcher.parameters, matcher.yardstick.dense
        weights = np.array([weight_of(name, parameters) for name in FIT_COMPONENTS])
        share, text_weight = float(parameters.dense_share), weight_of("text", parameters)
        self._blend = (scale.low, scale.full, share, text_weight, weights)

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
        self, signals: NDArray[np.int32], projects: NDArray[np.int32], *, cosines: NDArray[np.float64]
    ) -> ExactScores:
        """Return the scores of pairs that stand in the order of their signals."""
        steps, listed = np.empty(len(signals), dtype=np.int64), np.empty(len(signals), dtype=np.bool_)
        self._blended(signals, projects, cosines, np.empty((1, len(_PARTS))), steps=steps, listed=listed)
        return ExactScores(steps=steps, listed=listed)

    def pairs_of(self, ranking: Ranking) -> list[tuple[ScoredPair, ...]]:
        """Return the pairs of each signal, in the order of a ranking, with all that the matcher tells of a pair."""
        signals, projects = ranking.owners().astype(np.int32), ranking.others.astype(np.int32)
        parts = np.empty((len(signals), len(_PARTS)))
        steps, listed = np.empty(len(signals), dtype=np.int64), np.empty(len(signals), dtype=np.bool_)
        self._blended(signals, projects, self.cosines(signals, projects), parts, steps=steps, listed=listed)
        pairs = [
            ScoredPair(
                signal_key=self._side.keys[signal],
                project_key=self._collection.projects[project].key,
                score=value,
                components=Components(**dict(zip(_PARTS, told, strict=True))),
                failed_gates=tuple(code for code in GateCode if failed & int(GATE_BITS[code])),
            )
            for signal, project, value, told, failed in zip(
                signals.tolist(),
                projects.tolist(),
                (steps / SCORE_STEPS).tolist(),
                (_told(row) for row in parts.tolist()),
                self._side.failed(signals, projects).tolist(),
                strict=True,
            )
        ]
        return [tuple(pairs[first:last]) for first, last in pairwise(ranking.starts.tolist())]

    def _blended(
        self,
        signals: NDArray[np.int32],
        projects: NDArray[np.int32],
        cosines: NDArray[np.float64],
        parts: NDArray[np.float64],
        *,
        steps: NDArray[np.int64],
        listed: NDArray[np.bool_],
    ) -> None:
        """Fill in the parts of the scores of pairs, their scores and whether they can be listed."""
        side, collection = self._side, self._collection
        blend_parts(
            signals, projects, cosines, self._lexical_worth(signals, projects), (side.present, side.speaking),
            (collection.present, collection.index.present), side.facts.for_pairs, self._blend, self._least_text,
            parts, steps, listed,
        )  # fmt: skip

    def _lexical_worth(self, signals: NDArray[np.int32], projects: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return what shared terms are worth, the best of the languages."""
        worth, queries = np.zeros(len(signals)), self._side.queries
        for meeting in self._side.meetings:
            counts, tables = queries.counts[meeting.asked], meeting.tables
            scale = self._matcher.yardstick.lexical[meeting.asked]
            raise_lexical_worth(
                signals, projects, counts.indptr, tables.place[counts.indices], counts.data,
                tables.starts, tables.terms, tables.weights, queries.worth[meeting.asked],
                queries.amounts[meeting.asked], meeting.priors, (scale.low, scale.full), np.zeros(counts.shape[1]),
                worth,
            )  # fmt: skip
        return worth


def _told(row: list[float]) -> list[float | None]:
    """Return the parts of a pair, ``None`` where one is not known."""
    return [None if isnan(part) else part for part in row]
