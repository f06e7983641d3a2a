"""The threads in which all conversions encode."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeAlias, TypeVar

from adapters.shared.cancellation import completed
from adapters.shared.niceness import be_nice
from application.admission.lines import Lines

P = ParamSpec("P")
T = TypeVar("T")
_Work: TypeAlias = tuple[Future[Any], Callable[[], Any]]


class EncoderPool:
    """One thread per core. They start with the first work and end with the process.

    They take the work of all conversions in turns, so that a short recording waits for a piece of each long one.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._read_ahead: set[asyncio.Task[None]] = set()
        self.most_backlog = 2 * threads
        """So many at most are read ahead, so that memory is bounded by the conversions and the cores."""
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="lame", initializer=be_nice)
        self._lines: Lines[_Work] = Lines()
        self._lock = threading.Lock()
        """Of the lines, which the threads look at."""

    @property
    def backlog(self) -> int:
        """How many whole segments of samples, of all conversions together, are not encoded yet."""
        return sum(not encoding.done() for encoding in self._read_ahead)

    def count_until_encoded(self, encoding: "asyncio.Task[None]") -> None:
        """Count a segment that has all its samples until the task that encodes it is done, however that ends."""
        self._read_ahead.add(encoding)
        encoding.add_done_callback(self._read_ahead.discard)

    def lane(self) -> "Lane":
        """For a further conversion."""
        return Lane(self)

    def submit(self, lane: "Lane", function: Callable[[], T]) -> Future[T]:
        """Have it done when it is the lane's turn."""
        work: Future[T] = Future()
        with self._lock:
            self._lines.join(lane, (work, function))
        self._executor.submit(self._do_next)
        return work

    def _do_next(self) -> None:
        with self._lock:
            work, function = self._lines.next()
        if not work.set_running_or_notify_cancel():
            return
        try:
            work.set_result(function())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told to whoever waits for it
            work.set_exception(error)


class Lane:
    """The way of one conversion's work into the threads."""

    def __init__(self, pool: EncoderPool) -> None:
        self.pool = pool

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function of some milliseconds; when cancelled, wait for its end if it has begun."""
        return await completed(self.pool.submit(self, partial(function, *args, **kwargs)))
