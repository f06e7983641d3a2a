"""`make` explains itself."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import programs

ROOT = Path(__file__).parents[2]
MAKEFILE = ROOT / "Makefile"
PINNED = ROOT / "docker-compose.pinned.yml"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"


def test_help_lists_every_target(tmp_path: Path) -> None:
    [targets] = re.findall(r"^\.PHONY: (.+)$", MAKEFILE.read_text("utf-8"), re.MULTILINE)
    done = _make(tmp_path)
    assert done.returncode == 0
    assert {line.split()[1] for line in done.stdout.splitlines()} == set(targets.split())


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ('case "$2" in *version_info*) exit 1;; esac', "music-app needs Python 3.11 or later"),
        ('case "$2" in *ensurepip*) exit 1;; *print*) echo 3.11;; esac', "apt-get install python3.11-venv"),
    ],
)
def test_a_python_that_will_not_do_is_told(tmp_path: Path, answer: str, message: str) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{answer}\n")
    python.chmod(0o755)

    done = _make(tmp_path, "serve", f"PYTHON={python}")

    assert done.returncode != 0
    assert message in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_pin_takes_the_digests_of_today_changes_nothing_else_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = PINNED.read_text("utf-8")
    pinned = re.findall(r"(\S+)@(sha256:\S+)", before)
    _docker(tmp_path, f'[ "$1 $2 $3" = "buildx imagetools inspect" ] && echo {DIGEST}', monkeypatch)

    done = _make(tmp_path, "pin")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / PINNED.name).read_text("utf-8") == re.sub(r"sha256:[0-9a-f]+", DIGEST, before)
    assert done.stdout.splitlines() == [f"pinned {image}@{DIGEST} (was {digest})" for image, digest in pinned]
    again = _make(tmp_path, "pin")
    assert again.stdout.splitlines() == [f"pinned {image}@{DIGEST} (unchanged)" for image, _ in pinned]


@pytest.mark.parametrize("answer", ["exit 1", "echo", f"echo {DIGEST[:-1]}"])
def test_pin_changes_nothing_where_the_registry_does_not_answer_for_every_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    _docker(tmp_path, f'case "$4" in postgres:*) echo {DIGEST};; *) {answer};; esac', monkeypatch)

    done = _make(tmp_path, "pin")

    assert done.returncode != 0
    assert done.stdout == ""
    assert (tmp_path / PINNED.name).read_text("utf-8") == PINNED.read_text("utf-8")


def test_the_ci_script_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    for name in ("bash", "dirname", "grep"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))

    done = subprocess.run(
        [tmp_path / ".ci" / "run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("python3", "make", *programs.missing()):
        assert name in done.stderr


def _docker(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `docker` that does what the script says, and a copy of the pins beside it."""
    (folder / "docker").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    shutil.copy(PINNED, folder)


def _make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in an empty folder."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    command = [str(shutil.which("make")), "-f", str(MAKEFILE), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
