"""What is done to which service, decided by the seed alone before anything runs."""

import random
from dataclasses import dataclass, field

CONVERTERS = ("lame", "ffmpeg")
KINDS = {"lame": ("service", "postmaster"), "ffmpeg": ("service", "ffmpeg", "postmaster")}
"""What is killed, by converter, each as often."""
KILLS_A_ROUND = 50
"""After so many, a new service with an empty folder: what is compared after each kill stays small."""
BLOCK = 10
"""Of so many kills, one comes after a backup, and a later one before or after a restore of it."""
_LONGEST_PAUSE = 1.0
"""Seconds before a kill."""
_LONGEST_RESTORE = 1.2
"""Seconds within which a restore that is to be killed gets its SIGKILL; an undisturbed one takes as long."""
_LONGEST_START = 1.5
"""Likewise for a start, whether PostgreSQL runs already or not."""


@dataclass(frozen=True)
class Restore:
    """`down`: after the service was killed, before it is started again; else below the running service.

    `cut` is after how many seconds it is killed itself, None for never.
    """

    down: bool
    cut: float | None


@dataclass(frozen=True)
class Step:
    """One kill, and what comes before and after it."""

    kind: str
    pause: float
    """Seconds of uploads before it."""
    deletions: int
    """Tracks that are deleted right before it."""
    backup: bool
    restore: Restore | None
    cut_start: float | None
    """The service is started and killed after so many seconds, before it is started for good."""
    orphans: bool
    """It is started again while its PostgreSQL may still stop."""


@dataclass(frozen=True)
class Round:
    """The life of one service: so many kills in one folder."""

    number: int
    seed: int
    converter: str
    kills: int
    settings: dict[str, str] = field(default_factory=dict)

    def dice(self, whose: str) -> random.Random:
        """The same for the same seed, round and name, whatever others have drawn."""
        return random.Random(f"{self.seed} {self.number} {whose}")

    def steps(self) -> list[Step]:
        """What is to be done, in this order."""
        dice, kinds = self.dice("steps"), KINDS[self.converter]
        order = [kinds[number % len(kinds)] for number in range(self.kills)]
        dice.shuffle(order)
        return [step for start in range(0, self.kills, BLOCK) for step in _block(order[start : start + BLOCK], dice)]


def rounds(seed: int, kills: int, a_round: int, converters: tuple[str, ...], settings: dict[str, str]) -> list[Round]:
    """As many as it takes for so many kills, the converters in turn."""
    starts = range(0, kills, a_round)
    return [
        Round(number, seed, converters[number % len(converters)], min(a_round, kills - start), settings)
        for number, start in enumerate(starts)
    ]


def _block(kinds: list[str], dice: random.Random) -> list[Step]:
    backup = dice.randrange((len(kinds) + 1) // 2)
    restore = dice.randrange(len(kinds) // 2, len(kinds))
    return [_step(kind, dice, number == backup, number == restore) for number, kind in enumerate(kinds)]


def _step(kind: str, dice: random.Random, backup: bool, restores: bool) -> Step:
    """Draws as often whatever comes of it, so that steps do not depend on one another."""
    down = dice.random() < 0.5 and kind == "service"
    cut = dice.uniform(0, _LONGEST_RESTORE) if dice.random() < 0.3 else None
    cut_start = dice.uniform(0, _LONGEST_START) if dice.random() < 0.15 else None
    return Step(
        kind=kind,
        pause=dice.uniform(0, _LONGEST_PAUSE),
        deletions=dice.choice((0, 1, 1, 2)),
        backup=backup,
        restore=Restore(down, cut) if restores else None,
        cut_start=cut_start if kind == "service" else None,
        orphans=dice.random() < 0.5,
    )
