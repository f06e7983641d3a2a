"""What it costs others that an account of 10,000 tracks is deleted, and the service that one of 5,000 is exported."""

import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import LiteralString

from tests.benchmarks.recordings import music
from tests.benchmarks.report import Report
from tests.benchmarks.uploads import Client
from tests.patience import connected
from tests.server import Server, running_server

_DELETED, _EXPORTED = 10_000, 5_000
_MP3_BYTES = 100_000
_ROWS_AT_ONCE = 500
_LEAST_UPLOADS = 100
_MAX_ANSWER_SECONDS, _MAX_LONGER_MS, _MAX_GROWTH_MB = 2, 100, 20
_TRACKS: LiteralString = """
    INSERT INTO tracks (track_uuid, user_id, track_file_name, duration, sample_rate, channels, bitrate, mp3_size,
                        mp3_sha256, wav_size, wav_sha256, repairs, created_at, track_file_bin)
    SELECT gen_random_uuid(), %(user_id)s, 'talk ' || n %% 100 || '.mp3', '6 s', 44100, 2, '128', octet_length(bytes),
           sha256(bytes), 1000000, sha256('wav'), '{}', now() - n * interval '1 s', bytes
      FROM (SELECT n, convert_to(lpad(n::text, %(size)s, 'sound'), 'UTF8') AS bytes
              FROM generate_series(%(first)s::int, %(last)s::int) AS n) AS made"""
_LEFT: LiteralString = """
    SELECT (SELECT count(*) FROM tracks WHERE user_id = %(user_id)s)
         + (SELECT count(*) FROM users WHERE user_id = %(user_id)s)
         + (SELECT count(*) FROM user_totals WHERE user_id = %(user_id)s)"""


def measure_accounts(folder: Path, report: Report) -> None:
    """Each in a service of its own, with rows that are made in SQL."""
    _measure_deletion(folder / "deletion", report)
    _measure_export(folder / "export", report)


def _measure_deletion(folder: Path, report: Report) -> None:
    report.table(f"Deleting an account of {_DELETED} tracks of 100 KB", "", "before", "meanwhile", "bound")
    with running_server(folder, LOG_LEVEL="error") as server:
        gone, clip = server.register(), music(folder / "clip.wav", 1)
        _fill(server, gone, _DELETED)
        with closing(Client(server.url, server.register("Grace"))) as client:
            client.send_file(clip)
            before = [_seconds(client, clip) for _ in range(_LEAST_UPLOADS)]
            answer = _delete(server, gone)
            began = time.perf_counter()
            meanwhile = [*_while_removed(server, gone, client, clip)]
            removed = time.perf_counter() - began
    report.row("answer", "", f"{answer:.3f} s", report.verdict("answer", answer, "≤", _MAX_ANSWER_SECONDS, "s"))
    report.row("removed after", "", f"{removed:.1f} s", "")
    report.row("another's upload", f"{median(before):.3f} s", f"{median(meanwhile):.3f} s", "")
    longer = (max(meanwhile) - max(before)) * 1000
    verdict = report.verdict("longest upload", longer, "≤", _MAX_LONGER_MS, "ms")
    report.row("the longest of them", f"{max(before):.3f} s", f"{max(meanwhile):.3f} s", f"{verdict} more")


def _fill(server: Server, user: dict[str, str], count: int) -> None:
    with connected(server.data_dir) as connection:
        for first in range(1, count + 1, _ROWS_AT_ONCE):
            last = min(first + _ROWS_AT_ONCE - 1, count)
            wanted = {"user_id": int(user["user_id"]), "size": _MP3_BYTES, "first": first, "last": last}
            connection.execute(_TRACKS, wanted)
        connection.execute("CHECKPOINT")


def _seconds(client: Client, clip: Path) -> float:
    began = time.perf_counter()
    client.send_file(clip)
    return time.perf_counter() - began


def _delete(server: Server, user: dict[str, str]) -> float:
    with server.client() as client:
        began = time.perf_counter()
        client.delete("/users/me", headers=_bearer(user)).raise_for_status()
        return time.perf_counter() - began


def _while_removed(server: Server, user: dict[str, str], client: Client, clip: Path) -> Iterator[float]:
    """The seconds of each upload until no row of the user is left."""
    with connected(server.data_dir) as connection:
        while connection.execute(_LEFT, {"user_id": int(user["user_id"])}).fetchall() != [(0,)]:
            yield _seconds(client, clip)


def _measure_export(folder: Path, report: Report) -> None:
    report.table(f"Exporting {_EXPORTED} tracks of 100 KB", "", "ZIP", "seconds", "growth", "bound")
    with running_server(folder, LOG_LEVEL="error") as server:
        small, large = server.register(), server.register()
        _fill(server, small, 10)
        _fill(server, large, _EXPORTED)
        _export(server, small, folder / "small.zip")  # what is loaded once is there
        resident = _start_counting(server)
        seconds = _export(server, large, path := folder / "large.zip")
        growth = _status(server, "VmHWM") - resident
    with zipfile.ZipFile(path) as archive:
        mp3s = [info for info in archive.infolist() if info.filename.endswith(".mp3")]
        if len(mp3s) != _EXPORTED or archive.testzip() is not None:
            raise RuntimeError(f"the ZIP has {len(mp3s)} MP3s, or is damaged")
    verdict = report.verdict("export", growth, "≤", _MAX_GROWTH_MB, "MB")
    report.row("peak memory", f"{path.stat().st_size / 1e6:.0f} MB", f"{seconds:.1f} s", f"{growth:.1f} MB", verdict)


def _export(server: Server, user: dict[str, str], path: Path) -> float:
    began = time.perf_counter()
    with (
        server.client() as client,
        client.stream("GET", "/users/me/export", headers=_bearer(user)) as answer,
        path.open("wb") as file,
    ):
        for block in answer.raise_for_status().iter_bytes():
            file.write(block)
    return time.perf_counter() - began


def _start_counting(server: Server) -> float:
    """MB of resident memory now, from which on its peak is counted (proc(5), /proc/pid/clear_refs)."""
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5", "ascii")
    return _status(server, "VmRSS")


def _status(server: Server, name: str) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text("utf-8")
    match = re.search(rf"{name}:\s+(\d+) kB", status)
    assert match
    return int(match[1]) * 1024 / 1e6


def _bearer(user: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {user['user_access_token']}"}
