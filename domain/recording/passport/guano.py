"""The notes of bat detectors, `guan`.

Source: *GUANO - Grand Unified Acoustic Notation Ontology*, specification 1.0 (https://guano-md.org): lines of UTF-8,
each with a name, a colon and a value; `\\n` in a note is the end of a line. Version 0.9 differs in no rule of these.
"""

from domain.raw_text import UTF_8
from domain.recording.passport.entries import PIECES_AT_ONCE, Entries, Room, Steps

MAX_NAME_LENGTH = 64
_NOTHING = " \t\r\0\ufeff"
_OF_SEVERAL_LINES = "Note"


def read_guano(text: str, room: Room) -> Steps:
    """Values by the names that the detector gave them, of several alike the first.

    Yields after every `PIECES_AT_ONCE` lines.
    """
    found: Entries = {}
    for count, line in enumerate(text.split("\n", room.pieces.left), start=1):
        if not room.pieces.take():
            break
        if count % PIECES_AT_ONCE == 0:
            yield
        name, colon, value = (part.strip(_NOTHING) for part in line.partition(":"))
        if not colon or not 0 < len(name) <= MAX_NAME_LENGTH or not name.isprintable() or name in found:
            continue
        value = value.replace("\\n", "\n") if name == _OF_SEVERAL_LINES else value
        if entry := room.text(value.encode(), UTF_8):
            found[name] = entry
    return found
