"""The MP3 as it is downloaded, with a tag that was written after it was stored."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from application.delivered import delivered
from domain.errors import TrackNotFound
from domain.tracks import NewTag, StoredMp3


def kept(stored: bytes) -> tuple[InMemoryTrackKeeper, UUID]:
    keeper, track_uuid = InMemoryTrackKeeper(InMemoryTrackRepository(InMemoryUserRepository())), uuid4()
    keeper.mp3s[track_uuid] = stored
    return keeper, track_uuid


@given(st.data(), st.binary(min_size=1, max_size=30), st.binary(max_size=30))
async def test_any_part_is_that_of_tag_and_sound_together(data: st.DataObject, stored: bytes, tag: bytes) -> None:
    replaces = data.draw(st.integers(0, len(stored) - 1))
    whole = tag + stored[replaces:]
    keeper, track_uuid = kept(stored)
    mp3 = StoredMp3(track_uuid, "a.mp3", len(whole), bytes(32), None, NewTag(tag, replaces))
    start = data.draw(st.integers(0, len(whole)))
    count = data.draw(st.integers(0, len(whole) - start))

    blocks = [block async for block in delivered(keeper, mp3, start, count)]

    assert mp3.stored_size == len(stored)
    assert b"".join(blocks) == whole[start : start + count]
    assert all(blocks)


async def test_without_a_new_tag_it_is_what_is_stored() -> None:
    keeper, track_uuid = kept(b"tagsound")

    mp3 = StoredMp3(track_uuid, "a.mp3", 8, bytes(32), None)

    assert [block async for block in delivered(keeper, mp3, 3, 5)] == [b"sound"]


async def test_t4_of_a_track_that_is_gone_there_is_no_further_byte() -> None:
    keeper, track_uuid = kept(b"oldsound")
    blocks = delivered(keeper, StoredMp3(track_uuid, "a.mp3", 8, bytes(32), None, NewTag(b"new", 3)), 0, 8)

    assert await anext(blocks) == b"new"
    del keeper.mp3s[track_uuid]

    with pytest.raises(TrackNotFound):
        await anext(blocks)
