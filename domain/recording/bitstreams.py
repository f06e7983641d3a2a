"""Codecs that are disguised as PCM, as CDs of DTS and S/PDIF carry them: played as samples they are noise.

Sources: ETSI TS 102 114, section 5.3, for the head of a DTS frame (sync, frame type, deficit samples) and annex C of
it for its forms of 14 bits; IEC 61937-1, section 6, for the preamble of a burst (Pa, Pb, Pc), and IEC 61937-2 for the
types of data. ffmpeg and libdca look for the same four forms of DTS.
"""

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from domain.errors import UnsupportedCodec
from domain.recording.disguised_files import file_within
from domain.recording.format import SampleEncoding

WINDOW_BYTES = 50 * 1024
"""Of 16-bit words, from the first that is not zero on: in it begin three bursts of E-AC-3, which are the longest."""
_MOST_SYNCS = 200
_REPEATS = 3
_LOOSE_BYTES = 2
"""By which frames may differ: of most bit rates they have no whole number of bytes, or of words."""
_SYNC_BYTES, _HEAD_BYTES = 4, 12
_WHOLE = 2
_SAMPLE_BYTES = {SampleEncoding.SIGNED_16: 2, SampleEncoding.SIGNED_24: 3, SampleEncoding.SIGNED_32: 4}
MAY_BE_DISGUISED = frozenset(_SAMPLE_BYTES)
"""Encodings that `BitstreamFinder` looks at."""
_DATA_TYPES = {
    1: "AC-3",
    **dict.fromkeys((4, 5, 6, 8, 9, 10), "MPEG audio"),
    **dict.fromkeys((7, 19, 20), "AAC"),
    **dict.fromkeys((11, 12, 13, 17), "DTS"),
    **dict.fromkeys((14, 15, 16), "ATRAC"),
    18: "Windows Media Audio",
    21: "E-AC-3",
    22: "Dolby TrueHD",
}
_AC_3, _DTS = b"\x0b\x77", b"\x7f\xfe\x80\x01"
_DATA_SYNCS = {1: _AC_3, 21: _AC_3, 11: _DTS, 12: _DTS, 13: _DTS}


@dataclass(frozen=True, slots=True)
class _Sync:
    """With what each frame begins, and how what follows is told from samples; None: it is none."""

    word: re.Pattern[bytes]
    """Literal: so searched it is found in half the time that `bytes.find` takes, and of zeros in a ninth."""
    name: Callable[[bytes], str | None]


def _dts(head: bytes) -> str | None:
    """A normal frame, of which no samples are missing: six bits that are set."""
    return "DTS" if head[0] & 0xFC == 0xFC else None


def _dts_14(head: bytes) -> str | None:
    return "DTS" if head[0] == 0x07 and head[1] & 0xF0 == 0xF0 else None


def _burst(head: bytes) -> str | None:
    """Type of data, length, and then its own sync; a burst of nothing is no sound that could be lost."""
    kind, data = head[1] & 0x1F, head[4:8]
    if not data.startswith(_DATA_SYNCS.get(kind, b"")) or not data.strip(b"\0"):
        return None
    return f"{_DATA_TYPES.get(kind, 'compressed audio')} in S/PDIF bursts"


_SYNCS = tuple(
    _Sync(re.compile(re.escape(bytes.fromhex(word))), name)
    for word, name in (("7ffe8001", _dts), ("1fffe800", _dts_14), ("f8724e1f", _burst))
)


class BitstreamFinder:
    """Looks at samples that are handed out, as far as `WINDOW_BYTES`, of which it keeps 16 bits each."""

    def __init__(self, encoding: SampleEncoding) -> None:
        self._size = _SAMPLE_BYTES.get(encoding)
        self._words = bytearray()

    def look(self, samples: bytes) -> None:
        """At the next ones, whole samples. Raises `UnsupportedCodec` where they are frames of a codec."""
        if self._size is None or not samples:
            return
        if not self._words:
            zeros = len(samples) - len(samples.lstrip(b"\0"))
            samples = samples[zeros - zeros % self._size :]
        words = _high_words(samples[: self._size * WINDOW_BYTES // 2], self._size)
        if not self._words:
            zeros = len(words) - len(words.lstrip(b"\0"))
            words = words[zeros - zeros % 2 :]
        self._words += words[: WINDOW_BYTES - len(self._words)]
        if len(self._words) == WINDOW_BYTES:
            self.finish()

    def finish(self) -> None:
        """Nothing follows. Raises what `look` does."""
        words, size, self._words, self._size = self._words, self._size, bytearray(), None
        if size is None:
            return
        if codec := _codec(bytes(words), size):
            raise UnsupportedCodec(codec)


def _high_words(samples: bytes, size: int) -> bytes:
    """The high 16 bits of little-endian samples."""
    if size == 2:
        return samples
    words = bytearray(len(samples) // size * 2)
    words[::2], words[1::2] = samples[size - 2 :: size], samples[size - 1 :: size]
    return bytes(words)


def _codec(words: bytes, size: int) -> str | None:
    """Of words that are the whole samples where those have two bytes; in either byte order."""
    swapped = _swapped(words)
    found = _first(words) or _first(swapped)
    return found or (file_within(words) or file_within(swapped) if size == _WHOLE else None)


def _swapped(words: bytes) -> bytes:
    other = array("H", words)
    other.byteswap()
    return other.tobytes()


def _first(data: bytes) -> str | None:
    return next(filter(None, (_repeated(data, sync) for sync in _SYNCS)), None)


def _repeated(data: bytes, sync: _Sync) -> str | None:
    """What begins `_REPEATS` times with `sync`, at distances that are alike; the last one tells what it is."""
    places: list[int] = []
    for found in islice(sync.word.finditer(data), _MOST_SYNCS):
        at = found.start()
        if at > len(data) - _HEAD_BYTES:
            break
        if name := sync.name(data[at + _SYNC_BYTES : at + _HEAD_BYTES]):
            places = [*places[1 - _REPEATS :], at]
            if len(places) == _REPEATS and abs(places[0] + places[2] - 2 * places[1]) <= _LOOSE_BYTES:
                return name
    return None
