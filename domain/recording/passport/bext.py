"""The broadcast extension chunk, `bext`.

Source: EBU Tech 3285 (version 2, 2011), chapter 2: texts of fixed sizes, a time reference in samples since midnight, a
version; from version 1 on a UMID (SMPTE ST 330), from 2 on loudness (EBU R 128) in hundredths, and a coding history.
"""

import struct

from domain.recording.passport.entries import Entries, Room, fixed_texts

_TEXTS = (
    ("Description", 256),
    ("Originator", 32),
    ("OriginatorReference", 32),
    ("OriginationDate", 10),
    ("OriginationTime", 8),
)
_TIME_REFERENCE, _UMID, _LOUDNESS, _CODING_HISTORY = 338, 348, 412, 602
"""Where they begin."""
_BASIC_UMID_BYTES = 32
_LOUDNESS_NAMES = (
    "LoudnessValue",
    "LoudnessRange",
    "MaxTruePeakLevel",
    "MaxMomentaryLoudness",
    "MaxShortTermLoudness",
)
_NOT_MEASURED = 0x7FFF
_WITH_UMID, _WITH_LOUDNESS = 1, 2
"""The versions that brought them."""


def read_bext(body: bytes, room: Room, *, big_endian: bool) -> Entries:
    """What the chunk says, by the names of its standard: the UMID in hexadecimal digits, loudness in LUFS, LU, dBTP."""
    found = fixed_texts(body, _TEXTS, room)
    if len(body) >= _UMID and room.take(2):
        low, high, version = struct.unpack_from(">IIH" if big_endian else "<IIH", body, _TIME_REFERENCE)
        found |= {"TimeReference": high << 32 | low, "Version": version}
        if version >= _WITH_UMID and (umid := room.text(_umid(body[_UMID:_LOUDNESS]))):
            found["UMID"] = umid
        if version >= _WITH_LOUDNESS:
            found |= _loudness(body[_LOUDNESS:], room, ">5h" if big_endian else "<5h")
    if history := room.text(body[_CODING_HISTORY:].partition(b"\0")[0]):
        found["CodingHistory"] = history
    return found


def _umid(data: bytes) -> bytes:
    """In hexadecimal digits: of the basic one, whose rest is zero, 32 bytes; nothing where there is none."""
    basic, more = data[:_BASIC_UMID_BYTES], data[_BASIC_UMID_BYTES:]
    used = data if more.strip(b"\0") else basic
    return used.hex().upper().encode() if used.strip(b"\0") else b""


def _loudness(body: bytes, room: Room, layout: str) -> Entries:
    if len(body) < struct.calcsize(layout) or not room.take(len(_LOUDNESS_NAMES)):
        return {}
    values = zip(_LOUDNESS_NAMES, struct.unpack_from(layout, body), strict=True)
    return {name: value / 100 for name, value in values if value != _NOT_MEASURED}
