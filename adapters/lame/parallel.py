"""Encoding one recording in segments, side by side."""

from collections.abc import Awaitable, Callable

from adapters.lame.pool import EncoderPool
from adapters.lame.seam import find_cut
from adapters.lame.segment import Segment
from adapters.lame.stream import join
from domain.audio import Mp3Format

_PIECE_FRAMES = 49
"""What is encoded at a time. Segments begin on multiples of it: at 11,025 Hz and its multiples the padding of constant
bit rates repeats every 49 frames (ISO/IEC 11172-3 2.4.2.3), and only encoders in step with it come to agree."""
_LEAST_PIECES, _MOST_PIECES = 8, 16
"""Of a segment. 784 frames of 48 kHz stereo are 3.6 MB of samples."""
_GROWTH = 8
"""A segment has this part of what went before, within those bounds: short recordings are shared out evenly, too."""

Write = Callable[[bytearray, list[int]], Awaitable[None]]


class ParallelEncoder:
    """Takes samples and gives out frames, in order. Close it in the end, whatever happened.

    Memory: the samples and the frames of one segment, and of one more for each thread of the pool and one in reserve,
    as far as its `most_backlog` allows.
    """

    def __init__(self, target: Mp3Format, pool: EncoderPool, write: Write) -> None:
        self._target = target
        self._pool = pool
        self._write = write
        self._piece_bytes = _PIECE_FRAMES * target.samples_per_frame * target.channels * 2
        self._sample_bytes = 2 * target.channels
        self.samples = 0
        """Per channel, taken so far."""
        self._rest = bytearray()
        self._frames = 0
        self._next_segment = 0
        self._segments: list[Segment] = []
        self._written = 0

    async def push(self, samples: bytes) -> None:
        """Take interleaved 16-bit little-endian samples. Waits where the threads do not keep up.

        Raises `ConversionFailed` and what writing raises.
        """
        self.samples += len(samples) // self._sample_bytes
        self._rest += samples
        while len(self._rest) >= self._piece_bytes:
            piece = bytes(self._rest[: self._piece_bytes])
            del self._rest[: self._piece_bytes]
            await self._feed(piece)

    async def finish(self) -> None:
        """No more samples come: encode and write everything. Raises as `push`."""
        if self._rest or not self._segments:
            await self._feed(bytes(self._rest))
        self._segments[-1].end()
        while len(self._segments) > 1:
            await self._join_first()
        [last] = self._segments
        await last.encoded()
        await last.flush()
        await self._write_frames(last, last.stream.end)

    async def close(self) -> None:
        """Stop encoding. Safe to repeat."""
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
        self._segments.append(Segment(self._frames, self._target, self._pool))
        pieces = self._frames // (_GROWTH * _PIECE_FRAMES)
        self._next_segment = self._frames + _PIECE_FRAMES * max(_LEAST_PIECES, min(_MOST_PIECES, pieces))

    async def _make_way(self) -> None:
        """Join what is encoded, and wait until one more segment may be read."""
        while True:
            while len(self._segments) > 1 and not (self._segments[0].busy or self._segments[1].busy):
                await self._join_first()
            first = next((segment for segment in self._segments[:2] if segment.busy), None)
            if first is None:
                return
            if len(self._segments) <= self._pool.threads + 1 and self._pool.backlog <= self._pool.most_backlog:
                return
            await first.encoded()

    async def _join_first(self) -> None:
        old, new = self._segments[:2]
        await old.encoded()
        await new.encoded()
        cut = await find_cut(old, new, variable=self._target.quality.bit_rate is None)
        new.forget_samples()
        if cut is None:
            del self._segments[1]
            return
        start = self._written
        joined = join(old.stream, new.stream, start, cut)
        await self._write(joined, old.stream.sizes(start, cut))
        self._written = cut
        del self._segments[0]

    async def _write_frames(self, segment: Segment, stop: int) -> None:
        start = self._written
        await self._write(segment.stream.cut(start, stop), segment.stream.sizes(start, stop))
        self._written = stop
