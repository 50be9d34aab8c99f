"""All topics beside all awards, both ways, and the bare product: ``python -m tests.benchmarks.pairs [HOME]``.

HOME may hold vectors of the model (``pairs-projects.npy``, ``pairs-signals.npy``). Where they are not there, vectors of
hashed words stand in, whose encoding takes a minute; the line says which.
"""

import gzip
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from matching.brief import ProjectBrief, SignalBrief, passages_of, text_project, text_signal
from matching.encoding.encoder import HashingEncoder, vectors_of
from matching.matcher import HybridMatcher
from matching.search.best_pairs import BestPairs, PairSearch
from matching.yardstick import Yardstick
from tests.benchmarks.figures import SHARED, Row, show

AWARDS = SHARED / "data" / "sbir" / "awards_phase2_2001_2018.jsonl.gz"
TOPICS = SHARED / "data" / "sbir" / "topics.jsonl.gz"
TODAY = date(2026, 3, 2)
ROUNDS = 3
REGIONS = ("11", "26", "27", "28", "29", "30", "31", "36", "41", "43", "44", "46", "47", "48", "50", "51", "52")
STEP_KRW = 50_000_000


def read(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def invented_facts(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Draw facts for projects: the records have none that the gates read."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        now = int(random.integers(1, 8))
        yield {
            "fields": frozenset({f"{random.integers(1, 13):02d}"}),
            "region": str(random.choice(REGIONS)),
            "trl_now": now,
            "trl_target": min(now + int(random.integers(1, 4)), 9),
            "need_krw": int(random.integers(2, 100)) * STEP_KRW,
        }


def invented_conditions(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Draw conditions for signals: most ask for a ticket and a readiness, some exclude words or are over."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        lowest, least = int(random.integers(1, 6)), int(random.integers(1, 20)) * STEP_KRW
        yield {
            "fields": frozenset(f"{field:02d}" for field in random.integers(1, 13, 3)),
            "regions": frozenset(str(region) for region in random.choice(REGIONS, 3)),
            "region_bound": bool(random.random() < 0.2),
            "trl_min": lowest,
            "trl_max": min(lowest + 4, 9),
            "ticket_min_krw": least,
            "ticket_max_krw": least * 8,
            "excluded_terms": ("tobacco", "weapon") if random.random() < 0.1 else (),
            "live": bool(random.random() < 0.97),
        }


def vectors(home: Path, name: str, briefs: list[ProjectBrief] | list[SignalBrief]) -> np.ndarray[Any, Any]:
    kept = home / f"pairs-{name}.npy"
    if kept.exists():
        return np.load(kept)
    return vectors_of(briefs, HashingEncoder(dimensions=384))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return seconds on the clock and of the processors."""
    started, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - used


def highest_memory(work: Callable[[], object]) -> int:
    """Return by how many bytes the process grew at the most while it worked."""
    process, done = psutil.Process(), threading.Event()
    before = highest = process.memory_info().rss

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.02):
            highest = max(highest, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return highest - before


def same(one: BestPairs, other: BestPairs) -> bool:
    pairs = zip(
        (one.projects_for, one.near_misses_for, one.signals_for),
        (other.projects_for, other.near_misses_for, other.signals_for),
        strict=True,
    )
    return all(np.array_equal(a.others, b.others) and np.array_equal(a.scores, b.scores) for a, b in pairs)


def measured(
    matcher: HybridMatcher, signals: list[SignalBrief], of_signals: np.ndarray[Any, Any], kind: str
) -> Iterator[Row]:
    search, of_projects = PairSearch(matcher), matcher.collection.vectors
    ordered = sorted(range(len(signals)), key=lambda at: signals[at].key)
    signals, of_signals = [signals[at] for at in ordered], of_signals[ordered]
    queries = matcher.collection.index.queries(signals)
    search.best(signals[:8], of_signals[:8], today=TODAY)  # compiles
    ours, fresh, again = [], [], []
    out = np.empty((len(signals), len(of_projects)), dtype=np.float32)
    for _ in range(ROUNDS):
        fresh.append(timed(lambda: of_signals @ of_projects.T))
        again.append(timed(lambda: np.matmul(of_signals, of_projects.T, out=out)))
        ours.append(timed(lambda: search.best(signals, of_signals, today=TODAY, queries=queries)))
    clock, processor = (statistics.median(column) for column in zip(*ours, strict=True))
    bare = [statistics.median(column) for column in zip(*fresh, strict=True)]
    kept = [statistics.median(column) for column in zip(*again, strict=True)]
    yield Row(
        figure=f"{len(signals)} topics x {len(of_projects)} awards, top 50 each way, {kind}",
        ours=f"{clock:.2f} s ({processor:.2f} s of processors): {clock / bare[0]:.1f} x the bare product, "
        f"{clock / kept[0]:.1f} x one whose result has its memory already (processors {processor / bare[1]:.1f}, "
        f"{processor / kept[1]:.1f})",
        peer=f"{bare[0]:.2f} s ({bare[1]:.2f} s), {kept[0]:.2f} s ({kept[1]:.2f} s): numpy float32 A @ B.T",
        bar="<= 2 x",
    )
    grown = highest_memory(lambda: search.best(signals, of_signals, today=TODAY, queries=queries))
    product = of_projects.nbytes // of_projects.shape[1] * len(signals)
    yield Row(
        figure="memory that search takes at its peak, beside the collection",
        ours=f"{grown / 2**20:.0f} MiB",
        peer=f"{product / 2**20:.0f} MiB (the product's result)",
    )
    one = search.best(signals, of_signals, today=TODAY, threads=1)
    two = search.best(signals[::-1], of_signals[::-1], today=TODAY, threads=2)
    yield Row(figure="1 thread, and 2 threads in reverse order", ours="the same lists" if same(one, two) else "DIFFER")


def rows(home: Path) -> Iterator[Row]:
    if not AWARDS.exists():
        return
    projects = [text_project(a["award_id"], passages_of(f"{a['title']}\n{a['abstract']}")) for a in read(AWARDS)]
    texts = [
        (t["topic_id"], "\n".join(filter(None, (t["title"], t["objective"], t["description"])))) for t in read(TOPICS)
    ]
    signals = [text_signal(key, passages_of(text)) for key, text in texts]
    of_projects, of_signals = vectors(home, "projects", projects), vectors(home, "signals", signals)
    source = "vectors of the model" if (home / "pairs-projects.npy").exists() else "vectors of hashed words"
    yardstick = Yardstick.fit(projects, of_projects)
    plain = HybridMatcher(yardstick=yardstick).fit(projects, of_projects)
    yield from measured(plain, signals, of_signals, f"texts alone, {source}")
    drawn = zip(projects, invented_facts(len(projects), 1), strict=True)
    factual = [replace(project, **facts) for project, facts in drawn]
    asking = [
        replace(signal, **asked) for signal, asked in zip(signals, invented_conditions(len(signals), 2), strict=True)
    ]
    matcher = HybridMatcher(yardstick=yardstick).fit(factual, of_projects)
    yield from measured(matcher, asking, of_signals, f"with invented facts and all gates, {source}")


if __name__ == "__main__":
    show(rows)
