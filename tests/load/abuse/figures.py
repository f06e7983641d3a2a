"""What was measured of an attack, and whether it is within bounds."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.load.abuse.attack import Meets
from tests.load.abuse.bystander import Served
from tests.load.abuse.usage import Usage

MB = 1_000_000


@dataclass(frozen=True)
class Bounds:
    """What an attack may do: bytes of memory, how many times the quiet time (medians), milliseconds."""

    growth: int = 100 * MB
    times_quiet: float = 4.0
    live_p99: float = 100.0


@dataclass(frozen=True)
class Seen:
    """What the bystander saw in a time: both kinds of calls, and how long `/health/live` took in milliseconds."""

    uploads: Served
    downloads: Served
    live: list[float]


@dataclass(frozen=True)
class Figures:
    """Of one attack, beside the quiet time before it. CPU in cores; `lives` where the service is still there."""

    quiet: Seen
    attacked: Seen
    usage: Usage
    answers: Counter[str]
    meets: Meets
    service_cores: float
    attackers_cores: float
    lives: bool

    def missed(self, bounds: Bounds) -> list[str]:
        """What is not within the bounds, and what the attack did not meet, in words."""
        growth = self.usage.most - self.usage.before
        p99 = share(self.attacked.live, 0.99)
        found = {
            "the service has ended": not self.lives,
            f"memory grew by {growth / MB:.0f} MB": growth > bounds.growth,
            f"/health/live p99 {p99:.0f} ms": p99 >= bounds.live_p99,
        }
        for name in ("upload", "download"):
            times = self.slower(f"{name}s")
            found[f"{name} {times:.1f} times as long"] = times >= bounds.times_quiet
        return [problem for problem, is_there in found.items() if is_there] + self.meets.unmet(self.answers)

    def slower(self, name: str) -> float:
        """How many times as long as in quiet the bystander's `uploads` or `downloads` took, medians."""
        quiet: Served = getattr(self.quiet, name)
        attacked: Served = getattr(self.attacked, name)
        return statistics.median(attacked.seconds) / statistics.median(quiet.seconds)


def share(values: Sequence[float], part: float) -> float:
    """The smallest value that so many of 1 do not exceed (nearest rank)."""
    return sorted(values)[math.ceil(part * len(values)) - 1]
