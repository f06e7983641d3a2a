"""Listing the tracks of a user, page by page."""

from application.admission.fair_queue import FairQueue
from domain.library import Page, Position, TrackLibrary, Wanted
from domain.users import User


class ListTracks:
    """Looks a page up in the caller's turn."""

    def __init__(self, library: TrackLibrary, queries: FairQueue) -> None:
        self._library = library
        self._queries = queries

    async def __call__(self, user: User, wanted: Wanted, after: Position | None, limit: int, *holders: str) -> Page:
        """As `TrackLibrary.page`. `holders` are those of `FairQueue.turn`, of which it raises what that does."""
        async with self._queries.turn(*holders):
            return await self._library.page(user.user_id, wanted, after, limit)
