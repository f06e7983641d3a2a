"""A program that runs: its pipes, what it says, and its end."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping, Sequence

from adapters.shared.output import Output

_MESSAGE_BYTES = 8 * 1024
"""How much of a program's messages is kept: the last of them."""
_INHERITED_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH")
"""All that a program sees of our environment, which holds passwords."""


class Child:
    """A program and the tasks that read its messages and, where that is wanted, its output.

    To be ended by `end` in any case. All else but `start` needs one that was started.
    """

    def __init__(self, patience_seconds: float) -> None:
        """How long it may take nothing of what it is given, or go on after its input, before it is killed."""
        self._patience_seconds = patience_seconds
        self._process: Process | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._tail = bytearray()
        self.output = Output()
        """Where that is wanted: while it is not taken, the program waits."""
        self._note = ""

    @property
    def _started(self) -> Process:
        if self._process is None:
            raise RuntimeError("the program was not started")
        return self._process

    @property
    def code(self) -> int:
        """Its exit code, negative for a signal, once it has ended. Who was given up on did not end by itself."""
        code = self._started.returncode
        if code is None:
            raise RuntimeError("the program has not ended")
        return -signal.SIGKILL if self._note else code

    @property
    def messages(self) -> str:
        """The end of what it said, and why it was killed, if it was."""
        return self._tail.decode("utf-8", "replace").strip() + self._note

    async def start(
        self,
        command: Sequence[str],
        descriptors: Sequence[int],
        environment: Mapping[str, str],
        *,
        with_output: bool = False,
    ) -> None:
        """Start it in a session of its own, which has these descriptors and variables. Raises OSError.

        Its output goes to `output`, if that is wanted, else to the messages.
        """
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE if with_output else STDOUT,
            pass_fds=tuple(descriptors),
            env={**_inherited(), "LC_ALL": "C", **environment},
            start_new_session=True,
        )
        output, messages = self._process.stdout, self._process.stderr or self._process.stdout
        self._readers.append(asyncio.create_task(self._read_messages(messages)))
        if with_output and output:
            self._readers.append(asyncio.create_task(self.output.read(output)))

    async def _read_messages(self, messages: asyncio.StreamReader | None) -> None:
        while messages and (block := await messages.read(_MESSAGE_BYTES)):
            self._tail += block
            del self._tail[:-_MESSAGE_BYTES]

    async def read_to_the_end(self) -> None:
        """Wait for all that it said before it ended, and for its output to be taken."""
        await asyncio.gather(*self._readers)

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
            async with asyncio.timeout(self._patience_seconds):
                await stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            return False
        except TimeoutError:
            self.give_up(f"it took nothing for {self._patience_seconds:g} s")
            return False
        return True

    async def wait(self) -> None:
        """Close its input and wait for its end; kill it after the seconds of patience."""
        self.close_input()
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._started.wait()
        except TimeoutError:
            self.give_up(f"it did not end within {self._patience_seconds:g} s after its input")
            await self._started.wait()

    def give_up(self, why: str) -> None:
        """Kill it; the messages tell why."""
        self._note = f"\n{why}"
        self._kill()

    async def end(self) -> None:
        """Leave nothing of it: no process, no pipe, no task."""
        process = self._process
        if process is None:
            return
        if process.returncode != 0:
            self._kill()  # the session's other processes may still be there when its leader has failed
        self.close_input()
        self.output.discard()
        await process.wait()
        await self.read_to_the_end()
        if process.stdin:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                await process.stdin.wait_closed()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._started.pid, signal.SIGKILL)

    def close_input(self) -> None:
        """Nothing more is given to it. Safe to repeat."""
        if self._started.stdin:
            self._started.stdin.close()


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ}
