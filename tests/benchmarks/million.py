"""One query among a million vectors, exactly and by index: ``python -m tests.benchmarks.million [HOME]``.

The vectors are invented: fifty around each centre, with noise, as texts of a field lie around its subjects. Exact
search is measured among all of them, the index among the first 100,000, since building one takes minutes there and
hours with a million on two cores: ``INDEXED=1000000`` measures that, ``MILLION=20000`` is a short trial. HOME keeps the
embedded PostgreSQL with the index.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import psutil
import sqlalchemy as sa
from sqlmodel import Session

from fund_service.database import migrate, open_engine, owner_engine
from fund_service.matches.method import MatchMethod
from fund_service.matches.nearest import index_when_large, nearest_of_all
from fund_service.settings import Settings
from matching.parameters import MatchParameters
from matching.search.nearest import NearestVectors
from tests.benchmarks.figures import Row, show

SIZE = int(os.environ.get("MILLION", "1000000"))
INDEXED = min(SIZE, int(os.environ.get("INDEXED", "100000")))
DIMENSIONS = 384
AROUND_A_CENTRE = 50
QUERIES = 50
NEAREST = 10
METHOD = MatchMethod("invented", f"n{SIZE}-{INDEXED}", MatchParameters(), "none")

Array = np.ndarray[Any, Any]


def unit(rows: Array) -> Array:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def invented() -> tuple[Array, Array]:
    """Return vectors in half precision and queries."""
    random = np.random.default_rng(9)
    count_of_centres = max(SIZE // AROUND_A_CENTRE, 1)
    centres = random.standard_normal((count_of_centres, DIMENSIONS), dtype=np.float32)

    def around(count: int) -> Array:
        noise = random.standard_normal((count, DIMENSIONS), dtype=np.float32)
        return unit(centres[random.integers(0, count_of_centres, count)] + 0.7 * noise)

    vectors = np.empty((SIZE, DIMENSIONS), dtype=np.float16)
    for start in range(0, SIZE, 50_000):
        vectors[start : start + 50_000] = around(len(vectors[start : start + 50_000]))
    return vectors, around(QUERIES)


def one_by_one(search: Callable[[Array], Sequence[int]], queries: Array) -> tuple[str, list[set[int]]]:
    """Return the times of queries asked one after another, and what was found."""
    clock, processor, found = [], [], []
    for query in queries:
        started, used = time.perf_counter(), time.process_time()
        found.append(set(search(query)))
        clock.append(1000 * (time.perf_counter() - started))
        processor.append(1000 * (time.process_time() - used))
    return f"median {statistics.median(clock):.1f} ms ({statistics.median(processor):.1f} ms of processors)", found


def recall(found: list[set[int]], exact: list[set[int]]) -> float:
    return sum(len(some & best) for some, best in zip(found, exact, strict=True)) / sum(map(len, exact))


def rows(home: Path) -> Iterator[Row]:
    vectors, queries = invented()
    before = psutil.Process().memory_info().rss
    search = NearestVectors(vectors)
    grown = psutil.Process().memory_info().rss - before
    search.search(queries[:1], NEAREST)  # compiles
    ours, exact = one_by_one(lambda query: search.search(query[None], NEAREST)[0][0].tolist(), queries)
    single = vectors.astype(np.float32)
    flat = faiss.IndexFlatIP(DIMENSIONS)
    flat.add(single)
    peer, by_peer = one_by_one(lambda query: flat.search(query[None], NEAREST)[1][0].tolist(), queries)
    plain, by_product = one_by_one(lambda query: np.argpartition(single @ query, -NEAREST)[-NEAREST:].tolist(), queries)
    yield Row(
        figure=f"one query among {SIZE} x {DIMENSIONS}, exact",
        ours=ours,
        peer=f"{peer} (faiss IndexFlatIP); {plain} (numpy product and argpartition)",
        bar="<= 60 ms",
    )
    yield Row(
        figure="the same ten nearest",
        ours="exact by construction",
        peer=f"recall@10 {recall(by_peer, exact):.4f} (faiss), {recall(by_product, exact):.4f} (numpy)",
    )
    yield Row(
        figure="memory for searching exactly",
        ours=f"{vectors.nbytes / 2**20:.0f} MiB of half-precision vectors and {grown / 2**20:.0f} MiB of bytes",
        peer=f"{2 * vectors.nbytes / 2**20:.0f} MiB (float32)",
    )
    started = time.perf_counter()
    search.search(queries, NEAREST)
    each = 1000 * (time.perf_counter() - started) / QUERIES
    yield Row(figure=f"{QUERIES} queries at once, each", ours=f"{each:.1f} ms")
    yield from by_index(home, vectors[:INDEXED], queries)


def by_index(home: Path, vectors: Array, queries: Array) -> Iterator[Row]:
    exact = [set(best) for best in NearestVectors(vectors).search(queries, NEAREST)[0].tolist()]
    engine = open_engine(Settings(home=home, database_url=None, encoder=None, public_url="http://127.0.0.1:8000"))
    migrate(engine)
    started = time.perf_counter()
    with owner_engine(engine).connect() as connection:
        driver = connection.connection.driver_connection
        count = driver.execute("SELECT count(*) FROM embedding WHERE revision = %s", [METHOD.revision]).fetchone()[0]
        if count < INDEXED:
            driver.execute("DELETE FROM embedding WHERE revision = %s", [METHOD.revision])
            copy = "COPY embedding (encoder, revision, text_digest, vector, recorded_at) FROM STDIN"
            with driver.cursor() as cursor, cursor.copy(copy) as lines:
                for row, vector in enumerate(vectors.astype(np.float32)):
                    text = "[" + ",".join(f"{value:.6g}" for value in vector.tolist()) + "]"
                    lines.write_row((METHOD.encoder, METHOD.revision, f"{row:064d}", text, "2026-01-01"))
            driver.commit()
    stored = time.perf_counter() - started
    started = time.perf_counter()
    # The room is that of the building connection alone; nothing of the database's settings is changed.
    roomy = sa.create_engine(engine.url.update_query_dict({"options": "-c maintenance_work_mem=4GB"}, append=True))
    index_when_large(roomy, METHOD, dimensions=DIMENSIONS, index_from=1)
    built = time.perf_counter() - started
    with Session(engine) as session:
        timed, found = one_by_one(
            lambda query: [int(digest) for digest, _ in nearest_of_all(session, METHOD, query, count=NEAREST)], queries
        )
    yield Row(
        figure=f"one query among {INDEXED} x {DIMENSIONS}, by index (pgvector HNSW, exact cosines of 40)",
        ours=f"{timed}, recall@10 {recall(found, exact):.4f}; stored in {stored:.0f} s, built in {built:.0f} s",
        bar="<= 10 ms at recall@10 >= .99",
    )
    engine.dispose()


if __name__ == "__main__":
    show(rows)
