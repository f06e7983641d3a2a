"""A converter that makes silence, without any program."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from adapters.memory.mp3 import InMemoryMp3
from domain.errors import ConverterUnavailable
from domain.output.converter import AudioConverter, Mp3
from domain.output.format import BIT_RATES, Mp3Format
from domain.output.frame import frame_bytes, header, main_data_offset
from domain.output.info_frame import SEEK_POINTS, TAG_BYTES, lame_extension, xing_tag
from domain.recording.format import WavFormat

_ENCODER_DELAY = 576
_DECODER_DELAY = 529


class InMemoryAudioConverter(AudioConverter):
    """Makes silent MP3s of the right format and length, held in memory whole.

    `open_mp3s` are those whose context is open; while `problem` is set, the converter cannot run.
    """

    def __init__(self) -> None:
        self.open_mp3s: list[Mp3] = []
        self.problem = ""

    @asynccontextmanager
    async def convert(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes]
    ) -> AsyncGenerator[Mp3, None]:
        await self.check()
        size = 0
        async for chunk in samples:
            size += len(chunk)
        seconds = source.samples_in(size) / source.sample_rate
        mp3 = InMemoryMp3(silence(target, round(seconds * target.sample_rate)))
        self.open_mp3s.append(mp3)
        try:
            yield mp3
        finally:
            self.open_mp3s.remove(mp3)

    async def check(self) -> None:
        if self.problem:
            raise ConverterUnavailable("CONVERTER", self.problem)


def silence(target: Mp3Format, samples: int) -> bytes:
    """An MP3 of so many silent samples: an Info frame, and frames whose side information is all zero.

    A variable bit rate becomes the lowest constant one.
    """
    needed = samples + _ENCODER_DELAY + _DECODER_DELAY
    frames = max(3, -(-needed // target.samples_per_frame))  # ffmpeg stumbles over fewer
    rates, start = BIT_RATES[target.sample_rate], main_data_offset(target)
    frame = _frame(target, target.quality.bit_rate or rates[0])
    info_frame = next(large for large in (_frame(target, rate) for rate in rates) if len(large) >= start + TAG_BYTES)
    padding = frames * target.samples_per_frame - samples - _ENCODER_DELAY
    straight_line = bytes(256 * percent // SEEK_POINTS for percent in range(SEEK_POINTS))
    size = len(info_frame) + frames * len(frame)
    tag = xing_tag(variable=False, frames=frames, size=size, seek_table=straight_line)
    tag += lame_extension(b"LAME", _ENCODER_DELAY, padding)
    return info_frame[:start] + tag + info_frame[start + len(tag) :] + frames * frame


def _frame(target: Mp3Format, bit_rate: int) -> bytes:
    return header(target, bit_rate).ljust(frame_bytes(target, bit_rate), b"\0")
