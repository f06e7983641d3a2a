"""The threads that all conversions share."""

import asyncio
import os
import sys
import threading
import time

import pytest

from adapters.lame.pool import EncoderPool


@pytest.mark.parametrize("threads", [1, 3])
async def test_no_more_runs_at_once_than_there_are_threads(threads: int) -> None:
    pool, lock = EncoderPool(threads), threading.Lock()
    running, most = 0, 0

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002)
        with lock:
            running -= 1

    await asyncio.gather(*(pool.run(work) for _ in range(20)))

    assert 1 <= most <= threads


async def test_results_and_exceptions_come_out() -> None:
    pool = EncoderPool(1)

    assert await pool.run(divmod, 7, 3) == (2, 1)
    with pytest.raises(ZeroDivisionError):
        await pool.run(divmod, 1, 0)


async def test_cancellation_waits_for_what_runs() -> None:
    pool, started, go_on, done = EncoderPool(1), threading.Event(), threading.Event(), []

    def work() -> None:
        started.set()
        go_on.wait(30)
        done.append(True)

    task = asyncio.create_task(pool.run(work))
    await asyncio.to_thread(started.wait, 30)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [True]


async def test_requests_come_before_encoding() -> None:
    """On Linux, where a thread has a niceness of its own."""
    before = os.getpriority(os.PRIO_PROCESS, 0)

    nice = await EncoderPool(1).run(os.getpriority, os.PRIO_PROCESS, 0)

    assert nice >= before
    assert sys.platform != "linux" or nice >= 5
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_no_thread_starts_before_there_is_work() -> None:
    before = threading.active_count()

    pool = EncoderPool(2)

    assert threading.active_count() == before
    assert pool.backlog == 0
