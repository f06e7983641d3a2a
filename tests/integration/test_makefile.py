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
IMAGE_FILES = ("Dockerfile", "docker-compose.yml")
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


def test_pin_takes_the_digests_of_today_and_changes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs_folder, checkout = tmp_path / "bin", tmp_path / "checkout"
    programs_folder.mkdir()
    checkout.mkdir()
    docker = programs_folder / "docker"
    docker.write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "buildx imagetools inspect" ] && echo {DIGEST}\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs_folder}:{os.environ['PATH']}")
    for name in IMAGE_FILES:
        shutil.copy(ROOT / name, checkout)

    assert _make(checkout, "pin").returncode == 0
    for name in IMAGE_FILES:
        before, after = ((folder / name).read_text("utf-8") for folder in (ROOT, checkout))
        assert set(re.findall(r"sha256:[0-9a-f]+", after)) == {DIGEST}
        assert after == re.sub(r"sha256:[0-9a-f]+", DIGEST, before)


def test_pin_leaves_everything_as_it_is_where_no_registry_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docker").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name in IMAGE_FILES:
        shutil.copy(ROOT / name, tmp_path)

    assert _make(tmp_path, "pin").returncode != 0
    for name in IMAGE_FILES:
        assert (tmp_path / name).read_text("utf-8") == (ROOT / name).read_text("utf-8")


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
