import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.mp3 import InMemoryMp3
from adapters.memory.tracks import InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from application.check_tracks import CheckTracks
from domain.errors import MusicAppError, StoreAway, TrackDamaged
from domain.output.format import Mp3Format, Mp3Quality
from domain.tracks import Track

MP3 = b"sound" * 1000


class TroubledTracks(InMemoryTrackRepository):
    """Reading the track `troubled` ends with an error after some bytes."""

    troubled: UUID | None = None
    error: MusicAppError = TrackDamaged("missing chunk")

    async def read(self, track_uuid: UUID, start: int, count: int) -> AsyncIterator[bytes]:
        if track_uuid == self.troubled:
            yield b"12345"
            raise self.error
        async for block in super().read(track_uuid, start, count):
            yield block


@pytest.fixture
def tracks() -> TroubledTracks:
    return TroubledTracks(InMemoryUserRepository())


async def keep(tracks: TroubledTracks, count: int) -> list[Track]:
    user = await InMemoryUserRepository.add(_users(tracks), "Ann", bytes(32), FixedClock().now())
    added = []
    for _ in range(count):
        track = Track(
            track_uuid=uuid4(),
            user_id=user.user_id,
            file_name="talk.mp3",
            duration=timedelta(seconds=1),
            mp3_format=Mp3Format(8000, 1, Mp3Quality(bit_rate=64)),
            mp3_size=len(MP3),
            mp3_sha256=hashlib.sha256(MP3).digest(),
            wav_size=1,
            wav_sha256=bytes(32),
            repairs=(),
            sound=None,
            created_at=FixedClock().now(),
        )
        await tracks.add(track, InMemoryMp3(MP3))
        added.append(track)
    return added


def _users(tracks: TroubledTracks) -> InMemoryUserRepository:
    users = tracks._users
    assert isinstance(users, InMemoryUserRepository)
    return users


async def problems(tracks: TroubledTracks) -> dict[UUID, str | None]:
    return {found.track.track_uuid: found.problem async for found in CheckTracks(tracks, tracks)()}


async def test_tracks_as_they_were_stored_have_no_problem(tracks: TroubledTracks) -> None:
    kept = await keep(tracks, 3)

    assert await problems(tracks) == dict.fromkeys(track.track_uuid for track in kept)


@pytest.mark.parametrize("position", [0, 2500, len(MP3) - 1])
async def test_one_changed_byte_is_found(tracks: TroubledTracks, position: int) -> None:
    good, bad = await keep(tracks, 2)
    tracks.mp3s[bad.track_uuid] = MP3[:position] + b"!" + MP3[position + 1 :]

    found = await problems(tracks)

    assert found[good.track_uuid] is None
    assert "SHA-256" in (found[bad.track_uuid] or "")


async def test_missing_bytes_are_counted(tracks: TroubledTracks) -> None:
    [bad] = await keep(tracks, 1)
    tracks.kept[bad.track_uuid] = replace(bad, mp3_size=len(MP3) + 1)

    assert await problems(tracks) == {bad.track_uuid: "has 5000 bytes instead of 5001"}


async def test_a_track_that_cannot_be_read_is_told_and_the_others_are_checked(tracks: TroubledTracks) -> None:
    bad, good = await keep(tracks, 2)
    tracks.troubled = bad.track_uuid

    found = await problems(tracks)

    assert found == {bad.track_uuid: "cannot be read after byte 5: missing chunk", good.track_uuid: None}


async def test_a_track_that_is_removed_meanwhile_is_left_out(tracks: TroubledTracks) -> None:
    gone, stays = await keep(tracks, 2)
    del tracks.mp3s[gone.track_uuid]

    assert await problems(tracks) == {stays.track_uuid: None}


async def test_a_database_that_is_away_ends_the_check(tracks: TroubledTracks) -> None:
    [track] = await keep(tracks, 1)
    tracks.troubled, tracks.error = track.track_uuid, StoreAway()

    with pytest.raises(StoreAway):
        await problems(tracks)
