"""Opening a link that its owner has limited."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.open_link import Visitor
from application.track_links import LinkWish
from domain.errors import InvalidExpiry, LinkExpired, LinkNotFound, LinkRevoked, LinkUsedUp, MusicAppError
from domain.links import MAX_LIFE, Link, check_expiry, client_digest
from domain.tracks import Track
from domain.users import User
from entrypoints.wiring.container import Container
from tests.unit.memory import clock, keeper, links
from tests.unit.streams import blocks
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(80_000)))
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAYER = Visitor("203.0.113.7", "player/1", asks_for_more=True)


async def a_track(container: Container) -> tuple[User, Track]:
    user, _ = await container.application.register()("Ann")
    return user, await container.application.add_track()(user, "a.wav", blocks(RECORDING))


async def a_link(container: Container, max_downloads: int | None = None) -> tuple[User, Link]:
    user, track = await a_track(container)
    wish = LinkWish(clock(container).now() + HOUR, max_downloads)
    _, link = await container.application.track_links().create(user, track.track_uuid, wish)
    return user, link


@pytest.mark.parametrize("end", [LinkRevoked, LinkExpired])
async def test_l2_what_has_begun_ends_whatever_becomes_of_the_link(
    container: Container, end: type[MusicAppError]
) -> None:
    user, link = await a_link(container)
    record = await container.application.open_link()(link.link_id, PLAYER)
    reading = record.read(0, record.mp3.size)
    got = await anext(reading)
    if end is LinkRevoked:
        await container.application.track_links().revoke(user, link.track_uuid, link.link_id)
    else:
        clock(container).advance(HOUR)
    got += b"".join([block async for block in reading])
    assert got == keeper(container).mp3s[link.track_uuid]
    with pytest.raises(end):
        await container.application.open_link()(link.link_id, PLAYER)


async def test_l1_a_download_is_counted_when_its_first_bytes_are_there(container: Container) -> None:
    _, link = await a_link(container)
    record = await container.application.open_link()(link.link_id, PLAYER)
    assert links(container).kept[link.link_id].downloads == 0
    async for _ in record.read(0, record.mp3.size):
        assert links(container).kept[link.link_id].downloads == 1


async def test_l1_of_those_who_found_a_link_good_no_more_are_served_than_may_be(container: Container) -> None:
    _, link = await a_link(container, max_downloads=2)
    open_link = container.application.open_link()
    records = [
        await open_link(link.link_id, Visitor("203.0.113.7", f"player/{number}", asks_for_more=number % 2 == 0))
        for number in range(4)
    ]
    served = 0
    for record in records:
        try:
            served += len([block async for block in record.read(0, 10)])
        except LinkUsedUp:
            continue
    assert served == 2
    assert links(container).kept[link.link_id].downloads == 2


async def test_nothing_of_a_link_that_is_not_there_is_told(container: Container) -> None:
    _, link = await a_link(container)
    record = await container.application.open_link()(link.link_id, PLAYER)
    keeper(container).mp3s.clear()
    for identifier in (UUID(int=0), link.track_uuid):
        with pytest.raises(LinkNotFound):
            await container.application.open_link()(identifier, PLAYER)
    with pytest.raises(LinkNotFound):
        await anext(record.read(0, 10))


async def test_the_store_is_asked_in_turns_and_none_is_kept(container: Container) -> None:
    user, link = await a_link(container)
    record = await container.application.open_link()(link.link_id, PLAYER, "address 203.0.113.7")
    async for _ in record.read(0, record.mp3.size):
        assert container.application.queries().free == container.settings.storage.at_once
    await container.application.track_links().revoke(user, link.track_uuid, link.link_id, "address 203.0.113.7")
    assert container.application.queries().free == container.settings.storage.at_once


@given(st.datetimes(timezones=st.timezones()))
def test_the_end_of_a_link_is_taken_or_refused(end: datetime) -> None:
    try:
        check_expiry(end, NOW)
    except InvalidExpiry:
        assert not timedelta(0) < end - NOW <= MAX_LIFE
    else:
        assert NOW < end.astimezone(UTC) <= NOW + MAX_LIFE


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_clients_are_told_apart(address: str, program: str, other_address: str, other_program: str) -> None:
    link_id = UUID(int=1)
    same = (address.replace("\0", ""), program) == (other_address.replace("\0", ""), other_program)
    digests = [
        client_digest(link_id, address.replace("\0", ""), program),
        client_digest(link_id, other_address.replace("\0", ""), other_program),
    ]
    assert (digests[0] == digests[1]) == same
    assert client_digest(UUID(int=2), address.replace("\0", ""), program) not in digests
