"""A converter that makes silence, without any program."""

import struct
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from domain.audio import BIT_RATES, AudioConverter, Mp3, Mp3Format
from domain.errors import ConverterUnavailable
from domain.mp3 import side_information_bytes
from domain.wav.format import WavFormat

_READ_BYTES = 256 * 1024
_ENCODER_DELAY = 576
_DECODER_DELAY = 529
_INFO_BYTES = 156
"""Of the Info tag with LAME's extension: 120 and 36."""
_ALL_FIELDS = 15


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
        blocks = 0
        async for chunk in samples:
            blocks += len(chunk) // source.block_bytes
        mp3 = _MemoryMp3(silence(target, round(blocks * source.block_samples * target.sample_rate / source.sample_rate)))
        self.open_mp3s.append(mp3)
        try:
            yield mp3
        finally:
            self.open_mp3s.remove(mp3)

    async def check(self) -> None:
        if self.problem:
            raise ConverterUnavailable("CONVERTER", self.problem)


class _MemoryMp3(Mp3):
    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)

    async def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        for position in range(start, start + count, _READ_BYTES):
            yield self._content[position : min(position + _READ_BYTES, start + count)]


def silence(target: Mp3Format, samples: int) -> bytes:
    """An MP3 of so many silent samples: an Info frame, and frames whose side information is all zero.

    A variable bit rate becomes the lowest constant one.
    """
    needed = samples + _ENCODER_DELAY + _DECODER_DELAY
    frames = -(-needed // target.samples_per_frame)
    rates = BIT_RATES[target.sample_rate]
    frame = _frame(target, target.quality.bit_rate or rates[0])
    info_frame = min(
        (_frame(target, rate) for rate in rates if len(_frame(target, rate)) >= 4 + 32 + _INFO_BYTES), key=len
    )
    padding = frames * target.samples_per_frame - samples - _ENCODER_DELAY
    tag = _info_tag(frames, len(info_frame) + frames * len(frame), padding)
    start = 4 + side_information_bytes(target.samples_per_frame == 1152, target.channels == 1)
    return info_frame[:start] + tag + info_frame[start + len(tag) :] + frames * frame


def _frame(target: Mp3Format, bit_rate: int) -> bytes:
    """A silent frame without padding: header (ISO/IEC 11172-3 2.4.1.3) and zeros; the last header bits say original."""
    version = 3 if target.sample_rate >= 32000 else 2 if target.sample_rate >= 16000 else 0
    rate_index = {44100: 0, 48000: 1, 32000: 2}[target.sample_rate << (0, 2, 1, 0)[3 - (3 - version)] if version else target.sample_rate * 4]
    header = bytes([0xFF, 0xE0 | version << 3 | 0b011])
    return header
