"""What is made of a recording, once it is known who sends it: a track, or something else."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from application.add_track import AddTrack
from domain.tracks import Track
from domain.users import User

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ArrivingFile:
    """A file that can be read once, from front to end."""

    name: str
    """As its sender wrote it."""
    blocks: AsyncGenerator[bytes, None]
    """Ends only when the file is known to be whole, else raises."""
    at_least: int
    """How many bytes are certain to come."""


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """What is to be done with one file."""

    do: Callable[[ArrivingFile], Awaitable[T]]
    needs_place: bool = True
    """Whether it takes as much as encoding does; else the file is only read."""


class Making(ABC, Generic[T]):
    """Something to be made of recordings."""

    @abstractmethod
    def begin(self, user: User, *holders: str) -> AbstractAsyncContextManager[Work[T]]:
        """What there is to do for this sender. The context lasts until it is done, or cannot be.

        Called once the file has begun to come, and before it takes a place. `holders` are what it comes from.
        """


class TracksOf(Making[Track]):
    """Makes a track of each."""

    def __init__(self, add_track: AddTrack, track_uuid: UUID | None = None) -> None:
        """`track_uuid` is one that was reserved for the only track that is made."""
        self._add_track = add_track
        self._track_uuid = track_uuid

    @asynccontextmanager
    async def begin(self, user: User, *_: str) -> AsyncGenerator[Work[Track], None]:
        yield Work(lambda file: self._add_track(user, file.name, file.blocks, file.at_least, self._track_uuid))
