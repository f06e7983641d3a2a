"""An attack, and how an attacker's process carries it out."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tests.load.abuse.client import Client
from tests.load.abuse.target import Target

_FIRST_SOURCE = 2
"""127.0.0.1 is the bystander's."""
_NO_PLACE = ("429", "503")
_NEARLY_ALL = 0.9


@dataclass(frozen=True)
class Meets:
    """What an attack meets where it is the one that it says it is: `least` of 1 of all that comes is in `answers`.

    Refusals for want of a place do not count, as there may be any number of them. Where the service ends connections
    in answer to the attack, nearly all of those that it ends are `ended_for` this reason.
    """

    answers: tuple[str, ...]
    least: float = 0.9
    ended_for: str = ""

    def unmet(self, seen: Counter[str], ended: Counter[str]) -> list[str]:
        """What is wrong with what came, and with the reasons for which connections were ended, in words."""
        met = sum(seen[answer] for answer in self.answers)
        all_ = sum(count for answer, count in seen.items() if answer in self.answers or answer not in _NO_PLACE)
        problems = []
        if not met or met < self.least * all_:
            wanted = " or ".join(self.answers)
            problems.append(f"{met:,} of {all_:,} answers were {wanted}, not {self.least:.0%} at least")
        if self.ended_for and not self._for_the_reason(ended):
            problems.append(f"{ended[self.ended_for]:,} of {ended.total():,} connections ended for {self.ended_for}")
        return problems

    def _for_the_reason(self, ended: Counter[str]) -> bool:
        return ended[self.ended_for] > 0 and ended[self.ended_for] >= _NEARLY_ALL * ended.total()


@dataclass(frozen=True)
class Attack:
    """`clients` that each do `round` over and over for so many `seconds`, with a `pause` in seconds between.

    They come from so many `addresses`, 250 at most, `arrivals` a second of each process. `what` tells in a line what
    is done.
    """

    kind: str
    name: str
    what: str
    round: Callable[[Client], Awaitable[None]]
    meets: Meets
    clients: int
    pause: float = 0.01
    seconds: float = 15.0
    addresses: int = 1
    arrivals: int = 1000


@dataclass(frozen=True)
class Window:
    """From when to when something is done, in seconds of the monotonic clock, which all processes share."""

    begin: float
    end: float

    @classmethod
    def of(cls, seconds: float, after: float = 0.0) -> "Window":
        """One that begins `after` so many seconds."""
        begin = time.monotonic() + after
        return cls(begin, begin + seconds)

    def wait(self) -> None:
        """Sleep until it begins."""
        time.sleep(max(0.0, self.begin - time.monotonic()))


@dataclass(frozen=True)
class Damage:
    """What came of an attack: answers by status, and the CPU time in seconds that the attackers themselves took."""

    answers: Counter[str]
    cpu: float


def give_way(niceness: int) -> None:
    """Begin a process that does what is in this file, or beside it; the higher, the more it gives way to others."""
    os.nice(niceness)


def carry_out(attack: Attack, target: Target, numbers: Sequence[int], window: Window) -> Damage:
    """Be the clients of these numbers in the window."""
    window.wait()
    seen: Counter[str] = Counter()
    before = time.process_time()
    asyncio.run(_all(attack, target, numbers, window, seen))
    return Damage(seen, time.process_time() - before)


async def _all(attack: Attack, target: Target, numbers: Sequence[int], window: Window, seen: Counter[str]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(window.end - time.monotonic()), asyncio.TaskGroup() as clients:
            for number in numbers:
                source = f"127.0.0.{_FIRST_SOURCE + number % attack.addresses}"
                clients.create_task(_go_on(attack, Client(target, number, source, seen)))
                await asyncio.sleep(1 / attack.arrivals)


async def _go_on(attack: Attack, client: Client) -> None:
    try:
        while True:
            try:
                await attack.round(client)
            except OSError:
                client.seen["closed"] += 1
                client.drop()
            client.rounds += 1
            await asyncio.sleep(attack.pause)
    finally:
        client.drop()
