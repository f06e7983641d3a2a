"""Killing a process that keeps a track or puts bytes, to see what its store makes of it.

The process is this module: `python -m tests.contract.crashes <package.module:function> <moment> <what> <arguments>…`.
The function opens a client of the store by the arguments, in an asynchronous context; the MP3 comes by standard input.
"""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from adapters.memory.mp3 import InMemoryMp3
from domain.audio_store import AudioStore
from domain.output.converter import Mp3
from domain.tracks import Track, TrackKeeper
from tests.contract.calls import PATIENCE_SECONDS
from tests.contract.tracks import a_track

PROJECT = Path(__file__).parents[2]


class Moment(StrEnum):
    """When the process is killed."""

    TOLD = "told"
    """As soon as the keeper has said that the track is kept."""
    HALFWAY = "halfway"
    """When the keeper has got half of the MP3."""


class Crash(Protocol):
    """Has another process keep a track, and kills it with SIGKILL at that moment."""

    async def __call__(self, moment: Moment, track: Track, data: bytes) -> None: ...


class CrashPutting(Protocol):
    """Has another process put bytes into an audio store, and kills it with SIGKILL at that moment."""

    async def __call__(self, moment: Moment, key: str, data: bytes) -> None: ...


def name_of(thing: Any) -> str:
    """By which another process finds a class or a function."""
    return f"{thing.__module__}:{thing.__qualname__}"


def named(name: str) -> Any:
    """What `name_of` gave this name."""
    module, _, qualified = name.partition(":")
    found = import_module(module)
    for part in qualified.split("."):
        found = getattr(found, part)
    return found


async def killed(opened: str, arguments: list[str], moment: Moment, track: Track, data: bytes) -> None:
    """Have a process keep a track and kill it.

    `opened` names a function that opens a `Client` by the arguments.
    """
    await _killed(opened, moment, json.dumps([track.user_id, str(track.track_uuid)]), arguments, data)


async def killed_putting(opened: str, arguments: list[str], moment: Moment, key: str, data: bytes) -> None:
    """Have a process put bytes and kill it.

    `opened` names a function that opens an `AudioStore` by the arguments.
    """
    await _killed(opened, moment, json.dumps([key]), arguments, data)


async def _killed(opened: str, moment: Moment, what: str, arguments: list[str], data: bytes) -> None:
    command = [sys.executable, "-m", "tests.contract.crashes", opened, moment, what, *arguments]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=PROJECT, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(data)
        process.stdin.write_eof()
        async with asyncio.timeout(3 * PATIENCE_SECONDS):
            assert (await process.stdout.readline()).decode().strip() == moment
    finally:
        process.send_signal(signal.SIGKILL)
        await process.communicate()


class _Watched(InMemoryMp3):
    """Tells when half of it was read, and goes no further where that is the moment."""

    def __init__(self, data: bytes, moment: Moment) -> None:
        super().__init__(data)
        self._moment = moment

    async def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        async for block in super().read(start, count):
            yield block
            start += len(block)
            if self._moment is Moment.HALFWAY and start >= self.size // 2:
                await _wait_for_death(self._moment)


async def _wait_for_death(moment: Moment) -> None:
    print(moment, flush=True)
    await asyncio.Event().wait()


async def _keep(keeper: TrackKeeper, mp3: Mp3, user_id: int, track_uuid: str) -> None:
    await keeper.keep(a_track(user_id, mp3, track_uuid=UUID(track_uuid)), mp3)


async def _main(opened: str, moment: str, what: str, *arguments: str) -> None:
    mp3 = _Watched(await asyncio.to_thread(sys.stdin.buffer.read), Moment(moment))
    async with named(opened)(*arguments) as store:
        if isinstance(store, AudioStore):
            await store.put(json.loads(what)[0], mp3)
        else:
            await _keep(store.keeper, mp3, *json.loads(what))
        await _wait_for_death(Moment.TOLD)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
