"""A program that runs: its pipes, what it says, and its end."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping, Sequence

_MESSAGE_BYTES = 8 * 1024
"""How much of a program's messages is kept: the last of them."""
_OUTPUT_BYTES = 64 * 1024
_INHERITED_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH")
"""All that a program sees of our environment, which holds passwords."""


class Child:
    """A program and the tasks that read its messages and, where it is asked for, its output.

    To be ended by `end` in any case. All else but `start` needs one that was started.
    """

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
        """Its exit code, negative for a signal, once it has ended."""
        code = self._started.returncode
        if code is None:
            raise RuntimeError("the program has not ended")
        return code

    @property
    def messages(self) -> str:
        """The end of what it said, and why it was killed, if it was."""
        return self._tail.decode("utf-8", "replace").strip() + self._note

    async def start(
        self,
        command: Sequence[str],
        descriptors: Sequence[int],
        environment: Mapping[str, str],
        most_output: int | None = None,
    ) -> None:
        """Start it in a session of its own, which has these descriptors and variables. Raises OSError.

        `most_output` bytes of output are held at a time, apart from messages; None: all output is messages.
        """
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT if most_output is None else PIPE,
            pass_fds=tuple(descriptors),
            env={**_inherited(), "LC_ALL": "C", **environment},
            start_new_session=True,
        )
        output, messages = self._process.stdout, self._process.stderr or self._process.stdout
        self._readers.append(asyncio.create_task(self._read_messages(messages)))
        if most_output is not None:
            self._readers.append(asyncio.create_task(self._read_output(output, most_output)))

    async def _read_messages(self, messages: asyncio.StreamReader | None) -> None:
        while messages and (block := await messages.read(_MESSAGE_BYTES)):
            self._tail += block
            del self._tail[:-_MESSAGE_BYTES]

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


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ}
