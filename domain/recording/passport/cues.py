"""Points that are marked: the chunk `cue `, and what a `LIST` chunk of type `adtl` says of each.

Source: *Multimedia Programming Interface and Data Specifications 1.0* (IBM and Microsoft, 1991), chapter 3, cue-points
chunk and associated data list. A point has 24 bytes: its name, a number; its position in the order of play; the name
and start of its chunk; the start of its block, in bytes; and its sample.
"""

import struct
from collections.abc import Iterator
from typing import TypeAlias

from domain.code_pages import code_page
from domain.raw_text import RawText
from domain.recording.lists import chunks_of_list
from domain.recording.passport.entries import PIECES_AT_ONCE, Entries, Room

MAX_POINTS = 255
"""Of one recording; an MP3 has room for as many chapters."""
_NUMBER_BYTES, _POINT_BYTES, _REGION_BYTES = 4, 24, 16
_POINT = ("Name", "Position", "BlockStart", "SampleOffset")
_Name: TypeAlias = tuple[int, int]
"""The first sample of a part, and the name of a point in it."""
_NOTES = {b"labl": "labl", b"note": "note", b"ltxt": "ltxt"}


class CueReader:
    """Puts points and notes together, in whichever order their chunks come."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._points: dict[_Name, Entries] = {}
        self._notes: dict[_Name, Entries] = {}
        self.first_sample = 0
        """Of the part of the recording to which the chunks that follow belong, where several were joined."""

    def read_points(self, body: bytes, *, big_endian: bool) -> None:
        """Take the points of the chunk, of several with one name the first."""
        order = ">" if big_endian else "<"
        claimed = int.from_bytes(body[:_NUMBER_BYTES], "big" if big_endian else "little")
        there = max(0, len(body) - _NUMBER_BYTES) // _POINT_BYTES
        for number in range(min(claimed, there, MAX_POINTS)):
            point = struct.unpack_from(f"{order}II8xII", body, _NUMBER_BYTES + number * _POINT_BYTES)
            name = (self.first_sample, point[0])
            if name not in self._points and len(self._points) < MAX_POINTS and self._room.take(len(_POINT)):
                self._points[name] = dict(zip(_POINT, point, strict=True))

    def read_notes(self, body: bytes, *, big_endian: bool) -> Iterator[None]:
        """Take labels (`labl`), notes (`note`) and regions (`ltxt`), of each kind the first of a point.

        Yields after every `PIECES_AT_ONCE` of whatever kind.
        """
        chunks = chunks_of_list(body, self._room.pieces, big_endian=big_endian)
        for count, (kind, said) in enumerate(chunks, start=1):
            if kind in _NOTES and len(said) > _NUMBER_BYTES:
                self._take(kind, said, ">" if big_endian else "<")
            if count % PIECES_AT_ONCE == 0:
                yield

    def _take(self, kind: bytes, said: bytes, order: str) -> None:
        name = (self.first_sample, struct.unpack_from(f"{order}I", said)[0])
        notes = self._notes.get(name)
        if notes is None and len(self._notes) < MAX_POINTS:
            notes = self._notes[name] = {}
        if notes is not None and _NOTES[kind] not in notes:
            rest = said[_NUMBER_BYTES:]
            if note := self._region(rest, order) if kind == b"ltxt" else self._room.text(rest):
                notes[_NOTES[kind]] = note

    def _region(self, said: bytes, order: str) -> Entries:
        """Its length in samples, what it is for, and its text, which names its own code page."""
        if len(said) < _REGION_BYTES or not self._room.take(1):
            return {}
        length, purpose, page = struct.unpack_from(f"{order}I4s6xH", said)
        texts: dict[str, RawText | None] = {
            "Purpose": self._room.text(purpose),
            "Text": self._room.text(said[_REGION_BYTES:].partition(b"\0")[0], code_page(page, declared=True)),
        }
        return {"SampleLength": length} | {name: text for name, text in texts.items() if text}

    @property
    def entries(self) -> list[Entries]:
        """The points as their chunk has them, each with what is said of it.

        Those of a further part have its first sample, too, from which they count.
        """
        found = []
        for (first_sample, name), point in self._points.items():
            place: Entries = {"FirstSample": first_sample} if first_sample else {}
            found.append(point | place | self._notes.get((first_sample, name), {}))
        return found
