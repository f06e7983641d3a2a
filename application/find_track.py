"""Finding one track of a user, with all that is known of it."""

from uuid import UUID

from application.admission.fair_queue import FairQueue
from domain.errors import NoSuchTrack
from domain.library import TrackLibrary
from domain.tracks import StoredMp3, Track
from domain.users import User


class FindTrack:
    """Looks a track up in the caller's turn."""

    def __init__(self, library: TrackLibrary, queries: FairQueue) -> None:
        self._library = library
        self._queries = queries

    async def __call__(self, user: User, track_uuid: UUID, *holders: str) -> tuple[Track, StoredMp3]:
        """The track and what a download needs.

        `holders` are those of `FairQueue.turn`. Raises `NoSuchTrack`, `StoreAway` and what `FairQueue.turn` does.
        """
        async with self._queries.turn(*holders):
            found = await self._library.find(track_uuid, user.user_id)
        if found is None:
            raise NoSuchTrack
        return found
