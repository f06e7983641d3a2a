"""Threats D: disk, processes, connections, time. Each is tried against the real service, or its real database."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from adapters.postgres.database import Database
from tests.e2e.watched import Watched
from tests.forms import begun_upload
from tests.processes import family, named
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

DISCONNECTS = 200
AT_ONCE = 8
READERS = 40
RECORDING = wav(pcm(tone(8000)), rate=8000)
_BUSY = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'music-app' AND state <> 'idle'"


@pytest.fixture
def connections() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_d1_an_upload_leaves_nothing_in_the_spool(watched: Watched) -> None:
    assert watched.upload(RECORDING).status_code == 201
    assert watched.upload(b"no WAV").status_code == 415

    wait_until(lambda: not watched.leftovers())


def test_d2_two_hundred_clients_that_leave_leave_no_ffmpeg(watched: Watched) -> None:
    fields = watched.server.register()
    for _ in range(DISCONNECTS // AT_ONCE):
        with ExitStack() as opened:
            for _ in range(AT_ONCE):
                opened.enter_context(_half_an_upload(watched, fields))

    wait_until(lambda: not named(family(watched.server.process.pid), "ffmpeg") and not watched.leftovers())


def test_d3_slow_clients_hold_no_connection_to_the_database(watched: Watched, connections: ExitStack) -> None:
    fields = watched.server.register()
    large = watched.upload(wav(bytes(8_000_000), rate=8000))
    link = urlsplit(large.headers["location"])
    for _ in range(READERS):
        _begin_download(watched, f"{link.path}?{link.query}", connections)
    for _ in range(AT_ONCE):
        connections.enter_context(_half_an_upload(watched, fields))

    wait_until(lambda: watched.query(_BUSY) == 0)
    assert watched.upload(RECORDING).status_code == 201


async def test_d4_nothing_may_take_long_in_the_database(database_url: str) -> None:
    database = Database(database_url, 1)
    await database.open()
    try:
        async with database.connection() as connection:
            found = {
                name: (await (await connection.execute("SELECT current_setting(%s)", [name])).fetchall())[0][0]
                for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
            }
    finally:
        await database.close()

    assert found == {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"}


def _begin_download(watched: Watched, link: str, connections: ExitStack) -> None:
    """Ask for a record and read no more than the beginning of the answer."""
    connection = connections.enter_context(watched.connect())
    connection.sendall(f"GET {link} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert connection.recv(12) == b"HTTP/1.1 200"


def _half_an_upload(watched: Watched, fields: dict[str, str]) -> socket.socket:
    """A connection on which an upload with right credentials has begun."""
    connection = watched.connect()
    connection.sendall(begun_upload(fields, RECORDING, more=1_000_000))
    return connection
