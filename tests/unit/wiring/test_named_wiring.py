"""WIRING names a class of adapters, which is checked for all that it owes."""

from collections.abc import Collection, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from dependency_injector import providers

from adapters.memory.audio_store import InMemoryAudioStore
from adapters.memory.clock import FixedClock
from adapters.memory.store import InMemoryStore
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from domain.errors import BackupRefused, CheckRefused, WrongSetting
from domain.store import Store
from domain.tracks import StoredMp3, Track, TrackKeeper, TrackRepository
from entrypoints.settings.settings import Settings
from entrypoints.wiring.common import CommonAdapters
from entrypoints.wiring.container import Container
from entrypoints.wiring.memory import InMemoryAdapters
from entrypoints.wiring.owed import named_wiring
from entrypoints.wiring.postgres import PostgresAdapters

HERE = __name__


class Unlisted(TrackRepository):
    """Keeps nothing, and cannot list it."""

    async def add(self, track: Track, audio_key: str) -> None:
        raise AssertionError

    async def find(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        return None

    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        return set()


class BoundedKeeper(InMemoryTrackKeeper):
    max_mp3_bytes = 1000


class WithoutTracks(CommonAdapters):
    store = providers.Singleton(InMemoryStore)
    users = providers.Singleton(InMemoryUserRepository)


class Bounded(InMemoryAdapters):
    keeper = providers.Singleton(BoundedKeeper, InMemoryAdapters.tracks)


CLIENT: dict[str, bool] = {}


def client() -> Iterator[dict[str, bool]]:
    CLIENT["open"] = True
    yield CLIENT
    CLIENT["open"] = False


class WithClient(InMemoryAdapters):
    client = providers.Resource(client)


class UnlistedTracks(InMemoryAdapters):
    tracks = providers.Singleton(Unlisted)


class PostgresWithForeignTracks(PostgresAdapters):
    tracks = providers.Singleton(InMemoryTrackRepository, PostgresAdapters.users)


def test_the_default_is_postgresql() -> None:
    assert named_wiring(Settings().storage.wiring) is PostgresAdapters


def test_a_class_is_found_by_its_name() -> None:
    container = Container(Settings().but(wiring=f"{HERE}:Bounded"))

    assert isinstance(container.adapters.keeper(), BoundedKeeper)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("no.such.module:Adapters", "No module named"),
        ("broken_by_syntax:Adapters", "cannot be imported .SyntaxError"),
        ("broken_by_name:Adapters", "cannot be imported .NameError"),
        (f"{HERE}:Nothing", f"there is no Nothing in {HERE}"),
        (f"{HERE}:Unlisted", "must be a class that inherits CommonAdapters"),
        (f"{HERE}:pytest", "must be a class that inherits CommonAdapters"),
        (f"{HERE}:WithoutTracks", "has no tracks, keeper"),
    ],
)
def test_what_is_no_wiring_is_told_by_its_name(
    name: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_by_syntax.py").write_text("class Adapters(")
    (tmp_path / "broken_by_name.py").write_text("nothing")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(WrongSetting, match=problem) as told:
        Container(Settings().but(wiring=name))

    assert told.value.setting == "WIRING"


@pytest.mark.parametrize(
    ("name", "provider", "problem"),
    [
        ("users", providers.Object("nobody"), "its users is a str, which is no UserRepository"),
        ("users", providers.Singleton(int, "x"), "its users cannot be made .ValueError"),
        ("cores", providers.Object("two"), "its cores is a str, which is no int"),
        ("audio", providers.Object("here"), "its audio is a str, which is no AudioStore"),
        ("keeper", providers.Singleton(TrackKeeper), "its keeper cannot be made .TypeError"),
        ("accounts", providers.Object("mine"), "its accounts is a str, which is no AccountRepository"),
        ("accounts", providers.Object(None), "accounts and deleted_users go together"),
        ("deleted_users", providers.Object(None), "accounts and deleted_users go together"),
        ("store", providers.Object(42), "its store is a int, which is no Store"),
        ("store", providers.Singleton(Store), "its store cannot be made .TypeError"),
    ],
)
async def test_an_adapter_that_is_none_stops_every_command(
    name: str, provider: providers.Provider[object], problem: str
) -> None:
    container = Container(Settings(), InMemoryAdapters)
    container.adapters.providers[name].override(provider)

    with pytest.raises(WrongSetting, match=problem) as told, container.with_store():
        pass
    assert told.value.setting == "WIRING"
    with pytest.raises(WrongSetting, match=problem):
        await started(container)


async def test_an_mp3_may_not_be_larger_than_can_be_kept() -> None:
    with pytest.raises(WrongSetting, match="must be at most 1000, where BoundedKeeper ends") as told:
        await started(Container(Settings(), Bounded))

    assert told.value.setting == "MAX_MP3_BYTES"
    await started(Container(Settings().but(max_mp3_bytes=1000), Bounded))


class WithoutQuotas(InMemoryAdapters):
    quotas = providers.Object(None)


@pytest.mark.parametrize("name", ["max_user_tracks", "max_user_bytes", "max_user_seconds", "retention_days"])
async def test_a_quota_that_nothing_would_keep_stops_the_start(name: str) -> None:
    with pytest.raises(WrongSetting, match=r"must be 0 with WIRING=.*, which keeps no quotas; it is 5") as told:
        await started(Container(Settings().but(**{name: 5}), WithoutQuotas))

    assert told.value.setting == name.upper()
    await started(Container(Settings().but(**{name: 5}), InMemoryAdapters))
    await started(Container(Settings().but(max_user_uploads=5), WithoutQuotas))


async def test_an_audio_store_that_no_track_goes_into_stops_the_start() -> None:
    container = Container(Settings(), InMemoryAdapters)

    with container.adapters.audio.override(InMemoryAudioStore(FixedClock())):
        with pytest.raises(WrongSetting, match="its keeper does not put MP3s into its audio"):
            await started(container)


async def test_the_store_is_open_while_the_service_runs() -> None:
    container = Container(Settings(), InMemoryAdapters)
    store = container.store
    assert isinstance(store, InMemoryStore)

    async with container.running():
        assert store.is_open

    assert not store.is_open


def test_a_store_without_backups_says_so() -> None:
    with pytest.raises(BackupRefused, match="no backups of what InMemoryStore keeps"):
        Container(Settings(), InMemoryAdapters).backup()


def test_a_part_that_backups_do_not_hold_refuses_them() -> None:
    settings = Settings().but(database_url="postgresql://nowhere/music_app_db")

    with pytest.raises(BackupRefused, match="no backups of what InMemoryTrackRepository keeps"):
        Container(settings, PostgresWithForeignTracks).backup()
    Container(settings, PostgresAdapters).backup()


def test_an_audio_store_refuses_backups_of_postgresql() -> None:
    container = Container(Settings().but(database_url="postgresql://nowhere/music_app_db"), PostgresAdapters)

    with container.adapters.audio.override(InMemoryAudioStore(FixedClock())):
        with pytest.raises(BackupRefused, match="no backups of what InMemoryAudioStore keeps"):
            container.backup()


async def test_what_a_wiring_opens_is_closed() -> None:
    container = Container(Settings(), WithClient)

    async with container.running():
        assert container.adapters.providers["client"]() == {"open": True}

    assert CLIENT == {"open": False}


def test_tracks_that_cannot_be_listed_are_not_checked() -> None:
    with pytest.raises(CheckRefused, match="Unlisted, which keeps the tracks, cannot list them"):
        Container(Settings(), UnlistedTracks).check_tracks()


async def started(container: Container) -> None:
    async with container.running():
        pass


async def test_readiness_asks_every_part() -> None:
    container = Container(Settings(), InMemoryAdapters)
    async with container.running():
        assert await container.readiness() == {"database": None, "converter": None, "disk": None}
