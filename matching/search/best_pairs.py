"""The best projects for each signal and the best signals for each project, by one exact pass over all pairs."""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from matching.brief import SignalBrief
from matching.lexical.index import LexicalQueries
from matching.matcher import SCORE_STEPS, HybridMatcher
from matching.search.byte_products import LANES, QUERIES_ABREAST, packed_targets, products, whole
from matching.search.exact_pairs import ExactScorer, ExactScores
from matching.search.fact_tables import FactTables
from matching.search.pair_inputs import SignalSide, leg_shares
from matching.search.ranking import BestPairs, Ranking, Rows, best_numbers
from matching.search.sweep import prune, raise_lexical, sweep, tighten
from matching.search.sweep_arrays import AllLists, Found, Limits, Lists, ProjectBounds
from matching.search.term_codes import TermShard, TermTables
from matching.search.vector_codes import QUERY_SHIFT, VectorCodes

PROJECTS_A_SHARD = 1024
SIGNALS_A_BLOCK = 96
"""Pairs swept at a time: what is known of them stays in a core's cache."""

PAIRS_AT_ONCE = 65_536
"""Pairs scored exactly at a time."""

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
        self._codes = VectorCodes.of(collection.vectors)
        self._tables = {language: TermTables.of(weights) for language, weights in collection.index.weights.items()}
        self._facts = FactTables(collection.projects)
        self._shares = leg_shares(collection, matcher.parameters)

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
        if len(vectors) != len(signals):
            raise ValueError(f"{len(signals)} signals came with {len(vectors)} vectors")
        if top < 1:
            raise ValueError(f"lists of {top} pairs were asked for; the least is 1")
        order = sorted(range(len(signals)), key=lambda at: signals[at].key)
        ordered = [signals[at] for at in order]
        keys = tuple(signal.key for signal in ordered)
        if len(set(keys)) != len(keys):
            raise ValueError("two signals have the same key")
        matcher, collection = self._matcher, self._matcher.collection
        side = SignalSide.of(
            ordered,
            vectors[order],
            queries=queries or collection.index.queries(ordered),
            facts=self._facts.of(ordered, today=today, parameters=matcher.parameters),
            collection=collection,
            tables=self._tables,
            yardstick=matcher.yardstick,
        )
        limits = Limits(
            np.float32(matcher.parameters.text_weight),
            np.float32(max(_LEAST_TEXT, least_text - _LEAST_TEXT)),
            top,
            near,
        )
        scorer = ExactScorer(matcher, side, least_text=least_text)
        run = _Run(self, side, limits, scorer)
        threads = threads or len(os.sched_getaffinity(0))
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
            found = run.both_ways(pool, threads)
        return BestPairs(
            signal_keys=keys,
            project_keys=tuple(project.key for project in collection.projects),
            projects_for=found[0],
            near_misses_for=found[1],
            signals_for=found[2],
        )

    def shard(self, first: int, last: int) -> tuple[ProjectBounds, NDArray[np.int32]]:
        """Return the bounds and the packed vectors of some projects."""
        rows = slice(first, last)
        dense, lexical = (np.ascontiguousarray(shares[:, rows]) for shares in self._shares)
        codes = self._codes
        bounds = ProjectBounds(codes.total[rows] * QUERY_SHIFT, codes.step[rows], codes.error[rows], dense, lexical)
        return bounds, packed_targets(codes.codes[rows])


class _Run:
    """One search: shards of projects are taken up by whichever thread is free."""

    def __init__(self, search: PairSearch, side: SignalSide, limits: Limits, scorer: ExactScorer) -> None:
        self._search, self._side, self._limits, self._scorer = search, side, limits, scorer
        self._signals, self._projects = len(side.present), scorer.projects
        self._shards: Iterator[int] = iter(range(0, self._projects, PROJECTS_A_SHARD))
        self._taking = threading.Lock()

    def both_ways(self, pool: ThreadPoolExecutor, threads: int) -> tuple[Ranking, Ranking, Ranking]:
        """Return the projects and the near misses of each signal, and the signals of each project."""
        workers = [_Sweeper(self._search, self._side, self._limits, self._scorer) for _ in range(threads)]
        list(pool.map(self._take_shards, workers))
        best = np.sort(
            np.concatenate([np.empty(0, dtype=np.int64), *(part for w in workers for part in w.of_projects)])
        )
        bars = np.max([worker.of_signals.bars for worker in workers], axis=0)
        near_bars = np.max([worker.near_misses.bars for worker in workers], axis=0)
        empty = (np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32))
        kept = [empty, *(part for worker in workers for part in worker.kept)]
        signals, projects, most = (np.concatenate(column) for column in zip(*kept, strict=True))
        stays: NDArray[np.intp] = np.flatnonzero(most >= np.where(projects < 0, near_bars[signals], bars[signals]))
        stays = stays[np.argsort(signals[stays], kind="stable")]
        signals, projects = signals[stays], projects[stays]
        rows = np.where(projects < 0, -1 - projects, projects)
        starts = range(0, len(rows), PAIRS_AT_ONCE)
        parts = list(
            pool.map(lambda at: self._scorer.score(signals[at:][:PAIRS_AT_ONCE], rows[at:][:PAIRS_AT_ONCE]), starts)
        )
        scores = ExactScores.together(parts)
        rankings = []
        for chosen, count in ((projects >= 0, self._limits.top), (projects < 0, self._limits.near)):
            some = chosen & scores.listed
            numbers = best_numbers(signals[some], rows[some], scores.steps[some], count=count)
            rankings.append(Ranking.of(numbers, self._signals))
        return rankings[0], rankings[1], Ranking.of(best, self._projects)

    def _take_shards(self, worker: "_Sweeper") -> None:
        while True:
            with self._taking:
                first = next(self._shards, None)
            if first is None:
                return
            worker.sweep(first, min(first + PROJECTS_A_SHARD, self._projects))


class _Sweeper:
    """What one thread has found so far."""

    def __init__(self, search: PairSearch, side: SignalSide, limits: Limits, scorer: ExactScorer) -> None:
        self._search, self._side, self._limits, self._scorer = search, side, limits, scorer
        self.of_signals, self.near_misses = Lists.empty(len(side.present)), Lists.empty(len(side.present))
        self.of_projects: list[Rows] = []
        self.kept: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]] = []
        self._found = Found.room(0)

    def sweep(self, first: int, last: int) -> None:
        """Sweep all signals over a shard of projects; its projects' lists are final then."""
        bounds, packed = self._search.shard(first, last)
        lists = AllLists(self.of_signals, Lists.empty(last - first), self.near_misses)
        count = self._bound(first, last, bounds, packed, lists)
        found, for_project = self._found, np.empty(count, dtype=np.bool_)
        count = prune(first, lists, found, count, for_project)
        chosen = np.flatnonzero(for_project[:count])
        cosines = self._scorer.cosines(found.signal[chosen], found.project[chosen])
        dense = self._scorer.dense_worth(cosines).astype(np.float32)
        tightened = Lists.empty(last - first)
        tightened.bars[:] = lists.of_projects.bars
        reaches = tighten(
            first, found, chosen, dense, bounds, self._side.bounds, self._limits.top,
            Lists(tightened.tally, tightened.above, tightened.bars),
        )  # fmt: skip
        chosen, cosines = chosen[reaches], cosines[reaches]
        signals, projects = found.signal[chosen], found.project[chosen]
        scores = self._scorer.score(signals, projects, cosines=cosines)
        listed = scores.listed
        self.of_projects.append(
            best_numbers(projects[listed], signals[listed], scores.steps[listed], count=self._limits.top)
        )
        signals, projects = found.signal[:count], found.project[:count]
        bars = np.where(projects < 0, self.near_misses.bars[signals], self.of_signals.bars[signals])
        stays = found.most[:count] >= bars
        self.kept.append((signals[stays], projects[stays], found.most[:count][stays]))

    def _bound(self, first: int, last: int, bounds: ProjectBounds, packed: NDArray[np.int32], lists: AllLists) -> int:
        """Sweep block after block of signals; return how many pairs were found."""
        side = self._side
        shards = [meeting.tables.shard(first, last) for meeting in side.meetings]
        columns, size, count = len(packed) * LANES, last - first, 0
        for start in range(0, len(side.present), SIGNALS_A_BLOCK):
            rows = min(SIGNALS_A_BLOCK, len(side.present) - start)
            block = slice(start, start + whole(rows, QUERIES_ABREAST))
            dense = np.empty((whole(rows, QUERIES_ABREAST), columns), dtype=np.int32)
            products(side.words[block], packed, dense)
            lexical = np.zeros((rows, size), dtype=np.float32)
            self._raise_lexical(start, block, shards, slice(first, last), lexical)
            self._found = self._found.with_room(rows * size, count=count)
            count = sweep(
                start, first, dense, lexical, bounds, side.bounds, side.arrays, self._limits, lists, self._found, count
            )
        return count

    def _raise_lexical(
        self, start: int, block: slice, shards: Sequence[TermShard], projects: slice, lexical: NDArray[np.float32]
    ) -> None:
        """Fill in the most that the lexical leg of each pair can be worth, over all languages."""
        for meeting, shard in zip(self._side.meetings, shards, strict=True):
            words = meeting.queries.bytes[block]
            of_terms = np.zeros((len(words), len(shard.bytes) * LANES), dtype=np.int32)
            if meeting.tables.columns:
                products(words, shard.bytes, of_terms)
            terms = meeting.queries
            raise_lexical(
                of_terms, terms.starts, terms.terms, terms.counts, meeting.gain, meeting.shift, meeting.amount, start,
                shard.starts, shard.projects, shard.weights, meeting.priors[projects].astype(np.float32), lexical,
            )  # fmt: skip
