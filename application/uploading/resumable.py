"""Receiving a recording in pieces, over as many requests, connections and runs of the service as it takes."""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from application.uploading.bounds import UploadBounds
from application.uploading.pieces import HeldBytes, PieceTaker, UploadPiece
from application.uploading.runs import Run, UploadRuns
from application.uploading.turns import WriteTurns
from domain.errors import LengthChanged, PastTheEnd, UploadGone, UploadLocked, UploadNotFound, WrongOffset
from domain.system import Clock, IdentifierSource
from domain.uploads import Terminated, Upload, UploadStore, UploadWriter
from domain.users import User

EMPTY_SECONDS = 1.0
"""A piece without bytes is answered after this: some clients send the next one at once, for ever."""
MAX_ENDED_OF_USER, MAX_ENDED = 1000, 50_000
"""Of how many ended uploads it is told what became of them, if they were not too many hours ago."""


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What somebody wants to send."""

    file_name: str
    metadata: str
    length: int | None
    """Of the whole recording in bytes; None where that is to be said later."""


class ResumableUploads:
    """Uploads that are written piece by piece. Their users come from `Authenticate`."""

    def __init__(
        self,
        uploads: UploadStore,
        runs: UploadRuns,
        turns: WriteTurns,
        identifiers: IdentifierSource,
        clock: Clock,
        bounds: UploadBounds,
    ) -> None:
        self._uploads = uploads
        self._runs = runs
        self._turns = turns
        self._identifiers = identifiers
        self._clock = clock
        self.bounds = bounds
        self._held = HeldBytes()

    async def create(self, user: User, wanted: NewUpload) -> Upload:
        """A new upload without bytes, durable.

        Raises `NoAudio`, `RecordingTooLarge`, `TooManyUploads`, `Overloaded`, and what `UploadStore` does.
        """
        self.bounds.refuse_length(wanted.length)
        self.bounds.refuse_one_more(await self._uploads.usage(user.user_id))
        await self._uploads.limit_ended(user.user_id, MAX_ENDED_OF_USER, MAX_ENDED)
        now = self._clock.now()
        upload = Upload(
            upload_id=self._identifiers.new_uuid(),
            user_id=user.user_id,
            track_uuid=self._identifiers.new_uuid(),
            file_name=wanted.file_name,
            metadata=wanted.metadata,
            created_at=now,
            expires_at=now + self.bounds.expiry,
            length=wanted.length,
        )
        await self._uploads.add(upload)
        return upload

    async def find(self, user: User, upload_id: UUID) -> Upload:
        """The upload.

        Raises `UploadNotFound`, also where it is another user's, `UploadGone`, and what `UploadStore` does.
        """
        upload = await self._uploads.find(upload_id)
        if upload is None or upload.user_id != user.user_id:
            raise UploadNotFound
        if isinstance(upload.outcome, Terminated) or upload.expires_at <= self._clock.now():
            raise UploadGone
        return upload

    async def append(self, user: User, upload_id: UUID, piece: UploadPiece, holders: tuple[str, ...]) -> Upload:
        """The upload with this piece, as far as it is durable; with the last piece, what became of it all.

        Of one that has ended, what became of it, whatever the piece is. Safe to repeat. `holders` are those of
        `IncomingRecording`. Raises what `find` does, `WrongOffset`, `PastTheEnd`, `UploadLocked`, `TooManyUploads`;
        `LengthChanged`, `NoAudio` and `RecordingTooLarge` for a length; what the piece's blocks raise; and what
        `ReceiveRecording` does, but for what is wrong with the recording: that is an outcome. After any error the
        upload goes on where it is durable.
        """
        upload = await self.find(user, upload_id)
        if upload.outcome is not None:
            return await self._unhurried(upload, piece)
        run: Run | None
        try:
            async with self._turns.turn(upload_id), self._uploads.write(upload_id) as writer:
                run = await self._take(writer, user, piece, holders)
        except UploadLocked:  # the outcome may be why
            run = self._runs.get(upload_id)
            if run is None or run.outcome is None:
                raise
        if run is not None:
            return await run.ended()
        return await self._unhurried(await self.find(user, upload_id), piece)

    async def terminate(self, user: User, upload_id: UUID) -> None:
        """Let go of it, as far as it is no track yet. Raises what `find` does and `UploadLocked`."""
        await self.find(user, upload_id)
        async with self._turns.turn(upload_id):
            await self._runs.cancel(upload_id)
            async with self._uploads.write(upload_id) as writer:
                until = self._clock.now() + self.bounds.kept
                ended = replace(writer.upload, outcome=Terminated(), offset=writer.upload.told_offset, expires_at=until)
                await writer.change(replace(ended, file_name="", metadata=""))  # nobody is told of them any more

    async def discard(self, upload: Upload) -> None:
        """Keep nothing of an upload, nor of what became of it. Safe to repeat.

        Raises `UploadLocked` and what `UploadStore` does.
        """
        async with self._turns.turn(upload.upload_id, lets_go=False):  # to another one who removes it, say
            await self._runs.cancel(upload.upload_id)
            await self._uploads.remove(upload.upload_id)

    async def _take(self, writer: UploadWriter, user: User, piece: UploadPiece, holders: tuple[str, ...]) -> Run | None:
        """Write the piece; the conversion, where that has, or is about to have, an outcome that is not kept yet."""
        if writer.upload.outcome is not None:
            return None
        await self._begin(writer, piece)
        upload = writer.upload
        run = self._runs.get(upload.upload_id)
        brings_rest = upload.length is not None and piece.end == upload.length
        if (run is None or run.is_over) and (brings_rest or (upload.offset == 0 and piece.size != 0)):
            run = self._runs.begin(upload, user, holders)
        taker = PieceTaker(writer, self.bounds, self._uploads, run, self._held)
        await taker.take(piece)
        if piece.with_creation:
            return None
        if run is not None:
            run.refuse_if_refused()
            if run.outcome is not None:
                return run
        if taker.last is None:
            return None
        if run is None or run.is_over:
            run = self._runs.begin(writer.upload, user, holders)
        run.followed.end(taker.last)
        return run

    async def _unhurried(self, upload: Upload, piece: UploadPiece) -> Upload:
        """The upload, after a pause where the piece brought nothing."""
        if piece.size == 0:
            await asyncio.sleep(EMPTY_SECONDS)
        return upload

    async def _begin(self, writer: UploadWriter, piece: UploadPiece) -> None:
        """Learn the length, and see whether the piece fits."""
        upload = writer.upload
        if piece.offset not in (upload.offset, upload.told_offset):
            raise WrongOffset(upload.told_offset)
        if piece.length is not None and piece.length != upload.length:
            self.bounds.refuse_length(piece.length)
            if upload.length is not None or piece.length < upload.offset:
                raise LengthChanged(upload.length or upload.offset)
            await writer.change(replace(upload, length=piece.length))
        length = writer.upload.length
        most = length if length is not None else self.bounds.max_size
        if piece.end is not None and piece.end > most:
            raise PastTheEnd(most)
        self.bounds.refuse_bytes(await self._uploads.usage(upload.user_id), piece.size or 0)
