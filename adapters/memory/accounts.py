"""Accounts over users and tracks in dictionaries."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from domain.accounts import DELETED_USER_NAME, AccountRepository, DeletedUsers, Removed, Totals
from domain.errors import UnknownUser
from domain.tracks import StoredMp3, Track

_PAGE, _AT_ONCE = 20, 50


class InMemoryAccountRepository(AccountRepository):
    """Changes the users of a repository in memory."""

    def __init__(self, users: InMemoryUserRepository, tracks: InMemoryTrackRepository) -> None:
        self._users = users
        self._tracks = tracks

    async def totals(self, user_id: int) -> Totals | None:
        if user_id not in self._users.kept:
            return None
        made = [track.conversion for track in _tracks_of(self._tracks, user_id)]
        duration = sum((each.duration for each in made), timedelta(0))
        return Totals(len(made), sum(each.mp3_size for each in made), duration)

    async def rename(self, user_id: int, name: str) -> bool:
        if (user := self._users.kept.get(user_id)) is None:
            return False
        self._users.kept[user_id] = replace(user, name=name)
        return True

    async def replace_token(self, user_id: int, old_sha256: bytes, new_sha256: bytes) -> bool:
        user = self._users.kept.get(user_id)
        if user is None or user.token_sha256 != old_sha256:
            return False
        self._users.kept[user_id] = replace(user, token_sha256=new_sha256)
        return True

    async def delete(self, user_id: int, old_sha256: bytes, new_sha256: bytes, now: datetime) -> bool:
        if not await self.replace_token(user_id, old_sha256, new_sha256):
            return False
        self._users.deleted[user_id] = replace(self._users.kept.pop(user_id), name=DELETED_USER_NAME)
        return True

    async def pages(self, user_id: int, until: datetime) -> AsyncIterator[Sequence[tuple[Track, StoredMp3]]]:
        tracks = [track for track in _tracks_of(self._tracks, user_id) if track.created_at <= until]
        tracks.sort(key=lambda track: track.created_at)
        for first in range(0, len(tracks), _PAGE):
            self._refuse_unknown(user_id)
            page = [track for track in tracks[first : first + _PAGE] if track.track_uuid in self._tracks.kept]
            yield [(track, self._tracks.stored_mp3(track)) for track in page]
        self._refuse_unknown(user_id)

    def _refuse_unknown(self, user_id: int) -> None:
        if user_id not in self._users.kept:
            raise UnknownUser(user_id)


class InMemoryDeletedUsers(DeletedUsers):
    """Removes tracks from a repository and a keeper in memory."""

    def __init__(
        self, users: InMemoryUserRepository, tracks: InMemoryTrackRepository, keeper: InMemoryTrackKeeper
    ) -> None:
        self._users = users
        self._tracks = tracks
        self._keeper = keeper

    async def some(self, after: int) -> Sequence[int]:
        return sorted(user_id for user_id in self._users.deleted if user_id > after)[:100]

    async def remove_some(self, user_id: int) -> Removed:
        if user_id not in self._users.deleted:
            return Removed(0, is_all=user_id not in self._users.kept)
        gone = _tracks_of(self._tracks, user_id)[:_AT_ONCE]
        if not gone:
            del self._users.deleted[user_id]
            return Removed(0, is_all=True)
        keys = [self._tracks.forget(track.track_uuid) for track in gone]
        for track in gone:
            self._keeper.mp3s.pop(track.track_uuid, None)
        return Removed(len(gone), [key for key in keys if key is not None])


def _tracks_of(tracks: InMemoryTrackRepository, user_id: int) -> list[Track]:
    return [track for track in tracks.kept.values() if track.user_id == user_id]
