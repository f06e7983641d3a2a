"""The first frame of an MP3, which tells players how long it is: reading it, and the tag in it.

The frame count, byte count and seek table are Xing's ("Info" where the bit rate is constant), the encoder delay and
padding LAME's extension to it (http://gabriel.mp3-tech.org/mp3infotag.html).
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import ConverterFailed
from domain.output.frame import HEADER_BYTES, MONO, SAMPLE_RATES, side_information_bytes
from domain.output.seek_table import SEEK_POINTS

_LAYER_III = 1
_HAS_FRAMES, _HAS_BYTES, _HAS_SEEK_TABLE, _HAS_QUALITY = 1, 2, 4, 8
_ALL_FIELDS = _HAS_FRAMES | _HAS_BYTES | _HAS_SEEK_TABLE | _HAS_QUALITY
TAG_BYTES = 156
"""Of Xing's tag with all fields and LAME's extension, its checksum included."""
INFO_HEAD_BYTES = 4096
"""Of an MP3: more than the largest Layer III frame (1,441 bytes), so the Info frame is in it whole."""
LAME = b"LAME"
"""An encoder by whose name every player heeds delay and padding; GStreamer does by no other."""
_ENCODER_BYTES = 9
_DELAY_OFFSET = 21
"""Bytes of LAME's extension before the encoder delay and padding, of 12 bits each."""
_CHECKSUM_BEHIND_DELAYS = 13
"""Bytes from the delays to the checksum, which is the tag's last field."""


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


@dataclass(frozen=True, slots=True)
class _Tag:
    """What Xing's part of the tag says, and where in the frame its seek table (if any) and LAME's delays are."""

    frames: int
    bytes: int
    seek_table: int | None
    delays: int


def read_info(head: bytes) -> Mp3Info:
    """What the first frame says. `head` begins with it whole. Raises `ConverterFailed` if it is no Info frame."""
    start, mpeg_1, sample_rate, mono = _read_header(head)
    tag = _read_tag(head, start)
    high, low = struct.unpack_from(">BH", head, tag.delays)
    return Mp3Info(
        sample_rate=sample_rate,
        channels=1 if mono else 2,
        samples_per_frame=1152 if mpeg_1 else 576,
        frames=tag.frames,
        bytes=tag.bytes,
        has_seek_table=tag.seek_table is not None,
        encoder_delay=high << 4 | low >> 12,
        padding=low & 0xFFF,
    )


def corrected(head: bytes, *, seek_table: bytes, delay: int, padding: int, checksum: Callable[[bytes], int]) -> bytes:
    """The first frame to the end of its tag, with another seek table, delay and padding, and LAME as the encoder.

    All else stays as it was. `head` begins with the frame whole; `checksum` makes the tag's CRC-16 of the bytes before
    it. Raises `ConverterFailed` if it is no Info frame with a seek table.
    """
    tag = _read_tag(head, _read_header(head)[0])
    if tag.seek_table is None:
        raise ConverterFailed("the MP3's Info frame has no seek table")
    frame = bytearray(head[: tag.delays + _CHECKSUM_BEHIND_DELAYS])
    frame[tag.seek_table : tag.seek_table + SEEK_POINTS] = seek_table
    encoder = tag.delays - _DELAY_OFFSET
    frame[encoder : encoder + _ENCODER_BYTES] = LAME.ljust(_ENCODER_BYTES, b"\0")
    frame[tag.delays : tag.delays + 3] = _delays(delay, padding)
    return bytes(frame) + struct.pack(">H", checksum(bytes(frame)))


def _read_header(head: bytes) -> tuple[int, bool, int, bool]:
    """Where the tag begins, whether it is MPEG-1, the sample rate in Hz, whether there is but one channel."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        raise ConverterFailed(f"no MPEG frame at the start of the MP3: {head[:4].hex()}")
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate_index, mono = head[2] >> 2 & 3, head[3] >> 6 == MONO
    if version not in SAMPLE_RATES or layer != _LAYER_III or rate_index == 3 or head[2] >> 4 in (0, 15):
        raise ConverterFailed(f"no Layer III frame at the start of the MP3: {head[:4].hex()}")
    start = HEADER_BYTES + side_information_bytes(version == 3, mono)
    return start, version == 3, SAMPLE_RATES[version][rate_index], mono


def _read_tag(head: bytes, start: int) -> _Tag:
    if head[start : start + 4] not in (b"Info", b"Xing"):
        raise ConverterFailed("the MP3's first frame is no Info frame")
    try:
        (flags,) = struct.unpack_from(">I", head, start + 4)
        if ~flags & (_HAS_FRAMES | _HAS_BYTES):
            raise ConverterFailed("the MP3's Info frame does not tell its frames and bytes")
        frames, size = struct.unpack_from(">II", head, start + 8)
        extension = start + 16
        seek_table = extension if flags & _HAS_SEEK_TABLE else None
        extension += SEEK_POINTS if flags & _HAS_SEEK_TABLE else 0
        extension += 4 if flags & _HAS_QUALITY else 0
        struct.unpack_from(">BH", head, extension + _DELAY_OFFSET)
    except struct.error as error:
        raise ConverterFailed("the MP3 ends within its Info frame") from error
    return _Tag(frames, size, seek_table, extension + _DELAY_OFFSET)


def _delays(delay: int, padding: int) -> bytes:
    """Both in samples, 12 bits each; what is too much for them is cut."""
    return (min(0xFFF, delay) << 12 | max(0, min(0xFFF, padding))).to_bytes(3, "big")


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
    delays = _delays(delay, padding)
    return struct.pack(
        ">9sBB8xBB3sBBHIH", encoder, method, 0, 0, least_bit_rate, delays, miscellaneous, 0, 0, size, crc
    )
