"""Reading the first frame of an MP3.

The frame header is that of ISO/IEC 11172-3 2.4.1.3 and ISO/IEC 13818-3 2.4.1.3; the frame count, byte count and seek
table are Xing's ("Info" where the bit rate is constant), the encoder delay and padding LAME's extension to it
(http://gabriel.mp3-tech.org/mp3infotag.html).
"""

import struct
from dataclasses import dataclass

from domain.errors import ConversionFailed

SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""By the header's version bits (MPEG-1, MPEG-2 and "MPEG-2.5"), in the order of its rate index."""
_LAYER_III = 1
_MONO = 3
_HAS_FRAMES, _HAS_BYTES, _HAS_SEEK_TABLE, _HAS_QUALITY = 1, 2, 4, 8
_SEEK_TABLE_BYTES = 100
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
    """What the first frame says. `head` begins with it whole. Raises `ConversionFailed` if it is no Info frame."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        raise ConversionFailed(f"no MPEG frame at the start of the MP3: {head[:4].hex()}")
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate_index, mono = head[2] >> 2 & 3, head[3] >> 6 == _MONO
    if version not in SAMPLE_RATES or layer != _LAYER_III or rate_index == 3 or head[2] >> 4 in (0, 15):
        raise ConversionFailed(f"no Layer III frame at the start of the MP3: {head[:4].hex()}")
    frames, size, has_seek_table, delay, padding = _read_tag(head, 4 + side_information_bytes(version == 3, mono))
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


def side_information_bytes(mpeg_1: bool, mono: bool) -> int:
    """Bytes between a frame's header and its main data (ISO/IEC 11172-3 2.4.1.7, 13818-3 2.4.1.7)."""
    if mpeg_1:
        return 17 if mono else 32
    return 9 if mono else 17


def _read_tag(head: bytes, start: int) -> tuple[int, int, bool, int, int]:
    """Frames, bytes, whether there is a seek table, encoder delay, padding."""
    if head[start : start + 4] not in (b"Info", b"Xing"):
        raise ConversionFailed("the MP3's first frame is no Info frame")
    try:
        (flags,) = struct.unpack_from(">I", head, start + 4)
        if ~flags & (_HAS_FRAMES | _HAS_BYTES):
            raise ConversionFailed("the MP3's Info frame does not tell its frames and bytes")
        frames, size = struct.unpack_from(">II", head, start + 8)
        extension = start + 16
        extension += _SEEK_TABLE_BYTES if flags & _HAS_SEEK_TABLE else 0
        extension += 4 if flags & _HAS_QUALITY else 0
        high, low = struct.unpack_from(">BH", head, extension + _DELAY_OFFSET)
    except struct.error as error:
        raise ConversionFailed("the MP3 ends within its Info frame") from error
    return frames, size, bool(flags & _HAS_SEEK_TABLE), high << 4 | low >> 12, low & 0xFFF
