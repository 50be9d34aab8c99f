"""One search over all pairs: shards of projects are swept on several threads, what remains is scored exactly."""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from matching.search.bounds import bound_block, raise_lexical
from matching.search.byte_products import LANES, QUERIES_ABREAST, Words, packed_targets, products, whole
from matching.search.exact_pairs import ExactScorer, ExactScores
from matching.search.pair_inputs import SignalSide
from matching.search.ranking import Ranking, Rows, best_numbers
from matching.search.sweep import collect, raise_project_bars, share_bars
from matching.search.sweep_arrays import AllLists, Bounds, Found, Limits, Lists, ProjectBounds
from matching.search.term_codes import TermShard
from matching.search.vector_codes import QUERY_SHIFT, VectorCodes

PROJECTS_A_SHARD = 1024
SIGNALS_A_BLOCK = 96
"""Pairs swept at a time: what is known of them stays in a core's cache."""

BLOCKS_A_BATCH = 64
"""Blocks of signals by which the bars of a shard's projects are raised before any of their pairs is looked at closely:
as many as memory lets (7 bytes a pair)."""

PAIRS_AT_ONCE = 65_536
"""Pairs scored exactly at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSide:
    """Projects ready to be swept: their vectors as bytes and the shares of the legs (``leg_shares``)."""

    codes: VectorCodes
    shares: tuple[NDArray[np.float32], ...]

    def bounds(self, first: int, last: int) -> ProjectBounds:
        """Return the bounds of some projects."""
        rows = slice(first, last)
        dense, lexical = (np.ascontiguousarray(shares[:, rows]) for shares in self.shares)
        codes = self.codes
        return ProjectBounds(codes.total[rows] * QUERY_SHIFT, codes.step[rows], codes.error[rows], dense, lexical)


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
        self._bars = Lists.empty(self._signals).bars, Lists.empty(self._signals).bars

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
        parts = [part for worker in workers for part in worker.kept]
        kept = Found.together(list(pool.map(lambda part: part.reaching(bars, near_bars), parts)))
        kept = kept.only(np.argsort(kept.signal, kind="stable"))
        signals, projects, cosines = kept.signal, kept.project, kept.cosine
        rows = np.where(projects < 0, -1 - projects, projects)
        starts = range(0, len(rows), PAIRS_AT_ONCE)
        scored = list(
            pool.map(
                lambda lot: self._scorer.score(signals[lot], rows[lot], cosines=cosines[lot]),
                [slice(at, at + PAIRS_AT_ONCE) for at in starts],
            )
        )
        scores = ExactScores.together(scored)
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
                worker.share(self._bars)
            if first is None:
                return
            worker.sweep(first, min(first + PROJECTS_A_SHARD, self._projects))


class _Room:
    """Arrays that are written again and again: asking the system for memory takes as long as multiplying."""

    def __init__(self) -> None:
        self._bounds = Bounds.room(0, 0)
        self._products: dict[tuple[str, int, int], NDArray[np.int32]] = {}

    def bounds(self, signals: int, projects: int) -> Bounds:
        """Return room for the bounds of some pairs, whatever it holds."""
        if self._bounds.floors.shape != (signals, projects):
            self._bounds = Bounds.room(signals, projects)
        return self._bounds

    def products(self, of: str, queries: int, targets: int) -> NDArray[np.int32]:
        """Return room for products, whatever it holds."""
        size = (of, queries, targets)
        if size not in self._products:
            self._products[size] = np.empty((queries, targets), dtype=np.int32)
        return self._products[size]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shard:
    """Some projects: their bounds, their vectors as packed bytes, and their terms beside each meeting's signals."""

    projects: slice
    bounds: ProjectBounds
    vectors: Words
    terms: Sequence[TermShard]


class _Sweeper:
    """What one thread has found so far."""

    def __init__(
        self, project_side: ProjectSide, side: SignalSide, limits: Limits, *, scorer: ExactScorer, both_ways: bool
    ) -> None:
        self._project_side, self._side, self._limits, self._scorer = project_side, side, limits, scorer
        self._both_ways = both_ways
        self._vectors = scorer.vectors()
        self.of_signals, self.near_misses = Lists.empty(len(side.present)), Lists.empty(len(side.present))
        self.of_projects: list[Rows] = []
        self.kept: list[Found] = []
        self._room = _Room()
        self._found = Found.room(0)

    def share(self, bars: tuple[NDArray[np.int16], NDArray[np.int16]]) -> None:
        """Raise the bars of all threads' lists and of this one's to the higher of both."""
        for lists, shared in zip((self.of_signals, self.near_misses), bars, strict=True):
            share_bars(lists, shared)

    def sweep(self, first: int, last: int) -> None:
        """Sweep all signals over a shard of projects; its projects' lists are final then."""
        shard = _Shard(
            projects=slice(first, last),
            bounds=self._project_side.bounds(first, last),
            vectors=packed_targets(self._project_side.codes.codes[first:last]),
            terms=[meeting.tables.shard(first, last) for meeting in self._side.meetings],
        )
        of_projects = Lists.empty(last - first) if self._both_ways else Lists.closed(last - first)
        count = self._collect(shard, AllLists(self.of_signals, of_projects, self.near_misses))
        found = self._found.only(slice(count))
        if self._both_ways:
            places = np.maximum(found.project - first, 0)
            reaching = (found.project >= 0) & (found.most >= of_projects.bars[places])
            self._list_for_projects(found.only(np.flatnonzero(reaching)))
        self.kept.append(found.reaching(self.of_signals.bars, self.near_misses.bars))

    def _collect(self, shard: _Shard, lists: AllLists) -> int:
        """Bound the pairs of batch after batch of signals and collect those that may be on a list; return how many."""
        side, limits, count = self._side, self._limits, 0
        signals, first = len(side.present), shard.projects.start
        batch = SIGNALS_A_BLOCK * (BLOCKS_A_BATCH if self._both_ways else 1)
        room = self._room.bounds(min(batch, signals), shard.projects.stop - first)
        for start in range(0, signals, batch):
            some = room.rows(0, min(batch, signals - start))
            blocks = [
                (start + at, some.rows(at, at + SIGNALS_A_BLOCK)) for at in range(0, len(some.floors), SIGNALS_A_BLOCK)
            ]
            for at, block in blocks:
                self._bound(at, shard, block)
            if self._both_ways:
                raise_project_bars(some.floors, lists.of_projects, limits.top)
            for at, block in blocks:
                self._found = self._found.with_room(block.floors.size, count=count)
                count = collect(
                    at, first, block, self._vectors, shard.bounds, side.bounds, side.arrays, limits, lists, self._found,
                    count,
                )  # fmt: skip
        return count

    def _bound(self, start: int, shard: _Shard, bounds: Bounds) -> None:
        """Fill in the bounds of a block of signals, from ``start`` on, and a shard."""
        side = self._side
        block = slice(start, start + whole(len(bounds.floors), QUERIES_ABREAST))
        bounds.lexical[:] = 0
        for meeting, terms in zip(side.meetings, shard.terms, strict=True):
            queries = meeting.queries
            of_terms = self._multiplied("terms", queries.bytes[block], terms.bytes)
            raise_lexical(
                of_terms, queries.starts, queries.terms, queries.counts, meeting.gain, meeting.shift, meeting.amount,
                start, terms.starts, terms.projects, terms.weights, meeting.priors[shard.projects].astype(np.float32),
                bounds.lexical,
            )  # fmt: skip
        dense = self._multiplied("vectors", side.words[block], shard.vectors)
        bound_block(start, shard.projects.start, dense, shard.bounds, side.bounds, side.arrays, self._limits, bounds)

    def _multiplied(self, of: str, queries: Words, targets: Words) -> NDArray[np.int32]:
        """Return products, which stay until the next of the same kind."""
        out = self._room.products(of, len(queries), len(targets) * LANES)
        products(queries, targets, out)
        return out

    def _list_for_projects(self, found: Found) -> None:
        """Score pairs that may be on their project's list, and keep its best."""
        scores = self._scorer.score(found.signal, found.project, cosines=found.cosine)
        listed = scores.listed
        self.of_projects.append(
            best_numbers(found.project[listed], found.signal[listed], scores.steps[listed], count=self._limits.top)
        )
