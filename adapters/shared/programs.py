"""One small runner for outside programs."""

import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.shared.cancellation import finish
from adapters.shared.child import Child
from adapters.shared.niceness import NICENESS

PIECE_BYTES = 16 * 1024
"""Of what a filter is given: what it makes of one piece, and of what is on its way in the pipe, is held."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use: bytes of address space, bytes per written file, seconds of CPU and after its input."""

    memory_bytes: int
    file_bytes: int
    cpu_seconds: int
    seconds_after_input: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended. `code` is negative for a signal; `messages` is the end of what it printed."""

    code: int
    messages: str
    took_all_input: bool

    @property
    def cannot_run(self) -> bool:
        """The program was not found or could not be started (POSIX.1-2017, XCU 2.8.2: 127 and 126)."""
        return self.code in (126, 127)


async def run(
    command: Sequence[str],
    limits: Limits,
    chunks: AsyncIterator[bytes],
    *,
    head: bytes = b"",
    descriptors: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
) -> Outcome:
    """Run a program, feed it `head` and all chunks, and wait for its end.

    The program gets a session of its own, low priority and `limits`, and dies with us, each where the system has the
    tool for it. On any exception and on cancellation, which come out unchanged, it and its children are
    killed and waited for. `chunks` is not closed. At most one chunk and 64 KiB are held. Raises OSError if the
    program cannot be started; where a tool starts it, that shows as `Outcome.cannot_run`.
    """
    child = Child()
    try:
        await finish(child.start(_contained(command, limits), descriptors, environment or {}))
        took_all_input = await child.feed(head, chunks)
        await child.wait(limits.seconds_after_input)
    finally:
        await finish(child.end())
    return Outcome(child.code, child.messages, took_all_input)


@asynccontextmanager
async def running_filter(command: Sequence[str], limits: Limits) -> AsyncGenerator["Filter", None]:
    """A program that is fed piece by piece and gives out what it makes of it; its messages are what it says on stderr.

    It is contained as by `run`, and gone with its children when the context ends. `limits.file_bytes` bounds what it
    may give out between two pushes. Raises OSError if the program cannot be started, or as `run`.
    """
    child = Child()
    try:
        await finish(child.start(_contained(command, limits), (), {}, most_output=limits.file_bytes))
        yield Filter(child, limits.seconds_after_input)
    finally:
        await finish(child.end())


class Filter:
    """A program that is running. Whatever it has given out is held until the next call."""

    def __init__(self, child: Child, seconds_after_input: float) -> None:
        self._child = child
        self._seconds_after_input = seconds_after_input
        self.took_all_input = True
        """False when it has ended before it was given everything; it takes no more then."""

    async def push(self, data: bytes) -> bytes:
        """Give it the next bytes; what it has given out by then. Best in pieces of `PIECE_BYTES`."""
        self.took_all_input = self.took_all_input and await self._child.write(data)
        return self._child.take_output()

    async def finish(self) -> tuple[bytes, Outcome]:
        """The rest of what it gives out, and how it ended."""
        await self._child.wait(self._seconds_after_input)
        await self._child.read_to_the_end()
        return self._child.take_output(), Outcome(self._child.code, self._child.messages, self.took_all_input)


def _contained(command: Sequence[str], limits: Limits) -> list[str]:
    """The command, started by the tools that this system has to keep it within its bounds."""
    wrappers = (
        ("nice", "-n", str(NICENESS)),
        (
            "prlimit",
            f"--as={limits.memory_bytes}",
            f"--fsize={limits.file_bytes}",
            f"--cpu={limits.cpu_seconds}",
            "--core=0",
        ),
        ("setpriv", "--pdeathsig", "KILL"),
    )
    present = [wrapper for wrapper in wrappers if shutil.which(wrapper[0])]
    return [word for wrapper in present for word in wrapper] + list(command)
