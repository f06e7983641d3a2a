"""A converter that makes silence, without any program."""

import struct
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from adapters.memory.mp3 import InMemoryMp3
from adapters.shared.counting import samples_in
from domain.audio import BIT_RATES, AudioConverter, Mp3, Mp3Format
from domain.errors import ConverterUnavailable
from domain.mp3 import SAMPLE_RATES, side_information_bytes
from domain.wav.format import WavFormat

_ENCODER_DELAY = 576
_DECODER_DELAY = 529
_INFO_FRAME_BYTES = 4 + 32 + 120 + 36
"""A header, the longest side information, Xing's tag and LAME's extension."""
_ALL_FIELDS = 15
_LAYER_III_WITHOUT_CRC = 0b011
_STEREO, _MONO = 0, 3
_ORIGINAL = 0b100


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
        seconds = samples_in(source, size) / source.sample_rate
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
    rates = BIT_RATES[target.sample_rate]
    frame = _frame(target, target.quality.bit_rate or rates[0])
    info_frame = next(large for large in (_frame(target, rate) for rate in rates) if len(large) >= _INFO_FRAME_BYTES)
    padding = frames * target.samples_per_frame - samples - _ENCODER_DELAY
    tag = _info_tag(frames, len(info_frame) + frames * len(frame), padding)
    start = 4 + side_information_bytes(target.samples_per_frame == 1152, target.channels == 1)
    return info_frame[:start] + tag + info_frame[start + len(tag) :] + frames * frame


def _frame(target: Mp3Format, bit_rate: int) -> bytes:
    """A silent frame: a header (ISO/IEC 11172-3 2.4.1.3) without CRC and padding, marked as original, and zeros."""
    version, rates = next((version, rates) for version, rates in SAMPLE_RATES.items() if target.sample_rate in rates)
    rate_bits = (BIT_RATES[target.sample_rate].index(bit_rate) + 1) << 4 | rates.index(target.sample_rate) << 2
    mode = _MONO if target.channels == 1 else _STEREO
    header = bytes([0xFF, 0xE0 | version << 3 | _LAYER_III_WITHOUT_CRC, rate_bits, mode << 6 | _ORIGINAL])
    return header.ljust(target.samples_per_frame // 8 * bit_rate * 1000 // target.sample_rate, b"\0")


def _info_tag(frames: int, size: int, padding: int) -> bytes:
    """Xing's tag with a seek table that is a straight line, and LAME's extension with the delay and the padding."""
    seek_table = bytes(256 * percent // 100 for percent in range(100))
    xing = struct.pack(">4sIII100sI", b"Info", _ALL_FIELDS, frames, size, seek_table, 0)
    delays = (_ENCODER_DELAY << 12 | padding).to_bytes(3, "big")
    # Decoders heed the delays of encoders that they know by name only.
    return xing + b"LAME".ljust(21, b"\0") + delays + bytes(12)
