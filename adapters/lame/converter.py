"""Encoding with LAME, on all cores, while the samples arrive."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.lame.info import InfoFrame
from adapters.lame.parallel import ParallelEncoder
from adapters.lame.pcm import Pcm16
from adapters.lame.pool import EncoderPool
from adapters.shared.cancellation import finish, in_thread
from adapters.shared.files import AnonymousFile, Mp3File, anonymous_file
from domain.errors import Mp3TooLarge
from domain.output.converter import AudioConverter, Mp3
from domain.output.format import Mp3Format
from domain.recording.format import WavFormat

_ENOUGH_BYTES = 64 * 1024
"""Of samples: worth changing to a thread."""
_MOST_BYTES = 2 * _ENOUGH_BYTES
"""Of samples that are made ready at once, however many come: at 2.5 kHz, 8 bits become 6.4 times as many bytes."""
_MOST_JOINT = 128
"""The highest constant bit rate in kb/s for which lameenc leaves joint stereo on."""


class LameAudioConverter(AudioConverter):
    """LAME in threads of the service itself; nothing is started for a conversion.

    Stereo at a constant bit rate above 128 kb/s goes to `other`: there lameenc does not let LAME choose joint stereo,
    which costs up to 1.5 dB where the channels are alike.
    """

    def __init__(self, other: AudioConverter, pool: EncoderPool, folder: Path, max_mp3_bytes: int) -> None:
        self._other = other
        self._pool = pool
        self._folder = folder
        self._max_mp3_bytes = max_mp3_bytes

    @asynccontextmanager
    async def convert(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes]
    ) -> AsyncGenerator[Mp3, None]:
        if target.channels == 2 and (target.quality.bit_rate or 0) > _MOST_JOINT:
            async with self._other.convert(source, target, samples) as mp3:
                yield mp3
            return
        async with anonymous_file(self._folder) as file:
            await self._encode(
                source, target, samples, _Output(file, InfoFrame(target, source.sample_rate), self._max_mp3_bytes)
            )
            yield Mp3File(file)

    async def check(self) -> None:
        await self._other.check()

    async def _encode(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes], output: "_Output"
    ) -> None:
        pcm = Pcm16(source, target)
        lane = self._pool.lane()
        encoder = ParallelEncoder(target, lane, output.write)
        collected = bytearray()
        try:
            async for block in samples:
                collected += block
                while len(collected) >= _ENOUGH_BYTES:
                    piece = bytes(collected[: _MOST_BYTES - _MOST_BYTES % source.block_bytes])
                    del collected[: len(piece)]
                    await encoder.push(await lane.run(pcm.push, piece))
            await encoder.push(await lane.run(pcm.finish, bytes(collected)))
            await encoder.finish()
        finally:
            await finish(encoder.close())
        await output.finish(encoder.samples, encoder.silence)


class _Output:
    """An MP3 being written: room for the info frame, then the frames."""

    def __init__(self, file: AnonymousFile, info: InfoFrame, max_bytes: int) -> None:
        self._file = file
        self._info = info
        self._size = self._info.size
        self._max_bytes = max_bytes

    async def write(self, frames: bytearray, sizes: list[int]) -> None:
        """Append whole frames with these sizes. Raises `Mp3TooLarge` and `DiskFull`."""
        if self._size + len(frames) > self._max_bytes:
            raise Mp3TooLarge(self._max_bytes)
        await in_thread(self._write, frames, sizes)

    def _write(self, frames: bytearray, sizes: list[int]) -> None:
        self._info.count(frames, sizes)
        self._file.write(frames, self._size)
        self._size += len(frames)

    async def finish(self, samples: int, silence: int) -> None:
        """Write the info frame; so many samples per channel were encoded, after so many that are not heard."""
        await in_thread(self._file.write, self._info.frame(samples, silence), 0)
