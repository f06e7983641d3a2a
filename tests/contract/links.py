"""What every link repository owes.

Subclass, and supply the fixtures `users`, `tracks` and `links`, which has `BOUNDS`, and `held_clients`, which tells the
digests of the clients that are remembered; and of the optional ones `break_store` and `delete_track` those that the
store can offer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import NoSuchTrack, StoreAway, TooManyLinks
from domain.links import (
    MAX_DOWNLOADS,
    ONE_DOWNLOAD,
    FoundLink,
    Link,
    LinkBounds,
    LinkRepository,
    Visit,
)
from domain.tracks import Track, TrackRepository
from domain.users import UserRepository, token_digest
from tests.contract.calls import Act, errors
from tests.contract.offers import needs
from tests.contract.tracks import MP3, NOW, a_track

BOUNDS = LinkBounds(links=12, revoked=3, clients=15)
SECOND = timedelta(seconds=1)
ANN, BOB = bytes(32), bytes(range(32))
"""Digests of clients."""
HeldClients = Callable[[], Awaitable[set[bytes]]]


def whole(client: bytes = ANN, at: datetime = NOW) -> Visit:
    """Of somebody who asks for all of it."""
    return Visit(client, at, asks_for_more=False)


def part(client: bytes = ANN, at: datetime = NOW) -> Visit:
    """Of somebody who asks for a range."""
    return Visit(client, at, asks_for_more=True)


def client(number: int) -> bytes:
    return number.to_bytes(32)


class LinkRepositoryContract:
    @pytest.fixture
    async def user_id(self, users: UserRepository) -> int:
        return (await users.add("Ada", token_digest("secret"), NOW)).user_id

    @pytest.fixture
    async def track(self, tracks: TrackRepository, user_id: int) -> Track:
        track = a_track(user_id, MP3)
        await tracks.add(track, "key")
        return track

    @pytest.fixture
    def permanent(self, track: Track) -> Link:
        return Link(track.track_uuid, track.track_uuid, track.created_at, downloads=None)

    async def a_link(self, links: LinkRepository, track: Track, **known: Any) -> Link:
        """A new link to that track, which is kept."""
        link = replace(Link(uuid4(), track.track_uuid, NOW), **known)
        await links.add(link)
        return link

    async def downloads(self, links: LinkRepository, link: Link) -> int | None:
        found = await links.find(link.link_id, whole())
        assert found
        return found.link.downloads

    async def some(self, links: LinkRepository, track: Track, count: int) -> list[Link]:
        """So many links, each a second newer than the one before."""
        return [await self.a_link(links, track, created_at=NOW + number * SECOND) for number in range(count)]

    async def test_a_link_is_found_as_it_was_added(self, links: LinkRepository, track: Track, user_id: int) -> None:
        for known in (
            {},
            {"expires_at": NOW + 3653 * timedelta(days=1), "max_downloads": MAX_DOWNLOADS, "inline": True},
            {"expires_at": NOW + SECOND / 1_000_000, "max_downloads": 1},
        ):
            link = await self.a_link(links, track, **known)
            assert await links.find(link.link_id, whole()) == FoundLink(link, user_id, has_begun=False)

    async def test_what_was_never_added_is_none(self, links: LinkRepository, track: Track) -> None:
        await self.a_link(links, track)
        assert await links.find(uuid4(), whole()) is None
        assert await links.find(track.track_uuid, whole()) is None  # the permanent one is opened by its owner's number
        assert not await links.count(uuid4(), whole())

    async def test_a_link_to_no_track_is_refused(self, links: LinkRepository, track: Track) -> None:
        nowhere = Link(uuid4(), uuid4(), NOW)
        with pytest.raises(NoSuchTrack):
            await links.add(nowhere)
        assert await links.find(nowhere.link_id, whole()) is None
        assert await links.of_track(nowhere.track_uuid) == []

    async def test_the_links_of_a_track_are_listed(
        self, links: LinkRepository, tracks: TrackRepository, track: Track, permanent: Link, user_id: int
    ) -> None:
        other = a_track(user_id, MP3)
        await tracks.add(other, "other")
        assert await links.of_track(track.track_uuid) == [permanent]
        second = await self.a_link(links, track, created_at=NOW + SECOND)
        third = await self.a_link(links, track, created_at=NOW + 2 * SECOND, max_downloads=3, inline=True)
        first = await self.a_link(links, track, created_at=NOW - SECOND)
        await self.a_link(links, other)
        await links.count(third.link_id, whole())

        assert await links.of_track(track.track_uuid) == [permanent, replace(third, downloads=1), second, first]

    async def test_a_revoked_link_is_told_from_what_never_was(
        self, links: LinkRepository, track: Track, permanent: Link, user_id: int
    ) -> None:
        kept, gone = await self.some(links, track, 2)
        assert await links.revoke(track.track_uuid, gone.link_id, NOW + SECOND)

        assert await links.of_track(track.track_uuid) == [permanent, kept]
        revoked = replace(gone, revoked_at=NOW + SECOND)
        assert await links.find(gone.link_id, whole()) == FoundLink(revoked, user_id, has_begun=False)

    async def test_a_link_is_revoked_once(self, links: LinkRepository, track: Track) -> None:
        link = await self.a_link(links, track)
        assert await links.revoke(track.track_uuid, link.link_id, NOW + SECOND)
        assert not await links.revoke(track.track_uuid, link.link_id, NOW + 2 * SECOND)
        found = await links.find(link.link_id, whole())
        assert found
        assert found.link.revoked_at == NOW + SECOND

    async def test_a_link_is_revoked_by_its_own_track_alone(
        self, links: LinkRepository, tracks: TrackRepository, track: Track, user_id: int
    ) -> None:
        other = a_track(user_id, MP3)
        await tracks.add(other, "other")
        link = await self.a_link(links, track)
        for track_uuid, link_id in (
            (other.track_uuid, link.link_id),
            (other.track_uuid, track.track_uuid),
            (track.track_uuid, uuid4()),
            (uuid4(), link.link_id),
        ):
            assert not await links.revoke(track_uuid, link_id, NOW)
        nobodys = uuid4()
        assert not await links.revoke(nobodys, nobodys, NOW)
        assert len(await links.of_track(track.track_uuid)) == 2

    async def test_the_permanent_link_is_revoked_once(
        self, links: LinkRepository, tracks: TrackRepository, track: Track
    ) -> None:
        link = await self.a_link(links, track)
        assert await links.revoke(track.track_uuid, track.track_uuid, NOW + SECOND)
        assert not await links.revoke(track.track_uuid, track.track_uuid, NOW + 2 * SECOND)

        assert await links.of_track(track.track_uuid) == [link]
        found = await tracks.find(track.track_uuid, track.user_id)
        assert found
        assert found.link_revoked_at == NOW + SECOND

    async def test_a_track_has_so_many_links(self, links: LinkRepository, track: Track) -> None:
        made = await self.some(links, track, BOUNDS.links)
        for refused in range(2):
            with pytest.raises(TooManyLinks):
                await self.a_link(links, track, created_at=NOW - refused * SECOND)
        assert await links.revoke(track.track_uuid, made[3].link_id, NOW)
        raised = await errors(*(self.a_link(links, track) for _ in range(5)))

        assert sorted(error.__name__ for error in raised) == ["Link"] + ["TooManyLinks"] * 4
        assert len(await links.of_track(track.track_uuid)) == 1 + BOUNDS.links

    async def test_of_revoked_links_the_last_are_remembered(self, links: LinkRepository, track: Track) -> None:
        for number in range(BOUNDS.revoked + 2):
            link = await self.a_link(links, track, link_id=UUID(int=number))
            assert await links.revoke(track.track_uuid, link.link_id, NOW + number * SECOND)
        await self.a_link(links, track)

        assert [await links.find(UUID(int=number), whole()) is None for number in range(4)] == [
            True,
            True,
            False,
            False,
        ]

    @needs("delete_track")
    async def test_links_go_with_their_track(
        self, links: LinkRepository, track: Track, delete_track: Callable[[Track], Awaitable[None]]
    ) -> None:
        link = await self.a_link(links, track)
        await links.count(link.link_id, whole())

        await delete_track(track)

        assert await links.find(link.link_id, part()) is None
        assert await links.of_track(track.track_uuid) == []
        assert not await links.revoke(track.track_uuid, link.link_id, NOW)
        assert not await links.revoke(track.track_uuid, track.track_uuid, NOW)
        assert not await links.count(link.link_id, part())
        with pytest.raises(NoSuchTrack):
            await self.a_link(links, track)

    async def test_whole_downloads_are_counted_each(self, links: LinkRepository, track: Track) -> None:
        link = await self.a_link(links, track, max_downloads=3)
        other = await self.a_link(links, track, max_downloads=3)
        counted = [await links.count(link.link_id, whole(client)) for client in (ANN, ANN, BOB, BOB, ANN)]

        assert counted == [True, True, True, False, False]
        assert [await self.downloads(links, each) for each in (link, other)] == [3, 0]

    async def test_the_ranges_of_one_client_are_one_download(self, links: LinkRepository, track: Track) -> None:
        link = await self.a_link(links, track, max_downloads=2)
        visits = [part(ANN), part(ANN), part(BOB), part(ANN), part(client(3)), part(BOB)]

        assert [await links.count(link.link_id, visit) for visit in visits] == [True, True, True, True, False, True]
        assert await self.downloads(links, link) == 2

    async def test_who_downloads_a_whole_may_go_on_by_ranges(
        self, links: LinkRepository, track: Track, user_id: int
    ) -> None:
        link = await self.a_link(links, track, max_downloads=1)
        assert await links.count(link.link_id, whole(ANN))

        used_up = replace(link, downloads=1)
        assert await links.find(link.link_id, part(ANN)) == FoundLink(used_up, user_id, has_begun=True)
        assert await links.find(link.link_id, part(BOB)) == FoundLink(used_up, user_id, has_begun=False)
        assert await links.count(link.link_id, part(ANN))
        assert not await links.count(link.link_id, whole(ANN))

    async def test_a_client_of_one_link_is_nobody_to_another(self, links: LinkRepository, track: Track) -> None:
        link, other = await self.some(links, track, 2)
        assert await links.count(link.link_id, part())

        found = await links.find(other.link_id, part())
        assert found
        assert not found.has_begun
        assert await links.count(other.link_id, part())
        assert [await self.downloads(links, each) for each in (link, other)] == [1, 1]

    async def test_a_download_is_gone_on_with_for_hours(self, links: LinkRepository, track: Track) -> None:
        link = await self.a_link(links, track)
        last, over = part(at=NOW + ONE_DOWNLOAD - SECOND), part(at=NOW + ONE_DOWNLOAD)
        assert await links.count(link.link_id, part())
        begun = [found.has_begun for visit in (last, over) if (found := await links.find(link.link_id, visit))]

        assert begun == [True, False]
        assert await links.count(link.link_id, last)
        assert await self.downloads(links, link) == 1
        assert await links.count(link.link_id, over)
        assert await self.downloads(links, link) == 2
        assert await links.count(link.link_id, part(at=over.at + ONE_DOWNLOAD - SECOND))
        assert await self.downloads(links, link) == 2

    @pytest.mark.parametrize(("allowed", "counted"), [(1, 1), (4, 4), (None, 10)])
    async def test_of_whole_downloads_at_once_so_many_are_counted_as_may_be(
        self, links: LinkRepository, track: Track, allowed: int | None, counted: int
    ) -> None:
        link = await self.a_link(links, track, max_downloads=allowed)

        answers = await asyncio.gather(*(links.count(link.link_id, whole(client(number))) for number in range(10)))

        assert answers.count(True) == counted
        assert await self.downloads(links, link) == counted

    async def test_of_the_ranges_of_a_new_client_at_once_one_is_counted(
        self, links: LinkRepository, track: Track
    ) -> None:
        link = await self.a_link(links, track, max_downloads=1)

        assert all(await asyncio.gather(*(links.count(link.link_id, part()) for _ in range(10))))
        assert await self.downloads(links, link) == 1

    async def test_who_was_refused_is_not_remembered(
        self, links: LinkRepository, track: Track, held_clients: HeldClients
    ) -> None:
        link = await self.a_link(links, track, max_downloads=1)
        assert await links.count(link.link_id, part(ANN))
        assert not await links.count(link.link_id, part(BOB))
        assert await held_clients() == {ANN}

    async def test_of_the_clients_of_a_link_the_last_are_remembered(
        self, links: LinkRepository, track: Track, held_clients: HeldClients
    ) -> None:
        link, other = await self.some(links, track, 2)
        assert await links.count(other.link_id, part(BOB))
        for number in range(1, BOUNDS.clients + 4):
            assert await links.count(link.link_id, part(client(number)))

        assert await held_clients() == {BOB, *(client(number) for number in range(4, BOUNDS.clients + 4))}

    async def test_clients_of_long_ago_are_forgotten(
        self, links: LinkRepository, track: Track, held_clients: HeldClients
    ) -> None:
        unused, used = await self.some(links, track, 2)
        for number in range(1, 11):
            assert await links.count(unused.link_id, part(client(number)))
        assert len(await held_clients()) == 10
        assert await links.count(used.link_id, part(BOB, NOW + ONE_DOWNLOAD))
        assert await held_clients() == {BOB}

    @needs("break_store")
    async def test_every_method_says_that_the_store_is_away(
        self, links: LinkRepository, track: Track, break_store: Act
    ) -> None:
        link = await self.a_link(links, track)
        await break_store()

        raised = await errors(
            links.add(replace(link, link_id=uuid4())),
            links.of_track(track.track_uuid),
            links.revoke(track.track_uuid, link.link_id, NOW),
            links.find(link.link_id, whole()),
            links.count(link.link_id, whole()),
        )

        assert raised == [StoreAway] * 5
