"""Backup, wipe, restore: every link gives the same bytes. And a check that finds what is not the same."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.conftest import new_database
from tests.e2e.watched import connection_url
from tests.server import MUSIC_APP, Server, running_server
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

SECONDS = 60


@dataclass
class Kept:
    """What was promised to users: their credentials, and their links with what they gave."""

    users: list[dict[str, str]] = field(default_factory=list)
    downloads: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def add_user(self, server: Server, tracks: int) -> None:
        user = server.register(f"User {len(self.users)}")
        self.users.append(user)
        for number in range(tracks):
            link = upload(server, user, 4000 + 500 * number)
            self.downloads[link] = download(server, link)

    def check(self, server: Server) -> None:
        """Links and tokens work, and a new user is a new one."""
        assert {link: download(server, link) for link in self.downloads} == self.downloads
        for user in self.users:
            upload(server, user, 4000)
        new = server.register("New")
        assert int(new["user_id"]) > max(int(user["user_id"]) for user in self.users)


def upload(server: Server, user: dict[str, str], samples: int) -> str:
    """The path and query of the link."""
    recording = wav(pcm(tone(samples, frequency=300 + 100 * int(user["user_id"]))), rate=8000)
    with server.client() as client:
        answer = client.post("/add_track", data=user, files={"wav_file": ("talk.wav", recording)}).raise_for_status()
    link = urlsplit(answer.headers["Location"])
    return f"{link.path}?{link.query}"


def download(server: Server, link: str) -> tuple[bytes, str]:
    """The MP3 and its ETag."""
    with server.client() as client:
        answer = client.get(link).raise_for_status()
    return answer.content, answer.headers["ETag"]


@contextmanager
def uploads_going_on(server: Server) -> Iterator[None]:
    """Somebody uploads all the while, at least once."""
    user, ended, uploaded = server.register("Busy"), threading.Event(), threading.Event()

    def go_on() -> None:
        while not ended.is_set():
            upload(server, user, 4000)
            uploaded.set()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        assert uploaded.wait(SECONDS)
        yield
    finally:
        ended.set()
        thread.join(SECONDS)


def music_app(data_dir: Path, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MUSIC_APP, *map(str, arguments)],
        env=_environment(data_dir) | settings,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _environment(data_dir: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir), "LOG_LEVEL": "warning"}


def test_after_a_wipe_and_a_restore_every_link_gives_the_same_bytes(
    tmp_path: Path, with_cluster: Callable[[Path], Path]
) -> None:
    kept, archive = Kept(), tmp_path / "backup.zip"
    with running_server(with_cluster(tmp_path / "service")) as server:
        for tracks in (2, 1, 0):
            kept.add_user(server, tracks)
        with uploads_going_on(server):
            done = music_app(server.data_dir, "backup", archive)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    shutil.rmtree(server.data_dir)

    done = music_app(server.data_dir, "restore", archive)

    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.startswith("restored 4 users, ")
    with running_server(tmp_path / "service") as server:
        kept.check(server)
        checked = music_app(server.data_dir, "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith(" 0 damaged\n")


def test_a_service_moves_to_another_server_and_back(
    tmp_path: Path, bare_database_url: str, with_cluster: Callable[[Path], Path]
) -> None:
    kept, there, back = Kept(), tmp_path / "there.zip", tmp_path / "back.zip"
    elsewhere = {"DATABASE_URL": connection_url(bare_database_url)}
    with running_server(with_cluster(tmp_path / "first")) as server:
        kept.add_user(server, 2)
        assert music_app(server.data_dir, "backup", there).returncode == 0

    assert music_app(tmp_path / "none", "restore", there, **elsewhere).returncode == 0
    with running_server(tmp_path / "second", **elsewhere) as server:
        kept.check(server)
        kept.add_user(server, 1)
        assert music_app(tmp_path / "none", "backup", back, **elsewhere).returncode == 0

    assert music_app(tmp_path / "third" / "data", "restore", back).returncode == 0
    with running_server(tmp_path / "third") as server:
        kept.check(server)
    assert not (tmp_path / "none").exists()


def test_a_restore_under_a_running_service_is_seen_at_once(
    tmp_path: Path, with_cluster: Callable[[Path], Path]
) -> None:
    kept, archive = Kept(), tmp_path / "backup.zip"
    with running_server(with_cluster(tmp_path / "service")) as server:
        kept.add_user(server, 1)
        assert music_app(server.data_dir, "backup", archive).returncode == 0
        later = upload(server, kept.users[0], 4000)

        done = music_app(server.data_dir, "restore", "--replace", archive)

        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        kept.check(server)
        with server.client() as client:
            assert client.get(later).status_code == 404


def test_a_backup_is_its_owners_alone_and_overwrites_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "backup.zip"
    assert music_app(tmp_path / "data", "migrate").returncode == 0
    assert music_app(tmp_path / "data", "backup", archive).returncode == 0
    assert archive.stat().st_mode & 0o777 == 0o600
    before = archive.read_bytes()

    again = music_app(tmp_path / "data", "backup", archive)

    assert again.returncode == 1
    assert "exists" in again.stderr
    assert archive.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "data"]


@pytest.fixture(scope="module")
def large(postgres_server: str, database_template: str) -> Iterator[str]:
    """A database with a track of 64 MiB. Tests must leave it as they find it."""
    with new_database(postgres_server, database_template) as url:
        add_track(url, 64 << 20)
        yield url


def add_track(database_url: str, size: int) -> None:
    """A user, and a track of this many bytes."""
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO users (user_name, token_sha256, created_at) VALUES ('A', sha256('a'), now())")
        connection.execute(
            """INSERT INTO tracks (track_uuid, user_id, track_file_name, duration, sample_rate, channels, bitrate,
                                   mp3_size, mp3_sha256, wav_size, wav_sha256, repairs, created_at, track_file_bin)
               SELECT gen_random_uuid(), 1, 'a.mp3', '1s', 8000, 1, '64', octet_length(mp3), sha256(mp3), 1,
                      sha256(''), '{}', now(), mp3
                 FROM decode(repeat('55', %s), 'hex') AS mp3""",
            [size],
        )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_an_ended_backup_leaves_nothing(tmp_path: Path, large: str, number: int, code: int) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    process = _started(tmp_path, large, "backup", folder / "backup.zip")
    wait_until(lambda: any(path.stat().st_size > 1 << 20 for path in folder.iterdir()))

    process.send_signal(number)

    assert process.wait(SECONDS) == code
    assert list(folder.iterdir()) == []


def test_a_killed_restore_changes_nothing(tmp_path: Path, large: str) -> None:
    archive, database = tmp_path / "backup.zip", {"DATABASE_URL": connection_url(large)}
    assert music_app(tmp_path, "backup", archive, **database).returncode == 0
    with psycopg.connect(large, autocommit=True) as connection:
        connection.execute("UPDATE users SET user_name = 'As it was'")
        process = _started(tmp_path, large, "restore", "--replace", archive)
        copying = "SELECT FROM pg_stat_progress_copy WHERE datname = current_database() AND bytes_processed > 1 << 20"
        wait_until(lambda: connection.execute(copying).rowcount > 0)

        process.kill()
        process.wait(SECONDS)

        assert connection.execute("SELECT user_name FROM users").fetchall() == [("As it was",)]
        assert connection.execute("SELECT mp3_sha256 = sha256(track_file_bin) FROM tracks").fetchall() == [(True,)]
    assert music_app(tmp_path, "restore", "--replace", archive, **database).returncode == 0
    assert music_app(tmp_path, "check", **database).stdout.endswith(" 0 damaged\n")


def _started(data_dir: Path, database: str, *arguments: object) -> subprocess.Popen[bytes]:
    environment = _environment(data_dir) | {"DATABASE_URL": connection_url(database)}
    return subprocess.Popen([MUSIC_APP, *map(str, arguments)], env=environment)


def test_check_names_the_track_of_a_flipped_bit(tmp_path: Path, database_url: str) -> None:
    add_track(database_url, 1 << 20)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE tracks SET track_file_bin = set_bit(track_file_bin, 1000000, 0)")
        [track_uuid] = connection.execute("SELECT track_uuid FROM tracks").fetchone() or [None]

    done = music_app(tmp_path, "check", DATABASE_URL=connection_url(database_url))

    assert done.returncode == 1
    first, last = done.stdout.splitlines()
    assert first.startswith(f"{track_uuid} of user 1: has SHA-256 ")
    assert last == f"1 tracks of {1 << 20} bytes checked, 1 damaged"


@pytest.mark.parametrize("command", [["check"], ["backup", "backup.zip"]])
def test_in_a_wrong_folder_no_database_is_made(tmp_path: Path, command: list[str]) -> None:
    done = music_app(tmp_path / "nowhere", *command)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("music-app: DATA_DIR: there is no database in ")
    assert not list(tmp_path.iterdir())


def test_check_leaves_a_database_as_it_is(tmp_path: Path, bare_database_url: str) -> None:
    done = music_app(tmp_path, "check", DATABASE_URL=connection_url(bare_database_url))

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("music-app: DATABASE_URL: the database has no tables of music-app")
    with psycopg.connect(bare_database_url) as connection:
        assert connection.execute("SELECT FROM pg_tables WHERE schemaname = 'public'").rowcount == 0


def test_a_damaged_backup_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "backup.zip").write_bytes(b"PK\x03\x04 no more")

    done = music_app(tmp_path / "data", "restore", tmp_path / "backup.zip")

    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert "damaged" in line
