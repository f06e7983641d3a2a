"""Links that download a track: how long and how often, and where they are kept."""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.errors import InvalidExpiry, LinkExpired, LinkRevoked, LinkUsedUp

MAX_DOWNLOADS = 1_000_000_000
MAX_LIFE = timedelta(days=3653)
"""Ten years, from now to the end of a link."""
ONE_DOWNLOAD = timedelta(hours=12)
"""How long after its beginning a download is gone on with."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to one track; whoever knows its identifier may download.

    That whose identifier is the track's is the permanent one, which every track has.
    """

    link_id: UUID
    track_uuid: UUID
    created_at: datetime
    expires_at: datetime | None = None
    max_downloads: int | None = None
    downloads: int | None = 0
    """That were begun; those of one client by ranges are one. None where they are not counted: by the permanent one."""
    inline: bool = False
    """Whether a browser is to play the MP3 instead of saving it."""
    revoked_at: datetime | None = None

    def check(self, now: datetime, *, goes_on: bool) -> None:
        """Raise `LinkRevoked`, `LinkExpired` or `LinkUsedUp` where it opens nothing any more.

        `goes_on`: what it is asked for is more of a download that was counted.
        """
        if self.revoked_at is not None:
            raise LinkRevoked
        if self.expires_at is not None and self.expires_at <= now:
            raise LinkExpired(self.expires_at)
        if self.max_downloads is not None and not goes_on and (self.downloads or 0) >= self.max_downloads:
            raise LinkUsedUp(self.max_downloads)


def check_expiry(expires_at: datetime, now: datetime) -> None:
    """Raise `InvalidExpiry` unless a link may end then. Both are aware."""
    if expires_at <= now:
        raise InvalidExpiry("is in the past")
    if expires_at - now > MAX_LIFE:
        raise InvalidExpiry("is too far ahead")


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who follows a link."""

    client: bytes
    """Who, as `client_digest` tells."""
    at: datetime
    asks_for_more: bool
    """Whether what is asked for may be more of a download that the same client has begun: a part, or nothing yet."""

    @property
    def since(self) -> datetime:
        """A download that began after this is gone on with."""
        return self.at - ONE_DOWNLOAD


def client_digest(link_id: UUID, address: str, program: str) -> bytes:
    """What stands for a client of one link, in 32 bytes: the same client is another one to every other link.

    `program` is what the client calls itself, its `User-Agent`.
    """
    return hashlib.sha256(link_id.bytes + f"{address}\0{program}".encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class LinkBounds:
    """How much is kept, at most."""

    links: int = 1000
    """Of a track that are not revoked."""
    revoked: int = 1000
    """Of a track that are remembered, so that they are told from what never was: those that were revoked last."""
    clients: int = 1000
    """Of a link that are remembered: those who began last."""


class FoundLink(NamedTuple):
    """A link, and what a visit has to know of it."""

    link: Link
    user_id: int
    """Whose track it is."""
    has_begun: bool
    """Whether the client of the visit began a download after `Visit.since`."""


class LinkRepository(ABC):
    """Where links are kept. With a track, its links are gone.

    It has `LinkBounds`. Every method raises `StoreAway` when the store does not answer in time, or answers with an
    error that its port does not name. All moments are aware.
    """

    @abstractmethod
    async def add(self, link: Link) -> None:
        """Keep a new link, whose identifier was never used; durable when this returns.

        Of the track's revoked links those beyond the bound that were revoked first are forgotten. Raises
        `NoSuchTrack`, `TooManyLinks` where the track has as many others as the bound, however many are added at
        once, `DiskFull`, and `StoreAway`, after which the link may be kept or not.
        """

    @abstractmethod
    async def of_track(self, track_uuid: UUID) -> list[Link]:
        """The links of a track that are not revoked: the permanent one, then the others, the newest first.

        Empty, too, where there is no such track.
        """

    @abstractmethod
    async def revoke(self, track_uuid: UUID, link_id: UUID, at: datetime) -> bool:
        """Revoke a link of this track, or with the track's own identifier the permanent one; durable when this returns.

        False where the track has no such link, or it is revoked already, which then stays as it is. Also raises
        `DiskFull`.
        """

    @abstractmethod
    async def find(self, link_id: UUID, visit: Visit) -> FoundLink | None:
        """The link, revoked ones too, or None; also None where its track or user is gone."""

    @abstractmethod
    async def count(self, link_id: UUID, visit: Visit) -> bool:
        """Count a download, and remember its client from now on, both or neither. Durable when this returns.

        False where the link is used up, or not there (any more). Where `visit.asks_for_more` and its client began a
        download after `visit.since`, nothing is counted, and this is True. However many visits come at once, by
        however many processes: of a client that asks for more one is counted, and never more in all than
        `max_downloads`. Whether the link is revoked or has expired is not looked at.

        Of the link's clients beyond the bound those that began first are forgotten, and so are those of all links
        that began before `visit.since`: ten of them at least, if there are as many, with each download that is
        counted. Also raises `DiskFull`.
        """
