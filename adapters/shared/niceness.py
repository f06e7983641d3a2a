"""Threads for what takes time and may wait, so that requests are answered first."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from adapters.shared.cancellation import completed

P = ParamSpec("P")
T = TypeVar("T")

THREAD_NICENESS = 5
PROGRAM_NICENESS = 10
"""Of programs that are started: a thread that waits for a core with Python's lock in its hand stops all others, and so
must not wait behind decoders."""


def be_nice() -> None:
    """Have the thread that calls give way to others."""
    if sys.platform == "linux":  # where a thread has a niceness of its own (sched(7))
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(THREAD_NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))


_THREADS = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="nice", initializer=be_nice)


async def in_nice_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function of some milliseconds of work; when cancelled, wait for its end if it has begun."""
    return await completed(_THREADS.submit(function, *args, **kwargs))
