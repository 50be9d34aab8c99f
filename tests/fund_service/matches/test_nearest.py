from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa
from sqlmodel import Session

from fund_service.matches import nearest
from fund_service.matches.method import MatchMethod
from fund_service.matches.nearest import index_when_large, nearest_of_all
from fund_service.matches.vectors import store_vectors
from matching.parameters import MatchParameters
from matching.search.nearest import NearestVectors

DIMENSIONS = 384
METHOD = MatchMethod("for-the-index", "a1", MatchParameters(), "glossary")
COUNT = 3_000


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def stored(database):
    random = np.random.default_rng(4)
    centres = random.standard_normal((60, DIMENSIONS))
    vectors = unit(centres[random.integers(0, 60, COUNT)] + 0.8 * random.standard_normal((COUNT, DIMENSIONS)))
    digests = [f"{row:064x}" for row in range(COUNT)]
    # Statistics from before these vectors came, as autovacuum may have left them.
    with Session(database) as session:
        store_vectors(session, replace(METHOD, encoder="before"), digests[:500], vectors[:500])
        session.commit()
    with nearest.owner_engine(database).begin() as connection:
        connection.execute(sa.text("ANALYZE embedding"))
    with Session(database) as session:
        store_vectors(session, METHOD, digests, vectors)
        session.commit()
    queries = unit(centres[random.integers(0, 60, 40)] + 0.8 * random.standard_normal((40, DIMENSIONS)))
    yield digests, vectors, queries
    with nearest.owner_engine(database).begin() as connection:
        connection.execute(sa.text(f'DROP INDEX IF EXISTS "embedding_nearest_{METHOD.revision}"'))


def test_beyond_the_threshold_the_index_finds_99_of_the_100_that_an_exact_search_finds(database, stored):
    digests, vectors, queries = stored
    assert not index_when_large(database, METHOD, dimensions=DIMENSIONS)
    assert not index_when_large(database, METHOD, dimensions=DIMENSIONS, index_from=COUNT + 1)
    assert index_when_large(database, METHOD, dimensions=DIMENSIONS, index_from=COUNT)
    assert index_when_large(database, METHOD, dimensions=DIMENSIONS, index_from=COUNT)
    rows, cosines = NearestVectors(vectors).search(queries, 10)
    with Session(database) as session:
        session.connection().execute(sa.text("SET LOCAL enable_seqscan = off"))
        plan = session.connection().execute(
            sa.text(
                "EXPLAIN SELECT 1 FROM embedding WHERE encoder = 'for-the-index' AND revision = 'a1' "
                "ORDER BY (vector::halfvec(384)) <=> CAST(:q AS halfvec(384)) LIMIT 40"
            ),
            {"q": str(queries[0].tolist())},
        )
        assert "embedding_nearest_a1" in " ".join(str(line) for line in plan)
        found = [nearest_of_all(session, METHOD, query, count=10) for query in queries]
    hits = sum(
        len({digest for digest, _ in near} & {digests[row] for row in exact})
        for near, exact in zip(found, rows, strict=True)
    )
    assert hits >= 0.99 * rows.size
    assert [cosine for _, cosine in found[0]] == pytest.approx(cosines[0], abs=1e-6)
