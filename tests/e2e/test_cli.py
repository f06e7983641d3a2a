"""The program `music-app` but for `serve`."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from domain.output.info_frame import read_info
from tests.server import MUSIC_APP
from tests.wavs import pcm, tone, wav

SECONDS = 60
RECORDING = wav(pcm(tone(8000)), rate=8000)


def test_help_lists_the_commands_and_exit_codes(tmp_path: Path) -> None:
    done = _music_app(tmp_path, "--help")
    assert done.returncode == 0
    for word in ("serve", "migrate", "convert", "backup", "restore", "check", "users", "audit", "exit codes", ".env"):
        assert word in done.stdout


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    done = _music_app(tmp_path, "sing")
    assert done.returncode == 2
    assert "usage: music-app" in done.stderr


@pytest.mark.parametrize("converter", ["lame", "ffmpeg", "pydub"])
def test_convert_writes_the_mp3_and_nothing_else(tmp_path: Path, converter: str) -> None:
    (tmp_path / "in.wav").write_bytes(RECORDING)

    done = _music_app(tmp_path, "convert", "in.wav", "out.mp3", CONVERTER=converter)

    assert (done.returncode, done.stderr) == (0, "")
    assert "1.000 s" in done.stdout
    assert read_info((tmp_path / "out.mp3").read_bytes()).samples == 8000
    assert _found(tmp_path) == ["in.wav", "out.mp3"]


@pytest.mark.parametrize(
    ("converter", "recording", "reason"),
    [
        ("lame", b"no WAV", "not a WAV"),
        ("lame", wav(b""), "no audio"),
        ("lame", wav(bytes(9), tag=0x55), "MP3"),
        ("ffmpeg", wav(b""), "no audio"),
        ("pydub", wav(b""), "no audio"),
    ],
)
def test_a_refused_recording_leaves_the_output_as_it_was(
    tmp_path: Path, converter: str, recording: bytes, reason: str
) -> None:
    (tmp_path / "in.wav").write_bytes(recording)
    (tmp_path / "out.mp3").write_bytes(b"an older one")

    done = _music_app(tmp_path, "convert", "in.wav", "out.mp3", CONVERTER=converter)

    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert reason in line
    assert (tmp_path / "out.mp3").read_bytes() == b"an older one"
    assert _found(tmp_path) == ["in.wav", "out.mp3"]


def test_a_link_is_followed_and_permissions_stay(tmp_path: Path) -> None:
    (tmp_path / "in.wav").write_bytes(RECORDING)
    (tmp_path / "real.mp3").write_bytes(b"an older one")
    (tmp_path / "real.mp3").chmod(0o600)
    (tmp_path / "link.mp3").symlink_to("real.mp3")

    assert _music_app(tmp_path, "convert", "in.wav", "link.mp3").returncode == 0

    assert (tmp_path / "link.mp3").is_symlink()
    assert read_info((tmp_path / "real.mp3").read_bytes()).samples == 8000
    assert (tmp_path / "real.mp3").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("target", "reason"), [("pipe", "no regular file"), ("in.wav", "the recording itself")])
def test_what_must_not_be_replaced_is_refused(tmp_path: Path, target: str, reason: str) -> None:
    (tmp_path / "in.wav").write_bytes(RECORDING)
    os.mkfifo(tmp_path / "pipe")

    done = _music_app(tmp_path, "convert", "in.wav", target)

    assert done.returncode == 1
    assert reason in done.stderr
    assert (tmp_path / "in.wav").read_bytes() == RECORDING
    assert _found(tmp_path) == ["in.wav", "pipe"]


def test_ctrl_c_ends_a_conversion_that_waits_for_its_input(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    command = [MUSIC_APP, "convert", "pipe", "out.mp3"]
    with subprocess.Popen(command, cwd=tmp_path, start_new_session=True) as process:
        with (tmp_path / "pipe").open("wb") as pipe:
            pipe.write(RECORDING[:1000])
            pipe.flush()
            while not list(tmp_path.glob(".music-app-*")):
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            assert process.wait(SECONDS) == 128 + signal.SIGINT
    assert _found(tmp_path) == ["pipe"]


@pytest.mark.parametrize(("source", "target"), [("missing.wav", "out.mp3"), ("in.wav", "missing/out.mp3")])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, source: str, target: str) -> None:
    (tmp_path / "in.wav").write_bytes(RECORDING)
    done = _music_app(tmp_path, "convert", source, target)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "missing" in line
    assert _found(tmp_path) == ["in.wav"]


def test_a_second_migrate_has_nothing_to_do(tmp_path: Path) -> None:
    first = _music_app(tmp_path, "migrate")
    second = _music_app(tmp_path, "migrate")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout.startswith("applied 0001")
    assert second.stdout == "the database is up to date\n"


def _music_app(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it in the folder, with temporary files there too."""
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(folder), "LOG_LEVEL": "warning"}
    return subprocess.run(
        [MUSIC_APP, *arguments],
        cwd=folder,
        env=environment | settings,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _found(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
