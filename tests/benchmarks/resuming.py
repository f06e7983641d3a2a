"""The same recording by `/add_track` and as a resumable upload that is never cut, from its first byte to its link."""

import http.client
import json
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.recordings import music
from tests.benchmarks.report import Report, length
from tests.benchmarks.rounds import best_times
from tests.benchmarks.uploads import UPLOAD_SECONDS, upload
from tests.server import running_server

_ROUNDS = {1: 15, 59: 7, 600: 5}
"""Seconds of audio, and how often each is uploaded in each way."""
_BOUND, _BOUND_OF = 1.2, 600
_PIECE_BYTES = 1 << 16
"""Of a PATCH, as tus-js-client has them in Node where it reads a stream."""


def measure_resumable(folder: Path, report: Report) -> None:
    """Side by side, in turns: creation and one PATCH against a form, and PATCHes of 64 KiB."""
    columns = ("44.1 kHz stereo, 16-bit", "/add_track", "one PATCH", "of 64 KiB", "one PATCH/add_track", "bound")
    report.table("Resumable upload to its link", *columns)
    with running_server(folder / "resumable", LOG_LEVEL="error") as server:
        fields = server.register()
        for seconds, rounds in _ROUNDS.items():
            wav = music(folder / "upload.wav", seconds)
            upload(server.url, fields, music(folder / "first.wav", 1))
            one, many = (partial(resumable, server.url, fields, wav, size) for size in (None, _PIECE_BYTES))
            times = best_times(rounds, {"form": partial(upload, server.url, fields, wav), "one": one, "many": many})
            ratio, name = times["one"] / times["form"], length(seconds)
            verdict = report.verdict(name, ratio, "≤", _BOUND) if seconds == _BOUND_OF else ""
            cells = [f"{times[way]:.3f} s" for way in ("form", "one", "many")]
            report.row(name, *cells, f"{ratio:.2f}", verdict)


def resumable(url: str, fields: dict[str, str], path: Path, piece_bytes: int | None) -> str:
    """Create an upload and send the file, in PATCHes of so many bytes or in one; the link to the record.

    Raises RuntimeError where anything else is answered than what leads there.
    """
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=UPLOAD_SECONDS)
    headers = {"Authorization": f"Bearer {fields['user_access_token']}", "Tus-Resumable": "1.0.0"}
    size = path.stat().st_size
    try:
        connection.request("POST", "/uploads", headers=headers | {"Upload-Length": str(size)})
        target = urlsplit(_answered(connection, 201)["location"]).path
        headers["Content-Type"] = "application/offset+octet-stream"
        with path.open("rb") as file:
            for start in range(0, size, piece_bytes or size):
                count = min(piece_bytes or size, size - start)
                connection.putrequest("PATCH", target)
                for name, value in (headers | {"Upload-Offset": str(start), "Content-Length": str(count)}).items():
                    connection.putheader(name, value)
                connection.endheaders()
                connection.sock.sendfile(file, start, count)
                answer = _answered(connection, 204)
        return answer["upload-track-location"]
    finally:
        connection.close()


def _answered(connection: http.client.HTTPConnection, status: int) -> dict[str, str]:
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != status:
        raise RuntimeError(f"{answer.status} {json.loads(body or b'null')}")
    return {name.lower(): value for name, value in answer.getheaders()}
