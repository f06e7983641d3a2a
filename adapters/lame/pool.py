"""The threads in which all conversions encode."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from adapters.shared.cancellation import finish

P = ParamSpec("P")
T = TypeVar("T")

_NICE = 5
"""Requests are answered first, as with ffmpeg's processes."""


class EncoderPool:
    """One thread per core. They start with the first work and end with the process."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._read_ahead: set[asyncio.Task[None]] = set()
        self.most_backlog = 2 * threads
        """So many at most are read ahead, so that memory is bounded by the conversions and the cores."""
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="lame", initializer=_be_nice)

    @property
    def backlog(self) -> int:
        """How many whole segments of samples, of all conversions together, are not encoded yet."""
        return sum(not encoding.done() for encoding in self._read_ahead)

    def await_encoded(self, encoding: "asyncio.Task[None]") -> None:
        """Count a segment that has all its samples until the task that encodes it is done, however that ends."""
        self._read_ahead.add(encoding)
        encoding.add_done_callback(self._read_ahead.discard)

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function of some milliseconds; when cancelled, wait for its end nevertheless."""
        return await finish(self._run(function, *args, **kwargs))

    async def _run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: function(*args, **kwargs))


def _be_nice() -> None:
    if sys.platform == "linux":  # where a thread has a niceness of its own (sched(7))
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(_NICE, os.getpriority(os.PRIO_PROCESS, thread)))
