"""One search over all pairs: shards of projects are swept on several threads, what remains is scored exactly."""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from matching.search.byte_products import LANES, QUERIES_ABREAST, packed_targets, products, whole
from matching.search.exact_pairs import ExactScorer, ExactScores
from matching.search.pair_inputs import SignalSide
from matching.search.ranking import Ranking, Rows, best_numbers
from matching.search.sweep import prune, raise_lexical, sweep, tighten
from matching.search.sweep_arrays import AllLists, Found, Limits, Lists, ProjectBounds
from matching.search.term_codes import TermShard
from matching.search.vector_codes import QUERY_SHIFT, VectorCodes

PROJECTS_A_SHARD = 1024
SIGNALS_A_BLOCK = 96
"""Pairs swept at a time: what is known of them stays in a core's cache."""

PAIRS_AT_ONCE = 65_536
"""Pairs scored exactly at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSide:
    """Projects ready to be swept: their vectors as bytes and the shares of the legs (``leg_shares``)."""

    codes: VectorCodes
    shares: tuple[NDArray[np.float32], ...]

    def shard(self, first: int, last: int) -> tuple[ProjectBounds, NDArray[np.int32]]:
        """Return the bounds and the packed vectors of some projects."""
        rows = slice(first, last)
        dense, lexical = (np.ascontiguousarray(shares[:, rows]) for shares in self.shares)
        codes = self.codes
        bounds = ProjectBounds(codes.total[rows] * QUERY_SHIFT, codes.step[rows], codes.error[rows], dense, lexical)
        return bounds, packed_targets(codes.codes[rows])


class PairRun:
    """One search: shards of projects are taken up by whichever thread is free."""

    def __init__(
        self, project_side: ProjectSide, side: SignalSide, *, limits: Limits, scorer: ExactScorer, both_ways: bool
    ) -> None:
        self._project_side, self._side, self._limits, self._scorer = project_side, side, limits, scorer
        self._both_ways = both_ways
        self._signals, self._projects = len(side.present), scorer.projects
        self._shards: Iterator[int] = iter(range(0, self._projects, PROJECTS_A_SHARD))
        self._taking = threading.Lock()

    def found(self, threads: int | None) -> tuple[Ranking, Ranking, Ranking]:
        """Return the projects and the near misses of each signal, and the signals of each project.

        The last are left empty where one way is enough. Every processor is used when ``threads`` is left out.
        """
        threads = threads or len(os.sched_getaffinity(0))
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
            return self._rankings(pool, threads)

    def _rankings(self, pool: ThreadPoolExecutor, threads: int) -> tuple[Ranking, Ranking, Ranking]:
        """Let every thread sweep shards, then score what may still be on a list."""
        workers = [
            _Sweeper(self._project_side, self._side, self._limits, scorer=self._scorer, both_ways=self._both_ways)
            for _ in range(threads)
        ]
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

    def __init__(
        self, project_side: ProjectSide, side: SignalSide, limits: Limits, *, scorer: ExactScorer, both_ways: bool
    ) -> None:
        self._project_side, self._side, self._limits, self._scorer = project_side, side, limits, scorer
        self._both_ways = both_ways
        self.of_signals, self.near_misses = Lists.empty(len(side.present)), Lists.empty(len(side.present))
        self.of_projects: list[Rows] = []
        self.kept: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]] = []
        self._found = Found.room(0)

    def sweep(self, first: int, last: int) -> None:
        """Sweep all signals over a shard of projects; its projects' lists are final then."""
        bounds, packed = self._project_side.shard(first, last)
        of_projects = Lists.empty(last - first) if self._both_ways else Lists.closed(last - first)
        lists = AllLists(self.of_signals, of_projects, self.near_misses)
        count = self._bound(first, last, bounds, packed, lists)
        found, for_project = self._found, np.empty(count, dtype=np.bool_)
        count = prune(first, lists, found, count, for_project)
        if self._both_ways:
            self._list_for_projects(first, np.flatnonzero(for_project[:count]), bounds, of_projects)
        signals, projects = found.signal[:count], found.project[:count]
        bars = np.where(projects < 0, self.near_misses.bars[signals], self.of_signals.bars[signals])
        stays = found.most[:count] >= bars
        self.kept.append((signals[stays], projects[stays], found.most[:count][stays]))

    def _list_for_projects(self, first: int, chosen: NDArray[np.intp], bounds: ProjectBounds, lists: Lists) -> None:
        """Score those pairs that may be on their project's list, and keep its best."""
        found = self._found
        cosines = self._scorer.cosines(found.signal[chosen], found.project[chosen])
        dense = self._scorer.dense_worth(cosines).astype(np.float32)
        tightened = Lists.empty(len(lists.bars))
        tightened.bars[:] = lists.bars
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
