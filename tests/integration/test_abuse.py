"""An attack is played against the real service, and what it does is found."""

import asyncio
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.clusters import give_cluster
from tests.load.abuse.attack import Attack, Meets, Window, carry_out
from tests.load.abuse.client import Client
from tests.load.abuse.endings import Endings
from tests.load.abuse.figures import Bounds
from tests.load.abuse.kinds import ATTACKS, pieces, recordings, texts
from tests.load.abuse.play import Processes, measure
from tests.load.abuse.requests import get
from tests.load.abuse.target import Bystander, Target, prepare
from tests.server import Server, running_server

STOPPED_SECONDS = 0.4
FEW_BYTES = 100_000
SOME_BYTES = 2_000_000
"""Of a recording whose MP3 the slow readers do not get at once."""
CLIENTS = 2
PAUSE_SECONDS = 0.1
ROUNDS_SECONDS = (0.2, 0.8, 3.2, 12.8)
"""An attack that comes to nothing in the first of these times is given the next one, as the machine may be busy."""
RIGHT = Meets(("200",))
ANYTHING = Bounds(growth=1 << 40, times_quiet=1e6, live_p99=1e6)


Service = tuple[Server, Target, Bystander]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for all, as it takes a while to start."""
    folder = tmp_path_factory.mktemp("abuse") / "served"
    give_cluster(folder / "data")
    with running_server(folder) as server:
        yield server, *prepare(server, SOME_BYTES, FEW_BYTES, CLIENTS)


async def stop_for_a_moment(client: Client, process: int) -> None:
    """What no client can do: the service stands still for longer than it may."""
    await client.ask(get(b"/health/live", client.target.host))
    os.kill(process, signal.SIGSTOP)
    try:
        await asyncio.sleep(STOPPED_SECONDS)
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_service_that_stands_still_is_found_out(service: Service) -> None:
    server, target, bystander = service
    with ThreadPoolExecutor(6) as threads:
        stopping = partial(stop_for_a_moment, process=server.process.pid)
        attack = Attack("faults", "stops", "the service is stopped for a moment", stopping, RIGHT, clients=1, seconds=1)
        figures = measure(attack, server, Processes(threads, threads), target, bystander, quiet_seconds=0.5)

    assert figures.lives
    assert set(figures.answers) == {"200"}
    assert figures.usage.before > 0
    assert figures.service_cores > 0
    assert [problem for problem in figures.missed(Bounds()) if problem.startswith("/health/live p99")]
    assert figures.missed(ANYTHING) == []


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is of the same kind, and much less."""
    for module, name, value in (
        (pieces, "CHUNKS", 5000),  # more than come before anything is counted
        (pieces, "SEGMENTS", 600),  # more than the heads have bytes
        (recordings, "BYTES", 10_000),
        (texts, "LISTS", 2),
        (texts, "TINY_CHUNKS", 5000),
    ):
        monkeypatch.setattr(module, name, value)


@pytest.mark.usefixtures("small")
def test_every_attack_meets_what_it_says(service: Service) -> None:
    """In the few rounds of a moment; what they do to others is not looked at."""
    server, target, _ = service

    found = {attack.name: unmet_for_a_moment(attack, target, server.log_file) for attack in ATTACKS}

    assert {name: problems for name, problems in found.items() if problems} == {}


def unmet_for_a_moment(attack: Attack, target: Target, log_file: Path) -> list[str]:
    clients = min(attack.clients, CLIENTS)
    attack = replace(attack, clients=clients, pause=max(attack.pause, PAUSE_SECONDS))
    problems: list[str] = []
    for seconds in ROUNDS_SECONDS:
        endings = Endings(log_file)
        answers = carry_out(attack, target, range(clients), Window.of(seconds)).answers
        problems = attack.meets.unmet(answers, endings.count())
        if not problems:
            break
    return problems
