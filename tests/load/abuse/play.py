"""Plays attacks, each against a service of its own with the default settings, and measures everything at once."""

import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.load.abuse.attack import Attack, Damage, Window, carry_out, give_way
from tests.load.abuse.bystander import (
    Served,
    ask_for_readiness,
    download_all_the_while,
    upload_all_the_while,
    watch_live,
)
from tests.load.abuse.endings import Endings
from tests.load.abuse.figures import Bounds, Figures, Seen
from tests.load.abuse.kinds import chosen
from tests.load.abuse.table import print_attack, print_heads
from tests.load.abuse.target import Bystander, Target, prepare
from tests.load.abuse.usage import Usage, watch
from tests.server import Server, running_server

BOUNDS = Bounds()
QUIET_SECONDS = 6.0
SETTLING_SECONDS = 2.0
ATTACKERS = 2
"""Processes; on two cores they shall not be what slows the bystander."""
ATTACKERS_NICENESS = 10
_OBSERVERS = 4
_START_SECONDS = 0.2
"""A process is started for each task that finds the others busy."""
_LEAD_SECONDS = 0.2
"""For tasks to reach their processes before anything begins."""


@dataclass(frozen=True)
class Processes:
    """Those that observe, and those that attack, which give way to all others."""

    observers: Executor
    attackers: Executor


@contextmanager
def processes() -> Iterator[Processes]:
    """All of them, ended with the context."""
    fresh = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(_OBSERVERS, fresh, give_way, (0,)) as observers,
        ProcessPoolExecutor(ATTACKERS, fresh, give_way, (ATTACKERS_NICENESS,)) as attackers,
    ):
        starting = [observers.submit(time.sleep, _START_SECONDS) for _ in range(_OBSERVERS)]
        starting += [attackers.submit(time.sleep, _START_SECONDS) for _ in range(ATTACKERS)]
        for started in starting:
            started.result()
        yield Processes(observers, attackers)


def play_all(names: list[str], bounds: Bounds = BOUNDS) -> bool:
    """Play the attacks of these kinds or names, or all, and print the figures; whether all are within the bounds."""
    attacks = chosen(names)
    print_heads(bounds)
    right = True
    with processes() as those:
        for attack in attacks:
            figures = play(attack, those)
            missed = figures.missed(bounds)
            print_attack(attack, figures, missed)
            right &= not missed
    return right


def play(attack: Attack, those: Processes) -> Figures:
    """Start a service, have it attacked, and measure. Raises what goes wrong in an attacker."""
    with (
        tempfile.TemporaryDirectory(prefix="music-app-load-") as folder,
        running_server(Path(folder) / "served") as server,
    ):
        return measure(attack, server, those, *prepare(server))


def measure(
    attack: Attack,
    server: Server,
    those: Processes,
    target: Target,
    bystander: Bystander,
    quiet_seconds: float = QUIET_SECONDS,
) -> Figures:
    """Measure what an attack does to a service that runs, beside what is seen of it in quiet."""
    observing = _observe(bystander, those, Window.of(quiet_seconds, after=_LEAD_SECONDS))
    watch(server.process.pid, observing, settling=0)
    quiet = _seen(observing)
    endings = Endings(server.log_file)
    window = Window.of(attack.seconds, after=_LEAD_SECONDS)
    observing = _observe(bystander, those, window)
    attacking = [
        those.attackers.submit(carry_out, attack, target, range(first, attack.clients, ATTACKERS), window)
        for first in range(ATTACKERS)
    ]
    usage = watch(server.process.pid, [*observing, *attacking], SETTLING_SECONDS)
    damages = [task.result() for task in attacking]
    lives = server.process.poll() is None
    return _figures(attack, quiet, _seen(observing), usage, damages, endings.count(), lives=lives)


def _observe(bystander: Bystander, those: Processes, window: Window) -> list[Future[Any]]:
    return [
        those.observers.submit(watching, bystander, window)
        for watching in (upload_all_the_while, download_all_the_while, ask_for_readiness, watch_live)
    ]


def _seen(observing: list[Future[Any]]) -> Seen:
    uploads, downloads, ready, live = (task.result() for task in observing)
    assert isinstance(uploads, Served)
    assert isinstance(downloads, Served)
    assert isinstance(ready, Served)
    return Seen(uploads, downloads, ready, live)


def _figures(
    attack: Attack,
    quiet: Seen,
    attacked: Seen,
    usage: Usage,
    damages: list[Damage],
    ended: Counter[str],
    *,
    lives: bool,
) -> Figures:
    return Figures(
        quiet,
        attacked,
        usage,
        answers=sum((damage.answers for damage in damages), Counter[str]()),
        ended=ended,
        meets=attack.meets,
        service_cores=usage.cpu / attack.seconds,
        attackers_cores=sum(damage.cpu for damage in damages) / attack.seconds,
        lives=lives,
    )
