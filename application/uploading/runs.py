"""The conversions of uploads, which go on between the requests that bring their bytes."""

import asyncio
import hashlib
import logging
from contextlib import aclosing, suppress
from dataclasses import replace
from uuid import UUID

from application.admission.fair_queue import FairQueue
from application.receive_recording import ReceiveRecording
from application.uploading.bounds import UploadBounds
from application.uploading.following import FollowedUpload, UploadPaused
from application.uploading.turns import WriteTurns
from domain.errors import (
    CallerError,
    DuplicateTrack,
    MusicAppError,
    RecordingError,
    UploadGone,
    UploadLocked,
    UploadNotFound,
)
from domain.system import Clock
from domain.tracks import TrackRepository
from domain.uploads import Outcome, PartialUploads, Refused, Stored, Terminated, Upload
from domain.users import User

logger = logging.getLogger(__name__)


class Run:
    """One conversion of an upload."""

    def __init__(self, followed: FollowedUpload) -> None:
        self.followed = followed
        self.outcome: Outcome | None = None
        """What became of the recording, before it is kept, too."""
        self.task: asyncio.Task[Upload]

    @property
    def is_over(self) -> bool:
        """Whether it has failed, or is about to, and has no outcome."""
        return self.outcome is None and (self.followed.is_paused or self.task.done())

    def refuse_if_refused(self) -> None:
        """Raise what it has failed with, if that will be no other soon: the user may not have more tracks, say."""
        error = self.task.exception() if self.task.done() and not self.task.cancelled() else None
        if isinstance(error, CallerError) and not may_pass(error):
            raise error

    async def ended(self) -> Upload:
        """The upload with its outcome, durable.

        Raises what the conversion does where that is no outcome, and `UploadLocked` where it was ended from without.
        """
        await asyncio.wait([self.task])
        if self.task.cancelled():
            raise UploadLocked
        return self.task.result()


class UploadRuns:
    """At most one conversion of each upload, and what it comes to, kept durably."""

    def __init__(
        self,
        receive: ReceiveRecording,
        uploads: PartialUploads,
        tracks: TrackRepository,
        queries: FairQueue,
        turns: WriteTurns,
        clock: Clock,
        bounds: UploadBounds,
    ) -> None:
        self._receive = receive
        self._uploads = uploads
        self._tracks = tracks
        self._queries = queries
        self._turns = turns
        self._clock = clock
        self._bounds = bounds
        self._runs: dict[UUID, Run] = {}

    def get(self, upload_id: UUID) -> Run | None:
        """The one that goes on now."""
        return self._runs.get(upload_id)

    def begin(self, upload: Upload, user: User, holders: tuple[str, ...]) -> Run:
        """A new one, in place of one that is over; it reads from the first byte on."""
        run = self._runs[upload.upload_id] = Run(FollowedUpload(self._uploads, upload, user, holders))
        run.task = asyncio.create_task(self._converted(upload, run))
        run.task.add_done_callback(_notice)
        return run

    async def cancel(self, upload_id: UUID) -> None:
        """End it, whatever it does; nothing of it is kept, or its track is."""
        if (run := self._runs.pop(upload_id, None)) is not None:
            run.task.cancel()
            await asyncio.wait([run.task])

    async def close(self) -> None:
        """End all of them."""
        for upload_id in [*self._runs]:
            await self.cancel(upload_id)

    async def end(self, upload_id: UUID, outcome: Outcome) -> Upload:
        """Keep what became of an upload, unless that is known already; what is known then."""
        async with self._turns.turn(upload_id, lets_go=False), self._uploads.write(upload_id) as writer:
            upload = writer.upload
            if upload.outcome is None:
                offset = upload.length if isinstance(outcome, Stored) and upload.length else upload.told_offset
                until = self._clock.now() + self._bounds.kept
                await writer.change(replace(upload, outcome=outcome, offset=offset, expires_at=until))
            return writer.upload

    async def _converted(self, upload: Upload, run: Run) -> Upload:
        try:
            run.outcome = await self._outcome(upload, run.followed)
            return await self.end(upload.upload_id, run.outcome)
        except UploadNotFound:  # its bytes are let go of, as by another service that has converted them as well
            ended = await self._ended(upload.upload_id)
            run.outcome = ended.outcome
            return ended
        finally:
            if self._runs.get(upload.upload_id) is run:
                del self._runs[upload.upload_id]

    async def _ended(self, upload_id: UUID) -> Upload:
        """The upload with what somebody else has kept of it. Raises `UploadNotFound`, `UploadGone`."""
        upload = await self._uploads.find(upload_id)
        if upload is None or upload.outcome is None:
            raise UploadNotFound
        if isinstance(upload.outcome, Terminated):
            raise UploadGone
        return upload

    async def _outcome(self, upload: Upload, followed: FollowedUpload) -> Outcome:
        """What becomes of it. Its track may be there, from a run that ended before its outcome was kept."""
        try:
            if upload.offset and await self._is_stored(upload, followed):
                return Stored(await _digest(followed))
            return Stored.of(await self._receive(followed, upload.track_uuid))
        except RecordingError as error:
            return Refused.by(error)
        except DuplicateTrack:
            return Stored(await _digest(followed))

    async def _is_stored(self, upload: Upload, followed: FollowedUpload) -> bool:
        async with self._queries.turn(*followed.holders()):
            return await self._tracks.find(upload.track_uuid, upload.user_id) is not None


def may_pass(error: CallerError) -> bool:
    """Whether the same may be right a little later: the error says when to come back, as that of a taken share does."""
    return error.retry_after is not None


async def _digest(followed: FollowedUpload) -> bytes:
    """The SHA-256 of the whole recording."""
    digest = hashlib.sha256()
    async with aclosing(followed.blocks()) as blocks:
        async for block in blocks:
            digest.update(block)
    return digest.digest()


def _notice(task: asyncio.Task[Upload]) -> None:
    """Nobody may wait for it: an error that nobody foresaw is logged, the others have been told or will come again."""
    with suppress(asyncio.CancelledError):
        error = task.exception()
        if error is not None and not isinstance(error, MusicAppError | UploadPaused):
            logger.error("conversion of an upload failed", exc_info=error)
