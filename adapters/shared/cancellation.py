"""Work that cancellation must not tear in half."""

import asyncio
import concurrent.futures
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = ThreadPoolExecutor(min(32, (os.cpu_count() or 1) + 4), thread_name_prefix="files")
"""For what waits for a disk: as many as Python has by default. More at once wait for their turn."""


async def finish(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to its end even when cancelled meanwhile; the cancellation is raised afterwards."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    failure = None if task.cancelled() else task.exception()
    raise cancelled from failure


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a short function in a thread and never leave it running, so that a file it uses can be closed after it.

    It is not run at all where it has not begun when this is cancelled.
    """
    return await completed(_THREADS.submit(function, *args, **kwargs))


async def completed(work: concurrent.futures.Future[T]) -> T:
    """What a thread makes of the work. When cancelled, wait for the thread nevertheless, if it has begun.

    A thread's result takes two rounds of the event loop to get here, where a task around it would take five.
    """
    try:
        return await asyncio.wrap_future(work)
    except asyncio.CancelledError as cancelled:
        if work.cancelled():
            raise
        raise cancelled from await finish(_failure(work))


async def _failure(work: concurrent.futures.Future[T]) -> BaseException | None:
    await asyncio.wait([asyncio.wrap_future(work)])
    return work.exception()
