"""Trying what would become of a recording, without keeping anything."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from application.add_track import AddTrack
from application.making import Making, Work
from domain.convert import Convert
from domain.errors import TrackNotFound
from domain.output.converter import Mp3
from domain.system import Clock, IdentifierSource
from domain.tracks import StoredMp3, Track, TrackKeeper
from domain.users import User


class KeepsNothing(TrackKeeper):
    """Takes every track, and has none."""

    max_mp3_bytes: int | None = None

    async def keep(self, track: Track, mp3: Mp3) -> None:
        """Nothing is left of it when the conversion ends."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        raise TrackNotFound
        yield b""


class TryTrack(Making[Track]):
    """Does all that `AddTrack` does, and keeps nothing: the track's identifier is nobody's."""

    def __init__(self, convert: Convert, identifiers: IdentifierSource, clock: Clock) -> None:
        self._add_track = AddTrack(convert, KeepsNothing(), identifiers, clock)

    @asynccontextmanager
    async def begin(self, user: User, *_: str) -> AsyncGenerator[Work[Track], None]:
        yield Work(lambda file: self._add_track(user, file.name, file.blocks, file.at_least))
