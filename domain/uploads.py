"""Resumable uploads: recordings that come in pieces, and where they are kept until they are whole."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from domain.errors import RecordingError
from domain.errors.kept import error_of, facts_of
from domain.tracks import Track


@dataclass(frozen=True, slots=True)
class Stored:
    """The recording became a track, whose identifier is the one that was reserved for it.

    All but the digest are None and empty where the service ended between keeping the track and keeping this.
    """

    wav_sha256: bytes
    """Of the recording, 32 bytes."""
    duration: timedelta | None = None
    clipped_samples: int = 0
    repairs: tuple[str, ...] = ()

    @classmethod
    def of(cls, track: Track) -> "Stored":
        """What is told of a track."""
        made = track.conversion
        clipped = made.sound.clipped_samples if made.sound else 0
        return cls(made.wav_sha256, made.duration, clipped, tuple(map(str, made.repairs)))


@dataclass(frozen=True, slots=True)
class Refused:
    """The recording cannot become a track. It is kept from what its error is made, and not the error itself: that
    would hold on to whatever it has come through.
    """

    kind: str
    facts: tuple[tuple[str, str | int | float], ...] = ()

    @classmethod
    def by(cls, error: RecordingError) -> "Refused":
        """For this reason."""
        kind, facts = facts_of(error)
        return cls(kind, tuple(facts.items()))

    @property
    def error(self) -> RecordingError:
        """The reason, made anew."""
        return error_of(self.kind, dict(self.facts))


@dataclass(frozen=True, slots=True)
class Terminated:
    """Whoever sent it has deleted it."""


Outcome: TypeAlias = Stored | Refused | Terminated


@dataclass(frozen=True, slots=True)
class Upload:
    """What is known of an upload."""

    upload_id: UUID
    user_id: int
    track_uuid: UUID
    """Reserved for the track that it becomes, so that it becomes no second one."""
    file_name: str
    """Of the recording, as the sender wrote it."""
    metadata: str
    """What the sender said of it, to be told it again; ASCII."""
    created_at: datetime
    expires_at: datetime
    """When it is removed, whatever became of it."""
    length: int | None = None
    """Of the whole recording in bytes; None while the sender has not said it."""
    offset: int = 0
    """How many bytes of it are durable; of an ended one what is to be told."""
    outcome: Outcome | None = None
    """What became of it; None while it is not ended."""

    @property
    def told_offset(self) -> int:
        """Where it goes on: before the last byte, which is kept together with the outcome, and with that alone."""
        if self.length is None or isinstance(self.outcome, Stored):
            return self.offset
        return max(0, min(self.offset, self.length - 1))


@dataclass(frozen=True, slots=True)
class UploadUsage:
    """How many uploads that are not ended there are, and how many bytes they have: of one user, and in all."""

    count: int
    size: int
    count_in_all: int
    size_in_all: int


class UploadWriter(ABC):
    """Writes one upload, while nobody else does."""

    upload: Upload
    """As it is kept now."""

    @abstractmethod
    async def append(self, data: bytes | bytearray) -> None:
        """Add bytes at the end of one that is not ended; durable when this returns, and `upload.offset` tells of them.

        After an error or cancellation all of them are kept or none, and the next who reads or writes it is told which.
        Raises `DiskFull`, `WorkspaceAway`, `StoreAway`, and `UploadLocked` where another one writes it by now, as this
        one was not heard of for too long.
        """

    @abstractmethod
    async def change(self, upload: Upload) -> None:
        """Keep this of it, durably: its length, expiry and outcome; identifiers, owner and creation are the same.

        With an outcome it is ended: its bytes are let go of, and its `offset` is from then on what is given here.
        Raises what `append` does. Safe to repeat.
        """


class PartialUploads(ABC):
    """Keeps the bytes of uploads and what is known of them, so that they outlive the process.

    Every method raises `WorkspaceAway` or `StoreAway` where the place in which they are kept cannot be used now, and
    `UploadLocked` where it is another process's, which has not ended yet.
    """

    @abstractmethod
    async def add(self, upload: Upload) -> None:
        """Keep a new one, which has no bytes and an identifier that was never used; durable when this returns.

        Raises `DiskFull`, and may raise `UnknownUser` where its user is gone.
        """

    @abstractmethod
    async def find(self, upload_id: UUID) -> Upload | None:
        """The upload, whoever's it is, as far as it is durable now; None where there is none."""

    @abstractmethod
    def write(self, upload_id: UUID) -> AbstractAsyncContextManager[UploadWriter]:
        """Be the one who writes it while the context lasts; also after whoever wrote it before has died.

        Raises `UploadLocked` while another one writes it, which does not wait, and `UploadNotFound`.
        """

    @abstractmethod
    def read(self, upload_id: UUID, start: int, count: int) -> AsyncGenerator[bytes, None]:
        """`count` durable bytes from byte `start`, in blocks of at most 1 MiB, none empty; others may write meanwhile.

        Raises `UploadNotFound` where it is gone or ended meanwhile. The caller asks for bytes that are there.
        """

    @abstractmethod
    async def remove(self, upload_id: UUID) -> None:
        """Keep nothing of it. Safe to repeat, and where it never was; nobody writes it."""


class UploadCatalogue(ABC):
    """Counts uploads, and goes through them. Raises what `PartialUploads` does."""

    @abstractmethod
    async def usage(self, user_id: int) -> UploadUsage:
        """What this user has, and all users together; it costs little, since each piece of an upload asks."""

    @abstractmethod
    async def limit_ended(self, user_id: int, user_count: int, count: int) -> None:
        """Remove the ended ones that are oldest, until this user has at most so many, and all users together.

        Safe to repeat.
        """

    @abstractmethod
    def all(self) -> AsyncIterator[Upload]:
        """Each of them once, in any order; one that is added or removed meanwhile may come or not."""


class UploadStore(PartialUploads, UploadCatalogue):
    """Both: what a wiring gives."""

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """What is around all its use: a lock, say. By default nothing. It is used again after it has ended."""
        yield
