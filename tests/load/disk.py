"""How soon a disk that was full takes uploads again."""

import statistics
import tempfile
import time
from pathlib import Path

from tests.e2e.watched import connection_url
from tests.load.outages import ExternalDatabase
from tests.server import Server
from tests.small_disk import DISK_BYTES, fill, server_on_small_disk
from tests.wavs import pcm, tone, wav

ROUNDS = 20
_RECORDING = wav(pcm(tone(44100)))


def print_full_disk(within: float) -> bool:
    """Fill and empty the disk `ROUNDS` times; whether every upload then was taken `within` so many seconds."""
    with tempfile.TemporaryDirectory(prefix="music-app-load-") as name, ExternalDatabase(Path(name) / "db") as database:
        url = connection_url(database.conninfo)
        with server_on_small_disk(Path(name) / "served", DATABASE_URL=url, LOG_LEVEL="error") as server:
            times = [_seconds_to_be_taken(server) for _ in range(ROUNDS)]
    middle, slowest = statistics.median(times), max(times)
    print(f"disk of {DISK_BYTES >> 20} MiB filled and emptied {ROUNDS} times: 507, then 201 after {middle:.2f} s of")
    print(f"space in the middle, {slowest:.2f} s at most", flush=True)
    return slowest < within


def _seconds_to_be_taken(server: Server) -> float:
    user = server.register()
    with server.client() as client:
        filler = fill(server)
        refused = client.post("/add_track", data=user, files={"wav_file": ("a.wav", _RECORDING)})
        assert refused.json()["code"] == "service.disk_full"
        filler.unlink()
        freed = time.monotonic()
        client.post("/add_track", data=user, files={"wav_file": ("a.wav", _RECORDING)}).raise_for_status()
        return time.monotonic() - freed
