"""Opening a record by its link."""

import asyncio
from contextlib import AsyncExitStack
from itertools import product
from uuid import UUID

import pytest

from domain.errors import TrackNotFound
from entrypoints.wiring.container import Container
from tests.contract.tracks import stored
from tests.unit.memory import keeper
from tests.unit.streams import blocks
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(800)))


async def test_a_record_reads_the_bytes_that_are_asked_for(container: Container) -> None:
    user, _ = await container.application.register()("Ann")
    track = await container.application.add_track()(user, "a.wav", blocks(RECORDING))
    record = await container.application.open_record()(track.track_uuid, user.user_id)
    mp3 = keeper(container).mp3s[track.track_uuid]
    assert record.mp3 == stored(track)
    assert b"".join([block async for block in record.read(0, record.mp3.size)]) == mp3
    assert b"".join([block async for block in record.read(7, 20)]) == mp3[7:27]
    assert [block async for block in record.read(record.mp3.size, 0)] == []


async def test_only_the_pair_of_the_link_opens(container: Container) -> None:
    owners: dict[UUID, int] = {}
    for name in ("Ann", "Bob", "Cy"):
        user, _ = await container.application.register()(name)
        track = await container.application.add_track()(user, "a.wav", blocks(RECORDING))
        owners[track.track_uuid] = user.user_id
    for track_uuid, user_id in product([*owners, UUID(int=0)], [*owners.values(), 0, -1, 2**70]):
        if owners.get(track_uuid) == user_id:
            await container.application.open_record()(track_uuid, user_id)
        else:
            with pytest.raises(TrackNotFound):
                await container.application.open_record()(track_uuid, user_id)


async def test_h38_blocks_of_downloads_are_read_in_turns(container: Container) -> None:
    user, _ = await container.application.register()("Ann")
    track = await container.application.add_track()(user, "a.wav", blocks(RECORDING))
    record = await container.application.open_record()(track.track_uuid, user.user_id, "address 203.0.113.7")
    reads = container.application.reads()
    downloading = record.read(0, record.mp3.size)
    async with AsyncExitStack() as others:
        for _ in range(reads.free):
            await others.enter_async_context(reads.turn("address 198.51.100.1"))
        first = asyncio.ensure_future(anext(downloading))
        while not reads.waiting():
            assert not first.done()
            await asyncio.sleep(0)
        assert reads.waiting() == {"address 203.0.113.7": 1}
    assert await first
    assert reads.waiting() == {}
    assert reads.free == container.settings.storage.at_once  # none is held between two blocks
    reads.free = 0
    assert await anext(downloading, b"") == b""  # the end needs no turn
