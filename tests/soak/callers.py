"""The clients: so many of each kind, each of which makes its call again and again, at a steady pace."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.soak import calls
from tests.soak.calls import INSTEAD, Call, World
from tests.soak.refusals import refused


@dataclass(frozen=True)
class Kind:
    """`callers` clients that make a call, each every `seconds` in the middle."""

    call: Call
    callers: int
    seconds: float


KINDS = {
    "upload": Kind(calls.upload, 4, 1.2),
    "download": Kind(calls.download, 2, 0.5),
    "range": Kind(calls.download_range, 2, 0.5),
    "HEAD, 304": Kind(calls.ask_again, 1, 0.5),
    "cut upload": Kind(calls.cut_upload, 2, 1.0),
    "cut download": Kind(calls.cut_download, 1, 0.5),
    "refused": Kind(refused, 1, 0.3),
    "register": Kind(calls.register, 1, 2.0),
    "pages": Kind(calls.look_around, 1, 1.0),
}
"""Together some 15 calls a second, which keep two cores half busy: a service that is overloaded shows other things."""


@dataclass
class Answers:
    """How often each kind of call got which answer."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in KINDS})
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, answer: str) -> None:
        with self.lock:
            self.counts[kind][answer] += 1

    @property
    def strange(self) -> dict[str, int]:
        """Those that were not to come."""
        return {
            f"{kind}: {answer}": count
            for kind, answers in self.counts.items()
            for answer, count in answers.items()
            if INSTEAD in answer
        }


@contextmanager
def calling(world: World, seed: int) -> Iterator[Answers]:
    """All of them call until the context ends."""
    answers, ended = Answers(), threading.Event()
    callers = [
        threading.Thread(
            target=_call, args=(name, kind, world, random.Random(f"{seed} {name} {number}"), answers, ended)
        )
        for name, kind in KINDS.items()
        for number in range(kind.callers)
    ]
    for caller in callers:
        caller.start()
    try:
        yield answers
    finally:
        ended.set()
        for caller in callers:
            caller.join()


def _call(name: str, kind: Kind, world: World, dice: random.Random, answers: Answers, ended: threading.Event) -> None:
    with world.server.client() as client:
        while not ended.wait(kind.seconds * dice.uniform(0.5, 1.5)):
            try:
                answer = kind.call(client, world, dice)
            except (OSError, httpx.HTTPError) as error:
                answer = f"{type(error).__name__}{INSTEAD}an answer"
            answers.note(name, answer)
