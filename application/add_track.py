"""Adding a track: conversion and commit."""

from collections.abc import AsyncIterator

from domain.convert import Conversion, Convert
from domain.system import Clock, IdentifierSource
from domain.tracks import Track, TrackRepository, mp3_file_name
from domain.users import User


class AddTrack:
    """Turns an upload into a stored track, or leaves nothing."""

    def __init__(self, convert: Convert, tracks: TrackRepository, identifiers: IdentifierSource, clock: Clock) -> None:
        self._convert = convert
        self._tracks = tracks
        self._identifiers = identifiers
        self._clock = clock

    async def __call__(self, user: User, wav_file_name: str, wav: AsyncIterator[bytes], at_least: int = 0) -> Track:
        """The track, durable. `user` comes from `Authenticate`: nothing is converted for anybody else.

        `wav` ends only when the upload is known to be whole; what it raises comes out unchanged, and nothing is kept.
        `at_least` is how many bytes are certain to come. Raises `UnknownUser` (deleted meanwhile), `StoreAway`,
        `DiskFull` and what `Convert` raises.
        """
        async with self._convert(wav, at_least) as conversion:
            track = self._track(user, wav_file_name, conversion)
            await self._tracks.add(track, conversion.mp3)
        return track

    def _track(self, user: User, wav_file_name: str, conversion: Conversion) -> Track:
        return Track(
            track_uuid=self._identifiers.new_uuid(),
            user_id=user.user_id,
            file_name=mp3_file_name(wav_file_name),
            duration=conversion.duration,
            mp3_format=conversion.mp3_format,
            mp3_size=conversion.mp3.size,
            mp3_sha256=conversion.mp3_sha256,
            wav_size=conversion.wav_size,
            wav_sha256=conversion.wav_sha256,
            repairs=conversion.repairs,
            sound=conversion.sound,
            created_at=self._clock.now(),
        )
