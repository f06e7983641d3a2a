"""What stops the start is told to the operator in one line. Values that are wrong by themselves: test_settings.py."""

import os
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e.watched import connection_url
from tests.server import MUSIC_APP, START_SECONDS

EXIT_WRONG_SETTING = 3


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("CONVERTER", "foo", "one of ffmpeg, lame, pydub"),
        ("FFMPEG_PATH", "/nonexistent", "no program that can be run"),
        ("FFMPEG_PATH", "/bin/true", "5.0 or later"),
        ("HOST", "no.such.host.invalid", "an address or a name of this machine"),
        ("DATABASE_URL", "postgresql://postgres:secret@127.0.0.1:1/music_app_db", "127.0.0.1"),
        ("DATA_DIR", "/dev/null/data", "/dev/null"),
        ("WIRING", "no.such.module:Adapters", "No module named 'no'"),
        ("MAX_MP3_BYTES", "1000000001", "at most 1000000000"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str, remedy: str) -> None:
    line = _refusal(tmp_path, {name: value})
    assert name in line
    assert remedy in line
    assert "secret" not in line


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = _refusal(tmp_path, {"PORT": port})
    assert "PORT" in line
    assert port in line


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    line = _refusal(tmp_path, {"DATA_DIR": str(file)})
    assert "DATA_DIR" in line
    assert str(file) in line


def test_a_data_folder_that_cannot_be_written_is_named(ordinary_folder: Path, ordinary_prefix: list[str]) -> None:
    closed = ordinary_folder / "closed"
    closed.mkdir(mode=0o500)
    line = _refusal(closed, {"DATA_DIR": str(closed / "data")}, ordinary_prefix)
    assert "DATA_DIR" in line
    assert str(closed) in line


@pytest.mark.parametrize(
    "arguments", [["serve"], ["migrate"], ["check"], ["backup", "new.zip"], ["restore", "there.zip"]], ids=" ".join
)
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_a_data_folder_of_another_user_is_named(
    ordinary_folder: Path, ordinary_prefix: list[str], mode: int, arguments: list[str]
) -> None:
    (ordinary_folder / "there.zip").touch()
    data = ordinary_folder / "theirs"
    data.mkdir(mode)
    (data / "postgres").mkdir(0o700)
    (data / "postgres" / "data").mkdir(0o700)
    if not ordinary_prefix:  # the tests run as the ordinary user, who can close a folder to themselves alone
        data.chmod(0o000)
    try:
        line = _refusal(ordinary_folder, {"DATA_DIR": str(data)}, ordinary_prefix, arguments)
    finally:
        data.chmod(0o700)
    assert f"DATA_DIR: {data}" in line
    assert "run this as the user that runs the service" in line
    assert not (ordinary_folder / "new.zip").exists()


def test_a_folder_in_which_no_upload_can_be_taken_is_named(tmp_path: Path, database_url: str) -> None:
    """Also where the database is elsewhere."""
    spool = tmp_path / "spool"
    spool.touch()
    line = _refusal(tmp_path, {"DATA_DIR": str(tmp_path), "DATABASE_URL": connection_url(database_url)})
    assert f"DATA_DIR: {spool} cannot be used by user" in line


def _refusal(
    folder: Path, settings: dict[str, str], prefix: Sequence[str] = (), arguments: Sequence[str] = ("serve",)
) -> str:
    """The one line with which the service says that it does not start."""
    environment = {"PATH": os.environ["PATH"], "PORT": "0", "DATA_DIR": str(folder / "data"), "LOG_LEVEL": "warning"}
    done = subprocess.run(
        [*prefix, MUSIC_APP, *arguments],
        cwd=folder,
        env=environment | settings,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (EXIT_WRONG_SETTING, ""), done.stderr
    [line] = done.stderr.splitlines()
    return line
