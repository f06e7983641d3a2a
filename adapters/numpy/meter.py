"""Measuring in a thread, beside the encoding."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from adapters.numpy.analysis import Analysis
from adapters.shared.cancellation import finish
from adapters.shared.niceness import in_nice_thread
from domain.measuring import Measurement, Sound, SoundMeter
from domain.recording.format import WavFormat

_ENOUGH_BYTES = 512 * 1024
"""Changing threads for less costs more than it brings. So much and a block are collected, and as much is measured."""


class NumpySoundMeter(SoundMeter):
    """Measures with numpy, each recording in at most one thread at a time."""

    @asynccontextmanager
    async def measure(self, source: WavFormat) -> AsyncGenerator[Measurement, None]:
        measurement = _ThreadedMeasurement(Analysis(source))
        try:
            yield measurement
        finally:
            await finish(measurement.end())


class _ThreadedMeasurement(Measurement):
    """Collects blocks until they are worth a thread: while some are collected, those before are measured."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._collected: list[bytes] = []
        self._size = 0
        self._under_way: asyncio.Task[None] | None = None

    async def push(self, block: bytes) -> None:
        self._collected.append(block)
        self._size += len(block)
        if self._size >= _ENOUGH_BYTES:
            await self._settled()
            self._under_way = asyncio.create_task(in_nice_thread(self._analysis.add, self._collected))
            self._collected, self._size = [], 0

    async def finish(self) -> Sound | None:
        await self._settled()
        return await in_nice_thread(self._analysis.finish, self._collected)

    async def _settled(self) -> None:
        if self._under_way:
            await self._under_way

    async def end(self) -> None:
        """Leave no thread at work. What went wrong in it was or will be raised by `push` or `finish`."""
        if self._under_way:
            await asyncio.wait([self._under_way])
