"""Files that wait because it is not known who sends them."""

from contextlib import AsyncExitStack

import pytest

from adapters.memory.spool import InMemorySpool
from application.admission.places import Places
from application.admission.waiting_room import SpoolShares, WaitingFile, WaitingRoom
from domain.errors import DiskFull, Overloaded, ShareTaken

ROOM = 7000
GREEDY, OTHER = "address 203.0.113.7", "address 198.51.100.1"


@pytest.fixture
def spool() -> InMemorySpool:
    return InMemorySpool(ROOM)


@pytest.fixture
def places() -> Places:
    return Places(100, "files")


@pytest.fixture
def shares() -> SpoolShares:
    return SpoolShares(ROOM)


@pytest.fixture
def room(spool: InMemorySpool, places: Places, shares: SpoolShares) -> WaitingRoom:
    return WaitingRoom(spool, places, shares)


async def test_a_file_is_read_as_it_was_written_and_gone_in_the_end(
    room: WaitingRoom, spool: InMemorySpool, places: Places, shares: SpoolShares
) -> None:
    async with room.enter(GREEDY) as file:
        await file.write(b"abc")
        await file.write(b"def")
        assert (file.size, b"".join([block async for block in file.read()])) == (6, b"abcdef")
        assert (places.shares.free, shares.shares.free) == (99, ROOM - 6)
        file.leave_place()
        file.leave_place()
        assert (places.shares.free, shares.shares.free, len(spool.open_files)) == (100, ROOM - 6, 1)
    assert (places.shares.free, shares.shares.free, spool.open_files) == (100, ROOM, [])
    assert len(places.shares.holders()) == len(shares.shares.holders()) == 0


async def refused(file: WaitingFile) -> ShareTaken | None:
    """Write a little more; what that is refused with."""
    try:
        await file.write(bytes(10))
    except ShareTaken as error:
        return error
    return None


async def test_h32_one_file_may_take_all_the_room(room: WaitingRoom) -> None:
    async with room.enter(GREEDY) as file:
        for _ in range(ROOM // 100):
            await file.write(bytes(100))
        with pytest.raises(Overloaded):
            await file.write(b"x")


@pytest.mark.parametrize(("files", "most"), [(2, 6000), (5, 5526), (50, 5276)])
async def test_h32_one_address_leaves_room_for_others(room: WaitingRoom, files: int, most: int) -> None:
    async with AsyncExitStack() as stack:
        many = [await stack.enter_async_context(room.enter(GREEDY)) for _ in range(files)]
        refusals: list[ShareTaken] = []
        while len(refusals) < files:
            refusals = [refusal for file in many if (refusal := await refused(file))]
        assert {(one.holder, one.what) for one in refusals} == {(GREEDY, "bytes of the spool for uploads")}
        assert abs(sum(file.size for file in many) - most) <= 10 * files
        other = await stack.enter_async_context(room.enter(OTHER))
        await other.write(bytes(ROOM - most - 10 * files))


async def test_h32_who_cannot_be_told_from_others_has_no_share(room: WaitingRoom) -> None:
    async with room.enter() as one, room.enter() as other:
        await one.write(bytes(ROOM // 2))
        await other.write(bytes(ROOM // 2))


async def test_who_finds_no_place_opens_no_file(room: WaitingRoom, spool: InMemorySpool, places: Places) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(75):
            await stack.enter_async_context(room.enter(GREEDY))
        with pytest.raises(ShareTaken):
            room.refuse_if_full(GREEDY)
        with pytest.raises(ShareTaken):
            await stack.enter_async_context(room.enter(GREEDY))
        assert len(spool.open_files) == 75
        room.refuse_if_full(OTHER)
    assert places.shares.free == 100


async def test_a_full_disk_takes_no_place(room: WaitingRoom, spool: InMemorySpool, places: Places) -> None:
    spool.disk_is_full = True
    with pytest.raises(DiskFull):
        async with room.enter(GREEDY):
            pass
    assert (places.shares.free, len(places.shares.holders())) == (100, 0)
