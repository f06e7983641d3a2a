"""The short form of `make crash`: processes are killed while uploads are under way."""

import tempfile
from pathlib import Path

import pytest

from tests import waiting
from tests.crash.__main__ import main

KILLS = {"lame": 4, "ffmpeg": 6}
"""Two of each kind."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("converter", KILLS)
def test_nothing_is_lost_changed_or_left_when_processes_are_killed(
    converter: str, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = main(["--kills", str(KILLS[converter]), "--converter", converter, "--at-once", "1"])

    told = capfd.readouterr().out
    assert not wrong, told
    assert told.endswith("violations  0\n")
    assert "1 backups" in told
    assert "1 restores" in told


@pytest.mark.timeout(300)
def test_a_service_with_faults_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where the data of rounds with violations are kept
    monkeypatch.setattr(waiting, "SECONDS", 3.0)  # what is left does not go away later
    options = ["--kills", "1", "--converter", "lame", "--at-once", "1", "--seed", "1"]

    wrong = main([*options, "--set", "WIRING=tests.planted:Faulty"])

    told = capfd.readouterr().out
    assert wrong == 1
    assert " is lost" in told
    assert "rows without their audio" in told
    assert "a file is left in the spool" in told
    assert "python -m tests.crash --seed " in told
    assert (next(tmp_path.glob("music-app-crash-*")) / "round-0" / "log").exists()
