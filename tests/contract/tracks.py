"""What every track repository, keeper and catalogue owes.

Subclass, and supply the fixtures `users`, `tracks` (the repository, which is its own catalogue) and `keeper`.
"""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.memory.mp3 import InMemoryMp3
from domain.conversions import Conversion
from domain.errors import DuplicateTrack, TrackNotFound, UnknownUser
from domain.measuring import WAVEFORM_POINTS, Sound, Waveform
from domain.output.converter import Mp3
from domain.output.format import Mp3Format, Mp3Quality
from domain.recording.format import Codec, RecordingFormat
from domain.recording.repairs import Repair
from domain.tags import Tags
from domain.tracks import StoredMp3, Track, TrackCatalogue, TrackKeeper, TrackRepository
from domain.users import UserRepository, token_digest

NOW = datetime(2026, 11, 23, 10, 30, 0, 123456, tzinfo=UTC)
MIB = 1024 * 1024


def a_track(user_id: int, mp3: Mp3, sha256: bytes = bytes(32), **known: Any) -> Track:
    """A track of that MP3; `known` are fields of its `Conversion`."""
    conversion = Conversion(
        duration=timedelta(seconds=12.345678),
        mp3_format=Mp3Format(44100, 2, Mp3Quality(bit_rate=128)),
        mp3_size=mp3.size,
        mp3_sha256=sha256,
        wav_size=4_000_000_000,
        wav_sha256=bytes(range(32)),
        recording_format=RecordingFormat(Codec.PCM, 44100, 2, 16),
        repairs=(),
        texts=Tags(),
        sound=None,
    )
    return Track(uuid4(), user_id, "talk.mp3", replace(conversion, **known), NOW)


def stored(track: Track, audio_key: str | None = None) -> StoredMp3:
    """What `find` gives for it."""
    made = track.conversion
    return StoredMp3(track.track_uuid, track.file_name, made.mp3_size, made.mp3_sha256, audio_key)


async def whole(keeper: TrackKeeper, track: Track) -> bytes:
    mp3 = stored(track)
    return b"".join([block async for block in keeper.read(mp3, 0, mp3.size)])


async def kept(tracks: TrackRepository) -> list[Track]:
    """Every track, as its store gives it back."""
    assert isinstance(tracks, TrackCatalogue)
    return [track async for track, _ in tracks.all()]


class BrokenMp3(InMemoryMp3):
    """Gives some of its bytes, and then something goes wrong."""

    def __init__(self, data: bytes, given: int, error: BaseException | None = None) -> None:
        super().__init__(data)
        self.given, self.error = given, error

    async def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        for offset in range(0, self.given, 65536):
            yield self.data[offset : min(offset + 65536, self.given)]
        if self.error:
            raise self.error


class StalledMp3(InMemoryMp3):
    """Gives half of its bytes and then nothing, until it is cancelled. `half_given` says when."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.half_given = asyncio.Event()

    async def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        yield self.data[: count // 2]
        self.half_given.set()
        await asyncio.Event().wait()


class TrackKeeperContract:
    @pytest.fixture
    async def user_id(self, users: UserRepository) -> int:
        return (await users.add("Ada", token_digest("secret"), NOW)).user_id

    async def test_a_track_is_found_as_it_was_added(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3 = InMemoryMp3(b"sound")
        track = a_track(user_id, mp3, hashlib.sha256(b"sound").digest())

        await keeper.keep(track, mp3)

        assert await kept(tracks) == [track]

    @pytest.mark.parametrize("loudness", [None, -70.0, -23.012345678901234, 130.0])
    async def test_a_track_keeps_what_was_measured(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, loudness: float | None
    ) -> None:
        mp3 = InMemoryMp3(b"sound")
        waveform = Waveform(384_000, 1 << 33, 8, (-128, 127) * WAVEFORM_POINTS)
        sound = Sound(waveform, loudness, sample_peak=2.0**20, clipped_samples=2**50)
        track = a_track(user_id, mp3, sound=sound)

        await keeper.keep(track, mp3)

        assert await kept(tracks) == [track]

    @pytest.mark.parametrize("quality", [Mp3Quality(bit_rate=8), Mp3Quality(bit_rate=320), Mp3Quality(variable=0)])
    @pytest.mark.parametrize("repairs", [(Repair.TRUNCATED,), tuple(Repair)])
    async def test_a_track_keeps_what_is_known_of_it(
        self,
        tracks: TrackRepository,
        keeper: TrackKeeper,
        user_id: int,
        quality: Mp3Quality,
        repairs: tuple[Repair, ...],
    ) -> None:
        mp3 = InMemoryMp3(b"sound")
        track = a_track(
            user_id,
            mp3,
            mp3_format=Mp3Format(8000, 1, quality),
            repairs=repairs,
            duration=timedelta(days=3, microseconds=1),
            wav_size=2**40,
            wav_sha256=bytes(range(224, 256)),
        )

        await keeper.keep(track, mp3)

        assert await kept(tracks) == [track]

    @pytest.mark.parametrize(
        "name", ["Zoë.mp3", "Zoe\u0308.mp3", "名前.mp3", "🎧" * 146 + ".mp3", "\\N.mp3", "a\"b'c%s\t.mp3"]
    )
    async def test_a_file_name_keeps_every_character(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, name: str
    ) -> None:
        mp3 = InMemoryMp3(b"sound")
        track = replace(a_track(user_id, mp3), file_name=name)

        await keeper.keep(track, mp3)

        assert await kept(tracks) == [track]

    @pytest.mark.parametrize(
        "data",
        [
            b"\0",
            bytes(70000),
            b"\xff\xff" * 5,
            b"\\x00'",
            pytest.param(random.Random(1).randbytes(5 * MIB), id="5 MiB"),
        ],
    )
    async def test_an_mp3_comes_back_byte_for_byte(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, data: bytes
    ) -> None:
        mp3 = InMemoryMp3(data)
        track = a_track(user_id, mp3)

        await keeper.keep(track, mp3)

        assert await whole(keeper, track) == data

    async def test_any_slice_can_be_read_in_small_blocks(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        data = random.Random(2).randbytes(2 * MIB + 3)
        mp3 = InMemoryMp3(data)
        track = a_track(user_id, mp3)
        await keeper.keep(track, mp3)
        borders = [0, 1, 1995, 1996, 1997, MIB // 2 - 1, MIB // 2, MIB // 2 + 1, MIB, len(data) - 1, len(data)]

        for start, end in [(start, end) for start in borders for end in borders if start <= end]:
            blocks = [block async for block in keeper.read(stored(track), start, end - start)]

            assert b"".join(blocks) == data[start:end]
            assert all(0 < len(block) <= MIB for block in blocks)

    async def test_a_missing_track_is_none(self, tracks: TrackRepository, user_id: int) -> None:
        assert await tracks.find(uuid4(), user_id) is None

    async def test_another_users_track_is_none(
        self, tracks: TrackRepository, keeper: TrackKeeper, users: UserRepository, user_id: int
    ) -> None:
        mp3 = InMemoryMp3(b"sound")
        track = a_track(user_id, mp3)
        await keeper.keep(track, mp3)
        other = await users.add("Grace", token_digest("other"), NOW)

        assert await tracks.find(track.track_uuid, other.user_id) is None

    @pytest.mark.parametrize(
        "user_id", [0, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, pytest.param(10**400, id="huge")]
    )
    async def test_any_integer_may_be_asked_for(self, tracks: TrackRepository, user_id: int) -> None:
        assert await tracks.find(UUID(int=0), user_id) is None

    async def test_reading_a_missing_track_says_so(self, tracks: TrackRepository, keeper: TrackKeeper) -> None:
        with pytest.raises(TrackNotFound):
            await anext(aiter(keeper.read(StoredMp3(uuid4(), "talk.mp3", 1, bytes(32), None), 0, 1)))

    @pytest.mark.parametrize("nobody", [0, -1, 2**31, 2**63 - 1, 2**63, pytest.param(10**400, id="huge")])
    async def test_a_track_of_an_unknown_user_is_refused(
        self, tracks: TrackRepository, keeper: TrackKeeper, nobody: int
    ) -> None:
        mp3 = InMemoryMp3(b"sound")
        track = a_track(nobody, mp3)

        with pytest.raises(UnknownUser):
            await keeper.keep(track, mp3)

        await self.assert_not_kept(tracks, keeper, track)

    async def test_a_duplicate_is_refused_and_changes_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3, other = InMemoryMp3(b"sound"), InMemoryMp3(b"other")
        track = a_track(user_id, mp3)
        await keeper.keep(track, mp3)

        with pytest.raises(DuplicateTrack):
            await keeper.keep(replace(track, file_name="other.mp3"), other)

        assert await kept(tracks) == [track]
        assert await whole(keeper, track) == b"sound"

    async def test_of_two_equal_tracks_at_once_one_is_kept(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3 = InMemoryMp3(bytes(200_000))
        track = a_track(user_id, mp3)

        results = await asyncio.gather(*(keeper.keep(track, mp3) for _ in range(5)), return_exceptions=True)

        assert [type(result) for result in results if result is not None] == [DuplicateTrack] * 4
        assert await whole(keeper, track) == mp3.data

    async def test_tracks_added_at_once_are_all_kept(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3s = [InMemoryMp3(bytes([n]) * 100_000) for n in range(10)]
        added = [a_track(user_id, mp3) for mp3 in mp3s]

        await asyncio.gather(*map(keeper.keep, added, mp3s))

        assert [await whole(keeper, track) for track in added] == [mp3.data for mp3 in mp3s]

    @pytest.mark.parametrize("given", [0, 1, 199_999, 200_001, 300_000])
    async def test_an_mp3_of_another_size_leaves_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, given: int
    ) -> None:
        track = a_track(user_id, InMemoryMp3(bytes(200_000)))

        with pytest.raises(ValueError, match="not 200000"):
            await keeper.keep(track, BrokenMp3(bytes(300_000), given))

        await self.assert_not_kept(tracks, keeper, track)

    async def test_an_error_of_the_mp3_comes_out_and_leaves_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3 = BrokenMp3(bytes(3 * MIB), MIB, OSError("the disk is gone"))
        track = a_track(user_id, mp3)

        with pytest.raises(OSError, match="the disk is gone"):
            await keeper.keep(track, mp3)

        await self.assert_not_kept(tracks, keeper, track)

    async def test_a_cancelled_add_leaves_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3 = StalledMp3(bytes(3 * MIB))
        track = a_track(user_id, mp3)
        adding = asyncio.create_task(keeper.keep(track, mp3))
        await mp3.half_given.wait()

        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding

        await self.assert_not_kept(tracks, keeper, track)

    async def assert_not_kept(self, tracks: TrackRepository, keeper: TrackKeeper, track: Track) -> None:
        """And the repository goes on working."""
        assert await tracks.find(track.track_uuid, track.user_id) is None
        with pytest.raises(TrackNotFound):
            await whole(keeper, track)


class TrackCatalogueContract:
    @pytest.fixture
    def catalogue(self, tracks: TrackRepository) -> TrackCatalogue:
        assert isinstance(tracks, TrackCatalogue)
        return tracks

    async def test_an_empty_store_has_no_track(self, catalogue: TrackCatalogue) -> None:
        assert [track async for track, _ in catalogue.all()] == []

    async def test_every_users_tracks_come_once(
        self, tracks: TrackRepository, keeper: TrackKeeper, catalogue: TrackCatalogue, users: UserRepository
    ) -> None:
        mp3, added = InMemoryMp3(b"sound"), []
        for name in ("Ada", "Grace"):
            user = await users.add(name, token_digest(name), NOW)
            added += [a_track(user.user_id, mp3) for _ in range(101)]
        for track in added:
            await keeper.keep(track, mp3)

        found = [track async for track, _ in catalogue.all()]

        assert sorted(found, key=lambda track: track.track_uuid) == sorted(added, key=lambda track: track.track_uuid)

    async def test_tracks_may_be_added_on_the_way(
        self, tracks: TrackRepository, keeper: TrackKeeper, catalogue: TrackCatalogue, users: UserRepository
    ) -> None:
        user = await users.add("Ada", token_digest("secret"), NOW)
        mp3 = InMemoryMp3(b"sound")
        before = [a_track(user.user_id, mp3) for _ in range(3)]
        for track in before:
            await keeper.keep(track, mp3)

        found = []
        async for track, _ in catalogue.all():
            found.append(track.track_uuid)
            if len(found) <= 3:
                await keeper.keep(a_track(user.user_id, mp3), mp3)

        assert len(found) == len(set(found))
        assert {track.track_uuid for track in before} <= set(found)
