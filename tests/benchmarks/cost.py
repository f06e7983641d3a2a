"""What a recording costs by what is in it: CPU time, and bytes of MP3, for each megabyte of it."""

import asyncio
import resource
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import uvloop

from domain.convert import Convert
from entrypoints.settings.settings import read_settings
from entrypoints.wiring.container import Container
from tests.benchmarks.costly import COSTLY
from tests.benchmarks.recordings import music_blocks
from tests.benchmarks.report import Report
from tests.benchmarks.texts_cost import measure_texts

_ORDINARY_SECONDS = 24
_BYTES = 2_000_000
_BLOCK_BYTES = 64 * 1024
_ROUNDS = 2
_MOST_TIMES = 10.0
"""What a recording may cost at most, as a multiple of an ordinary one."""
_EXCEPTIONS = {"GSM 6.10, 8 kHz": 15.0}
"""It has 13 kb/s, and an MP3 of less than 16 spoils speech."""


@dataclass(frozen=True)
class _Cost:
    """For each megabyte (1,000,000 bytes) that is uploaded: CPU seconds, of programs too, and megabytes of MP3."""

    seconds: float
    mp3: float


def measure_cost(folder: Path, report: Report) -> None:
    """An ordinary recording, then all that may cost more; then texts, for which the reader alone is measured."""
    settings = read_settings({"DATA_DIR": str(folder)})
    convert: Convert = Container(settings).application.convert()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        ordinary = _cost(runner, convert, b"".join(music_blocks(_ORDINARY_SECONDS)))
        report.table("Cost of a recording", "for each MB of it", "CPU", "times", "MP3", "times", "bound")
        _row(report, "ordinary", ordinary, ordinary)
        costs = {name: _cost(runner, convert, noise.file(_BYTES)) for name, noise in COSTLY.items()}
    for name, cost in costs.items():
        _row(report, name, cost, ordinary)
    report.worst(max(costs, key=lambda name: max(_times(costs[name], ordinary))))
    measure_texts(report, ordinary.seconds, _MOST_TIMES)


def _cost(runner: asyncio.Runner, convert: Convert, wav: bytes) -> _Cost:
    """The cheapest of some rounds, after one to warm up."""
    spent = []
    for _ in range(_ROUNDS + 1):
        began = _cpu_seconds()
        size = runner.run(_convert(convert, wav))
        spent.append(_cpu_seconds() - began)
    return _Cost(min(spent[1:]) / len(wav) * 1e6, size / len(wav))


async def _convert(convert: Convert, wav: bytes) -> int:
    """Bytes of the MP3."""
    async with convert(_blocks(wav), at_least=len(wav)) as converted:
        return converted.mp3.size


async def _blocks(wav: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(wav), _BLOCK_BYTES):
        yield wav[start : start + _BLOCK_BYTES]


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _times(cost: _Cost, ordinary: _Cost) -> tuple[float, float]:
    return cost.seconds / ordinary.seconds, cost.mp3 / ordinary.mp3


def _row(report: Report, name: str, cost: _Cost, ordinary: _Cost) -> None:
    seconds, mp3 = _times(cost, ordinary)
    verdict = report.verdict(name, max(seconds, mp3), "≤", _EXCEPTIONS.get(name, _MOST_TIMES))
    report.row(name, f"{cost.seconds:.3f} s", f"{seconds:.1f}", f"{cost.mp3:.3f} MB", f"{mp3:.1f}", verdict)
