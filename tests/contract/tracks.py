"""What every track repository and catalogue owes.

Subclass, and supply the fixtures `users` and `tracks` (the repository, which is its own catalogue); and of the optional
ones `other_client`, `break_store`, `fill_disk` and `delete_track` those that the store can offer.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.conversions import Conversion
from domain.errors import DiskFull, DuplicateTrack, StoreAway, UnknownUser
from domain.measuring import WAVEFORM_POINTS, Sound, Waveform
from domain.output.converter import Mp3
from domain.output.format import Mp3Format, Mp3Quality
from domain.recording.format import Codec, RecordingFormat
from domain.recording.repairs import Mended, Repair
from domain.tags import Tags
from domain.tracks import StoredMp3, Track, TrackCatalogue, TrackRepository
from domain.users import UserRepository, token_digest
from tests.contract.calls import PATIENCE_SECONDS, Act, errors, listed
from tests.contract.clients import Client
from tests.contract.leftovers import open_descriptors
from tests.contract.offers import needs

NOW = datetime(2026, 11, 23, 10, 30, 0, 123456, tzinfo=UTC)
MIB = 1024 * 1024
ANY_INTEGER = [0, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, pytest.param(10**400, id="huge")]
"""What may be asked for as `user_id`, where there is no such user."""
READERS = 40
"""That stop after the first of what they read."""
LONGEST_KEY = "Az09-_" * 33 + "Az"


def a_track(user_id: int, mp3: Mp3, sha256: bytes = bytes(32), track_uuid: UUID | None = None, **known: Any) -> Track:
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
        passport={},
        sound=None,
    )
    return Track(track_uuid or uuid4(), user_id, "talk.mp3", replace(conversion, **known), NOW)


def stored(track: Track, audio_key: str | None = None) -> StoredMp3:
    """What `find` gives for it."""
    made = track.conversion
    return StoredMp3(track.track_uuid, track.file_name, made.mp3_size, made.mp3_sha256, audio_key)


async def kept(tracks: TrackRepository) -> list[Track]:
    """Every track, as its store gives it back."""
    assert isinstance(tracks, TrackCatalogue)
    return [track for track, _ in await listed(tracks.all())]


class Unread(Mp3):
    """The MP3 of a track whose bytes are of no interest."""

    size = 5

    def read(self, start: int, count: int) -> Any:
        raise AssertionError("nobody has to read it")


MP3 = Unread()


async def added(tracks: TrackRepository, user_id: int, count: int, **known: Any) -> dict[UUID, Track]:
    """So many new tracks, kept under keys named after them."""
    new = [a_track(user_id, MP3, **known) for _ in range(count)]
    for first in range(0, count, 5):
        await asyncio.gather(*(tracks.add(track, str(track.track_uuid)) for track in new[first : first + 5]))
    return {track.track_uuid: track for track in new}


class TrackRepositoryContract:
    @pytest.fixture
    async def user_id(self, users: UserRepository) -> int:
        return (await users.add("Ada", token_digest("secret"), NOW)).user_id

    async def assert_comes_back(self, tracks: TrackRepository, track: Track) -> None:
        """Add it, and find and list it as it was."""
        key = str(uuid4())

        await tracks.add(track, key)

        assert isinstance(tracks, TrackCatalogue)
        assert await listed(tracks.all()) == [(track, stored(track, key))]
        assert await tracks.find(track.track_uuid, track.user_id) == stored(track, key)

    async def test_a_track_is_found_as_it_was_added(self, tracks: TrackRepository, user_id: int) -> None:
        await self.assert_comes_back(tracks, a_track(user_id, MP3, bytes(range(224, 256))))

    @pytest.mark.parametrize("loudness", [None, -70.0, -23.012345678901234, 130.0])
    async def test_a_track_keeps_what_was_measured(
        self, tracks: TrackRepository, user_id: int, loudness: float | None
    ) -> None:
        waveform = Waveform(384_000, 1 << 33, 8, (-128, 127) * WAVEFORM_POINTS)
        sound = Sound(waveform, loudness, sample_peak=2.0**20, clipped_samples=2**50)

        await self.assert_comes_back(tracks, a_track(user_id, MP3, sound=sound))

    @pytest.mark.parametrize("quality", [Mp3Quality(bit_rate=8), Mp3Quality(bit_rate=320), Mp3Quality(variable=0)])
    @pytest.mark.parametrize(
        "repairs", [(Mended(Repair.TRUNCATED),), tuple(Mended(repair, 2**40) for repair in Repair)]
    )
    async def test_a_track_keeps_what_is_known_of_it(
        self, tracks: TrackRepository, user_id: int, quality: Mp3Quality, repairs: tuple[Mended, ...]
    ) -> None:
        track = a_track(
            user_id,
            MP3,
            mp3_format=Mp3Format(8000, 1, quality),
            repairs=repairs,
            duration=timedelta(days=3, microseconds=1),
            wav_size=2**40,
            wav_sha256=bytes(range(224, 256)),
        )

        await self.assert_comes_back(tracks, track)

    @pytest.mark.parametrize("codec", list(Codec))
    @pytest.mark.parametrize("bits", [None, 12])
    async def test_a_track_keeps_what_the_recording_was(
        self, tracks: TrackRepository, user_id: int, codec: Codec, bits: int | None
    ) -> None:
        await self.assert_comes_back(
            tracks, a_track(user_id, MP3, recording_format=RecordingFormat(codec, 384_000, 65_535, bits))
        )

    async def test_a_track_may_be_from_before_that_was_kept(self, tracks: TrackRepository, user_id: int) -> None:
        await self.assert_comes_back(tracks, a_track(user_id, MP3, recording_format=None))

    @pytest.mark.parametrize(
        "texts",
        [
            Tags(title="Zoë", comment='two\nlines, "quoted" \\N', date="2026-11-23T10:30"),
            Tags(*("名前🎧" for _ in Tags().texts())),
            Tags(comment="c" * 4000),
        ],
    )
    async def test_a_track_keeps_its_texts(self, tracks: TrackRepository, user_id: int, texts: Tags) -> None:
        await self.assert_comes_back(tracks, a_track(user_id, MP3, texts=texts))

    @pytest.mark.parametrize(
        "passport",
        [
            {"bext": {"TimeReference": 2**64 - 1, "LoudnessValue": -23.01, "CodingHistory": 'A=PCM\n"B" \\N'}},
            {"iXML": {"TRACK_LIST": {"TRACK": [{"NAME": "名前🎧"}, "x"]}}, "cue": [{"Name": 1, "SampleOffset": 0}]},
            {"GUANO": {str(number): "x" * 4000 for number in range(16)}},
        ],
    )
    async def test_a_track_keeps_its_passport(
        self, tracks: TrackRepository, user_id: int, passport: dict[str, Any]
    ) -> None:
        await self.assert_comes_back(tracks, a_track(user_id, MP3, passport=passport))

    @pytest.mark.parametrize(
        "name", ["Zoë.mp3", "Zoe\u0308.mp3", "名前.mp3", "🎧" * 146 + ".mp3", "\\N.mp3", "a\"b'c%s\t.mp3"]
    )
    async def test_a_file_name_keeps_every_character(self, tracks: TrackRepository, user_id: int, name: str) -> None:
        await self.assert_comes_back(tracks, replace(a_track(user_id, MP3), file_name=name))

    async def test_a_moment_is_the_same_in_every_time_zone(self, tracks: TrackRepository, user_id: int) -> None:
        elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))

        await self.assert_comes_back(tracks, replace(a_track(user_id, MP3), created_at=elsewhere))

    async def test_a_missing_track_is_none(self, tracks: TrackRepository, user_id: int) -> None:
        assert await tracks.find(uuid4(), user_id) is None

    async def test_another_users_track_is_none(
        self, tracks: TrackRepository, users: UserRepository, user_id: int
    ) -> None:
        track = a_track(user_id, MP3)
        await tracks.add(track, "key")
        other = await users.add("Grace", token_digest("other"), NOW)

        assert await tracks.find(track.track_uuid, other.user_id) is None

    @pytest.mark.parametrize("nobody", ANY_INTEGER)
    async def test_any_integer_may_be_asked_for(self, tracks: TrackRepository, user_id: int, nobody: int) -> None:
        track = a_track(user_id, MP3)
        await tracks.add(track, "key")

        assert await tracks.find(track.track_uuid, nobody) is None

    @pytest.mark.parametrize("nobody", ANY_INTEGER)
    async def test_a_track_of_an_unknown_user_is_refused(self, tracks: TrackRepository, nobody: int) -> None:
        with pytest.raises(UnknownUser):
            await tracks.add(a_track(nobody, MP3), "key")

        assert await kept(tracks) == []
        assert await tracks.audio_keys_in_use(["key"]) == set()

    async def test_a_duplicate_is_refused_and_changes_nothing(
        self, tracks: TrackRepository, users: UserRepository, user_id: int
    ) -> None:
        track = a_track(user_id, MP3)
        await tracks.add(track, "key")
        thief = await users.add("Grace", token_digest("other"), NOW)

        for owner in (user_id, thief.user_id):
            with pytest.raises(DuplicateTrack):
                await tracks.add(replace(track, user_id=owner, file_name="other.mp3"), f"key-{owner}")

        assert await kept(tracks) == [track]
        assert await tracks.find(track.track_uuid, user_id) == stored(track, "key")
        assert await tracks.audio_keys_in_use(["key", f"key-{user_id}", f"key-{thief.user_id}"]) == {"key"}

    async def test_of_two_equal_tracks_at_once_one_is_kept(self, tracks: TrackRepository, user_id: int) -> None:
        track = a_track(user_id, MP3)

        raised = await errors(*(tracks.add(track, f"key-{n}") for n in range(5)))

        assert sorted(error.__name__ for error in raised) == ["DuplicateTrack"] * 4 + ["NoneType"]
        assert await kept(tracks) == [track]

    async def test_audio_keys_in_use_are_told_from_others(self, tracks: TrackRepository, user_id: int) -> None:
        used = [LONGEST_KEY, "a", "A-_0", str(uuid4())]
        for key in used:
            await tracks.add(a_track(user_id, MP3), key)
        others = ["b", "A", "a-_0", "A__0", LONGEST_KEY[:-1], LONGEST_KEY[:-1] + "y"]

        assert await tracks.audio_keys_in_use([*used[:3], *others]) == set(used[:3])
        assert await tracks.audio_keys_in_use(others) == set()
        assert await tracks.audio_keys_in_use([]) == set()

    async def test_a_thousand_keys_may_be_asked_for(self, tracks: TrackRepository, user_id: int) -> None:
        used = {f"{n:0200}" for n in (0, 500, 999)}
        for key in used:
            await tracks.add(a_track(user_id, MP3), key)

        assert await tracks.audio_keys_in_use([f"{n:0200}" for n in range(1000)]) == used

    @needs("delete_track")
    async def test_the_audio_key_of_a_track_that_is_gone_is_not_in_use(
        self, tracks: TrackRepository, user_id: int, delete_track: Callable[[Track], Awaitable[None]]
    ) -> None:
        gone, track = a_track(user_id, MP3), a_track(user_id, MP3)
        await tracks.add(gone, "gone")
        await tracks.add(track, "key")

        await delete_track(gone)

        assert await tracks.audio_keys_in_use(["gone", "key"]) == {"key"}
        assert await tracks.find(gone.track_uuid, user_id) is None

    @needs("other_client")
    async def test_a_track_is_kept_when_it_is_said_so(
        self, tracks: TrackRepository, user_id: int, other_client: Client
    ) -> None:
        track = a_track(user_id, MP3)

        await tracks.add(track, "key")

        assert await other_client.tracks.find(track.track_uuid, user_id) == stored(track, "key")
        assert await other_client.tracks.audio_keys_in_use(["key"]) == {"key"}

    @needs("other_client")
    async def test_what_failed_is_not_kept_by_what_succeeds_next(
        self, tracks: TrackRepository, user_id: int, other_client: Client
    ) -> None:
        track = a_track(user_id, MP3)
        with pytest.raises(UnknownUser):
            await tracks.add(a_track(user_id + 1, MP3), "failed")

        await tracks.add(track, "key")

        assert await kept(other_client.tracks) == [track]
        assert await other_client.tracks.audio_keys_in_use(["failed", "key"]) == {"key"}

    @needs("break_store")
    async def test_every_method_says_that_the_store_is_away(
        self, tracks: TrackRepository, user_id: int, break_store: Act
    ) -> None:
        track = a_track(user_id, MP3)
        await tracks.add(track, "key")
        await break_store()

        raised = await errors(
            tracks.add(a_track(user_id, MP3), "other"),
            tracks.find(track.track_uuid, user_id),
            tracks.audio_keys_in_use(["key"]),
        )

        assert raised == [StoreAway] * 3

    @needs("fill_disk")
    async def test_a_full_disk_is_told(self, tracks: TrackRepository, user_id: int, fill_disk: Act) -> None:
        sound = Sound(Waveform(8000, 5, 8, (-128, 127) * WAVEFORM_POINTS), None, 1.0, 0)
        await fill_disk()

        with pytest.raises(DiskFull):
            await added(tracks, user_id, 1000, sound=sound)  # until what is free in the store's files is used up

        assert await tracks.find(uuid4(), user_id) is None


class TrackCatalogueContract:
    page = 100
    """How many tracks the catalogue looks up at a time, where it does so by pages."""

    @pytest.fixture
    def catalogue(self, tracks: TrackRepository) -> TrackCatalogue:
        assert isinstance(tracks, TrackCatalogue)
        return tracks

    @pytest.fixture
    async def user_id(self, users: UserRepository) -> int:
        return (await users.add("Ada", token_digest("secret"), NOW)).user_id

    async def test_an_empty_store_has_no_track(self, catalogue: TrackCatalogue) -> None:
        assert await listed(catalogue.all()) == []

    @pytest.mark.parametrize("more", [-1, 0, 1])
    async def test_every_users_tracks_come_once(
        self, tracks: TrackRepository, catalogue: TrackCatalogue, users: UserRepository, user_id: int, more: int
    ) -> None:
        other = await users.add("Grace", token_digest("other"), NOW)
        before = await added(tracks, user_id, self.page) | await added(tracks, other.user_id, self.page + more)

        found = await listed(catalogue.all())

        assert len(found) == len(before)
        assert {track.track_uuid: track for track, _ in found} == before
        assert all(mp3 == stored(track, str(track.track_uuid)) for track, mp3 in found)

    async def test_tracks_may_be_added_on_the_way(
        self, tracks: TrackRepository, catalogue: TrackCatalogue, user_id: int
    ) -> None:
        before = await added(tracks, user_id, self.page + 1)

        found = []
        async for track, _ in catalogue.all():
            found.append(track.track_uuid)
            if len(found) <= self.page:
                await added(tracks, user_id, 1)

        assert len(found) == len(set(found))
        assert before.keys() <= set(found)

    @needs("delete_track")
    async def test_tracks_may_be_removed_on_the_way(
        self,
        tracks: TrackRepository,
        catalogue: TrackCatalogue,
        user_id: int,
        delete_track: Callable[[Track], Awaitable[None]],
    ) -> None:
        before = await added(tracks, user_id, 2 * self.page)

        found = []
        async for track, _ in catalogue.all():
            found.append(track.track_uuid)
            if len(found) % 10 == 0:
                await delete_track(track)

        assert sorted(found) == sorted(before)

    async def test_nothing_of_the_store_is_held_between_two_tracks(
        self, tracks: TrackRepository, catalogue: TrackCatalogue, user_id: int
    ) -> None:
        await added(tracks, user_id, 2)
        before = open_descriptors()

        async with asyncio.timeout(PATIENCE_SECONDS), AsyncExitStack() as readers:
            for _ in range(READERS):
                reader = await readers.enter_async_context(aclosing(_going_through(catalogue)))
                assert (await anext(reader)).user_id == user_id
            assert len(await added(tracks, user_id, 1)) == 1

            assert open_descriptors() - before < READERS // 2

    @needs("break_store")
    async def test_it_says_that_the_store_is_away(
        self, tracks: TrackRepository, catalogue: TrackCatalogue, user_id: int, break_store: Act
    ) -> None:
        await added(tracks, user_id, self.page + 1)
        begun = aiter(catalogue.all())
        await anext(begun)
        await break_store()

        assert await errors(listed(catalogue.all()), listed(begun)) == [StoreAway] * 2


async def _going_through(catalogue: TrackCatalogue) -> AsyncGenerator[Track, None]:
    async for track, _ in catalogue.all():
        yield track
