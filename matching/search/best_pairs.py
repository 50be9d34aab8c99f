"""The best projects for each signal and the best signals for each project, by one exact pass over all pairs."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matching.brief import SignalBrief
from matching.lexical.index import LexicalQueries
from matching.matcher import SCORE_STEPS, HybridMatcher
from matching.search.exact_pairs import ExactScorer
from matching.search.fact_tables import FactTables
from matching.search.pair_inputs import SignalSide, leg_shares
from matching.search.pair_run import PairRun, ProjectSide
from matching.search.ranking import BestPairs, SignalPairs
from matching.search.sweep_arrays import Limits
from matching.search.term_codes import TermTables
from matching.search.vector_codes import VectorCodes

_LEAST_TEXT = 0.5 / SCORE_STEPS


class PairSearch:
    """Finds the best of all pairs of many signals with the projects of a matcher, both ways at once.

    Bounds come first: products of bytes say what the score of a pair can be at most, and only pairs that can reach a
    list are scored exactly. What is found is what scoring every pair would find. Threads share nothing but the work:
    their number changes no result.
    """

    def __init__(self, matcher: HybridMatcher) -> None:
        self._matcher = matcher
        collection = matcher.collection
        self._projects = ProjectSide(
            codes=VectorCodes.of(collection.vectors), shares=leg_shares(collection, matcher.parameters)
        )
        self._tables = {language: TermTables.of(weights) for language, weights in collection.index.weights.items()}
        self._facts = FactTables(collection.projects)

    def best(
        self,
        signals: Sequence[SignalBrief],
        vectors: NDArray[np.float32],
        *,
        today: date,
        top: int = 50,
        near: int = 10,
        least_text: float = 0.0,
        threads: int | None = None,
        queries: LexicalQueries | None = None,
    ) -> BestPairs:
        """Return the ``top`` best eligible pairs of each signal and of each project, ``near`` near misses of signals.

        ``queries`` are the signals' terms in the order of their keys (``LexicalIndex.queries``) where they are known.

        Raises
        ------
        ValueError
            When there is not one vector a signal, two signals have one key, or ``top`` is not positive.
        """
        side = self._side(signals, vectors, today=today, queries=queries)
        limits = self._limits(top, near, least_text=least_text)
        scorer = ExactScorer(self._matcher, side, least_text=least_text)
        found = PairRun(self._projects, side, limits=limits, scorer=scorer, both_ways=True).found(threads)
        return BestPairs(
            signal_keys=side.keys,
            project_keys=tuple(project.key for project in self._matcher.collection.projects),
            projects_for=found[0],
            near_misses_for=found[1],
            signals_for=found[2],
        )

    def for_signals(
        self,
        signals: Sequence[SignalBrief],
        vectors: NDArray[np.float32],
        *,
        today: date,
        top: int = 50,
        near: int = 10,
        least_text: float = 0.0,
        threads: int | None = None,
    ) -> list[SignalPairs]:
        """Return what ``HybridMatcher.match`` returns but the closed gates' own results, in the order of the signals.

        Raises
        ------
        ValueError
            As ``best``.
        """
        side = self._side(signals, vectors, today=today, queries=None)
        limits = self._limits(top, near, least_text=least_text)
        scorer = ExactScorer(self._matcher, side, least_text=least_text)
        run = PairRun(self._projects, side, limits=limits, scorer=scorer, both_ways=False)
        eligible, near_misses = (scorer.pairs_of(ranking) for ranking in run.found(threads)[:2])
        rows = {key: row for row, key in enumerate(side.keys)}
        return [
            SignalPairs(
                signal_key=signal.key,
                eligible=eligible[rows[signal.key]],
                near_misses=near_misses[rows[signal.key]],
            )
            for signal in signals
        ]

    def _side(
        self,
        signals: Sequence[SignalBrief],
        vectors: NDArray[np.float32],
        *,
        today: date,
        queries: LexicalQueries | None,
    ) -> SignalSide:
        """Return signals ready to be swept, in the order of their keys."""
        if len(vectors) != len(signals):
            raise ValueError(f"{len(signals)} signals came with {len(vectors)} vectors")
        order = sorted(range(len(signals)), key=lambda at: signals[at].key)
        ordered = [signals[at] for at in order]
        if len({signal.key for signal in ordered}) != len(ordered):
            raise ValueError("two signals have the same key")
        matcher, collection = self._matcher, self._matcher.collection
        return SignalSide.of(
            ordered,
            vectors[order],
            queries=queries or collection.index.queries(ordered),
            facts=self._facts.of(ordered, today=today, parameters=matcher.parameters),
            collection=collection,
            tables=self._tables,
            yardstick=matcher.yardstick,
        )

    def _limits(self, top: int, near: int, *, least_text: float) -> Limits:
        """Return what limits the lists; ``ValueError`` when they may hold nothing."""
        if top < 1:
            raise ValueError(f"lists of {top} pairs were asked for; the least is 1")
        weight = np.float32(self._matcher.parameters.text_weight)
        return Limits(weight, np.float32(max(_LEAST_TEXT, least_text - _LEAST_TEXT)), top, near)
