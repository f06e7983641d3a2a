"""What a program gives out, no faster than it is taken."""

import asyncio

OUTPUT_BYTES = 64 * 1024
"""So much of it is held at most; then nothing is read, and a program that goes on giving out waits for its pipe."""


class Output:
    """Output that waits to be taken: at most `OUTPUT_BYTES` here, twice as much in the stream of the pipe, and what one
    read of the event loop brings beyond that: 64 KiB in asyncio, 256 in uvloop 0.22, as measured.

    One task reads, one other takes; what either does wakes the other.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._wanted = True
        self._ended = False
        self._news = asyncio.Event()
        self._taken = asyncio.Event()

    async def read(self, pipe: asyncio.StreamReader) -> None:
        """Read to the end, pausing while enough is held."""
        while block := await pipe.read(OUTPUT_BYTES - len(self._held)):
            if self._wanted:
                self._held += block
                self.wake()
            while len(self._held) >= OUTPUT_BYTES:
                self._taken.clear()
                await self._taken.wait()
        self._ended = True
        self.wake()

    def wake(self) -> None:
        """Have the one who waits in `next` look again."""
        self._news.set()

    async def next(self, until: "asyncio.Task[bool] | None" = None) -> bytes:
        """What has come, waiting for something: nothing once all was taken and the output has ended.

        Where there is a task, which has to `wake`, nothing once all was taken and that is done.
        """
        while not self._held and not (until.done() if until else self._ended):
            self._news.clear()
            await self._news.wait()
        output = bytes(self._held)
        self._held.clear()
        self._taken.set()
        return output

    def discard(self) -> None:
        """Nothing of it is wanted any more, so that the pipe is read to its end."""
        self._wanted = False
        self._held.clear()
        self._taken.set()
