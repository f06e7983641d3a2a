"""Bytes of MP3s in a dictionary."""

from collections.abc import AsyncIterator
from datetime import datetime

from adapters.memory.mp3 import whole
from domain.audio_store import AudioCatalogue, AudioStore
from domain.errors import DiskFull, StoreAway, TrackDamaged
from domain.output.converter import Mp3
from domain.system import Clock

BLOCK_BYTES = 512 * 1024


class InMemoryAudioStore(AudioStore, AudioCatalogue):
    """Keeps whole MP3s until the process ends. `kept` and `put_at`, by key, are there to be looked at.

    While `is_away` is set it does not answer; while `disk_is_full` is set it takes nothing.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.kept: dict[str, bytes] = {}
        self.put_at: dict[str, datetime] = {}
        self.is_away = False
        self.disk_is_full = False

    async def put(self, key: str, audio: Mp3) -> None:
        await self.check()
        self.kept[key] = await whole(audio, audio.size)
        self.put_at[key] = self._clock.now()

    async def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        end = start + count
        for offset in range(start, end, BLOCK_BYTES):
            self._answer()
            if end > len(self.kept.get(key, b"")):
                raise TrackDamaged(f"there are no {end} bytes under the key")
            yield self.kept[key][offset : min(offset + BLOCK_BYTES, end)]

    async def delete(self, key: str) -> None:
        self._answer()
        self.kept.pop(key, None)
        self.put_at.pop(key, None)

    async def check(self) -> None:
        self._answer()
        if self.disk_is_full:
            raise DiskFull

    async def keys(self, before: datetime) -> AsyncIterator[str]:
        self._answer()
        for key, moment in list(self.put_at.items()):
            if moment < before:
                yield key

    def _answer(self) -> None:
        if self.is_away:
            raise StoreAway
