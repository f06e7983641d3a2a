"""What was measured of an attack, and whether it is within bounds."""

import statistics
from collections import Counter
from dataclasses import dataclass

from tests.load.abuse.attack import Meets
from tests.load.abuse.bystander import Served
from tests.load.abuse.usage import Usage
from tests.percentiles import percentile

MB = 1_000_000


@dataclass(frozen=True)
class Bounds:
    """What an attack may do: bytes of memory, how many times the quiet time (medians), milliseconds, refusals."""

    growth: int = 100 * MB
    times_quiet: float = 4.0
    live_p99: float = 100.0
    refusals: int = 0


@dataclass(frozen=True)
class Seen:
    """What the bystander saw in a time: calls of each kind, and how long `/health/live` took in milliseconds."""

    uploads: Served
    downloads: Served
    ready: Served
    live: list[float]

    @property
    def refusals(self) -> Counter[str]:
        """Of all calls together, by status, or "closed" where no answer came."""
        return self.uploads.refusals + self.downloads.refusals + self.ready.refusals


@dataclass(frozen=True)
class Figures:
    """Of one attack, beside the quiet time before it. CPU in cores; `lives` where the service is still there.

    `ended` counts connections that the service ended, by its reasons.
    """

    quiet: Seen
    attacked: Seen
    usage: Usage
    answers: Counter[str]
    ended: Counter[str]
    meets: Meets
    service_cores: float
    attackers_cores: float
    lives: bool

    def missed(self, bounds: Bounds) -> list[str]:
        """What is not within the bounds, and what the attack did not meet, in words."""
        growth = self.usage.most - self.usage.before
        p99 = percentile(self.attacked.live, 0.99)
        refused = self.attacked.refusals.total()
        found = {
            "the service has ended": not self.lives,
            f"memory grew by {growth / MB:.0f} MB": growth > bounds.growth,
            f"/health/live p99 {p99:.0f} ms": p99 >= bounds.live_p99,
            f"bystander refused {refused:,} times": refused > bounds.refusals,
        }
        for name in ("upload", "download"):
            times = self.slower(f"{name}s")
            found[f"{name} {times:.1f} times as long"] = times >= bounds.times_quiet
        return [problem for problem, is_there in found.items() if is_there] + self.meets.unmet(self.answers, self.ended)

    def slower(self, name: str) -> float:
        """How many times as long as in quiet the bystander's `uploads` or `downloads` took, medians."""
        quiet: Served = getattr(self.quiet, name)
        attacked: Served = getattr(self.attacked, name)
        return statistics.median(attacked.seconds) / statistics.median(quiet.seconds)
