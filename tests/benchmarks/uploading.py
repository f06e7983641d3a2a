"""From the start of an upload to its 201, credentials first, and from its last byte to its 201."""

import statistics
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.benchmarks.recordings import music
from tests.benchmarks.report import Report, length
from tests.benchmarks.rounds import best_times, run_ffmpeg
from tests.benchmarks.uploads import Client, upload
from tests.server import running_server

_ROUNDS = {1: 15, 59: 5, 600: 3, 3600: 2}
"""Seconds of audio, and how often each is uploaded as fast as it goes."""
_BOUNDS = {3600: 0.65}
"""Of ffmpeg's time."""
_PACED_ROUNDS = {1: 9, 10: 9, 59: 7, 600: 3}
_RATE = 10_000_000
"""Bytes a second of a paced upload."""
_LATENCY_BOUND = 150
"""Milliseconds."""


def measure_uploads(folder: Path, report: Report) -> None:
    """To the committed track, everything on the way included, against ffmpeg alone on the same file."""
    report.table("Upload to 201", "44.1 kHz stereo, 16-bit", "ffmpeg alone", "upload", "upload/ffmpeg", "bound")
    with running_server(folder / "uploads", LOG_LEVEL="error") as server:
        fields = server.register()
        for seconds, rounds in _ROUNDS.items():
            wav = music(folder / "upload.wav", seconds)
            upload(server.url, fields, music(folder / "first.wav", 1))
            actions = {"ffmpeg": partial(run_ffmpeg, wav), "upload": partial(upload, server.url, fields, wav)}
            times = best_times(rounds, actions)
            ratio = times["upload"] / times["ffmpeg"]
            name, bound = length(seconds), _BOUNDS.get(seconds)
            verdict = report.verdict(name, ratio, "≤", bound) if bound else ""
            report.row(name, f"{times['ffmpeg']:.3f} s", f"{times['upload']:.3f} s", f"{ratio:.2f}", verdict)


def measure_last_bytes(folder: Path, report: Report) -> None:
    """Uploads at the pace of a fast line: how long the client still waits when all is sent."""
    report.table("Last byte to 201, paced at 10 MB/s", "44.1 kHz stereo, 16-bit", "median", "slowest", "bound")
    with running_server(folder / "paced", LOG_LEVEL="error") as server:
        with closing(Client(server.url, server.register())) as client:
            client.send_file(music(folder / "first.wav", 1))
            for seconds, rounds in _PACED_ROUNDS.items():
                wav = music(folder / "paced.wav", seconds)
                waits = [client.send_paced(wav, _RATE) * 1000 for _ in range(rounds)]
                median, name = statistics.median(waits), length(seconds)
                verdict = report.verdict(name, median, "≤", _LATENCY_BOUND, "ms")
                report.row(name, f"{median:.0f} ms", f"{max(waits):.0f} ms", verdict)
