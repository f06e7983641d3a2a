"""What is known of all resumable uploads of a folder, so that the disk is not asked for each piece of one."""

from collections import Counter
from itertools import islice
from threading import Lock
from uuid import UUID

from domain.uploads import Upload, UploadUsage


class UploadIndex:
    """The uploads by their identifiers, and what those that are not ended come to; for threads, too."""

    def __init__(self, uploads: list[Upload]) -> None:
        self._uploads: dict[UUID, Upload] = {}
        self._counts: Counter[int] = Counter()
        self._sizes: Counter[int] = Counter()
        self._count = self._size = 0
        self._ended: dict[UUID, None] = {}
        self._ended_of: dict[int, dict[UUID, None]] = {}
        self._changing = Lock()
        for upload in sorted(uploads, key=lambda upload: upload.created_at):
            self.put(upload)

    def get(self, upload_id: UUID) -> Upload | None:
        """The upload, if there is one."""
        return self._uploads.get(upload_id)

    def identifiers(self) -> list[UUID]:
        """Of all."""
        return [*self._uploads]

    def put(self, upload: Upload) -> None:
        """Know this of it from now on."""
        with self._changing:
            self._count_in(self._uploads.get(upload.upload_id), -1)
            self._uploads[upload.upload_id] = upload
            self._count_in(upload, 1)

    def drop(self, upload_id: UUID) -> None:
        """Forget it."""
        with self._changing:
            self._count_in(self._uploads.pop(upload_id, None), -1)

    def usage(self, user_id: int) -> UploadUsage:
        """As `UploadCatalogue.usage`."""
        return UploadUsage(self._counts[user_id], self._sizes[user_id], self._count, self._size)

    def beyond(self, user_id: int, user_count: int, count: int) -> list[UUID]:
        """The ended ones that are beyond these numbers, of one user and in all: those that ended first."""
        own = self._ended_of.get(user_id, {})
        return [*islice(own, max(0, len(own) - user_count)), *islice(self._ended, max(0, len(self._ended) - count))]

    def _count_in(self, upload: Upload | None, times: int) -> None:
        if upload is None:
            return
        if upload.outcome is not None:
            self._list_ended(upload, is_there=times > 0)
            return
        self._count += times
        self._size += times * upload.offset
        self._counts[upload.user_id] += times
        self._sizes[upload.user_id] += times * upload.offset
        if not self._counts[upload.user_id]:
            del self._counts[upload.user_id], self._sizes[upload.user_id]

    def _list_ended(self, upload: Upload, *, is_there: bool) -> None:
        own = self._ended_of.setdefault(upload.user_id, {})
        for listed in (own, self._ended):
            listed.pop(upload.upload_id, None)
        if is_there:
            own[upload.upload_id] = None
            self._ended[upload.upload_id] = None
        if not own:
            del self._ended_of[upload.user_id]
