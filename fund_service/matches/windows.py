"""Claims on what is about to be encoded, so that no two processes on this database encode the same window."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import tuple_row

from fund_service.matches.method import MatchMethod
from matching.encoding.encoder import RecentWindows
from matching.language.text import digest

WINDOWS = "windows"
"""Ends the revision under which the windows of long texts are kept: they are no texts, and no search meets them."""
LONGEST_CLAIM = "1h"
"""A claim's transaction waits while windows are encoded, longer than a request's ever may."""

Vectors = NDArray[np.float32]


class ClaimedWindows:
    """The windows that one transaction encodes: claimed before, kept with it, and free again when it ends.

    Whoever asks for a window that is claimed waits for it and finds it stored. The claim is a lock of the transaction:
    a process that is killed lets go of it. All claims of a transaction are made at once and in order, so that no two
    can wait for each other.
    """

    def __init__(self, connection: Connection[tuple[object, ...]], method: MatchMethod, recent: RecentWindows) -> None:
        self._connection, self._encoder, self._recent = connection, method.encoder, recent
        self._of_texts, self._of_windows = method.revision, f"{method.revision} {WINDOWS}"

    def known(self, windows: Iterable[str]) -> dict[str, Vectors]:
        """Return the vectors of those windows that are known by now; the others are claimed."""
        asked = list(windows)
        found = self._recent.known(asked)
        others = {digest(window): window for window in asked if window not in found}
        if others:
            self._claim(sorted(others))
            found.update((others[key], vector) for key, vector in self._stored(list(others)))
        return found

    def remember(self, met: Mapping[str, Vectors]) -> None:
        """Keep these windows' vectors for every process, and at hand for this one."""
        self._recent.remember(met)
        with self._connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO embedding (encoder, revision, text_digest, vector, recorded_at) "
                "VALUES (%s, %s, %s, %s, now()) ON CONFLICT DO NOTHING",
                [(self._encoder, self._of_windows, digest(window), vector) for window, vector in met.items()],
            )

    def _claim(self, digests: Sequence[str]) -> None:
        """Wait until nobody else encodes any of these."""
        numbers = [int.from_bytes(bytes.fromhex(key[:16]), signed=True) for key in digests]
        self._connection.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [LONGEST_CLAIM])
        self._connection.execute(
            "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [sorted(numbers)]
        )

    def _stored(self, digests: Sequence[str]) -> Iterator[tuple[str, Vectors]]:
        """Yield what is stored of these, be they windows of long texts or whole texts."""
        with self._connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            cursor.execute(
                "SELECT text_digest, vector FROM embedding "
                "WHERE encoder = %s AND revision = ANY(%s) AND text_digest = ANY(%s)",
                [self._encoder, [self._of_texts, self._of_windows], list(digests)],
            )
            for key, vector in cursor:
                yield key, vector.to_numpy()
