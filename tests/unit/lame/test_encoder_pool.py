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

    await asyncio.gather(*(pool.lane().run(work) for _ in range(20)))

    assert 1 <= most <= threads


async def test_results_and_exceptions_come_out() -> None:
    pool = EncoderPool(1)

    assert await pool.lane().run(divmod, 7, 3) == (2, 1)
    with pytest.raises(ZeroDivisionError):
        await pool.lane().run(divmod, 1, 0)


async def test_cancellation_waits_for_what_runs() -> None:
    pool, started, go_on, done = EncoderPool(1), threading.Event(), threading.Event(), []

    def work() -> None:
        started.set()
        go_on.wait(30)
        done.append(True)

    task = asyncio.create_task(pool.lane().run(work))
    await asyncio.to_thread(started.wait, 30)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [True]


async def test_h41_a_short_recording_waits_for_a_piece_of_a_long_one_and_not_for_all() -> None:
    pool, go_on, served = EncoderPool(1), threading.Event(), list[str]()
    long, short = pool.lane(), pool.lane()
    busy = asyncio.create_task(pool.lane().run(go_on.wait, 30))
    pieces = [asyncio.create_task(long.run(served.append, "long")) for _ in range(20)]
    await asyncio.sleep(0)
    pieces += [asyncio.create_task(short.run(served.append, "short")) for _ in range(2)]
    await asyncio.sleep(0)

    go_on.set()
    await asyncio.gather(busy, *pieces)

    assert served[:4] == ["long", "short", "long", "short"]
    assert len(served) == 22


async def test_what_has_not_begun_when_it_is_cancelled_is_not_done() -> None:
    pool, go_on, done = EncoderPool(1), threading.Event(), list[int]()
    lane = pool.lane()
    busy = asyncio.create_task(lane.run(go_on.wait, 30))
    cancelled, other = (asyncio.create_task(lane.run(done.append, number)) for number in range(2))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait([cancelled])

    go_on.set()
    await asyncio.gather(busy, other)

    assert cancelled.cancelled()
    assert done == [1]


async def test_requests_come_before_encoding() -> None:
    """On Linux, where a thread has a niceness of its own."""
    before = os.getpriority(os.PRIO_PROCESS, 0)

    nice = await EncoderPool(1).lane().run(os.getpriority, os.PRIO_PROCESS, 0)

    assert nice >= before
    assert sys.platform != "linux" or nice >= 5
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_no_thread_starts_before_there_is_work() -> None:
    before = threading.active_count()

    pool = EncoderPool(2)

    assert threading.active_count() == before
    assert pool.backlog == 0
