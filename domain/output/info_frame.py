"""The first frame of an MP3, which tells players how long it is: reading it, and the tag in it.

The frame count, byte count and seek table are Xing's ("Info" where the bit rate is constant), the encoder delay and
padding LAME's extension to it (http://gabriel.mp3-tech.org/mp3infotag.html).
"""

import struct
from dataclasses import dataclass

from domain.errors import ConverterFailed
from domain.output.frame import HEADER_BYTES, MONO, SAMPLE_RATES, side_information_bytes

_LAYER_III = 1
_HAS_FRAMES, _HAS_BYTES, _HAS_SEEK_TABLE, _HAS_QUALITY = 1, 2, 4, 8
_ALL_FIELDS = _HAS_FRAMES | _HAS_BYTES | _HAS_SEEK_TABLE | _HAS_QUALITY
SEEK_POINTS = 100
"""One for each hundredth of the duration, in 256ths of the bytes."""
TAG_BYTES = 156
"""Of Xing's tag with all fields and LAME's extension, its checksum included."""
_DELAY_OFFSET = 21
"""Bytes of LAME's extension before the encoder delay and padding, of 12 bits each."""


@dataclass(frozen=True, slots=True)
class Mp3Info:
    """What the Info frame says. `frames` counts all but the Info frame, `bytes` all; delay and padding are samples."""

    sample_rate: int
    channels: int
    samples_per_frame: int
    frames: int
    bytes: int
    has_seek_table: bool
    encoder_delay: int
    padding: int

    @property
    def samples(self) -> int:
        """Samples per channel that a player gives out."""
        return self.frames * self.samples_per_frame - self.encoder_delay - self.padding


def read_info(head: bytes) -> Mp3Info:
    """What the first frame says. `head` begins with it whole. Raises `ConverterFailed` if it is no Info frame."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        raise ConverterFailed(f"no MPEG frame at the start of the MP3: {head[:4].hex()}")
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate_index, mono = head[2] >> 2 & 3, head[3] >> 6 == MONO
    if version not in SAMPLE_RATES or layer != _LAYER_III or rate_index == 3 or head[2] >> 4 in (0, 15):
        raise ConverterFailed(f"no Layer III frame at the start of the MP3: {head[:4].hex()}")
    start = HEADER_BYTES + side_information_bytes(version == 3, mono)
    frames, size, has_seek_table, delay, padding = _read_tag(head, start)
    return Mp3Info(
        sample_rate=SAMPLE_RATES[version][rate_index],
        channels=1 if mono else 2,
        samples_per_frame=1152 if version == 3 else 576,
        frames=frames,
        bytes=size,
        has_seek_table=has_seek_table,
        encoder_delay=delay,
        padding=padding,
    )


def _read_tag(head: bytes, start: int) -> tuple[int, int, bool, int, int]:
    """Frames, bytes, whether there is a seek table, encoder delay, padding."""
    if head[start : start + 4] not in (b"Info", b"Xing"):
        raise ConverterFailed("the MP3's first frame is no Info frame")
    try:
        (flags,) = struct.unpack_from(">I", head, start + 4)
        if ~flags & (_HAS_FRAMES | _HAS_BYTES):
            raise ConverterFailed("the MP3's Info frame does not tell its frames and bytes")
        frames, size = struct.unpack_from(">II", head, start + 8)
        extension = start + 16
        extension += SEEK_POINTS if flags & _HAS_SEEK_TABLE else 0
        extension += 4 if flags & _HAS_QUALITY else 0
        high, low = struct.unpack_from(">BH", head, extension + _DELAY_OFFSET)
    except struct.error as error:
        raise ConverterFailed("the MP3 ends within its Info frame") from error
    return frames, size, bool(flags & _HAS_SEEK_TABLE), high << 4 | low >> 12, low & 0xFFF


def xing_tag(*, variable: bool, frames: int, size: int, seek_table: bytes, quality: int = 0) -> bytes:
    """Xing's part of the tag: `frames` counts all but the Info frame, `size` is in bytes and counts all.

    `seek_table` has `SEEK_POINTS` bytes; `quality` is from 0 (worst) to 100.
    """
    name = b"Xing" if variable else b"Info"
    return struct.pack(">4sIII100sI", name, _ALL_FIELDS, frames, size, seek_table, quality)


def lame_extension(
    encoder: bytes,
    delay: int,
    padding: int,
    *,
    method: int = 0,
    least_bit_rate: int = 0,
    miscellaneous: int = 0,
    size: int = 0,
    crc: int = 0,
) -> bytes:
    """LAME's part of the tag, without the checksum of the frame itself, which follows it.

    Delay and padding are samples, 12 bits each; players heed those of encoders that they know by name only. `size` and
    `crc` are those of the MP3 in bytes and of its frames. What is not known (lowpass, gains, preset) is 0.
    """
    delays = (delay << 12 | max(0, min(0xFFF, padding))).to_bytes(3, "big")
    return struct.pack(
        ">9sBB8xBB3sBBHIH", encoder, method, 0, 0, least_bit_rate, delays, miscellaneous, 0, 0, size, crc
    )
