"""Links in dictionaries."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from adapters.memory.tracks import InMemoryTrackRepository
from domain.errors import NoSuchTrack, TooManyLinks
from domain.links import FoundLink, Link, LinkBounds, LinkRepository, Visit


class InMemoryLinkRepository(LinkRepository):
    """Keeps links until the process ends. `kept` and `clients` are there to be looked at."""

    def __init__(self, tracks: InMemoryTrackRepository, bounds: LinkBounds = LinkBounds()) -> None:  # noqa: B008 - frozen
        self._tracks = tracks
        self._bounds = bounds
        self.kept: dict[UUID, Link] = {}
        self.clients: dict[tuple[UUID, bytes], datetime] = {}
        """When the client of that digest last began a download by that link."""

    async def add(self, link: Link) -> None:
        if link.track_uuid not in self._tracks.kept:
            raise NoSuchTrack
        others = [other for other in self.kept.values() if other.track_uuid == link.track_uuid]
        revoked = sorted((other.revoked_at, other.link_id) for other in others if other.revoked_at is not None)
        if len(others) - len(revoked) >= self._bounds.links:
            raise TooManyLinks(self._bounds.links)
        for _, forgotten in revoked[: max(0, len(revoked) - self._bounds.revoked)]:
            del self.kept[forgotten]
        self.kept[link.link_id] = link

    async def of_track(self, track_uuid: UUID) -> list[Link]:
        track = self._tracks.kept.get(track_uuid)
        if track is None:
            return []
        permanent = Link(track_uuid, track_uuid, track.created_at, downloads=None, revoked_at=track.link_revoked_at)
        others = [link for link in self.kept.values() if link.track_uuid == track_uuid]
        others.sort(key=lambda link: (link.created_at, link.link_id), reverse=True)
        return [link for link in (permanent, *others) if link.revoked_at is None]

    async def revoke(self, track_uuid: UUID, link_id: UUID, at: datetime) -> bool:
        if link_id == track_uuid:
            return self._revoke_permanent(track_uuid, at)
        link = self._kept(link_id)
        if link is None or link.track_uuid != track_uuid or link.revoked_at is not None:
            return False
        self.kept[link_id] = replace(link, revoked_at=at)
        return True

    def _revoke_permanent(self, track_uuid: UUID, at: datetime) -> bool:
        track = self._tracks.kept.get(track_uuid)
        if track is None or track.link_revoked_at is not None:
            return False
        self._tracks.kept[track_uuid] = replace(track, link_revoked_at=at)
        return True

    async def find(self, link_id: UUID, visit: Visit) -> FoundLink | None:
        if (link := self._kept(link_id)) is None:
            return None
        return FoundLink(link, self._tracks.kept[link.track_uuid].user_id, self._has_begun(link_id, visit))

    async def count(self, link_id: UUID, visit: Visit) -> bool:
        if (link := self._kept(link_id)) is None:
            return False
        if visit.asks_for_more and self._has_begun(link_id, visit):
            return True
        downloads = link.downloads or 0
        if link.max_downloads is not None and downloads >= link.max_downloads:
            return False
        self.kept[link_id] = replace(link, downloads=downloads + 1)
        self.clients[link_id, visit.client] = visit.at
        self._forget(link_id, visit)
        return True

    def _kept(self, link_id: UUID) -> Link | None:
        link = self.kept.get(link_id)
        return link if link and link.track_uuid in self._tracks.kept else None

    def _has_begun(self, link_id: UUID, visit: Visit) -> bool:
        begun = self.clients.get((link_id, visit.client))
        return begun is not None and begun > visit.since

    def _forget(self, link_id: UUID, visit: Visit) -> None:
        self.clients = {key: begun for key, begun in self.clients.items() if begun > visit.since}
        newest = sorted((begun, key) for key, begun in self.clients.items() if key[0] == link_id)
        for _, key in newest[: max(0, len(newest) - self._bounds.clients)]:
            del self.clients[key]
