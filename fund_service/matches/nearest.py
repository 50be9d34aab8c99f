"""The nearest stored texts to a text, through an HNSW index where there are very many."""

import sqlalchemy as sa
from psycopg import sql
from psycopg.rows import tuple_row
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service.database import owner_engine
from fund_service.matches.method import MatchMethod
from fund_service.matches.vectors import Vectors, driver_connection

INDEX_FROM = 1_000_000
"""Vectors of one encoder from which on an index is built: up to here an exact search in memory
(``matching.search.nearest``) takes less than the 60 ms that a person may wait.

The matcher does not ask the index. It holds terms and facts of every project beside the vectors, and of the 10 ms of
processors that one signal takes among 27,872 projects the dense product takes 1.6. Scoring 500 candidates apart takes
22, and lists would no longer be those of scoring every pair.
"""

NEIGHBOURS, BUILT_WITH, LOOKED_AT = 24, 128, 200
"""HNSW's m, ef_construction and ef_search; the test of this module holds recall@10 to .99.

With 27,872 abstracts and 100 topics, 80, 120, 200 and 400 looked at find .996, .998, .999 and .999 of the ten nearest,
in 1.2, 1.4, 2.0 and 4.0 ms.
"""

OVER_FETCHED = 4
"""Times as many texts are fetched as asked for, since the index keeps half precision: exact cosines rank them."""

Nearest = list[tuple[str, float]]
"""Digests of texts with the exact cosines of their vectors, the nearest first."""


def index_when_large(engine: Engine, method: MatchMethod, *, dimensions: int, index_from: int = INDEX_FROM) -> bool:
    """Build the index of an encoder's vectors once there are many; tell whether it is there.

    It is built beside running reads and writes. One that a killed run left unfinished is dropped and built again.
    """
    name = _index_name(method)
    with owner_engine(engine).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        valid = connection.scalar(
            sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": f'"{name}"'}
        )
        if valid:
            return True
        known = sa.text("SELECT count(*) FROM embedding WHERE encoder = :encoder AND revision = :revision")
        if (connection.scalar(known, {"encoder": method.encoder, "revision": method.revision}) or 0) < index_from:
            return False
        driver = connection.connection.driver_connection
        if driver is None:
            raise TypeError("the database is not reached through psycopg")
        driver.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)))
        driver.execute(
            sql.SQL(
                "CREATE INDEX CONCURRENTLY {name} ON embedding "
                "USING hnsw ((vector::halfvec({dimensions})) halfvec_cosine_ops) "
                "WITH (m = {neighbours}, ef_construction = {built_with}) "
                "WHERE encoder = {encoder} AND revision = {revision}"
            ).format(
                name=sql.Identifier(name),
                dimensions=sql.Literal(dimensions),
                neighbours=sql.Literal(NEIGHBOURS),
                built_with=sql.Literal(BUILT_WITH),
                encoder=sql.Literal(method.encoder),
                revision=sql.Literal(method.revision),
            )
        )
        # Of vectors that came since the last statistics PostgreSQL expects none, and would score them one by one.
        driver.execute("ANALYZE embedding")
    return True


def nearest_of_all(session: Session, method: MatchMethod, query: Vectors, *, count: int) -> Nearest:
    """Return the ``count`` texts nearest to a unit vector, found through the index and ranked by exact cosines.

    A list longer than ``LOOKED_AT`` is walked to its end. Where there is no index, PostgreSQL scores every text: the
    answer is exact then, and slow.
    """
    near = sql.SQL(
        "SELECT text_digest, vector FROM embedding WHERE encoder = {encoder} AND revision = {revision} "
        "ORDER BY (vector::halfvec({dimensions})) <=> %(query)s::halfvec({dimensions}) LIMIT {fetched}"
    ).format(
        encoder=sql.Literal(method.encoder),
        revision=sql.Literal(method.revision),
        dimensions=sql.Literal(len(query)),
        fetched=sql.Literal(OVER_FETCHED * count),
    )
    ranked = sql.SQL(
        "SELECT text_digest, 1 - (vector <=> %(query)s::vector) FROM ({near}) AS near "
        "ORDER BY vector <=> %(query)s::vector, text_digest LIMIT {count}"
    ).format(near=near, count=sql.Literal(count))
    with driver_connection(session).cursor(row_factory=tuple_row) as cursor:
        cursor.execute(
            sql.SQL("SET LOCAL hnsw.ef_search = {}; SET LOCAL hnsw.iterative_scan = strict_order").format(
                sql.Literal(LOOKED_AT)
            )
        )
        cursor.execute(ranked, {"query": query})
        return [(str(digest), float(cosine)) for digest, cosine in cursor]


def _index_name(method: MatchMethod) -> str:
    return f"embedding_nearest_{method.revision}"[:63]
