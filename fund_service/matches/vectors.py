"""The vector store: each normalised text is encoded once for each encoder revision, whoever needs it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, LiteralString
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from pgvector.psycopg import register_vector
from psycopg import Connection
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service.matches.method import MatchMethod
from fund_service.matches.windows import ClaimedWindows
from matching.brief import ProjectBrief, SignalBrief, readable_text
from matching.encoding.encoder import Encoder, RecentWindows, encode_whole
from matching.language.text import digest

CHUNK = 64
"""Texts encoded and committed at a time: what a killed run loses at most."""
WHOLE_TABLE_SHARE = 2_000
"""From this many texts on, reading all vectors of an encoder beats asking for each by its digest."""

DIGESTS: LiteralString = "SELECT text_digest FROM embedding WHERE encoder = %s AND revision = %s"
VECTORS: LiteralString = "SELECT text_digest, vector FROM embedding WHERE encoder = %s AND revision = %s"
KNOWS_VECTORS = "knows vectors"
"""Mark on a pooled connection that has learned the type, since learning it is a query."""

RECENT: WeakKeyDictionary[Encoder, RecentWindows] = WeakKeyDictionary()
"""What each encoder of this process met last: the store knows whole texts, but not the windows they are cut into."""

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]


def driver_connection(session: Session) -> Connection[tuple[object, ...]]:
    """Give the session's own psycopg connection, knowing vectors."""
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, Connection):
        raise TypeError("the database is not reached through psycopg")
    if not session.connection().info.get(KNOWS_VECTORS):
        register_vector(connection)
        session.connection().info[KNOWS_VECTORS] = True
    return connection


def texts_by_digest(briefs: Sequence[ProjectBrief | SignalBrief], encoder: Encoder) -> dict[str, str]:
    """Give the texts to embed, each once, by digest; briefs the encoder cannot read have none."""
    texts = (readable_text(brief.passages, encoder.languages) for brief in briefs)
    return {digest(text): text for text in texts if text is not None}


def encode_missing(
    engine: Engine,
    encoder: Encoder,
    method: MatchMethod,
    texts: Mapping[str, str],
    *,
    progress: Progress | None = None,
) -> int:
    """Encode the texts that have no vector yet, committing chunk by chunk; give how many there were.

    Chunks follow the order of length, so that texts of like size share a batch. What others encode at the same time is
    waited for and read.
    """
    with Session(engine) as session:
        stored = stored_digests(session, method, texts)
    missing = sorted(set(texts) - stored, key=lambda key: (len(texts[key]), key))
    recent = RECENT.setdefault(encoder, RecentWindows())
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        with Session(engine) as session:
            claimed = ClaimedWindows(driver_connection(session), method, recent)
            vectors = encode_whole([texts[key] for key in chunk], encoder, recent=claimed)
            store_vectors(session, method, chunk, vectors)
            session.commit()
        if progress is not None:
            progress(min(start + CHUNK, len(missing)), len(missing))
    return len(missing)


def stored_digests(session: Session, method: MatchMethod, digests: Collection[str]) -> set[str]:
    """Give those digests whose texts this encoder has seen."""
    query, parameters = _narrowed(DIGESTS, method, digests)
    with driver_connection(session).cursor() as cursor:
        cursor.execute(query, parameters)
        return {str(row[0]) for row in cursor}


def _narrowed(
    query: LiteralString, method: MatchMethod, digests: Collection[str]
) -> tuple[LiteralString, list[object]]:
    """Narrow a query down to some texts, unless asking for each would take longer than reading all."""
    if len(digests) >= WHOLE_TABLE_SHARE:
        return query, [method.encoder, method.revision]
    return query + " AND text_digest = ANY(%s)", [method.encoder, method.revision, list(digests)]


def store_vectors(session: Session, method: MatchMethod, digests: Sequence[str], vectors: Vectors) -> None:
    """Keep vectors; one that another process stored meanwhile stays as it is."""
    with driver_connection(session).cursor() as cursor:
        cursor.executemany(
            "INSERT INTO embedding (encoder, revision, text_digest, vector, recorded_at) "
            "VALUES (%s, %s, %s, %s, now()) ON CONFLICT DO NOTHING",
            [(method.encoder, method.revision, key, row) for key, row in zip(digests, vectors, strict=True)],
        )


def load_vectors(session: Session, method: MatchMethod, digests: Sequence[str]) -> dict[str, Vectors]:
    """Read vectors by the digest of their text."""
    query, parameters = _narrowed(VECTORS, method, digests)
    wanted = set(digests)
    with driver_connection(session).cursor(row_factory=_vector_row, binary=True) as cursor:
        cursor.execute(query, parameters)
        return {key: vector for key, vector in cursor if key in wanted}


def _vector_row(_: object) -> Callable[[Sequence[Any]], tuple[str, Vectors]]:
    """Make rows of a digest and an array: psycopg's row factory."""
    return lambda values: (values[0], values[1].to_numpy())


def matrix_of(
    session: Session, encoder: Encoder, method: MatchMethod, briefs: Sequence[ProjectBrief | SignalBrief]
) -> Vectors:
    """Give one row a brief, from the store; a row of zeros where the encoder can read nothing of it.

    Raises
    ------
    KeyError
        When a text was never encoded: call `encode_missing` first.
    """
    texts = [readable_text(brief.passages, encoder.languages) for brief in briefs]
    digests = [None if text is None else digest(text) for text in texts]
    stored = load_vectors(session, method, [key for key in digests if key is not None])
    # Asking the encoder loads its weights, which a run with nothing to encode need not wait for.
    dimensions = len(next(iter(stored.values()))) if stored else encoder.dimensions
    matrix = np.zeros((len(briefs), dimensions), dtype=np.float32)
    for row, key in enumerate(digests):
        if key is not None:
            matrix[row] = stored[key]
    return matrix
