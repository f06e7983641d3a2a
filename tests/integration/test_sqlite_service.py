"""The whole service on a store that is not PostgreSQL: the worked example under `tests/sqlite/`."""

import asyncio
import os
import signal
import sqlite3
import subprocess
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from litestar.testing import AsyncTestClient

from entrypoints.http.app import create_app
from entrypoints.settings.settings import Settings
from entrypoints.settings.storage import Storage
from entrypoints.wiring.container import Container
from tests.server import MUSIC_APP, Server, running_server
from tests.sqlite.wiring import SqliteAdapters
from tests.wavs import pcm, tone, wav

WIRING = "tests.sqlite.wiring:SqliteAdapters"
RECORDING = wav(pcm(tone(8000)))
SECONDS = 60


def serving(folder: Path) -> AbstractContextManager[Server]:
    return running_server(folder, WIRING=WIRING)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder / "data"), "WIRING": WIRING}
    return subprocess.run(
        [MUSIC_APP, *arguments], env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def succeeds(folder: Path, *arguments: str) -> str:
    """What a command prints."""
    done = command(folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def upload(server: Server, user: dict[str, str]) -> str:
    """The path and query of the link."""
    with server.client() as client:
        answer = client.post("/add_track", data=user, files={"wav_file": ("talk.wav", RECORDING)}).raise_for_status()
    return answer.headers["Location"].removeprefix(server.url)


def download(server: Server, link: str) -> bytes:
    with server.client() as client:
        return client.get(link).raise_for_status().content


@pytest.fixture
def link(tmp_path: Path) -> str:
    """That of a track whose service has ended."""
    with serving(tmp_path) as server:
        return upload(server, server.register())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_uploaded_is_there_after_the_next_start(tmp_path: Path, how: signal.Signals) -> None:
    with serving(tmp_path) as server:
        user = server.register()
        link = upload(server, user)
        mp3 = download(server, link)
        server.stop(how)

    with serving(tmp_path) as server:
        assert download(server, link) == mp3
        assert upload(server, user) != link
        assert int(server.register("Bob")["user_id"]) > int(user["user_id"])
    assert not (tmp_path / "data" / "postgres").exists()


def test_it_says_whether_it_is_ready(tmp_path: Path) -> None:
    with serving(tmp_path) as server, server.client() as client:
        assert client.get("/health/ready").status_code == 200
        (tmp_path / "data" / "music-app.sqlite").rename(tmp_path / "lost")

        answer = client.post("/register", json={"user_name": "Ann"})

    assert (answer.status_code, answer.json()["code"]) == (503, "service.database_away")


def test_tracks_are_checked(tmp_path: Path, link: str) -> None:
    assert succeeds(tmp_path, "check").startswith("1 tracks of ")

    with closing(sqlite3.connect(tmp_path / "data" / "music-app.sqlite")) as connection, connection:
        connection.execute("UPDATE blocks SET data = zeroblob(length(data))")
    done = command(tmp_path, "check")

    assert done.returncode == 1
    assert "1 damaged" in done.stdout


def test_a_backup_is_restored_elsewhere(tmp_path: Path, link: str) -> None:
    assert ": 1 users, 1 tracks, " in succeeds(tmp_path, "backup", str(tmp_path / "backup"))

    assert succeeds(tmp_path / "new", "restore", str(tmp_path / "backup")) == "restored 1 users, 1 tracks\n"
    assert command(tmp_path / "new", "restore", str(tmp_path / "backup")).returncode != 0
    succeeds(tmp_path / "new", "restore", "--replace", str(tmp_path / "backup"))

    with serving(tmp_path) as old, serving(tmp_path / "new") as new:
        assert download(new, link) == download(old, link)


def test_a_data_dir_without_a_database_gets_none_by_a_backup(tmp_path: Path) -> None:
    done = command(tmp_path, "backup", str(tmp_path / "backup"))

    assert done.returncode != 0
    assert "DATA_DIR" in done.stderr
    assert not (tmp_path / "data").exists()


async def test_in_a_test_the_wiring_is_given(tmp_path: Path) -> None:
    settings = Settings(storage=Storage(data_dir=str(tmp_path)))
    async with AsyncTestClient(create_app(Container(settings, SqliteAdapters))) as client:
        user = (await client.post("/register", json={"user_name": "Ann"})).json()
        assert user["user_id"] == 1

    assert await asyncio.to_thread((tmp_path / "music-app.sqlite").exists)
