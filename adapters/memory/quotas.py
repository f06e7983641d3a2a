"""Quotas beside the users and tracks of repositories in memory."""

from dataclasses import replace
from datetime import datetime, timedelta

from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from domain.errors import UnknownUser
from domain.quotas import OwnQuota, Quota, QuotaRepository, Removed
from domain.tracks import Track

TRACKS_AT_ONCE = 100


class InMemoryQuotaRepository(QuotaRepository):
    """The tracks of that repository are bound by what the users tell."""

    def __init__(
        self, users: InMemoryUserRepository, tracks: InMemoryTrackRepository, keeper: InMemoryTrackKeeper
    ) -> None:
        self._users = users
        self._tracks = tracks
        self._keeper = keeper

    async def put(self, user_id: int, quota: OwnQuota) -> None:
        if user_id not in self._users.kept:
            raise UnknownUser(user_id)
        self._users.kept[user_id] = replace(self._users.kept[user_id], quota=quota)

    async def remove_outlived(self, general: Quota, now: datetime, after: int) -> Removed:
        outlived = [track for track in self._tracks.kept.values() if self._is_outlived(track, general, now, after)]
        chosen = outlived[:TRACKS_AT_ONCE]
        keys = [self._tracks.forget(track.track_uuid) for track in chosen]
        for track in chosen:
            self._keeper.mp3s.pop(track.track_uuid, None)
        return Removed(len(chosen), tuple(key for key in keys if key is not None), after if chosen else None)

    def _is_outlived(self, track: Track, general: Quota, now: datetime, after: int) -> bool:
        user = self._users.kept.get(track.user_id)
        days = user.quota.over(general).retention_days if user else 0
        return track.user_id > after and bool(days) and track.created_at < now - timedelta(days=days)
