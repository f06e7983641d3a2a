"""Small recordings as real recorders and programs write them, and the answer that each must get."""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.passports import cset
from tests.texts import info
from tests.wavs import Samples, floats, fmt_body, tone, wav

RATE = 16_000
_LEVEL = 8000 / 32768 / 2**0.5
_HALF = 0.5 / 2**0.5
_SIZE = 2 * RATE
"""Of a second, in bytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a listener and a sender must get.

    The MP3 lasts so many seconds, at the RMS level of the recording. `repair` is what must be told; `title` what the
    MP3 must show; `words` those that the refusal, 415, must hold, where there is to be one.
    """

    seconds: float = 1.0
    level: float = _LEVEL
    repair: str = ""
    title: str = ""
    words: str = ""


Recording = tuple[bytes, Answer]


def _sound(hertz: float = 440.0, seconds: float = 1.0, rate: int = RATE) -> bytes:
    """16 bits."""
    wave = tone(round(seconds * rate), rate=rate, frequency=hertz) * (8000 / 32768 / 0.5)
    return _integers(wave, 16).astype("<i2").tobytes()


def _integers(values: Samples, bits: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.round(values * 2.0 ** (bits - 1)).astype("<i8")


def _four(values: Samples, shift: int = 0) -> bytes:
    """24 bits in four bytes."""
    return (_integers(values, 24) << shift).astype("<i4").tobytes()


def _claiming(data: bytes, size: int, riff: int | None = None) -> bytes:
    return wav(data, rate=RATE, data_size=size % 2**32, riff_size=(size + 36 if riff is None else riff) % 2**32)


def _inverted(*texts: tuple[bytes, bytes]) -> bytes:
    """A list whose texts of even size are padded, and not those of odd size."""
    chunks = (name + struct.pack("<I", len(text)) + text + bytes(1 - len(text) % 2) for name, text in texts)
    return b"INFO" + b"".join(chunks)


_PCM = _sound()
_TONE = tone(RATE, rate=RATE)
_LATE = np.concatenate((np.zeros((4000, 1)), _TONE[4000:]))
_FOUR: dict[str, Any] = {"rate": RATE, "bits": 24, "block_align": 4}

_SIZES: dict[str, Recording] = {
    "three WAVs, joined": (
        b"".join(wav(_sound(hertz), rate=RATE) for hertz in (440, 660, 880)),
        Answer(seconds=3, repair="joined"),
    ),
    "two WAVs of different formats, joined": (
        wav(_PCM, rate=RATE) + wav(_sound(rate=8000), rate=8000),
        Answer(repair="trailing-recording"),
    ),
    "a data size that was not updated": (
        _claiming(_PCM + _sound(660), _SIZE, 36 + 2 * _SIZE),
        Answer(seconds=2, repair="wrong-data-size"),
    ),
    **{
        f"the placeholder {size:#x}": (_claiming(_PCM, size), Answer(repair="unknown-length"))
        for size in (2_000_000_000, 0x7FFFFFFF, 0x7FFFFF9B, 0x7FFFF000, 0xFFFFFF9B)
    },
    **{
        f"{more} bytes too many": (_claiming(_PCM, _SIZE + more), Answer(repair="wrong-data-size"))
        for more in (16, 28, 44, _SIZE)
    },
    "really cut off": (_claiming(_PCM, 3 * _SIZE), Answer(repair="truncated")),
}

_SAMPLES: dict[str, Recording] = {
    "24 bits in the low three of four bytes": (wav(_four(_TONE), **_FOUR), Answer(level=_HALF)),
    "the same after silence": (wav(_four(_LATE), **_FOUR), Answer(level=_HALF * 0.75**0.5)),
    "24 bits in the high three of four bytes": (wav(_four(_TONE, 8), **_FOUR), Answer(level=_HALF)),
    "floats that are called integers": (
        wav(floats(_TONE), rate=RATE, bits=32),
        Answer(level=_HALF, repair="float-samples"),
    ),
    "true 32 bits": (wav(_four(_TONE, 8), rate=RATE, bits=32), Answer(level=_HALF)),
    **{f"{rate} Hz": (wav(_sound(1000, 0.5, rate), rate=rate), Answer(seconds=0.5)) for rate in (384_002, 500_000)},
}

_TEXTS: dict[str, Recording] = {
    "texts in a code page that is declared": (
        wav(_PCM, rate=RATE, before=[cset(1251), (b"LIST", info((b"INAM", "Песня".encode("cp1251"))))]),
        Answer(title="Песня"),
    ),
    "texts whose padding is inverted": (
        wav(
            _PCM,
            rate=RATE,
            before=[
                (
                    b"LIST",
                    _inverted(
                        (b"ISFT", b"scanner 1"),
                        (b"ICMT", b"unit  4512"),
                        (b"INAM", b"talkgroup7"),
                        (b"IART", b"dispatch"),
                    ),
                )
            ],
        ),
        Answer(title="talkgroup7"),
    ),
}

_NO_WAV: dict[str, Recording] = {
    name: (data, Answer(words=words))
    for name, data, words in (
        ("WebM", b"\x1aE\xdf\xa3" + bytes(400), "WebM"),
        ("Ogg", b"OggS" + bytes(400), "Ogg"),
        ("FLAC", b"fLaC" + bytes(400), "FLAC"),
        ("M4A", b"\0\0\0 ftypM4A " + bytes(400), "MP4"),
        ("MP3", b"\xff\xfb\x90\x44" + bytes(413), "MP3"),
        ("AIFF", b"FORM\0\0\0\x20AIFF" + bytes(40), "AIFF"),
        ("AU", b".snd" + bytes(40), "AU"),
        ("CAF", b"caff\0\1" + bytes(40), "CAF"),
        ("AMR", b"#!AMR\n" + bytes(40), "AMR"),
        ("Base64", b"data:audio/wav;base64,UklGRiQ", "Base64"),
        ("HTML", b"<!doctype html><html></html>", "HTML"),
        ("zeros", bytes(4096), "zero"),
        ("nothing", b"", "empty"),
        ("samples without a head", _sound(seconds=0.1), "head"),
    )
}

_DTS = struct.pack("<8H", 0x1FFF, 0xE800, 0x07F1, 0xFC1F, 0x3FF0, 0x1234, 0x0FFF, 0x1111) * 6000

_CODECS: dict[str, Recording] = {
    "DTS that is called PCM": (wav(_DTS, channels=2, rate=44_100), Answer(words="DTS")),
    **{
        f"the codec {tag:#06x}": (
            wav(bytes(range(200)) * 21, fmt=fmt_body(tag, channels, 8000, bits, block_align=align, byte_rate=1000)),
            Answer(words=words),
        )
        for tag, channels, bits, align, words in (
            (0x0038, 1, 4, 42, "NMS"),
            (0xA100, 2, 0, 24, "G.723.1"),  # of two channels, of which it has one
            (0x0070, 1, 0, 32, "CELP"),
            (0x0072, 1, 0, 32, "SBC"),
            (0x1104, 1, 0, 32, "SBC"),
            (0x0130, 1, 0, 32, "ACELP"),
            (0x0161, 2, 0, 4096, "WMA"),
            (0x0050, 2, 0, 768, "MPEG"),
        )
    },
}

RECORDINGS: dict[str, Recording] = {**_SIZES, **_SAMPLES, **_TEXTS, **_NO_WAV, **_CODECS}
