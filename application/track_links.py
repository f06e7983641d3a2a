"""What the owner of a track does with its links."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from application.admission.fair_queue import FairQueue
from domain.errors import LinkNotFound, NoSuchTrack
from domain.links import Link, LinkRepository, Visit, check_expiry, client_digest
from domain.system import Clock, IdentifierSource
from domain.tracks import StoredMp3, TrackRepository
from domain.users import User


@dataclass(frozen=True, slots=True)
class LinkWish:
    """How long and how often a link is to open a track."""

    expires_at: datetime | None = None
    """Aware, of any offset."""
    max_downloads: int | None = None
    inline: bool = False


class TrackLinks:
    """Makes, lists and revokes links; what is another user's is as what never was.

    `holders` are those of `FairQueue.turn`, in whose turn the store is asked. Every method raises `NoSuchTrack`,
    `StoreAway` and what `FairQueue.turn` does.
    """

    def __init__(
        self,
        links: LinkRepository,
        tracks: TrackRepository,
        identifiers: IdentifierSource,
        clock: Clock,
        queries: FairQueue,
    ) -> None:
        self._links = links
        self._tracks = tracks
        self._identifiers = identifiers
        self._clock = clock
        self._queries = queries

    async def create(
        self, user: User, track_uuid: UUID, wish: LinkWish, *holders: str, link_id: UUID | None = None
    ) -> tuple[StoredMp3, Link]:
        """The track and its new link, with an identifier that was reserved for it, if any.

        Raises `InvalidExpiry`, `TooManyLinks`, `DiskFull`.
        """
        now = self._clock.now()
        if wish.expires_at is not None:
            check_expiry(wish.expires_at, now)
        link = Link(
            link_id or self._identifiers.new_uuid(),
            track_uuid,
            created_at=now,
            expires_at=wish.expires_at and wish.expires_at.astimezone(UTC),
            max_downloads=wish.max_downloads,
            inline=wish.inline,
        )
        async with self._queries.turn(*holders):
            mp3 = await self._track(user, track_uuid)
            await self._links.add(link)
        return mp3, link

    async def made(self, user: User, link_id: UUID) -> tuple[StoredMp3, Link] | None:
        """The link with this identifier, revoked or not, and its track of this user; None where there is none.

        Asks in the turn of whoever calls it.
        """
        nobody = Visit(client_digest(link_id, "", ""), self._clock.now(), asks_for_more=False)
        found = await self._links.find(link_id, nobody)
        mp3 = await self._tracks.find(found.link.track_uuid, user.user_id) if found else None
        return (mp3, found.link) if found and mp3 else None

    async def all(self, user: User, track_uuid: UUID, *holders: str) -> tuple[StoredMp3, list[Link]]:
        """The track, and its links that are not revoked: the permanent one, then the others, the newest first."""
        async with self._queries.turn(*holders):
            return await self._track(user, track_uuid), await self._links.of_track(track_uuid)

    async def revoke(self, user: User, track_uuid: UUID, link_id: UUID, *holders: str) -> None:
        """Nothing is opened by the link any more, once this returns. Raises `LinkNotFound`, `DiskFull`."""
        async with self._queries.turn(*holders):
            await self._track(user, track_uuid)
            if not await self._links.revoke(track_uuid, link_id, self._clock.now()):
                raise LinkNotFound

    async def _track(self, user: User, track_uuid: UUID) -> StoredMp3:
        mp3 = await self._tracks.find(track_uuid, user.user_id)
        if mp3 is None:
            raise NoSuchTrack
        return mp3
