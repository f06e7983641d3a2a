"""A key outlives the process: a killed service leaves no upload that is made twice, or never again."""

import signal
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import LiteralString

import httpx
import psycopg

from tests.e2e.watched import Watched, watched_server
from tests.forms import CONTENT_TYPE, around_file
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(16_000)))
# The transaction that says what became of a request waits, so that there is time to die before it.
_DELAY: LiteralString = """
    CREATE FUNCTION delay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END $$;
    CREATE TRIGGER delay BEFORE UPDATE ON repeatable_requests
        FOR EACH ROW WHEN (NEW.result IS NOT NULL) EXECUTE FUNCTION delay()"""
# In place of a minute's wait.
_A_MINUTE_LATER: LiteralString = """
    DROP TRIGGER delay ON repeatable_requests;
    UPDATE repeatable_requests SET alive_at = alive_at - interval '61 s'"""


def change(url: str, statements: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements)


def sent(client: httpx.Client, user: dict[str, str], key: str, content: bytes = RECORDING) -> httpx.Response:
    files = {"wav_file": ("a.wav", content)}
    return client.post("/add_track", data=user, files=files, headers={"Idempotency-Key": key})


def half_sent(watched: Watched, user: dict[str, str], key: str) -> socket.socket:
    """A connection on which half of an upload came, once the service works on it."""
    before, after = around_file(user)
    size = len(before) + len(RECORDING) + len(after)
    head = f"Host: here\r\nContent-Type: {CONTENT_TYPE}\r\nIdempotency-Key: {key}\r\nContent-Length: {size}\r\n\r\n"
    connection = watched.connect()
    connection.sendall(f"POST /add_track HTTP/1.1\r\n{head}".encode() + before + RECORDING[: len(RECORDING) // 2])
    wait_until(lambda: watched.query("SELECT count(*) FROM repeatable_requests WHERE key = %s", key) == 1)
    return connection


def test_i1_after_kill_9_a_repeat_is_one_track_whenever_the_service_died(tmp_path: Path, database_url: str) -> None:
    change(database_url, _DELAY)
    with watched_server(tmp_path / "first", database_url, CONVERTER="lame") as watched:
        user = watched.server.register()
        with half_sent(watched, user, "cut"), watched.server.client() as client:
            assert sent(client, user, "cut").status_code == 409

            def never_told() -> None:
                with suppress(httpx.TransportError), watched.server.client() as another:
                    sent(another, user, "stored")

            sending = threading.Thread(target=never_told)
            sending.start()
            wait_until(watched.rows)
            watched.server.stop(signal.SIGKILL)
            sending.join()
        stored = watched.query("SELECT track_uuid FROM tracks")
    change(database_url, _A_MINUTE_LATER)

    with watched_server(tmp_path / "second", database_url, CONVERTER="lame") as watched:
        with watched.server.client() as client:
            other = sent(client, user, "stored", RECORDING[:-2])
            again = [sent(client, user, "stored") for _ in range(2)]
            anew = [sent(client, user, "cut") for _ in range(2)]

        assert (other.status_code, other.json()["code"]) == (422, "repeat.other_request")
        for pair in (again, anew):
            assert [answer.status_code for answer in pair] == [201, 201]
            assert len({answer.headers["location"] for answer in pair}) == 1
        assert f"id={stored}&" in again[0].headers["location"]
        assert again[0].headers["x-audio-duration"] == "2.000"
        assert watched.rows() == 2
