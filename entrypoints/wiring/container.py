"""A set of adapters and the services over it, for one run of the program."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property

from application.audio_first import SweepAudio
from application.check_tracks import CheckTracks
from application.readiness import Readiness
from domain.audio_store import AudioCatalogue
from domain.errors import BackupRefused, CheckRefused
from domain.store import Store, StoreBackup
from domain.tracks import TrackCatalogue
from entrypoints.settings.settings import Settings
from entrypoints.wiring.application import Application
from entrypoints.wiring.common import CommonAdapters
from entrypoints.wiring.owed import check_wiring, named_wiring, owed_store
from entrypoints.wiring.usable import check_converter, check_spool


class Container:
    """What the entrypoints work with; nothing in it is made before it is asked for, or opened before `running`."""

    def __init__(self, settings: Settings, adapters: type[CommonAdapters] | None = None) -> None:
        """`adapters` in place of those that WIRING names. Raises `WrongSetting` where it names none."""
        self.settings = settings
        self.adapters = (adapters or named_wiring(settings.storage.wiring))(settings=settings)
        self.application = Application(settings=settings, adapters=self.adapters)

    @cached_property
    def store(self) -> Store:
        """Where users and tracks are kept. Raises `WrongSetting` where the wiring provides none."""
        return owed_store(self.adapters, self.settings)

    @cached_property
    def readiness(self) -> Readiness:
        """Whether the service can do its work."""
        return Readiness(self._checks(), self.adapters.clock())

    @contextmanager
    def with_store(self, *, make: bool = True) -> Iterator[Store]:
        """What the store needs around everything else, as `Store.running`; meanwhile the adapters are what they owe.

        Entered in the main thread, before the event loop. Raises `WrongSetting`.
        """
        with self.store.running(make=make):
            check_wiring(self.adapters, self.settings)
            yield self.store

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """Bring the store up to date, open it and what else is to be opened; close all in the end.

        Raises `WrongSetting`, `StoreAway`.
        """
        check_wiring(self.adapters, self.settings)
        await asyncio.to_thread(self.store.migrate)
        async with self.open_store(), self._resources(), self._sweeping(), self._resumable_uploads():
            await check_converter(self.adapters.converter())
            await check_spool(self.adapters.spool(), self.settings)
            yield

    @asynccontextmanager
    async def open_store(self) -> AsyncGenerator[None, None]:
        """The store as it is, for who only reads. Raises `WrongSetting`, `StoreAway`."""
        try:
            await self.store.open()
            yield
        finally:
            await self.store.close()

    def check_tracks(self) -> CheckTracks:
        """What compares every MP3 with its digest. Raises `CheckRefused` where the tracks cannot be listed."""
        tracks = self.adapters.tracks()
        if not isinstance(tracks, TrackCatalogue):
            raise CheckRefused(f"{type(tracks).__name__}, which keeps the tracks, cannot list them")
        return CheckTracks(tracks, self.adapters.keeper())

    def backup(self) -> StoreBackup:
        """What writes and reads backups. Raises `BackupRefused` unless they hold everything that is kept."""
        store = self.store
        parts = [self.adapters.providers[name]() for name in ("users", "tracks", "keeper", "audio")]
        for part in [store, *(part for part in parts if part is not None)]:
            if not isinstance(store, StoreBackup) or not (part is store or store.covers(part)):
                raise BackupRefused(
                    f"music-app has no backups of what {type(part).__name__} keeps; back it up by its own means"
                )
        return store  # type: ignore[return-value] # it is the first part that was looked at

    def _checks(self) -> dict[str, Callable[[], Awaitable[None]]]:
        checks: dict[str, Callable[[], Awaitable[None]]] = {
            "database": self.store.check,
            "converter": self.adapters.converter().check,
        }
        checks["disk"] = self.adapters.spool().check
        if (audio := self.adapters.audio()) is not None:
            checks["audio"] = audio.check
        return checks

    @asynccontextmanager
    async def _resources(self) -> AsyncGenerator[None, None]:
        """What a wiring provides as a `Resource`: a client that is opened and closed, say."""
        try:
            if (opening := self.adapters.init_resources()) is not None:
                await opening
            yield
        finally:
            if (closing := self.adapters.shutdown_resources()) is not None:
                await closing

    @asynccontextmanager
    async def _sweeping(self) -> AsyncGenerator[None, None]:
        """Meanwhile delete what the audio store keeps for no track, where it can list what it keeps."""
        audio = self.adapters.audio()
        if audio is None or not isinstance(audio, AudioCatalogue):
            yield
            return
        sweep = SweepAudio(audio, audio, self.adapters.tracks(), self.adapters.clock())
        task = asyncio.create_task(sweep.daily())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    @asynccontextmanager
    async def _resumable_uploads(self) -> AsyncGenerator[None, None]:
        """Meanwhile remove those whose time is over; in the end, end the conversions of those that are not whole."""
        uploads = self.adapters.uploads()
        if uploads is None:
            yield
            return
        async with uploads.running():
            task = asyncio.create_task(self.application.sweep_uploads().hourly())
            try:
                yield
            finally:
                task.cancel()
                await asyncio.wait([task])
                await self.application.upload_runs().close()
