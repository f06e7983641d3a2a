"""A set of adapters and the services over it, for one run of the program."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from application.audio_first import SweepAudio
from application.check_tracks import CheckTracks
from application.readiness import Readiness
from domain.audio_store import AudioCatalogue, AudioStore
from domain.errors import (
    BackupRefused,
    CheckRefused,
    ConverterUnavailable,
    DiskFull,
    MusicAppError,
    WorkspaceAway,
    WrongSetting,
)
from domain.store import Store, StoreBackup
from domain.tracks import TrackCatalogue
from entrypoints.settings.settings import Settings
from entrypoints.wiring.application import Application
from entrypoints.wiring.common import CommonAdapters
from entrypoints.wiring.owed import check_wiring, named_wiring

logger = structlog.get_logger(__name__)

_SWEEP_SECONDS = 24 * 3600


class Container:
    """What the entrypoints work with; nothing in it is opened before `running`."""

    def __init__(self, settings: Settings, adapters: type[CommonAdapters] | None = None) -> None:
        """`adapters` in place of those that WIRING names. Raises `WrongSetting` where it names none."""
        self.settings = settings
        self.adapters = (adapters or named_wiring(settings.storage.wiring))(settings=settings)
        self.application = Application(settings=settings, adapters=self.adapters)
        self.readiness = Readiness(self._checks(), self.adapters.clock())

    @property
    def store(self) -> Store:
        """Where users and tracks are kept; to be entered by `Store.running` before everything else."""
        found: Store = self.adapters.store()
        return found

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """Check the adapters, bring the store up to date and open it; close it in the end. Raises `WrongSetting`."""
        check_wiring(self.adapters, self.settings)
        await asyncio.to_thread(self.store.migrate)
        async with self.open_store(), self._sweeping():
            await self.check_converter()
            await self._check_spool()
            yield

    @asynccontextmanager
    async def open_store(self) -> AsyncGenerator[None, None]:
        """The store as it is, for who only reads. Raises `WrongSetting`, `StoreAway`."""
        try:
            await self.store.open()
            yield
        finally:
            await self.store.close()

    async def check_converter(self) -> None:
        """Raise `WrongSetting` where the converter cannot run."""
        try:
            await self.adapters.converter().check()
        except ConverterUnavailable as error:
            raise WrongSetting(error.setting, error.problem) from error

    async def _check_spool(self) -> None:
        """Raise `WrongSetting` for a folder in which no upload could be taken. One that is full may be emptied yet."""
        try:
            await self.adapters.spool().check()
        except DiskFull:
            return
        except WorkspaceAway as error:
            reason = error.__cause__.strerror if isinstance(error.__cause__, OSError) else error
            found = f"{self.settings.storage.spool_folder} cannot be used by user {os.geteuid()} ({reason})"
            raise WrongSetting("DATA_DIR", f"{found}; name a folder in which this user may write") from error

    def check_tracks(self) -> CheckTracks:
        """What compares every MP3 with its digest. Raises `CheckRefused` where the tracks cannot be listed."""
        tracks = self.adapters.tracks()
        if not isinstance(tracks, TrackCatalogue):
            raise CheckRefused(f"{type(tracks).__name__}, which keeps the tracks, cannot list them")
        return CheckTracks(tracks, self.adapters.keeper())

    def backup(self) -> StoreBackup:
        """What writes and reads backups. Raises `BackupRefused` unless they hold everything that is kept."""
        store = self.store
        for name in ("users", "tracks", "keeper"):
            part = self.adapters.providers[name]()
            if not isinstance(store, StoreBackup) or not store.covers(part):
                raise BackupRefused(
                    f"music-app has no backups of what {type(part).__name__} keeps; back it up by its own means"
                )
        return store  # type: ignore[return-value] # there is at least one part, so it was looked at

    def _checks(self) -> dict[str, Callable[[], Awaitable[None]]]:
        checks: dict[str, Callable[[], Awaitable[None]]] = {
            "database": lambda: self.store.check(),
            "converter": lambda: self.adapters.converter().check(),
            "disk": lambda: self.adapters.spool().check(),
        }
        audio: AudioStore | None = self.adapters.audio()
        return checks if audio is None else {**checks, "audio": audio.check}

    @asynccontextmanager
    async def _sweeping(self) -> AsyncGenerator[None, None]:
        """Meanwhile, once a day, delete what the audio store keeps for no track."""
        audio = self.adapters.audio()
        if audio is None or not isinstance(audio, AudioCatalogue):
            yield
            return
        sweep = SweepAudio(audio, audio, self.adapters.tracks(), self.adapters.clock())
        task = asyncio.create_task(_sweep_daily(sweep))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _sweep_daily(sweep: SweepAudio) -> None:
    while True:
        try:
            if deleted := await sweep():
                logger.info("audio swept", deleted=deleted)
        except MusicAppError as error:
            logger.warning("audio not swept", problem=str(error))
        await asyncio.sleep(_SWEEP_SECONDS)
