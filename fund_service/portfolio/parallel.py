"""Several choices at once: the solver works outside Python's lock, so threads use the cores there are."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST_THREADS = 4


def at_once(work: Callable[[T], R], pieces: Iterable[T]) -> list[R]:
    """Do each piece of work, a few at a time, and give the results in the order of the pieces."""
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as threads:
        return list(threads.map(work, pieces))
