"""Whether one large upload makes everybody else wait."""

import statistics
import tempfile
import threading
import time
from pathlib import Path

from tests.benchmarks.recordings import silence
from tests.benchmarks.uploads import upload
from tests.load.abuse.attack import Window
from tests.load.abuse.bystander import watch_live
from tests.load.abuse.target import Bystander
from tests.percentiles import percentile
from tests.server import running_server

LARGE_BYTES = 1 << 30
_LOOK_SECONDS = 1.0


def print_lag(within: float) -> bool:
    """Ask for `/health/live`, which does nothing, all through an upload of 1 GiB: how long the answers take.

    False unless 99 of 100 come `within` so many milliseconds.
    """
    with tempfile.TemporaryDirectory(prefix="music-app-load-") as name:
        wav = silence(Path(name) / "large.wav", LARGE_BYTES)
        with running_server(Path(name) / "served", LOG_LEVEL="error") as server:
            sending = threading.Thread(target=upload, args=(server.url, server.register(), wav))
            watching = Bystander(server.address, form=b"", record="")
            sending.start()
            began, times = time.monotonic(), []
            while sending.is_alive():
                times += watch_live(watching, Window.of(_LOOK_SECONDS))
            seconds = time.monotonic() - began
    p99 = percentile(times, 0.99)
    print(f"1 GiB in {seconds:.0f} s; meanwhile /health/live took {statistics.median(times):.1f} ms, p99 {p99:.0f} ms")
    return p99 < within
