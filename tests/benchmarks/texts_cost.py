"""What texts and chunks beside the samples cost the WAV reader, which reads them on the event loop."""

import time
from collections.abc import Iterator

from domain.recording.reader import WavReader
from tests.benchmarks.report import Report
from tests.costly_texts import COSTLY_CHUNKS
from tests.wavs import wav

_BLOCK_BYTES = 64 * 1024
_ROUNDS = 5
_LONGEST_STEP = 5.0
"""Milliseconds."""
_SOUND = bytes(16_000)


def measure_texts(report: Report, ordinary: float, most_times: float) -> None:
    """Each form before and behind a second of silence: CPU time of the reader, and its longest step.

    `ordinary` is what an ordinary recording costs in all, in CPU seconds for each MB.
    """
    report.table("Cost of texts", "for each MB of the file", "file", "CPU", "times", "longest step", "bound")
    costs: dict[str, float] = {}
    for form, chunks in COSTLY_CHUNKS.items():
        files = {form: wav(_SOUND, before=chunks()), f"{form}, behind": wav(_SOUND, after=chunks())}
        for name, file in files.items():
            steps = min((_steps(file) for _ in range(_ROUNDS)), key=sum)
            times, longest = sum(steps) / len(file) * 1e6 / ordinary, 1000 * max(steps)
            costs[name] = times
            verdict = report.verdict(name, times, "≤", most_times)
            if longest > _LONGEST_STEP:
                verdict = report.verdict(f"{name}, longest step", longest, "≤", _LONGEST_STEP, "ms")
            cells = f"{len(file) / 1000:.0f} KB", f"{times * ordinary:.3f} s", f"{times:.1f}", f"{longest:.2f} ms"
            report.row(name, *cells, verdict)
    report.worst(max(costs, key=lambda name: costs[name]))


def _steps(file: bytes) -> list[float]:
    """CPU seconds of each step."""
    reader, times = WavReader(), []
    for start in range(0, len(file), _BLOCK_BYTES):
        times += _timed(reader.push_in_steps(file[start : start + _BLOCK_BYTES]))
        reader.take()
    return times + _timed(reader.finish_in_steps())


def _timed(steps: Iterator[None]) -> list[float]:
    times, began = [], time.thread_time()
    for _ in steps:
        times.append(time.thread_time() - began)
        began = time.thread_time()
    return [*times, time.thread_time() - began]
