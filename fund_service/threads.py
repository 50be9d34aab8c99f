"""The threads in which handlers run: whatever a handler raises, its request ends."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class HandlerThreads(ThreadPoolExecutor):
    """Threads that let no ``StopIteration`` out: before Python 3.12 asyncio cannot pass one on and waits for ever."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run ``fn`` in one of the threads; a ``StopIteration`` it raises becomes a RuntimeError."""
        return super().submit(_run, fn, *args, **kwargs)


def _run(fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return fn(*args, **kwargs)
    except StopIteration as ended:
        message = "an iterator ended in a handler that took it for endless"
        raise RuntimeError(message) from ended


async def use_handler_threads() -> None:
    """Let the running loop call handlers in these threads, as many as it would take by itself."""
    asyncio.get_running_loop().set_default_executor(HandlerThreads(thread_name_prefix="handler"))
