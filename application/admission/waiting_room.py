"""Where files wait that come before it is known who sends them."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager

from application.admission.places import Places
from application.admission.shares import Shares
from domain.errors import ShareTaken
from domain.system import Spool, SpooledFile


class SpoolShares:
    """How many bytes of the spool each holder has there.

    A holder may add to a file only while its other files have less than its share. So one file may be as large as the
    spool, whose own bound counts all; many files leave something free for others.
    """

    def __init__(self, count: int) -> None:
        self.shares = Shares(count)
        """Of bytes."""

    @contextmanager
    def file(self, *holders: str) -> Iterator[Callable[[int], None]]:
        """What counts the bytes of one file while the context lasts; it raises `ShareTaken` for those too many."""
        taken = 0

        def take(count: int) -> None:
            nonlocal taken
            if holder := self.shares.with_its_share(holders, beside=taken):
                raise ShareTaken(holder, self.shares.held(holder), "bytes of the spool for uploads", retry_after=5)
            self.shares.take(*holders, count=count)
            taken += count

        try:
            yield take
        finally:
            self.shares.give_back(*holders, count=taken)


class WaitingFile:
    """A file in the waiting room."""

    def __init__(self, file: SpooledFile, count: Callable[[int], None], place: ExitStack) -> None:
        self._file = file
        self._count = count
        self.leave_place = place.close
        """Give the place to others, though the file stays. Safe to repeat."""

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._file.size

    async def write(self, data: bytes) -> None:
        """Append. Raises `ShareTaken` and what `SpooledFile.write` does."""
        self._count(len(data))
        await self._file.write(data)

    def read(self) -> AsyncGenerator[bytes, None]:
        """As `SpooledFile.read`."""
        return self._file.read()


class WaitingRoom:
    """Takes in files whose sender is not known: each has one of `places`, and its bytes are in the spool."""

    def __init__(self, spool: Spool, places: Places, shares: SpoolShares) -> None:
        self._spool = spool
        self._places = places
        self._shares = shares

    def refuse_if_full(self, *holders: str) -> None:
        """As `Places.refuse_if_full`."""
        self._places.refuse_if_full(*holders)

    def pass_through(self, *holders: str) -> AbstractContextManager[None]:
        """The place of a file that is only read, and not kept. Raises what `Places.take` does."""
        return self._places.take(*holders)

    @asynccontextmanager
    async def enter(self, *holders: str) -> AsyncGenerator[WaitingFile, None]:
        """An empty file, gone when the context ends. Raises what `Places.take` and `Spool.open` do."""
        with ExitStack() as place, self._shares.file(*holders) as count:
            place.enter_context(self._places.take(*holders))
            async with self._spool.open() as file:
                yield WaitingFile(file, count, place)
