"""One small runner for outside programs."""

import asyncio
import contextlib
import os
import shutil
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.shared.cancellation import finish
from adapters.shared.niceness import NICENESS

MESSAGE_BYTES = 8 * 1024
"""How much of a program's messages is kept: the last of them."""
PIECE_BYTES = 16 * 1024
"""Of what a filter is given: what it makes of one piece, and of what is on its way in the pipe, is held."""
_OUTPUT_BYTES = 64 * 1024
_INHERITED_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH")
"""All that a program sees of our environment, which holds passwords."""


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
    child = _Child()
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
    child = _Child()
    try:
        await finish(child.start(_contained(command, limits), (), {}, most_output=limits.file_bytes))
        yield Filter(child, limits.seconds_after_input)
    finally:
        await finish(child.end())


class Filter:
    """A program that is running. Whatever it has given out is held until the next call."""

    def __init__(self, child: "_Child", seconds_after_input: float) -> None:
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


class _Child:
    """A running program and the tasks that read its messages and, where it is asked for, its output."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._tail = bytearray()
        self._output = bytearray()
        self._note = ""

    @property
    def _started(self) -> Process:
        if self._process is None:
            raise RuntimeError("the program was not started")
        return self._process

    @property
    def code(self) -> int:
        code = self._started.returncode
        if code is None:
            raise RuntimeError("the program has not ended")
        return code

    @property
    def messages(self) -> str:
        return self._tail.decode("utf-8", "replace").strip() + self._note

    async def start(
        self,
        command: Sequence[str],
        descriptors: Sequence[int],
        environment: Mapping[str, str],
        most_output: int | None = None,
    ) -> None:
        """`most_output` bytes of output are held at a time, apart from messages; None: all output is messages."""
        inherited = {name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT if most_output is None else PIPE,
            pass_fds=tuple(descriptors),
            env={**inherited, "LC_ALL": "C", **environment},
            start_new_session=True,
        )
        output, messages = self._process.stdout, self._process.stderr or self._process.stdout
        self._readers.append(asyncio.create_task(self._read_messages(messages)))
        if most_output is not None:
            self._readers.append(asyncio.create_task(self._read_output(output, most_output)))

    async def _read_messages(self, messages: asyncio.StreamReader | None) -> None:
        while messages and (block := await messages.read(MESSAGE_BYTES)):
            self._tail += block
            del self._tail[:-MESSAGE_BYTES]

    async def _read_output(self, output: asyncio.StreamReader | None, most: int) -> None:
        while output and (block := await output.read(_OUTPUT_BYTES)):
            self._output += block
            if len(self._output) > most:
                self._note = f"\nit gave out more than {most} bytes at a time"
                self._kill()
                return

    async def read_to_the_end(self) -> None:
        """Wait for all that it said and gave out before it ended."""
        await asyncio.gather(*self._readers)

    def take_output(self) -> bytes:
        """What it has given out since this was last asked."""
        output = bytes(self._output)
        self._output.clear()
        return output

    async def feed(self, head: bytes, chunks: AsyncIterator[bytes]) -> bool:
        """Whether the program took everything; if it ends early, no further chunk is asked for."""
        if not await self.write(head):
            return False
        async for chunk in chunks:
            if not await self.write(chunk):
                return False
        return True

    async def write(self, data: bytes) -> bool:
        """Whether the program took it, or will."""
        stdin = self._started.stdin
        if stdin is None or self._started.returncode is not None:
            return False
        try:
            stdin.write(data)
            await stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    async def wait(self, seconds: float) -> None:
        """Close its input and wait for its end; kill it after so many seconds."""
        self._close_input()
        try:
            async with asyncio.timeout(seconds):
                await self._started.wait()
        except TimeoutError:
            self._note = f"\nit did not end within {seconds:g} s after its input"

    async def end(self) -> None:
        """Leave nothing of it: no process, no pipe, no task."""
        process = self._process
        if process is None:
            return
        if process.returncode != 0:
            self._kill()  # the session's other processes may still be there when its leader has failed
        self._close_input()
        await process.wait()
        await self.read_to_the_end()
        if process.stdin:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                await process.stdin.wait_closed()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._started.pid, signal.SIGKILL)

    def _close_input(self) -> None:
        if self._started.stdin:
            self._started.stdin.close()


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
