"""Services with one fault each, chosen by `WIRING`: what the long trials must find.

`python -m tests.crash --set WIRING=tests.planted:Forgetful` has to end with violations.
"""

import os
from pathlib import Path

from dependency_injector import providers

from adapters.memory.mp3 import InMemoryMp3
from adapters.postgres.database import Database
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from domain.output.converter import Mp3
from domain.tracks import Track
from entrypoints.wiring.postgres import PostgresAdapters


class _Forgetting(PsycopgTrackKeeper):
    """Says of every second track that it is kept, and keeps nothing."""

    _calls = 0

    async def keep(self, track: Track, mp3: Mp3) -> None:
        self._calls += 1
        if self._calls % 2:
            await super().keep(track, mp3)


class _Damaging(PsycopgTrackKeeper):
    """Keeps silence of the right length."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        await super().keep(track, InMemoryMp3(bytes(mp3.size)))


class _Leaking(PsycopgTrackKeeper):
    """Opens some files for each track, and never closes them."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        for _ in range(5):
            os.open(os.devnull, os.O_RDONLY)
        await super().keep(track, mp3)


class _Littering(PsycopgTrackKeeper):
    """Leaves a file in the spool for each track."""

    def __init__(self, database: Database, spool: Path) -> None:
        super().__init__(database)
        self._spool = spool

    async def keep(self, track: Track, mp3: Mp3) -> None:
        (self._spool / str(track.track_uuid)).touch()
        await super().keep(track, mp3)


class Forgetful(PostgresAdapters):
    """Loses tracks that were answered 201."""

    keeper = providers.Singleton(_Forgetting, PostgresAdapters.database)


class Damaging(PostgresAdapters):
    """Keeps rows without their audio."""

    keeper = providers.Singleton(_Damaging, PostgresAdapters.database)


class Leaking(PostgresAdapters):
    """Holds more and more descriptors."""

    keeper = providers.Singleton(_Leaking, PostgresAdapters.database)


class Littering(PostgresAdapters):
    """Leaves files behind."""

    keeper = providers.Singleton(
        _Littering, PostgresAdapters.database, PostgresAdapters.settings.provided.storage.spool_folder
    )
