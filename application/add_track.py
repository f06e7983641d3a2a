"""Adding a track: conversion and commit."""

from collections.abc import AsyncIterator
from uuid import UUID

from domain.convert import Convert
from domain.system import Clock, IdentifierSource
from domain.tracks import Track, TrackKeeper, mp3_file_name
from domain.users import User


class AddTrack:
    """Turns an upload into a stored track, or leaves nothing."""

    def __init__(self, convert: Convert, keeper: TrackKeeper, identifiers: IdentifierSource, clock: Clock) -> None:
        self._convert = convert
        self._keeper = keeper
        self._identifiers = identifiers
        self._clock = clock

    async def __call__(
        self,
        user: User,
        wav_file_name: str,
        wav: AsyncIterator[bytes],
        at_least: int = 0,
        track_uuid: UUID | None = None,
    ) -> Track:
        """The track, durable. `user` comes from `Authenticate`: nothing is converted for anybody else.

        `wav` ends only when the upload is known to be whole; what it raises comes out unchanged, and nothing is kept.
        `at_least` is how many bytes are certain to come; `track_uuid` is one that was reserved for this track. Raises
        `UnknownUser` (deleted meanwhile), `DuplicateTrack` (what was reserved is a track already), `StoreAway`,
        `DiskFull` and what `Convert` raises.
        """
        async with self._convert(wav, at_least) as converted:
            track = Track(
                track_uuid=track_uuid or self._identifiers.new_uuid(),
                user_id=user.user_id,
                file_name=mp3_file_name(wav_file_name),
                conversion=converted.conversion,
                created_at=self._clock.now(),
            )
            await self._keeper.keep(track, converted.mp3)
        return track
