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
    """Each form before or behind a second of silence, whichever costs more: the reader's CPU time, its longest step.

    `ordinary` is what an ordinary recording costs in all, in CPU seconds for each MB.
    """
    report.table("Cost of texts and chunks", "for each MB of the file", "file", "CPU", "times", "longest step", "bound")
    costs: dict[str, float] = {}
    for name, chunks in COSTLY_CHUNKS.items():
        files = wav(_SOUND, before=chunks()), wav(_SOUND, after=chunks())
        size = len(files[0])
        steps = max((_cheapest(file) for file in files), key=sum)
        spent, longest = sum(steps) / size * 1e6, 1000 * max(steps)
        costs[name] = spent / ordinary
        verdict = report.verdict(name, costs[name], "≤", most_times)
        if longest > _LONGEST_STEP:
            verdict = report.verdict(f"{name}, longest step", longest, "≤", _LONGEST_STEP, "ms")
        cells = f"{size / 1000:.0f} KB", f"{spent:.3f} s", f"{costs[name]:.1f}", f"{longest:.2f} ms"
        report.row(name, *cells, verdict)
    report.worst(max(costs, key=lambda name: costs[name]))


def _cheapest(file: bytes) -> list[float]:
    """CPU seconds of each step, in the cheapest of some rounds."""
    return min((_steps(file) for _ in range(_ROUNDS)), key=sum)


def _steps(file: bytes) -> list[float]:
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
