"""An attack is played against the real service, and what it does is found."""

import asyncio
import os
import signal
from functools import partial
from pathlib import Path

from tests.load.abuse.attack import Attack
from tests.load.abuse.client import Client
from tests.load.abuse.figures import Bounds
from tests.load.abuse.play import measure, processes
from tests.load.abuse.requests import get
from tests.load.abuse.target import prepare
from tests.server import running_server

STOPPED_SECONDS = 0.4
FEW_BYTES = 100_000
ANYTHING = Bounds(growth=1 << 40, times_quiet=1e6, live_p99=1e6)


async def stop_for_a_moment(client: Client, process: int) -> None:
    """What no client can do: the service stands still for longer than it may."""
    await client.ask(get(b"/health/live", client.target.host))
    os.kill(process, signal.SIGSTOP)
    try:
        await asyncio.sleep(STOPPED_SECONDS)
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_service_that_stands_still_is_found_out(tmp_path: Path) -> None:
    with running_server(tmp_path / "served", LOG_LEVEL="error") as server, processes() as those:
        stopping = partial(stop_for_a_moment, process=server.process.pid)
        attack = Attack("faults", "stops", "the service is stopped for a moment", stopping, clients=1, seconds=3)
        figures = measure(attack, server, those, *prepare(server, FEW_BYTES, FEW_BYTES), quiet_seconds=1)

    assert figures.lives
    assert set(figures.answers) == {"200"}
    assert figures.usage.before > 0
    assert figures.service_cores > 0
    assert [problem for problem in figures.missed(Bounds()) if problem.startswith("/health/live p99")]
    assert figures.missed(ANYTHING) == []
