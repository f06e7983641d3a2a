"""A thousand slow senders and two hundred slow readers at once, and whether anybody else notices."""

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from adapters.embedded_postgres.cluster import Cluster
from tests.benchmarks.recordings import music, silence
from tests.load.slow_clients import AGAIN, Seen, read_slowly, send_slowly, use_normally
from tests.server import Server, running_server

SENDERS, READERS, ORDINARY = 1000, 200, 3
ARRIVALS = 120
"""New slow clients a second, so that all senders are there before the first of them is given up (10 s)."""
ORDINARY_CLIP_SECONDS = 5
LARGE_WAV_BYTES = 60_000_000
"""340 s, which become 13.6 MB at 320 kb/s: more than a slow reader takes in the whole trial."""
ALLOWED_GROWTH = 150 * 1024
"""KiB of memory."""
POOL_SIZE = 10
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'music-app'"


@dataclass
class Crowd:
    """What came of everybody, and the most that was seen of memory (KiB) and of connections."""

    senders: Seen = field(default_factory=Seen)
    readers: Seen = field(default_factory=Seen)
    uploads: Seen = field(default_factory=Seen)
    downloads: Seen = field(default_factory=Seen)
    before: int = 0
    memory: int = 0
    connections: int = 0

    @property
    def problems(self) -> list[str]:
        """What is not as it must be."""
        held = {
            "ordinary uploads fail": set(self.uploads.answers) - {"201", AGAIN} or not self.uploads.seconds,
            "ordinary downloads fail": set(self.downloads.answers) - {"200", AGAIN} or not self.downloads.seconds,
            "slow readers are cut off": set(self.readers.answers) - {"200", AGAIN},
            "slow senders get something else than 408 or 503": set(self.senders.answers) - {"408", "503"},
            "no slow sender gets its 408": "408" not in self.senders.answers,
            "memory grows too much": self.memory - self.before >= ALLOWED_GROWTH,
            "more connections to the database than the pool has": self.connections > POOL_SIZE,
        }
        return [problem for problem, is_there in held.items() if is_there]


def meet_crowd(seconds: float) -> Crowd:
    """Start a service with the default limits and have the crowd use it for so long."""
    with tempfile.TemporaryDirectory(prefix="music-app-load-") as name:
        folder = Path(name)
        wav = music(folder / "ordinary.wav", ORDINARY_CLIP_SECONDS).read_bytes()
        large = silence(folder / "large.wav", LARGE_WAV_BYTES)
        with running_server(
            folder / "served", DATABASE_POOL_SIZE=str(POOL_SIZE), MP3_BITRATE="320", LOG_LEVEL="error"
        ) as server:
            fields = server.register()
            server.upload(fields, wav)
            link = server.upload(fields, large.read_bytes())
            return asyncio.run(_meet(server, fields, link, wav, seconds))


async def _meet(server: Server, fields: dict[str, str], link: str, wav: bytes, seconds: float) -> Crowd:
    crowd = Crowd(before=_memory(server))
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as everybody:
        everybody.create_task(_watch(server, crowd, until))
        for _ in range(ORDINARY):
            everybody.create_task(use_normally(server.url, fields, wav, crowd.uploads, crowd.downloads, until))
        for _ in range(READERS):
            await asyncio.sleep(1 / ARRIVALS)
            everybody.create_task(read_slowly(server.url, link, crowd.readers, until))
        for _ in range(SENDERS):
            await asyncio.sleep(1 / ARRIVALS)
            everybody.create_task(send_slowly(server.url, fields, crowd.senders, until))
    return crowd


async def _watch(server: Server, crowd: Crowd, until: float) -> None:
    """Note the most that the service takes."""
    async with await psycopg.AsyncConnection.connect(
        Cluster(server.data_dir).conninfo(), application_name="load", autocommit=True
    ) as connection:
        while time.monotonic() < until:
            [[count]] = await (await connection.execute(_CONNECTIONS)).fetchall()
            crowd.connections = max(crowd.connections, count)
            crowd.memory = max(crowd.memory, _memory(server))
            await asyncio.sleep(0.5)


def _memory(server: Server) -> int:
    """KiB of resident memory of the service itself (VmRSS of proc(5))."""
    status = Path(f"/proc/{server.process.pid}/status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0])


def print_crowd(crowd: Crowd) -> None:
    """The figures."""
    for name in ("senders", "readers", "uploads", "downloads"):
        seen: Seen = getattr(crowd, name)
        times = (
            f"median {statistics.median(seen.seconds):.1f} s, most {max(seen.seconds):.1f} s" if seen.seconds else ""
        )
        print(f"  {name:10} {dict(sorted(seen.answers.items()))}   {times}")
    print(f"  memory     {crowd.before / 1024:.0f} MiB, at most {crowd.memory / 1024:.0f} MiB")
    print(f"  database   at most {crowd.connections} connections of {POOL_SIZE}")
    for problem in crowd.problems:
        print(f"  WRONG: {problem}", flush=True)
