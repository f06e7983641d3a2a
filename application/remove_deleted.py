"""Removing in the background what deleted users have left."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from time import monotonic

from domain.accounts import DeletedUsers, Removed
from domain.audio_store import AudioStore
from domain.errors import MusicAppError

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
"""How often somebody looks for deleted users whom nobody has told of: those of another node, or of an earlier run."""
LEAST_PAUSE_SECONDS = 0.02


class RemoveDeleted:
    """Removes step by step, and pauses as long as a step took, so that others have half of the store at least."""

    def __init__(
        self,
        deleted: DeletedUsers,
        audio: AudioStore | None,
        remove_uploads: Callable[[int], Awaitable[object]] | None = None,
    ) -> None:
        """`audio` keeps the MP3s where they are kept apart from what is known of them.

        `remove_uploads` lets go of what a user has begun to send: its bytes may be in no row, and in more of them than
        go with the user in one step.
        """
        self._deleted = deleted
        self._audio = audio
        self._remove_uploads = remove_uploads
        self._keys: list[str] = []
        """Of tracks that are gone, whose bytes are not: no more than those of one step."""
        self._told = asyncio.Event()

    def wake(self) -> None:
        """Tell that somebody was deleted."""
        self._told.set()

    async def forever(self) -> None:
        """Remove all there is whenever somebody was deleted, and every minute; whatever goes wrong is logged."""
        while True:
            self._told.clear()
            try:
                if users := await self():
                    logger.info("deleted users removed: %d", users)
            except MusicAppError as error:
                logger.warning("deleted users not removed: %s", error)
            except Exception:
                logger.exception("deleted users not removed")
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._told.wait()

    async def __call__(self) -> int:
        """How many users were removed wholly. Safe to repeat and to run by several at once.

        A user of whom something cannot be removed is left for the next time, after all others; then what went wrong is
        raised: `StoreAway`, mostly.
        """
        removed, wrong = 0, None
        async for user_id in self._users():
            try:
                removed += await self._remove(user_id)
            except MusicAppError as error:
                wrong = error
        if wrong is not None:
            raise wrong
        return removed

    async def _users(self) -> AsyncGenerator[int, None]:
        after = 0
        while some := await self._deleted.some(after):
            for user_id in some:
                yield user_id
            after = some[-1]

    async def _remove(self, user_id: int) -> bool:
        """Whether nothing of the user is left."""
        if self._remove_uploads is not None:
            await self._remove_uploads(user_id)
        while True:
            begun = monotonic()
            await self._delete_audio()
            removed: Removed = await self._deleted.remove_some(user_id)
            self._keys = [*removed.audio_keys]
            await self._delete_audio()
            if not removed.tracks:
                return removed.is_all
            await asyncio.sleep(max(LEAST_PAUSE_SECONDS, monotonic() - begun))

    async def _delete_audio(self) -> None:
        """What a crash leaves here is swept, as what an upload leaves."""
        while self._keys:
            if self._audio is not None:
                await self._audio.delete(self._keys[-1])
            self._keys.pop()
