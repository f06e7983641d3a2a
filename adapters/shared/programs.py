"""One small runner for outside programs."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

from adapters.shared.cancellation import finish
from adapters.shared.child import Child
from adapters.shared.niceness import PROGRAM_NICENESS


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use: bytes of address space, bytes per written file, seconds of CPU.

    And how many seconds it may take nothing of what it is given, or go on after its input.
    """

    memory_bytes: int
    file_bytes: int
    cpu_seconds: int
    patience_seconds: float


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
    child = Child(limits.patience_seconds)
    try:
        await finish(child.start(_contained(command, limits), descriptors, environment or {}))
        took_all_input = await child.feed(head, chunks)
        await child.wait()
    finally:
        await finish(child.end())
    return Outcome(child.code, child.messages, took_all_input)


@asynccontextmanager
async def running_filter(command: Sequence[str], limits: Limits) -> AsyncGenerator["Filter", None]:
    """A program that is fed piece by piece and gives out what it makes of it; its messages are what it says on stderr.

    It is contained as by `run`, and gone with its children when the context ends. Whatever it makes of a piece, no
    more of it is held than `Output` says: it goes on as that is taken. Raises OSError if the program cannot be
    started, or as `run`.
    """
    child = Child(limits.patience_seconds)
    program = Filter(child, limits.patience_seconds)
    try:
        await finish(child.start(_contained(command, limits), (), {}, with_output=True))
        yield program
    finally:
        await finish(program.end())


class Filter:
    """A program that is running. After each push, and at the end, what it gives out is to be taken to the last."""

    def __init__(self, child: Child, patience_seconds: float) -> None:
        self._child = child
        self._seconds = self._seconds_left = patience_seconds
        self._writing: asyncio.Task[bool] | None = None
        self._took_all_input = True

    @property
    def took_all_input(self) -> bool:
        """False when it has ended before it was given everything; it takes no more then."""
        return self._took_all_input

    def push(self, data: bytes) -> None:
        """Give it the next bytes, as fast as it takes them while `output` is called."""
        self._writing = asyncio.create_task(self._child.write(data))
        self._writing.add_done_callback(lambda _: self._child.output.wake())

    async def output(self) -> bytes:
        """What it has given out, of at most `OUTPUT_BYTES`, waiting for some; nothing once it has taken all input."""
        output = await self._child.output.next(self._writing)
        if self._writing and self._writing.done():
            self._took_all_input = self._took_all_input and self._writing.result()
        return output

    async def rest(self) -> bytes:
        """After the last push what it gives out yet, of at most `OUTPUT_BYTES`; nothing once it gives out no more.

        It is killed after the seconds of patience, those not counted in which nobody waits for it.
        """
        self._child.close_input()
        began = monotonic()
        try:
            async with asyncio.timeout(self._seconds_left):
                output = await self._child.output.next()
        except TimeoutError:
            self._child.give_up(f"it gave out no end within {self._seconds:g} s after its input")
            return b""
        self._seconds_left -= monotonic() - began
        return output

    async def outcome(self) -> Outcome:
        """How it ended, after all of `rest`."""
        self._child.output.discard()
        await self._child.wait()
        await self._child.read_to_the_end()
        return Outcome(self._child.code, self._child.messages, self._took_all_input)

    async def end(self) -> None:
        """Leave nothing of it."""
        if self._writing:
            self._writing.cancel()
            await asyncio.wait([self._writing])
        await self._child.end()


def _contained(command: Sequence[str], limits: Limits) -> list[str]:
    """The command, started by the tools that this system has to keep it within its bounds."""
    wrappers = (
        ("nice", "-n", str(PROGRAM_NICENESS)),
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
