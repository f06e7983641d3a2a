"""Bytes of MP3s in a dictionary."""

from collections.abc import AsyncIterator
from datetime import datetime

from adapters.memory.mp3 import whole
from domain.audio_store import AudioCatalogue, AudioStore
from domain.errors import TrackDamaged
from domain.output.converter import Mp3
from domain.system import Clock

BLOCK_BYTES = 512 * 1024


class InMemoryAudioStore(AudioStore, AudioCatalogue):
    """Keeps whole MP3s until the process ends. `kept` and `put_at`, by key, are there to be looked at."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.kept: dict[str, bytes] = {}
        self.put_at: dict[str, datetime] = {}

    async def put(self, key: str, audio: Mp3) -> None:
        self.kept[key] = await whole(audio, audio.size)
        self.put_at[key] = self._clock.now()

    async def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        end = start + count
        for offset in range(start, end, BLOCK_BYTES):
            if end > len(self.kept.get(key, b"")):
                raise TrackDamaged(f"there are no {end} bytes under the key")
            yield self.kept[key][offset : min(offset + BLOCK_BYTES, end)]

    async def delete(self, key: str) -> None:
        self.kept.pop(key, None)
        self.put_at.pop(key, None)

    async def check(self) -> None:
        """There is always room."""

    async def keys(self, before: datetime) -> AsyncIterator[str]:
        for key, moment in list(self.put_at.items()):
            if moment < before:
                yield key
