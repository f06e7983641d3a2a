"""Encoding one recording in segments, side by side."""

import asyncio
from collections.abc import Awaitable, Callable

from adapters.lame.pool import Lane
from adapters.lame.seam import find_cut
from adapters.lame.segment import Segment
from adapters.lame.stream import FrameStream, join
from domain.output.format import Mp3Format
from domain.output.running_on import least_encoded, silence_before

_PIECE_FRAMES = 49
"""What is encoded at a time. Segments begin on multiples of it: at 11,025 Hz and its multiples the padding of constant
bit rates repeats every 49 frames (ISO/IEC 11172-3 2.4.2.3), and only encoders in step with it come to agree."""
_LEAST_PIECES, _MOST_PIECES = 8, 16
"""Of a segment. 784 frames of 48 kHz stereo are 3.6 MB of samples."""
_GROWTH = 8
"""A segment has this part of what went before, within those bounds: short recordings are shared out evenly, too."""
_KEPT_FRAMES = 64
"""Where two segments are encoded as one, its last frames are kept, in which the next cut writes."""

Write = Callable[[bytearray, list[int]], Awaitable[None]]


class ParallelEncoder:
    """Takes samples and gives out frames, in order. Close it in the end, whatever happened.

    Memory: the samples and the frames of one segment, and of one more for each thread of the pool and one in reserve,
    as far as its `most_backlog` allows.
    """

    def __init__(self, target: Mp3Format, lane: Lane, write: Write) -> None:
        self._target = target
        self._lane = lane
        self._pool = lane.pool
        self._write = write
        self._piece_bytes = _PIECE_FRAMES * target.samples_per_frame * target.channels * 2
        self._sample_bytes = 2 * target.channels
        self._bytes = 0
        self.silence = 0
        """Samples per channel that were encoded before them, and are not to be heard."""
        self._rest = bytearray()
        self._frames = 0
        self._next_segment = 0
        self._segments: list[Segment] = []
        """Those that are not written, the last of which is being given samples."""
        self._unjoined: asyncio.Queue[Segment | None] = asyncio.Queue()
        self._joining: asyncio.Task[None] | None = None
        self._progress = asyncio.Event()

    @property
    def samples(self) -> int:
        """Per channel, taken so far."""
        return self._bytes // self._sample_bytes

    async def push(self, samples: bytes) -> None:
        """Take interleaved 16-bit little-endian samples. Waits where the threads do not keep up.

        Raises `ConverterFailed` and what writing raises, also of what was pushed before.
        """
        await self._raise_what_joining_raised()
        self._bytes += len(samples)
        self._rest += samples
        while len(self._rest) >= self._piece_bytes:
            piece = bytes(self._rest[: self._piece_bytes])
            del self._rest[: self._piece_bytes]
            await self._feed(piece)

    async def finish(self) -> None:
        """No more samples come: encode and write everything. Raises as `push`."""
        self._run_on()
        if self._rest or not self._segments:
            await self._feed(bytes(self._rest))
        self._segments[-1].end()
        self._unjoined.put_nowait(None)
        if self._joining:
            await self._joining

    def _run_on(self) -> None:
        """Put silence around a recording that is very short. All of it is still here, as it is less than a piece."""
        self.silence = silence_before(self.samples, self._target)
        self._rest[:0] = bytes(self.silence * self._sample_bytes)
        missing = least_encoded(self._target) - self.silence - self.samples
        self._rest += bytes(max(0, missing) * self._sample_bytes)

    async def close(self) -> None:
        """Stop encoding. Safe to repeat."""
        if self._joining:
            self._joining.cancel()
            await asyncio.gather(self._joining, return_exceptions=True)  # what it raised, `push` or `finish` raised
        for segment in self._segments:
            await segment.close()
        self._segments.clear()

    async def _feed(self, piece: bytes) -> None:
        if self._frames >= self._next_segment:
            await self._begin_segment()
        self._segments[-1].feed(piece)
        self._frames += _PIECE_FRAMES

    async def _begin_segment(self) -> None:
        if self._segments:
            self._segments[-1].end()
            await self._make_way()
        segment = Segment(self._frames, self._target, self._lane, self._progress.set)
        self._segments.append(segment)
        self._unjoined.put_nowait(segment)
        self._joining = self._joining or asyncio.create_task(self._join_all())
        pieces = self._frames // (_GROWTH * _PIECE_FRAMES)
        self._next_segment = self._frames + _PIECE_FRAMES * max(_LEAST_PIECES, min(_MOST_PIECES, pieces))

    async def _make_way(self) -> None:
        """Wait until one more segment may be read. Raises what joining has raised."""
        while not self._may_read_ahead():
            await self._raise_what_joining_raised()
            self._progress.clear()
            await self._progress.wait()

    async def _raise_what_joining_raised(self) -> None:
        if self._joining and self._joining.done():
            await self._joining

    def _may_read_ahead(self) -> bool:
        if len(self._segments) > self._pool.threads + 1:
            return False
        return self._pool.backlog <= self._pool.most_backlog or not any(segment.busy for segment in self._segments)

    async def _join_all(self) -> None:
        """Write all segments, one after the other, as soon as it is known where each ends."""
        try:
            if old := await self._unjoined.get():
                old.forget_samples()  # no segment comes before it
            while old and (new := await self._unjoined.get()):
                await old.encoded()
                old = await self._join(old, new)
            if old:
                await old.encoded()
                await old.flush()
                await self._write_frames(old.stream, old.stream.end)
        finally:
            self._progress.set()

    async def _join(self, old: Segment, new: Segment) -> Segment:
        """Write what of the old segment comes before the new one's frames; the segment that goes on."""
        cut = await find_cut(old, new, variable=self._target.quality.bit_rate is None)
        new.forget_samples()
        if cut is None:
            await new.close()
            done, going_on = new, old
            stop = max(old.stream.first, old.stream.end - _KEPT_FRAMES)
        else:
            join(old.stream, new.stream, cut)
            done, going_on, stop = old, new, cut
        await self._write_frames(old.stream, stop)
        self._segments.remove(done)
        self._progress.set()
        return going_on

    async def _write_frames(self, stream: FrameStream, stop: int) -> None:
        frames, sizes = stream.cut(stream.first, stop), stream.sizes(stream.first, stop)
        stream.forget_before(stop)
        await self._write(frames, sizes)
