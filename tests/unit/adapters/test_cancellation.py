"""Threads, and files that are read in them."""

import asyncio
import concurrent.futures
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from adapters.shared import files
from adapters.shared.cancellation import completed, in_thread
from adapters.shared.files import anonymous_file


async def test_what_a_thread_does_is_waited_for_however_often_it_is_cancelled() -> None:
    started, go_on, done = threading.Event(), threading.Event(), list[bool]()

    def work() -> None:
        started.set()
        go_on.wait(30)
        done.append(True)

    task = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(started.wait, 30)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [True]


async def test_what_a_cancelled_thread_raises_is_told() -> None:
    work: concurrent.futures.Future[None] = concurrent.futures.Future()
    work.set_running_or_notify_cancel()
    task = asyncio.create_task(completed(work))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    work.set_exception(ValueError("what went wrong"))
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert isinstance(caught.value.__cause__, ValueError)


async def test_what_has_not_begun_is_not_done() -> None:
    work: concurrent.futures.Future[None] = concurrent.futures.Future()
    task = asyncio.create_task(completed(work))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.cancelled()


class Reading:
    """Stands in for preadv(2), and counts what threads are asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, is_in_memory: bool) -> None:
        self.in_threads = 0
        self._is_in_memory = is_in_memory
        monkeypatch.setattr(os, "RWF_NOWAIT", 8, raising=False)
        monkeypatch.setattr(os, "preadv", self._preadv, raising=False)
        monkeypatch.setattr(files, "in_thread", self._in_thread)

    def _preadv(self, descriptor: int, buffers: list[bytearray], start: int, flags: int) -> int:
        assert flags == os.RWF_NOWAIT
        if not self._is_in_memory:
            raise BlockingIOError
        [buffer] = buffers
        found = os.pread(descriptor, len(buffer), start)
        buffer[: len(found)] = found
        return len(found)

    async def _in_thread(self, function: Any, *arguments: Any) -> Any:
        self.in_threads += 1
        return await in_thread(function, *arguments)


@pytest.mark.parametrize(
    ("is_in_memory", "count", "threads"), [(True, 5000, 0), (False, 5000, 1), (True, 70_000, 1), (False, 70_000, 1)]
)
async def test_what_is_small_and_in_memory_is_read_without_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_in_memory: bool, count: int, threads: int
) -> None:
    data = bytes(range(256)) * 300
    async with anonymous_file(tmp_path) as file:
        file.append(data)
        reading = Reading(monkeypatch, is_in_memory=is_in_memory)
        assert b"".join([block async for block in file.read(1, count)]) == data[1 : count + 1]
        assert reading.in_threads == threads
        monkeypatch.undo()
