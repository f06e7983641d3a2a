"""Services with faults, chosen by `WIRING`: what the long trials must find.

`python -m tests.crash --set WIRING=tests.planted:Faulty` has to end with violations.
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


class _Faulty(PsycopgTrackKeeper):
    """Of three tracks it loses one, though it says that it is kept; of one it keeps silence of the right length.

    For each it leaves a file in the spool.
    """

    def __init__(self, database: Database, spool: Path) -> None:
        super().__init__(database)
        self._spool = spool
        self._calls = 0

    async def keep(self, track: Track, mp3: Mp3) -> None:
        (self._spool / str(track.track_uuid)).touch()
        self._calls += 1
        match self._calls % 3:
            case 0:
                await super().keep(track, mp3)
            case 1:
                await super().keep(track, InMemoryMp3(bytes(mp3.size)))


class _Leaking(PsycopgTrackKeeper):
    """Opens some files for each track, and never closes them."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        for _ in range(5):
            os.open(os.devnull, os.O_RDONLY)
        await super().keep(track, mp3)


class Faulty(PostgresAdapters):
    """Loses and damages tracks that were answered 201, and leaves files behind."""

    keeper = providers.Singleton(
        _Faulty, PostgresAdapters.database, PostgresAdapters.settings.provided.storage.spool_folder
    )


class Leaking(PostgresAdapters):
    """Holds more and more descriptors."""

    keeper = providers.Singleton(_Leaking, PostgresAdapters.database)
