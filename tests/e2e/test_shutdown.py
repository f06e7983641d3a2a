"""The service is stopped while it is at work."""

import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.watched import Watched, watched_server
from tests.forms import CONTENT_TYPE, form, part
from tests.processes import family, living, named
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000 * 4)))


def upload_of(watched: Watched) -> bytes:
    """A right upload as bytes on the wire."""
    fields = [part(name, value) for name, value in watched.server.register().items()]
    body = form(*fields, part("wav_file", RECORDING, "a.wav"))
    head = (
        f"POST /add_track HTTP/1.1\r\nHost: here\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def refuses_connections(watched: Watched) -> bool:
    address = urlsplit(watched.server.url)
    with suppress(ConnectionError), socket.create_connection((address.hostname, address.port), timeout=1):
        return False
    return True


def rest_of(connection: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionError):
        while block := connection.recv(65536):
            received += block
    return received


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_upload_under_way_is_ended_well(tmp_path: Path, postgres_server: str, how: signal.Signals) -> None:
    with watched_server(tmp_path, postgres_server) as watched, watched.connect() as connection:
        rows, upload, half = watched.rows(), upload_of(watched), len(RECORDING) // 2
        connection.sendall(upload[:half])
        wait_until(lambda: bool(watched.leftovers()))

        watched.server.process.send_signal(how)
        wait_until(lambda: refuses_connections(watched))
        for start in range(half, len(upload), 2000):
            connection.sendall(upload[start : start + 2000])
            time.sleep(0.05)  # the pace of a client that was not told

        answer = rest_of(connection)
        assert answer.startswith(b"HTTP/1.1 201")
        assert b"connection: close" in answer.lower()
        assert watched.server.process.wait(20) == 0
        assert watched.rows() == rows + 1
        assert "Traceback" not in watched.server.log


def test_an_upload_that_does_not_end_within_the_grace_leaves_nothing(tmp_path: Path, postgres_server: str) -> None:
    with watched_server(tmp_path, postgres_server, SHUTDOWN_GRACE="1") as watched, watched.connect() as connection:
        rows = watched.rows()
        connection.sendall(upload_of(watched)[: len(RECORDING) // 2])
        wait_until(lambda: bool(named(family(watched.server.process.pid), "ffmpeg")))
        processes = family(watched.server.process.pid)

        assert watched.server.stop() == 0

        answer = rest_of(connection)
        assert answer == b"" or (answer.startswith(b"HTTP/1.1 503") and b"service.overloaded" in answer)
        assert not living(processes)
        assert not list((watched.server.data_dir / "spool").iterdir())
        assert watched.rows() == rows
        assert "Traceback" not in watched.server.log
        [line] = [line for line in watched.lines() if line.get("path") == "/add_track"]
        assert line["status"] == 503


def test_connections_without_a_request_do_not_delay_the_end(tmp_path: Path, postgres_server: str) -> None:
    with watched_server(tmp_path, postgres_server) as watched:
        with watched.connect() as silent, watched.connect() as begun:
            begun.sendall(b"GET / HT")
            assert silent.fileno() > 0
            started = time.monotonic()
            assert watched.server.stop() == 0
            assert time.monotonic() - started < 10
