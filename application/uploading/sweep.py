"""Removing uploads whose time is over, and those of users who are gone."""

import asyncio
import logging

from application.uploading.resumable import ResumableUploads
from domain.errors import MusicAppError
from domain.system import Clock
from domain.uploads import Upload, UploadCatalogue
from domain.users import UserRepository

logger = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0


class SweepUploads:
    """Removes them at the start, and every hour."""

    def __init__(
        self, uploads: UploadCatalogue, resumable: ResumableUploads, users: UserRepository, clock: Clock
    ) -> None:
        self._uploads = uploads
        self._resumable = resumable
        self._users = users
        self._clock = clock

    async def __call__(self) -> int:
        """How many were removed. Safe to repeat.

        One that cannot be removed is left for the next time, after all others; then what went wrong is raised:
        `StoreAway`, `WorkspaceAway`, `UploadLocked`.
        """
        removing = _Removing(self._resumable)
        is_there: dict[int, bool] = {}
        async for upload in self._uploads.all():
            if upload.user_id not in is_there:
                is_there[upload.user_id] = await self._users.find(upload.user_id) is not None
            if self._is_over(upload) or not is_there[upload.user_id]:
                await removing.remove(upload)
        return removing.done()

    async def of_user(self, user_id: int) -> int:
        """Remove all of one user's; how many there were. Safe to repeat. Raises what a call does."""
        removing = _Removing(self._resumable)
        async for upload in self._uploads.all():
            if upload.user_id == user_id:
                await removing.remove(upload)
        return removing.done()

    async def hourly(self) -> None:
        """Once an hour without end, whatever goes wrong, which is logged."""
        while True:
            try:
                if removed := await self():
                    logger.info("uploads swept: %d removed", removed)
            except MusicAppError as error:
                logger.warning("uploads not swept: %s", error)
            except Exception:
                logger.exception("uploads not swept")
            await asyncio.sleep(EVERY_SECONDS)

    def _is_over(self, upload: Upload) -> bool:
        return upload.expires_at <= self._clock.now()


class _Removing:
    """Removes one after the other, whatever goes wrong with one of them."""

    def __init__(self, resumable: ResumableUploads) -> None:
        self._resumable = resumable
        self._removed = 0
        self._wrong: MusicAppError | None = None

    async def remove(self, upload: Upload) -> None:
        """Remove it now, or leave it."""
        try:
            await self._resumable.discard(upload)
            self._removed += 1
        except MusicAppError as error:
            self._wrong = error

    def done(self) -> int:
        """How many were removed. Raises what went wrong last."""
        if self._wrong is not None:
            raise self._wrong
        return self._removed
