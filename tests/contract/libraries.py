"""What every library of tracks owes.

Subclass, and supply the fixtures `users`, `tracks`, `keeper` and `library`, all over one store, and of the optional
ones `break_store` and `other_client`. Where a library searches in several ways, the fixture is one that has to use them
all for a few dozen tracks.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.memory.mp3 import InMemoryMp3
from domain.errors import StoreAway
from domain.library import Changed, Position, TrackLibrary, Wanted
from domain.measuring import NO_POINTS, Sound, Waveform
from domain.recording.repairs import Mended, Repair
from domain.tags import Tags
from domain.tracks import NewTag, Track, TrackKeeper, TrackRepository
from domain.users import UserRepository, token_digest
from tests.contract.calls import Act, errors
from tests.contract.clients import Client
from tests.contract.offers import needs
from tests.contract.tracks import ANY_INTEGER, NOW, a_track, stored

ALL = Wanted()
VOCABULARY = ["talk", "talks", "tal", "разговор", "разговоры", "2026", "x", "名前"]
MP3 = InMemoryMp3(b"sound")


async def whole(library: TrackLibrary, user_id: int, wanted: Wanted = ALL, limit: int = 500) -> list[Track]:
    """All pages one after the other."""
    found: list[Track] = []
    after: Position | None = None
    while True:
        page = await library.page(user_id, wanted, after, limit)
        assert len(page.tracks) <= limit
        found += page.tracks
        if page.after is None:
            return found
        assert after is None or page.after < after
        after = page.after


def uuids(tracks: Sequence[Track]) -> list[UUID]:
    return [track.track_uuid for track in tracks]


def some_track(user_id: int, chance: random.Random) -> Track:
    """One of few moments, lengths and words, so that there are others like it."""
    clipped = chance.choice([None, 0, 3])
    track = a_track(
        user_id,
        MP3,
        duration=timedelta(seconds=chance.choice([1, 2.5, 60])),
        repairs=chance.choice([(), (Mended(Repair.TRUNCATED),)]),
        sound=clipped if clipped is None else Sound(Waveform(8000, 1, 8, (0, 1)), None, 1.0, clipped),
        texts=Tags(comment=" ".join(chance.choices(VOCABULARY, k=2))),
    )
    name = "-".join(chance.choices(VOCABULARY, k=2)) + ".mp3"
    return replace(track, file_name=name, created_at=NOW + timedelta(hours=chance.randrange(5)))


def some_question(chance: random.Random) -> Wanted:
    """Few filters at a time, or most would want nothing."""
    asked: dict[str, Any] = {
        "words": tuple(chance.choices([*VOCABULARY, "ta", "раз", "none"], k=chance.choice([1, 1, 2]))),
        "since": NOW + timedelta(hours=chance.randrange(5)),
        "until": NOW + timedelta(hours=chance.randrange(5)),
        "min_duration": timedelta(seconds=2.5),
        "max_duration": timedelta(seconds=2.5),
        "repaired": chance.choice([True, False]),
        "clipped": chance.choice([True, False]),
    }
    return Wanted(**{name: asked[name] for name in chance.sample(sorted(asked), k=chance.choice([0, 1, 1, 2, 3]))})


def is_wanted(track: Track, wanted: Wanted) -> bool:
    """What the words of `Wanted` say, of words that are separated by spaces and hyphens alone."""
    made = track.conversion
    words = f"{track.file_name.removesuffix('.mp3')} {made.texts.comment}".replace("-", " ").split()
    clipped = None if made.sound is None else made.sound.clipped_samples > 0
    return (
        all(any(word.startswith(asked) for word in words) for asked in wanted.words)
        and not (wanted.since and track.created_at < wanted.since)
        and not (wanted.until and track.created_at >= wanted.until)
        and not (wanted.min_duration and made.duration < wanted.min_duration)
        and not (wanted.max_duration and made.duration > wanted.max_duration)
        and wanted.repaired in (None, bool(made.repairs))
        and (wanted.clipped is None or wanted.clipped is clipped)
    )


def renamed(track: Track, **more: object) -> Changed:
    """Another name, all else as it is."""
    made = track.conversion
    changed = Changed("renamed.mp3", made.texts, None, made.mp3_size, made.mp3_sha256)
    return replace(changed, **more)  # type: ignore[arg-type] # of whatever type the field is


class TrackLibraryContract:
    @pytest.fixture
    async def user_id(self, users: UserRepository) -> int:
        return (await users.add("Ada", token_digest("secret"), NOW)).user_id

    @pytest.fixture
    async def other_id(self, users: UserRepository) -> int:
        return (await users.add("Grace", token_digest("other"), NOW)).user_id

    async def test_the_newest_come_first_and_of_one_moment_the_last_added(
        self, library: TrackLibrary, keeper: TrackKeeper, user_id: int
    ) -> None:
        tracks = [
            replace(a_track(user_id, MP3), created_at=NOW + timedelta(hours=hour)) for hour in (1, 0, 2, 1, 0, 2, 1)
        ]
        for track in tracks:
            await keeper.keep(track, MP3)

        expected = uuids([tracks[place] for place in (5, 2, 6, 3, 0, 4, 1)])
        for limit in (1, 2, 3, 7, 8, 500):
            assert uuids(await whole(library, user_id, limit=limit)) == expected

    async def test_a_track_is_listed_and_found_as_it_was_kept(
        self, library: TrackLibrary, keeper: TrackKeeper, tracks: TrackRepository, user_id: int
    ) -> None:
        sound = Sound(Waveform(8000, 5, 8, (-1, 1)), -23.5, 0.25, 7)
        track = a_track(user_id, MP3, texts=Tags(title="Zoë"), passport={"bext": {"Originator": "R"}}, sound=sound)
        await keeper.keep(track, MP3)

        [listed] = await whole(library, user_id)
        found = await library.find(track.track_uuid, user_id)

        assert found is not None
        assert found[0] == track
        assert found[1] == await tracks.find(track.track_uuid, user_id)
        large = replace(track.conversion, passport={}, sound=replace(sound, waveform=NO_POINTS))
        assert listed == replace(track, conversion=large)

    @pytest.mark.parametrize("seed", range(2))
    async def test_every_question_finds_what_it_asks_for(
        self, library: TrackLibrary, keeper: TrackKeeper, user_id: int, other_id: int, seed: int
    ) -> None:
        chance = random.Random(seed)
        kept = [some_track(user, chance) for user in [user_id] * 25 + [other_id] * 3]
        for track in kept:
            await keeper.keep(track, MP3)
        own = [(track.created_at, number, track) for number, track in enumerate(kept) if track.user_id == user_id]
        newest_first = [track for _, _, track in sorted(own, key=lambda one: one[:2], reverse=True)]

        for _ in range(15):
            wanted, limit = some_question(chance), chance.choice([1, 2, 7, 500])
            expected = [track for track in newest_first if is_wanted(track, wanted)]
            assert uuids(await whole(library, user_id, wanted, limit)) == uuids(expected), wanted

    async def test_a_page_begins_behind_a_place_whose_track_is_gone(
        self, library: TrackLibrary, keeper: TrackKeeper, user_id: int
    ) -> None:
        tracks = [a_track(user_id, MP3) for _ in range(4)]
        for track in tracks:
            await keeper.keep(track, MP3)
        first = await library.page(user_id, ALL, None, 2)
        await library.remove(first.tracks[1].track_uuid, user_id)
        await keeper.keep(a_track(user_id, MP3), MP3)

        second = await library.page(user_id, ALL, first.after, 2)

        assert uuids([*first.tracks, *second.tracks]) == uuids(tracks[::-1])
        assert second.after is None

    @pytest.mark.parametrize("nobody", ANY_INTEGER)
    async def test_any_integer_may_be_asked_for(
        self, library: TrackLibrary, keeper: TrackKeeper, user_id: int, nobody: int
    ) -> None:
        track = a_track(user_id, MP3)
        await keeper.keep(track, MP3)

        assert await whole(library, nobody) == []
        assert await library.find(track.track_uuid, nobody) is None
        assert not await library.change(replace(track, user_id=nobody), renamed(track))
        assert await library.remove(track.track_uuid, nobody) is None
        assert await library.find(track.track_uuid, user_id) is not None

    async def test_another_users_track_is_as_one_that_never_was(
        self, library: TrackLibrary, keeper: TrackKeeper, user_id: int, other_id: int
    ) -> None:
        track = a_track(user_id, MP3, texts=Tags(title="talk"))
        await keeper.keep(track, MP3)

        for track_uuid in (track.track_uuid, uuid4()):
            asked = replace(track, track_uuid=track_uuid, user_id=other_id)
            assert await library.find(track_uuid, other_id) is None
            assert not await library.change(asked, renamed(asked))
            assert await library.remove(track_uuid, other_id) is None
        assert await whole(library, other_id, Wanted(words=("talk",))) == []
        found = await library.find(track.track_uuid, user_id)
        assert found is not None
        assert found[0] == track

    async def test_what_is_changed_is_found_listed_and_downloaded(
        self, library: TrackLibrary, keeper: TrackKeeper, tracks: TrackRepository, user_id: int
    ) -> None:
        track = a_track(user_id, MP3, texts=Tags(title="before"))
        await keeper.keep(track, MP3)
        new = Changed("after.mp3", Tags(comment="afterwards"), NewTag(b"tag", 1), 7, bytes(range(32)))

        assert await library.change(track, new)

        after = new.of(track)
        assert after.conversion.mp3_size == 7
        mp3 = replace(stored(after), tag=NewTag(b"tag", 1))
        assert await library.find(track.track_uuid, user_id) == (after, mp3)
        assert await tracks.find(track.track_uuid, user_id) == mp3
        assert [block async for block in keeper.read(mp3, 1, 4)] == [b"ound"]
        assert await whole(library, user_id) == [after]
        assert uuids(await whole(library, user_id, Wanted(words=("afterw",)))) == [track.track_uuid]
        assert await whole(library, user_id, Wanted(words=("before",))) == []

    async def test_a_new_tag_may_be_empty(self, library: TrackLibrary, keeper: TrackKeeper, user_id: int) -> None:
        track = a_track(user_id, MP3, texts=Tags(title="before"))
        await keeper.keep(track, MP3)

        assert await library.change(track, renamed(track, texts=Tags(), tag=NewTag(b"", 2), mp3_size=3))

        found = await library.find(track.track_uuid, user_id)
        assert found is not None
        assert (found[1].size, found[1].stored_size, found[1].tag) == (3, 5, NewTag(b"", 2))

    @pytest.mark.parametrize("other", [{"file_name": "other.mp3"}, {"texts": Tags(title="other")}])
    async def test_who_was_slower_changes_nothing(
        self, library: TrackLibrary, keeper: TrackKeeper, user_id: int, other: dict[str, object]
    ) -> None:
        track = a_track(user_id, MP3)
        await keeper.keep(track, MP3)
        assert await library.change(track, renamed(track, **{"file_name": "talk.mp3", **other}))

        assert not await library.change(track, renamed(track))

        found = await library.find(track.track_uuid, user_id)
        assert found is not None
        assert found[0] == renamed(track, **{"file_name": "talk.mp3", **other}).of(track)

    async def test_of_several_changes_at_once_one_is_made(
        self, library: TrackLibrary, keeper: TrackKeeper, user_id: int
    ) -> None:
        track = a_track(user_id, MP3)
        await keeper.keep(track, MP3)

        made = await asyncio.gather(
            *(library.change(track, renamed(track, file_name=f"{number}.mp3")) for number in range(5))
        )

        assert sorted(made) == [False] * 4 + [True]

    async def test_a_removed_track_is_gone_everywhere(
        self, library: TrackLibrary, keeper: TrackKeeper, tracks: TrackRepository, user_id: int
    ) -> None:
        track, other = a_track(user_id, MP3), a_track(user_id, MP3)
        for kept in (track, other):
            await keeper.keep(kept, MP3)

        removed = await library.remove(track.track_uuid, user_id)

        assert removed == stored(track)
        assert await library.remove(track.track_uuid, user_id) is None
        assert await library.find(track.track_uuid, user_id) is None
        assert not await library.change(track, renamed(track))
        assert await tracks.find(track.track_uuid, user_id) is None
        assert uuids(await whole(library, user_id)) == [other.track_uuid]

    async def test_what_an_audio_store_keeps_is_named_by_its_removal(
        self, library: TrackLibrary, tracks: TrackRepository, user_id: int
    ) -> None:
        track = a_track(user_id, MP3)
        await tracks.add(track, "key")

        assert await library.remove(track.track_uuid, user_id) == stored(track, "key")
        assert await tracks.audio_keys_in_use(["key"]) == set()

    async def test_tracks_of_this_version_need_no_indexing(
        self, library: TrackLibrary, keeper: TrackKeeper, tracks: TrackRepository, user_id: int
    ) -> None:
        await keeper.keep(a_track(user_id, MP3), MP3)
        await tracks.add(a_track(user_id, MP3), "key")

        assert await library.index(10) == 0

    @needs("other_client")
    async def test_a_removal_is_there_for_everybody(
        self, library: TrackLibrary, keeper: TrackKeeper, user_id: int, other_client: Client
    ) -> None:
        track = a_track(user_id, MP3)
        await keeper.keep(track, MP3)

        await library.remove(track.track_uuid, user_id)

        assert await other_client.tracks.find(track.track_uuid, user_id) is None

    @needs("break_store")
    async def test_every_method_says_that_the_store_is_away(
        self, library: TrackLibrary, keeper: TrackKeeper, user_id: int, break_store: Act
    ) -> None:
        track = a_track(user_id, MP3)
        await keeper.keep(track, MP3)
        await break_store()

        raised = await errors(
            library.page(user_id, ALL, None, 1),
            library.page(user_id, Wanted(words=("talk",)), None, 1),
            library.find(track.track_uuid, user_id),
            library.change(track, renamed(track)),
            library.remove(track.track_uuid, user_id),
            library.index(1),
        )

        assert raised == [StoreAway] * 6
