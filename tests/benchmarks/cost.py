"""What a recording costs by what is in it: CPU time, and bytes of MP3, for each megabyte of it."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.costly import COSTLY
from tests.benchmarks.recordings import music
from tests.benchmarks.report import Report
from tests.benchmarks.texts_cost import measure_texts
from tests.benchmarks.uploads import Client
from tests.processes import cpu_seconds, family
from tests.server import Server, running_server

_ORDINARY_SECONDS = 6
_BYTES = 1_000_000
_ROUNDS, _UPLOADS = 3, 3
_MOST_TIMES = 10.0
"""What a recording should cost at most, as a multiple of an ordinary one; docs/security.md says why GSM costs more."""


@dataclass(frozen=True)
class _Cost:
    """For each megabyte (1,000,000 bytes) that is uploaded: CPU seconds, of programs too, and megabytes of MP3."""

    seconds: float
    mp3: float


def measure_cost(folder: Path, report: Report) -> None:
    """An ordinary recording, then all that may cost more; then texts, for which the reader alone is measured.

    What counts is the CPU time of the service, its converters and its database, in the cheapest of some rounds.
    """
    path = folder / "recording.wav"
    with running_server(folder / "server", LOG_LEVEL="error") as server:
        with closing(Client(server.url, server.register())) as client:
            ordinary = _cost(server, client, music(path, _ORDINARY_SECONDS))
            report.table("Cost of a recording", "for each MB of it", "CPU", "times", "MP3", "times", "bound")
            _row(report, "ordinary", ordinary, ordinary)
            costs = {}
            for name, noise in COSTLY.items():
                path.write_bytes(noise.file(_BYTES))
                costs[name] = _cost(server, client, path)
                _row(report, name, costs[name], ordinary)
    report.worst(max(costs, key=lambda name: max(_times(costs[name], ordinary))))
    measure_texts(report, ordinary.seconds, _MOST_TIMES)


def _cost(server: Server, client: Client, wav: Path) -> _Cost:
    """After one upload to warm up."""
    client.send_file(wav)
    spent = []
    for _ in range(_ROUNDS):
        began = _cpu_seconds(server)
        for _ in range(_UPLOADS):
            client.send_file(wav)
        spent.append((_cpu_seconds(server) - began) / _UPLOADS)
    size = wav.stat().st_size
    return _Cost(min(spent) / size * 1e6, _mp3_bytes(server, client.location) / size)


def _mp3_bytes(server: Server, link: str) -> int:
    with server.client() as client:
        return int(client.head(link).raise_for_status().headers["Content-Length"])


def _cpu_seconds(server: Server) -> float:
    """Of the service and all that it has started, those that have ended included."""
    return sum(map(cpu_seconds, family(server.process.pid)))


def _times(cost: _Cost, ordinary: _Cost) -> tuple[float, float]:
    return cost.seconds / ordinary.seconds, cost.mp3 / ordinary.mp3


def _row(report: Report, name: str, cost: _Cost, ordinary: _Cost) -> None:
    seconds, mp3 = _times(cost, ordinary)
    verdict = report.verdict(name, max(seconds, mp3), "≤", _MOST_TIMES)
    report.row(name, f"{cost.seconds:.3f} s", f"{seconds:.1f}", f"{cost.mp3:.3f} MB", f"{mp3:.1f}", verdict)
