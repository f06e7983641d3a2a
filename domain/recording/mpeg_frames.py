"""Frames of MPEG audio and AAC without a container.

Sources: ISO/IEC 11172-3, section 2.4.2.3, and 13818-3 for the head of a frame; ISO/IEC 13818-7, annex 1.2, for ADTS.
"""

from collections.abc import Callable

FrameSize = Callable[[bytes], tuple[int, str]]
"""How long the frame is with which these bytes begin, eight or more, and what it is called; 0 where it is none."""
_SYNC = 0xFFE0
_HEAD_BYTES = 4
_LAYERS = {1: "MP3", 2: "MPEG audio (MP2)", 3: "MPEG audio (MP1)"}
_FREE_RATE, _BAD_RATE, _BAD_FREQUENCY, _RESERVED_VERSION = 0, 15, 3, 1
_MPEG_1 = 3
_KBITS = {
    (True, 3): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 3): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 1): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = (44100, 48000, 32000)
_HALVES = {3: 1, 2: 2, 0: 4}


def mpeg_audio(data: bytes) -> str | None:
    """What begins with such a frame is called, if another follows it, as far as the data reaches; else None."""
    for size, name in (adts_frame(data), layer_frame(data)):
        if size and (len(data) < size + 2 or data[size : size + 1] == b"\xff"):
            return name
    return None


def adts_frame(data: bytes) -> tuple[int, str]:
    """How long the frame is, 0 where it is none."""
    if len(data) < 2 * _HEAD_BYTES or data[0] != 0xFF or data[1] & 0xF6 != 0xF0 or data[2] >> 2 & 0xF > 12:
        return 0, ""
    return (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5, "AAC (ADTS)"


def layer_frame(data: bytes) -> tuple[int, str]:
    """How long the frame is, 0 where it is none."""
    word = int.from_bytes(data[:_HEAD_BYTES], "big")
    version, layer = word >> 19 & 3, word >> 17 & 3
    rate, frequency, padding = word >> 12 & 15, word >> 10 & 3, word >> 9 & 1
    if len(data) < _HEAD_BYTES or word >> 16 & _SYNC != _SYNC or layer == 0 or version == _RESERVED_VERSION:
        return 0, ""
    if rate in (_FREE_RATE, _BAD_RATE) or frequency == _BAD_FREQUENCY:
        return 0, ""
    kbits, hertz = _KBITS[version == _MPEG_1, layer][rate], _HERTZ[frequency] // _HALVES[version]
    if layer == 3:
        return (12_000 * kbits // hertz + padding) * 4, _LAYERS[layer]
    samples = 72_000 if layer == 1 and version != _MPEG_1 else 144_000
    return samples * kbits // hertz + padding, _LAYERS[layer]
