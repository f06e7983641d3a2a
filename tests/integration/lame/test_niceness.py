"""Encoder threads in a process that is nice already."""

import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, os
from adapters.lame.pool import EncoderPool
print(asyncio.run(EncoderPool(1).lane().run(os.getpriority, os.PRIO_PROCESS, 0)))
"""


@pytest.mark.parametrize("nice", [0, 5, 10, 19])
def test_encoding_is_never_less_nice_than_the_service(nice: int) -> None:
    """An ordinary user may not lower it."""
    command = ["nice", "-n", str(nice), sys.executable, "-c", PROGRAM]

    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    assert int(done.stdout) >= max(5, nice)
