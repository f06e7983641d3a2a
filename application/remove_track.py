"""Removing a track: what is known of it, and its bytes wherever they are."""

from contextlib import suppress
from uuid import UUID

from application.admission.fair_queue import FairQueue
from domain.audio_store import AudioStore
from domain.errors import MusicAppError, NoSuchTrack
from domain.library import TrackLibrary
from domain.users import User


class RemoveTrack:
    """The row first, the bytes of an audio store second: no row ever names bytes that are gone."""

    def __init__(self, library: TrackLibrary, audio: AudioStore | None, queries: FairQueue) -> None:
        self._library = library
        self._audio = audio
        self._queries = queries

    async def __call__(self, user: User, track_uuid: UUID, *holders: str) -> None:
        """Durable when this returns.

        `holders` are those of `FairQueue.turn`. Raises `NoSuchTrack`, `StoreAway`, after which it may be there or not,
        and what `FairQueue.turn` does. Bytes that an audio store does not delete now, `SweepAudio` does.
        """
        async with self._queries.turn(*holders):
            removed = await self._library.remove(track_uuid, user.user_id)
        if removed is None:
            raise NoSuchTrack
        if removed.audio_key is not None and self._audio is not None:
            with suppress(MusicAppError):
                await self._audio.delete(removed.audio_key)
