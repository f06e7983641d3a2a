"""The table: what grows how fast, and whether it may."""

import statistics

from tests.benchmarks.report import Report
from tests.percentiles import percentile
from tests.soak.callers import Answers
from tests.soak.slopes import slope
from tests.soak.watching import Samples

BOUNDS: dict[str, tuple[float, str]] = {
    "memory, resident": (20, "MB"),
    "memory, private": (20, "MB"),
    "memory, with PostgreSQL": (60, "MB"),
    "descriptors": (4, ""),
    "threads": (1, ""),
    "processes": (1, ""),
    "connections": (1, ""),
    "spool, files": (1, ""),
    "spool, bytes": (5, "MB"),
    "DATA_DIR, files": (20, ""),
    "DATA_DIR, bytes": (60, "MB"),
    "/health/live, median": (2, "ms"),
    "/health/live, slowest": (20, "ms"),
}
"""What each may grow by in an hour, and its unit. PostgreSQL fills its 128 MB of buffers slowly."""
P99_MILLISECONDS = 100.0
"""For `/health/live`."""


def print_slopes(samples: Samples, report: Report) -> None:
    """A line for each: its mean over the first and the last tenth of the time, the most of it, and its slope."""
    report.table("Growth under a steady load", "", "at first", "at last", "at most", "an hour", "error", "bound")
    tenth = max(1, len(samples.hours) // 10)
    for name, (bound, unit) in BOUNDS.items():
        values = samples.values[name]
        found = slope(samples.hours, values)
        means = [statistics.mean(values[:tenth]), statistics.mean(values[-tenth:])]
        shown = [_shown(value, unit) for value in (*means, max(values))]
        verdict = report.verdict(name, found.at_most, "≤", bound, unit)
        report.row(name, *shown, f"{found.per_hour:+.2f}", f"± {found.error:.2f}", verdict)


def print_latency(milliseconds: list[float], report: Report) -> None:
    """How soon the event loop answers, over the whole of the load."""
    report.table("/health/live meanwhile", "", "median", "99 of 100", "slowest", "bound")
    p99 = percentile(milliseconds, 0.99)
    shown = [_shown(value, "ms") for value in (statistics.median(milliseconds), p99, max(milliseconds))]
    name = f"{len(milliseconds)} answers"
    report.row(name, *shown, report.verdict(name, p99, "≤", P99_MILLISECONDS, "ms"))


def print_answers(answers: Answers) -> None:
    """How often each call got which answer."""
    print("\n| calls | answers |\n| --- | --- |")
    for kind, counts in answers.counts.items():
        shown = ", ".join(f"{count} × {answer}" for answer, count in counts.most_common())
        print(f"| {kind} | {shown} |", flush=True)


def print_violations(violations: list[str]) -> None:
    """What must not be at all."""
    print(f"\n{len(violations)} violations")
    for violation in violations:
        print(f"- {violation}", flush=True)


def _shown(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}".strip()
