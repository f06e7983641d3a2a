"""Whether one large upload makes everybody else wait."""

import statistics
import tempfile
import threading
import time
from pathlib import Path

from tests.benchmarks.recordings import silence
from tests.benchmarks.uploads import upload
from tests.server import running_server

LARGE_BYTES = 1 << 30
_BETWEEN_SECONDS = 0.02


def print_lag(within: float) -> bool:
    """Ask for `/health/live`, which does nothing, all through an upload of 1 GiB: how long the answers take.

    False unless 99 of 100 come `within` so many milliseconds.
    """
    with tempfile.TemporaryDirectory(prefix="music-app-load-") as name:
        wav = silence(Path(name) / "large.wav", LARGE_BYTES)
        with running_server(Path(name) / "served", LOG_LEVEL="error") as server, server.client() as client:
            sending = threading.Thread(target=upload, args=(server.url, server.register(), wav))
            client.get("/health/live")
            sending.start()
            began, times = time.monotonic(), []
            while sending.is_alive():
                asked = time.monotonic()
                client.get("/health/live")
                times.append((time.monotonic() - asked) * 1000)
                time.sleep(_BETWEEN_SECONDS)
            seconds = time.monotonic() - began
    p99 = statistics.quantiles(times, n=100)[98]
    print(f"1 GiB in {seconds:.0f} s; meanwhile /health/live took {statistics.median(times):.1f} ms, p99 {p99:.0f} ms")
    return p99 < within
