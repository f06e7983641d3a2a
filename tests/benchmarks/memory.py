"""What memory the service takes at most for one upload, by the recording's length."""

import re
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.recordings import RATE, music_blocks, music_bytes
from tests.benchmarks.report import Report
from tests.benchmarks.uploads import Client
from tests.server import running_server

_GROWTH_BOUND = 30
"""MB of 1,000,000 bytes by which others may need more than the first."""


@dataclass(frozen=True)
class _Upload:
    name: str
    seconds: int
    rate: int = RATE
    channels: int = 2
    file_first: bool = False


_UPLOADS = (
    _Upload("1 min stereo", 60),
    _Upload("1 h stereo", 3600),
    _Upload("1 h stereo, file first", 3600, file_first=True),
    _Upload("10 h mono, 16 kHz", 36_000, rate=16_000, channels=1),
)


def measure_memory(folder: Path, report: Report) -> None:
    """Each in a service that has just started; PostgreSQL counts apart. Recordings are made as they are sent."""
    report.table("Peak memory of the service", "16-bit", "WAV", "peak", "growth", "bound")
    first = 0.0
    for upload in _UPLOADS:
        peak = _peak(folder, upload)
        first = first or peak
        size = music_bytes(upload.seconds, rate=upload.rate, channels=upload.channels) / 1e6
        growth = peak - first
        verdict = report.verdict(upload.name, growth, "≤", _GROWTH_BOUND, "MB") if upload is not _UPLOADS[0] else ""
        report.row(upload.name, f"{size:.0f} MB", f"{peak:.1f} MB", f"{growth:.1f} MB" if verdict else "", verdict)


def _peak(folder: Path, upload: _Upload) -> float:
    """MB of resident memory at most (VmHWM of proc(5)) in a service that takes this one upload and stores it."""
    with tempfile.TemporaryDirectory(dir=folder) as name, running_server(Path(name), LOG_LEVEL="error") as server:
        size = music_bytes(upload.seconds, rate=upload.rate, channels=upload.channels)
        blocks = music_blocks(upload.seconds, rate=upload.rate, channels=upload.channels)
        with closing(Client(server.url, server.register(), file_first=upload.file_first)) as client:
            client.send_blocks(size, blocks)
        status = Path(f"/proc/{server.process.pid}/status").read_text("utf-8")
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match
    return int(match[1]) * 1024 / 1e6
