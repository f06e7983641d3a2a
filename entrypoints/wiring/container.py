"""The one place where adapters are chosen and wired."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO

import msgspec
from dependency_injector import containers, providers

from adapters.disk.spool import DiskSpool
from adapters.embedded_postgres.embedded import EmbeddedPostgres
from adapters.ffmpeg.command_line import find_ffmpeg
from adapters.ffmpeg.converter import FfmpegAudioConverter
from adapters.lame.converter import LameAudioConverter
from adapters.lame.pool import EncoderPool, available_cores
from adapters.memory.clock import FixedClock
from adapters.memory.converter import InMemoryAudioConverter
from adapters.memory.identifiers import SeededIdentifiers
from adapters.memory.spool import InMemorySpool
from adapters.memory.tracks import InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from adapters.numpy.meter import NumpySoundMeter
from adapters.postgres.database import Database
from adapters.postgres.keeping.backup import back_up
from adapters.postgres.keeping.restore import restore
from adapters.postgres.schema.migrate import check_migrated, migrate
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.users import PsycopgUserRepository
from adapters.pydub.converter import PydubAudioConverter
from adapters.system.clock import SystemClock
from adapters.system.identifiers import RandomIdentifiers
from application.add_track import AddTrack
from application.admission.places import Places
from application.admission.rate_limit import RateLimit
from application.authenticate import Authenticate
from application.check_tracks import CheckedTrack, CheckTracks
from application.open_record import OpenRecord
from application.readiness import Readiness
from application.receive_recording import ReceiveRecording
from domain.convert import Convert
from domain.errors import ConverterUnavailable, WrongSetting
from domain.output.converter import AudioConverter
from domain.register import Register
from entrypoints.settings.settings import Settings


async def _running_database(database: Database, conninfo: str) -> AsyncGenerator[Database, None]:
    """Bring the schema up to date, open the pool and check the server's settings; close the pool in the end."""
    await asyncio.to_thread(migrate, conninfo)
    await database.open()
    try:
        await database.check_durability()
        yield database
    finally:
        await database.close()


async def _checked_converter(converter: AudioConverter) -> AudioConverter:
    """A converter that cannot run stops the start, by the name of its setting."""
    try:
        await converter.check()
    except ConverterUnavailable as error:
        raise WrongSetting(error.setting, error.problem) from error
    return converter


class Adapters(containers.DeclarativeContainer):
    """PostgreSQL, the disk, and LAME, ffmpeg or pydub."""

    settings = providers.Dependency(instance_of=Settings)

    clock = providers.Singleton(SystemClock)
    identifiers = providers.Singleton(RandomIdentifiers)

    database = providers.Singleton(Database, settings.provided.database_url, settings.provided.database_pool_size)
    users = providers.Singleton(PsycopgUserRepository, database)
    tracks = providers.Singleton(PsycopgTrackRepository, database)

    spool = providers.Singleton(
        DiskSpool,
        settings.provided.spool_folder,
        settings.provided.spool_max_bytes,
        settings.provided.spool_min_free_bytes,
    )
    ffmpeg = providers.Singleton(find_ffmpeg, settings.provided.ffmpeg_path)
    ffmpeg_converter = providers.Singleton(
        FfmpegAudioConverter, ffmpeg, settings.provided.spool_folder, settings.provided.max_mp3_bytes
    )
    encoder_pool = providers.Singleton(EncoderPool, providers.Callable(available_cores))
    converter = providers.Selector(
        settings.provided.converter,
        lame=providers.Singleton(
            LameAudioConverter,
            ffmpeg_converter,
            encoder_pool,
            settings.provided.spool_folder,
            settings.provided.max_mp3_bytes,
        ),
        ffmpeg=ffmpeg_converter,
        pydub=providers.Singleton(
            PydubAudioConverter,
            ffmpeg,
            settings.provided.spool_folder,
            settings.provided.pydub_max_bytes,
            settings.provided.max_mp3_bytes,
        ),
    )
    meter = providers.Selector(
        settings.provided.measure_sound, on=providers.Singleton(NumpySoundMeter), off=providers.Object(None)
    )
    database_running = providers.Resource(_running_database, database, settings.provided.database_url)
    converter_checked = providers.Resource(_checked_converter, converter)
    checks = providers.Dict(
        database=database.provided.check, converter=converter.provided.check, disk=spool.provided.check
    )


class InMemoryAdapters(containers.DeclarativeContainer):
    """The twin of every adapter, for tests: nothing outlives the process, and the MP3s are silent."""

    settings = providers.Dependency(instance_of=Settings)

    clock = providers.Singleton(FixedClock)
    identifiers = providers.Singleton(SeededIdentifiers)
    users = providers.Singleton(InMemoryUserRepository)
    tracks = providers.Singleton(InMemoryTrackRepository, users)
    spool = providers.Singleton(InMemorySpool)
    converter = providers.Singleton(InMemoryAudioConverter)
    meter = providers.Selector(
        settings.provided.measure_sound, on=providers.Singleton(NumpySoundMeter), off=providers.Object(None)
    )
    checks = providers.Dict(converter=converter.provided.check, disk=spool.provided.check)


class Application(containers.DeclarativeContainer):
    """The services over whichever adapters there are."""

    settings = providers.Dependency(instance_of=Settings)
    adapters = providers.DependenciesContainer()

    register = providers.Factory(Register, adapters.users, adapters.identifiers, adapters.clock)
    convert = providers.Factory(
        Convert, adapters.converter, settings.provided.audio_limits, settings.provided.quality, adapters.meter
    )
    authenticate = providers.Factory(Authenticate, adapters.users)
    add_track = providers.Factory(AddTrack, convert, adapters.tracks, adapters.identifiers, adapters.clock)
    open_record = providers.Factory(OpenRecord, adapters.tracks)
    check_tracks = providers.Factory(CheckTracks, adapters.tracks, adapters.tracks)
    readiness = providers.Singleton(Readiness, adapters.checks, adapters.clock)
    upload_places = providers.Singleton(Places, settings.provided.upload_places, "uploads")
    receive_recording = providers.Factory(ReceiveRecording, authenticate, add_track, adapters.spool, upload_places)
    download_places = providers.Singleton(Places, settings.provided.max_downloads, "downloads")
    register_rate = providers.Singleton(RateLimit, settings.provided.register_rate, adapters.clock)


class Container:
    """Adapters and the services over them, for one run of the service."""

    def __init__(self, settings: Settings, adapters: type[Adapters] | type[InMemoryAdapters] = Adapters) -> None:
        self.settings = settings
        self.adapters = adapters(settings=settings)
        self.application = Application(settings=settings, adapters=self.adapters)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """Open what the adapters need, and close it in the end. Raises `WrongSetting` where something cannot run."""
        try:
            if (opening := self.adapters.init_resources()) is not None:
                await opening
            yield
        finally:
            if (closing := self.adapters.shutdown_resources()) is not None:
                await closing

    async def check_converter(self) -> None:
        """Raise `WrongSetting` where the converter cannot run."""
        await _checked_converter(self.adapters.converter())


@contextmanager
def with_database(settings: Settings, *, make: bool = True) -> Iterator[Settings]:
    """The settings with a DATABASE_URL: the given one, else that of the embedded PostgreSQL, which runs meanwhile.

    Unless `make`, no folder without a database gets one. To be entered in the main thread, before the event loop.
    Raises `WrongSetting`.
    """
    if settings.database_url:
        yield settings
        return
    embedded = EmbeddedPostgres(Path(settings.data_dir))
    if not make and not embedded.made:
        folder = Path(settings.data_dir).absolute()
        raise WrongSetting("DATA_DIR", f"there is no database in {folder}; name the folder that the service has")
    with embedded as conninfo:
        yield msgspec.structs.replace(settings, database_url=conninfo)


def migrate_database(settings: Settings) -> list[str]:
    """Bring the schema of DATABASE_URL up to date; the names of the migrations applied. Raises `WrongSetting`."""
    return migrate(settings.database_url)


def back_up_database(settings: Settings, file: IO[bytes]) -> dict[str, int]:
    """Write a backup of DATABASE_URL; how many rows of each table. Raises `MusicAppError`, OSError."""
    return back_up(settings.database_url, file)


def restore_database(settings: Settings, file: IO[bytes], *, replace: bool) -> dict[str, int]:
    """Restore DATABASE_URL from a backup; how many rows of each table. Raises `MusicAppError`, OSError."""
    return restore(settings.database_url, file, replace=replace)


async def checked_tracks(settings: Settings) -> AsyncGenerator[CheckedTrack, None]:
    """Every track of DATABASE_URL, checked; nothing is changed. Raises `MusicAppError`."""
    await asyncio.to_thread(check_migrated, settings.database_url)
    adapters = Adapters(settings=settings)
    check = Application(settings=settings, adapters=adapters).check_tracks()
    database = adapters.database()
    await database.open()
    try:
        async for checked in check():
            yield checked
    finally:
        await database.close()
