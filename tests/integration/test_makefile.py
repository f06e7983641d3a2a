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


def _make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in an empty folder."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    command = [str(shutil.which("make")), "-f", str(MAKEFILE), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
