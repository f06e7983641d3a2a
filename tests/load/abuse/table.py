"""The figures of attacks as a table on standard output."""

import statistics
from collections import Counter

from tests.load.abuse.attack import Attack
from tests.load.abuse.bystander import Served
from tests.load.abuse.figures import MB, Bounds, Figures
from tests.percentiles import percentile

_HEADS = (
    "                            memory, MB       /health/live, ms, p99      upload, ms           download, ms      "
    "  CPU, cores\n"
    "attack                    before  most  after  quiet p50   p99    max   quiet median   p95   quiet median   p95  "
    "service attackers"
)


def print_heads(bounds: Bounds) -> None:
    """What is asked of every attack, and the heads of the columns."""
    print(
        f"each: memory grows by at most {bounds.growth / MB:.0f} MB, the bystander's median upload and download stay "
        f"below {bounds.times_quiet:.0f} times their quiet time, /health/live p99 below {bounds.live_p99:.0f} ms, it "
        f"is refused {bounds.refusals} times at most, and the attackers get what the attack says"
    )
    print(_HEADS, flush=True)


def print_attack(attack: Attack, figures: Figures, missed: list[str]) -> None:
    """A row of the table, and below it what was done and what came of it."""
    usage, live, quiet = figures.usage, figures.attacked.live, percentile(figures.quiet.live, 0.99)
    print(
        f"{attack.name:24} {usage.before / MB:7.0f} {usage.most / MB:5.0f} {usage.after / MB:6.0f} "
        f"{quiet:6.0f} {statistics.median(live):5.1f} {percentile(live, 0.99):5.0f} {max(live):6.0f} "
        f"{_times(figures.quiet.uploads, figures.attacked.uploads)} "
        f"{_times(figures.quiet.downloads, figures.attacked.downloads)} "
        f"{figures.service_cores:9.2f} {figures.attackers_cores:9.2f}   "
        f"{'MISSED: ' + ', '.join(missed) if missed else 'PASS'}"
    )
    print(f"    {attack.kind}: {attack.what}")
    print(f"    attackers got {_counts(figures.answers)}; bystander refused {_counts(figures.attacked.refusals)}")
    print(f"    connections ended by the service: {_counts(figures.ended)}")
    print(
        f"    beside it: ffmpeg {usage.programs / MB:.0f} MB, all sockets of the machine {usage.sockets / MB:.0f} MB",
        flush=True,
    )


def _times(quiet: Served, attacked: Served) -> str:
    """Milliseconds: the quiet median, the median, and what 19 of 20 do not exceed."""
    ordinary, median = statistics.median(quiet.seconds), statistics.median(attacked.seconds)
    return f"{ordinary * 1000:7.0f} {median * 1000:6.0f} {percentile(attacked.seconds, 0.95) * 1000:5.0f}"


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{count:,} × {what}" for what, count in sorted(counted.items())) or "nothing"
