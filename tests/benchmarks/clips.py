"""How many small clips a second, from eight clients at once."""

import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path

from tests.benchmarks.recordings import music
from tests.benchmarks.report import Report
from tests.benchmarks.uploads import Client
from tests.server import Server, running_server

CLIENTS = 8
_CONVERTERS = ("lame", "ffmpeg", "pydub")
_CLIP_SECONDS = (1, 10)
_BOUNDS = {1: 4.0}
"""How many times as many LAME takes as pydub, at least."""
_ROUNDS = 3
_ROUND_SECONDS = 4.0


def measure_clips(folder: Path, report: Report) -> None:
    """The same service three times, each with another converter; they take turns."""
    ratios = "lame/ffmpeg", "lame/pydub"
    report.table(f"Uploads a second, {CLIENTS} clients", "44.1 kHz stereo, 16-bit", *_CONVERTERS, *ratios, "bound")
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(running_server(folder / name, LOG_LEVEL="error", CONVERTER=name))
            for name in _CONVERTERS
        }
        for seconds in _CLIP_SECONDS:
            rates = _best_rates(servers, music(folder / "clip.wav", seconds))
            lame, ffmpeg, pydub = (rates[name] for name in _CONVERTERS)
            name, bound = f"{seconds} s", _BOUNDS.get(seconds)
            verdict = report.verdict(name, lame / pydub, "≥", bound) if bound else ""
            shown = [f"{rate:.1f}" for rate in (lame, ffmpeg, pydub)]
            report.row(name, *shown, f"{lame / ffmpeg:.1f}", f"{lame / pydub:.1f}", verdict)


def _best_rates(servers: dict[str, Server], wav: Path) -> dict[str, float]:
    rates: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(_ROUNDS):
        for name, server in servers.items():
            rates[name].append(_rate(server, wav))
    return {name: max(measured) for name, measured in rates.items()}


def _rate(server: Server, wav: Path) -> float:
    """Uploads a second, each client's own added up, so that it does not matter who is the last to end.

    Raises what a client raised.
    """
    crowd = [_Uploader(server, wav) for _ in range(CLIENTS)]
    for uploader in crowd:
        uploader.start()
    for uploader in crowd:
        uploader.join()
    for uploader in crowd:
        if uploader.failure:
            raise uploader.failure
    return sum(uploader.rate for uploader in crowd)


class _Uploader(threading.Thread):
    """Uploads on one connection, again and again, and ends with the first upload after its time."""

    def __init__(self, server: Server, wav: Path) -> None:
        super().__init__()
        self._client = Client(server.url, server.register())
        self._wav = wav
        self.rate = 0.0
        self.failure: Exception | None = None

    def run(self) -> None:
        began, uploads = time.perf_counter(), 0
        with closing(self._client):
            try:
                while time.perf_counter() < began + _ROUND_SECONDS:
                    self._client.send_file(self._wav)
                    uploads += 1
                self.rate = uploads / (time.perf_counter() - began)
            except Exception as error:  # noqa: BLE001 - raised again by who waits for this thread
                self.failure = error
