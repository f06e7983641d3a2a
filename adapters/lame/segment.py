"""A part of a recording, with an encoder of its own."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager

import lameenc

from adapters.lame.encoder import new_encoder
from adapters.lame.frames import FrameLayout
from adapters.lame.pool import Lane
from adapters.lame.stream import FrameStream
from domain.errors import ConverterFailed
from domain.output.format import Mp3Format

_STEP_FRAMES = 16
"""In how many frames a part is encoded beyond its end, until it agrees with the next."""


class Segment:
    """Encodes what it is given, in a task of its own.

    One other task may follow what comes out, and be given the samples as well: that of the segment before it.
    """

    def __init__(self, first_frame: int, target: Mp3Format, lane: Lane, when_encoded: Callable[[], None]) -> None:
        self.stream = FrameStream(FrameLayout(target), first_frame)
        self._step_bytes = _STEP_FRAMES * target.samples_per_frame * target.channels * 2
        self._lane = lane
        self._encoder: lameenc.Encoder = new_encoder(target)
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._samples: list[bytes] | None = []
        self._ended = False
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._encode_all())
        self._task.add_done_callback(self._be_done)
        self._when_encoded = when_encoded

    @property
    def busy(self) -> bool:
        """Whether it has samples yet to encode, or may still get some."""
        return not self._task.done()

    def feed(self, samples: bytes) -> None:
        """Give it whole frames of 16-bit samples, or fewer at the recording's end."""
        self._waiting.put_nowait(samples)
        if self._samples is not None:
            self._samples.append(samples)
        self._changed.set()

    def end(self) -> None:
        """It has been given all its samples, and is part of the pool's backlog until they are encoded."""
        self._waiting.put_nowait(None)
        self._ended = True
        self._changed.set()
        self._lane.pool.count_until_encoded(self._task)

    async def encoded(self) -> None:
        """Wait until all its samples are encoded. Raises `ConverterFailed`."""
        await asyncio.shield(self._task)

    async def has(self, frame: int) -> bool:
        """Wait until the frame's side information has come out; False if it does not. Raises `ConverterFailed`."""
        while self.stream.end <= frame:
            if not self.busy:
                await self.encoded()
                return self.stream.end > frame
            await self._change()
        return True

    async def steps(self) -> AsyncGenerator[bytes, None]:
        """All samples that it was and is given, in small steps."""
        given = 0
        while self._samples is not None and (given < len(self._samples) or not self._ended):
            if given == len(self._samples):
                await self._change()
                continue
            samples, given = self._samples[given], given + 1
            for start in range(0, len(samples), self._step_bytes):
                yield samples[start : start + self._step_bytes]

    def forget_samples(self) -> None:
        """The segment before it needs them no more."""
        self._samples = None

    async def encode(self, samples: bytes) -> None:
        """Encode more, once its own samples are encoded. Raises `ConverterFailed`."""
        with _errors_translated():
            self.stream.push(await self._lane.run(self._encoder.encode, samples))

    async def flush(self) -> None:
        """Encode what the encoder holds back: the recording ends here. Raises `ConverterFailed`."""
        with _errors_translated():
            self.stream.push(await self._lane.run(self._encoder.flush))

    async def close(self) -> None:
        """Stop encoding. Safe to repeat."""
        self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.exception()  # it was raised where it mattered

    async def _encode_all(self) -> None:
        while (samples := await self._waiting.get()) is not None:
            await self.encode(samples)
            self._changed.set()

    async def _change(self) -> None:
        """Wait until there is something new: samples, frames, or the end of either."""
        self._changed.clear()
        await self._changed.wait()

    def _be_done(self, _: "asyncio.Task[None]") -> None:
        self._changed.set()
        self._when_encoded()


@contextmanager
def _errors_translated() -> Iterator[None]:
    """`lameenc` raises RuntimeError; ValueError is what came out, where it is no frames."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise ConverterFailed(f"LAME: {error}") from error
