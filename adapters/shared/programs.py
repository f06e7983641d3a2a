"""One small runner for outside programs."""

import asyncio
import contextlib
import os
import shutil
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.shared.cancellation import finish

MESSAGE_BYTES = 8 * 1024
"""How much of a program's messages is kept: the last of them."""
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


class _Child:
    """A running program and the task that reads its messages."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._tail = bytearray()
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

    async def start(self, command: Sequence[str], descriptors: Sequence[int], environment: Mapping[str, str]) -> None:
        inherited = {name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT,
            pass_fds=tuple(descriptors),
            env={**inherited, "LC_ALL": "C", **environment},
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read_messages())

    async def _read_messages(self) -> None:
        output = self._started.stdout
        while output and (block := await output.read(MESSAGE_BYTES)):
            self._tail += block
            del self._tail[:-MESSAGE_BYTES]

    async def feed(self, head: bytes, chunks: AsyncIterator[bytes]) -> bool:
        """Whether the program took everything; if it ends early, no further chunk is asked for."""
        if not await self._write(head):
            return False
        async for chunk in chunks:
            if not await self._write(chunk):
                return False
        return True

    async def _write(self, data: bytes) -> bool:
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
            # The session's other processes may still be there when its leader has failed.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        self._close_input()
        await process.wait()
        if self._reader:
            await self._reader
        if process.stdin:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                await process.stdin.wait_closed()

    def _close_input(self) -> None:
        if self._started.stdin:
            self._started.stdin.close()


def _contained(command: Sequence[str], limits: Limits) -> list[str]:
    """The command, started by the tools that this system has to keep it within its bounds."""
    wrappers = (
        ("nice", "-n", "5"),
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
