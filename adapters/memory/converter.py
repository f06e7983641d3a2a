"""A converter that makes silence, without any program."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from adapters.memory.mp3 import InMemoryMp3
from domain.errors import ConverterUnavailable
from domain.output.converter import AudioConverter, Mp3
from domain.output.format import BIT_RATES, Mp3Format, samples_at
from domain.output.frame import frame_bytes, header, main_data_offset
from domain.output.info_frame import LAME, TAG_BYTES, lame_extension, xing_tag
from domain.output.running_on import DECODER_DELAY, ENCODER_DELAY, LEAST_FRAMES, silence_before
from domain.output.seek_table import SeekTable
from domain.recording.format import WavFormat


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
        length = samples_at(target.sample_rate, source.samples_in(size), source.sample_rate)
        mp3 = InMemoryMp3(silence(target, length))
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
    delay = ENCODER_DELAY + silence_before(samples, target)
    frames = max(LEAST_FRAMES, -(-(delay + samples + DECODER_DELAY) // target.samples_per_frame))
    rates, start = BIT_RATES[target.sample_rate], main_data_offset(target)
    frame = _frame(target, target.quality.bit_rate or rates[0])
    info_frame = next(large for large in (_frame(target, rate) for rate in rates) if len(large) >= start + TAG_BYTES)
    table = SeekTable(len(info_frame))
    table.count([len(frame)] * frames)
    tag = xing_tag(variable=False, frames=frames, size=table.bytes, seek_table=table.points())
    tag += lame_extension(LAME, delay, frames * target.samples_per_frame - samples - delay)
    return info_frame[:start] + tag + info_frame[start + len(tag) :] + frames * frame


def _frame(target: Mp3Format, bit_rate: int) -> bytes:
    return header(target, bit_rate).ljust(frame_bytes(target, bit_rate), b"\0")
