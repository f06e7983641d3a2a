import hashlib
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from adapters.memory.mp3 import InMemoryMp3
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from application.check_tracks import CheckTracks
from domain.errors import MusicAppError, StoreAway, TrackDamaged
from domain.tracks import StoredMp3, Track
from tests.contract.tracks import NOW, a_track

MP3 = b"sound" * 1000


class TroubledKeeper(InMemoryTrackKeeper):
    """Reading the track `troubled` ends after some bytes, with this error if there is one."""

    troubled: UUID | None = None
    error: MusicAppError | None = TrackDamaged("missing chunk")

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        if mp3.track_uuid == self.troubled:
            yield b"12345"
            if self.error:
                raise self.error
            return
        async for block in super().read(mp3, start, count):
            yield block


@pytest.fixture
def tracks() -> InMemoryTrackRepository:
    return InMemoryTrackRepository(InMemoryUserRepository())


@pytest.fixture
def keeper(tracks: InMemoryTrackRepository) -> TroubledKeeper:
    return TroubledKeeper(tracks)


@pytest.fixture
async def added(tracks: InMemoryTrackRepository, keeper: TroubledKeeper) -> list[Track]:
    """Two tracks that were kept."""
    user = await tracks._users.add("Ann", bytes(32), NOW)
    mp3 = InMemoryMp3(MP3)
    both = [a_track(user.user_id, mp3, hashlib.sha256(MP3).digest()) for _ in range(2)]
    for track in both:
        await keeper.keep(track, mp3)
    return both


async def problems(tracks: InMemoryTrackRepository, keeper: TroubledKeeper) -> dict[UUID, str | None]:
    return {found.track.track_uuid: found.problem async for found in CheckTracks(tracks, keeper)()}


async def test_tracks_as_they_were_stored_have_no_problem(
    tracks: InMemoryTrackRepository, keeper: TroubledKeeper, added: list[Track]
) -> None:
    assert await problems(tracks, keeper) == dict.fromkeys(track.track_uuid for track in added)


@pytest.mark.parametrize("position", [0, 2500, len(MP3) - 1])
async def test_one_changed_byte_is_found(
    tracks: InMemoryTrackRepository, keeper: TroubledKeeper, added: list[Track], position: int
) -> None:
    good, bad = added
    keeper.mp3s[bad.track_uuid] = MP3[:position] + b"!" + MP3[position + 1 :]

    found = await problems(tracks, keeper)

    assert found[good.track_uuid] is None
    assert "SHA-256" in (found[bad.track_uuid] or "")


async def test_missing_bytes_are_counted(
    tracks: InMemoryTrackRepository, keeper: TroubledKeeper, added: list[Track]
) -> None:
    bad, good = added
    keeper.troubled, keeper.error = bad.track_uuid, None

    found = await problems(tracks, keeper)

    assert found == {bad.track_uuid: "has 5 bytes instead of 5000", good.track_uuid: None}


async def test_a_track_that_cannot_be_read_is_told_and_the_others_are_checked(
    tracks: InMemoryTrackRepository, keeper: TroubledKeeper, added: list[Track]
) -> None:
    bad, good = added
    keeper.troubled = bad.track_uuid

    found = await problems(tracks, keeper)

    assert found == {bad.track_uuid: "cannot be read after byte 5: missing chunk", good.track_uuid: None}


async def test_a_track_that_is_removed_meanwhile_is_left_out(
    tracks: InMemoryTrackRepository, keeper: TroubledKeeper, added: list[Track]
) -> None:
    gone, stays = added
    del keeper.mp3s[gone.track_uuid]

    assert await problems(tracks, keeper) == {stays.track_uuid: None}


async def test_a_database_that_is_away_ends_the_check(
    tracks: InMemoryTrackRepository, keeper: TroubledKeeper, added: list[Track]
) -> None:
    keeper.troubled, keeper.error = added[0].track_uuid, StoreAway()

    with pytest.raises(StoreAway):
        await problems(tracks, keeper)
