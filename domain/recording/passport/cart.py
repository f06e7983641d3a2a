"""The cart chunk of radio stations, `cart`.

Source: AES46-2002, *Radio traffic audio delivery extension to the broadcast WAVE file format*, chapter 4.
"""

import struct

from domain.recording.passport.entries import Entries, Room, fixed_texts

_TEXTS = (
    ("Version", 4),
    ("Title", 64),
    ("Artist", 64),
    ("CutID", 64),
    ("ClientID", 64),
    ("Category", 64),
    ("Classification", 64),
    ("OutCue", 64),
    ("StartDate", 10),
    ("StartTime", 8),
    ("EndDate", 10),
    ("EndTime", 8),
    ("ProducerAppID", 64),
    ("ProducerAppVersion", 64),
    ("UserDef", 64),
)
_LEVEL_REFERENCE, _POST_TIMERS, _URL, _TAG_TEXT = 680, 684, 1024, 2048
"""Where they begin."""
_TIMERS, _TIMER_BYTES, _URL_BYTES = 8, 8, 1024


def read_cart(body: bytes, room: Room, *, big_endian: bool) -> Entries:
    """What the chunk says, by the names of its standard. A timer's value is in samples from the first."""
    order = ">" if big_endian else "<"
    found = fixed_texts(body, _TEXTS, room)
    if len(body) >= _POST_TIMERS and room.take(1):
        (found["LevelReference"],) = struct.unpack_from(f"{order}i", body, _LEVEL_REFERENCE)
    if timers := _timers(body, room, order):
        found["PostTimer"] = timers
    return found | fixed_texts(body[_URL:], (("URL", _URL_BYTES), ("TagText", max(0, len(body) - _TAG_TEXT))), room)


def _timers(body: bytes, room: Room, order: str) -> list[Entries]:
    timers: list[Entries] = []
    for at in range(_POST_TIMERS, _POST_TIMERS + _TIMERS * _TIMER_BYTES, _TIMER_BYTES):
        timer = body[at : at + _TIMER_BYTES]
        if len(timer) == _TIMER_BYTES and room.take(1) and (usage := room.text(timer[:4])):
            (value,) = struct.unpack(f"{order}I", timer[4:])
            timers.append({"Usage": usage, "Value": value})
    return timers
