"""Opening a link: the download of a track by whoever knows the link, counted."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from application.admission.fair_queue import FairQueue
from application.open_record import Record
from domain.errors import LinkNotFound, LinkUsedUp, TrackNotFound
from domain.links import Link, LinkRepository, Visit, client_digest
from domain.system import Clock
from domain.tracks import TrackKeeper, TrackRepository


class Visitor(NamedTuple):
    """Who follows a link, and what for."""

    address: str
    program: str
    """What it calls itself."""
    asks_for_more: bool
    """As `Visit.asks_for_more`."""


@dataclass(frozen=True, slots=True)
class CountedRecord(Record):
    """A track that is downloaded by a link, and counted once its first bytes are at hand."""

    links: LinkRepository
    queries: FairQueue
    user_id: int
    """Whose track it is."""
    link: Link
    visit: Visit

    async def read(self, start: int, count: int) -> AsyncGenerator[bytes, None]:
        """As `Record.read`; the download is counted before the first block is given. Raises `LinkUsedUp`, too."""
        is_counted = False
        try:
            async with aclosing(Record.read(self, start, count)) as blocks:  # `super()` is none in a class with slots
                async for block in blocks:
                    if not is_counted:
                        await self._count()
                        is_counted = True
                    yield block
                    del block
        except TrackNotFound as error:  # since the link was found
            raise LinkNotFound from error

    async def _count(self) -> None:
        async with self.queries.turn(*self.holders):
            if not await self.links.count(self.link.link_id, self.visit):
                raise LinkUsedUp(self.link.max_downloads or 0)


class OpenLink:
    """Finds a track for whoever knows a link to it, as long as the link is good."""

    def __init__(
        self,
        links: LinkRepository,
        tracks: TrackRepository,
        keeper: TrackKeeper,
        clock: Clock,
        queries: FairQueue,
        reads: FairQueue,
    ) -> None:
        self._links = links
        self._tracks = tracks
        self._keeper = keeper
        self._clock = clock
        self._queries = queries
        self._reads = reads

    async def __call__(self, link_id: UUID, visitor: Visitor, *holders: str) -> CountedRecord:
        """The record, which is counted when it is read. `holders` as of `OpenRecord`.

        What has begun ends, whatever becomes of the link meanwhile. Raises `LinkNotFound`, `LinkRevoked`,
        `LinkExpired`, `LinkUsedUp`, `StoreAway` and what `FairQueue.turn` does.
        """
        client = client_digest(link_id, visitor.address, visitor.program)
        visit = Visit(client, self._clock.now(), visitor.asks_for_more)
        async with self._queries.turn(*holders):
            found = await self._links.find(link_id, visit)
            mp3 = await self._tracks.find(found.link.track_uuid, found.user_id) if found else None
        if found is None or mp3 is None:
            raise LinkNotFound
        found.link.check(visit.at, goes_on=visit.asks_for_more and found.has_begun)
        to_be_read = (mp3, self._keeper, self._reads, holders)
        return CountedRecord(*to_be_read, self._links, self._queries, found.user_id, found.link, visit)
