"""In CI every program is asked that could be; elsewhere those that there are."""

from pathlib import Path

import pytest

from tests import programs
from tests.conftest import pytest_configure

ALL = [
    *("chromium", "curl", "ffmpeg", "gir1.2-gstreamer-1.0", "gstreamer1.0-plugins-base", "gstreamer1.0-plugins-good"),
    *("libsndfile1", "libsox-fmt-mp3", "mpg123", "python3-gi", "sox", "strace", "unzip"),
]


@pytest.fixture
def _nothing_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "of_the_system", lambda: None)
    monkeypatch.setattr(programs, "gstreamer_is_there", lambda: False)


@pytest.mark.usefixtures("_nothing_is_installed")
def test_ci_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.UsageError, match=f"apt-get install {' '.join(ALL)}$"):
        pytest_configure()


@pytest.mark.usefixtures("_nothing_is_installed")
def test_elsewhere_nothing_has_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    pytest_configure()


@pytest.mark.parametrize(("help_text", "reads"), [("Reads: yes", True), ("Cannot find a format called `mp3'", False)])
def test_a_sox_without_its_mp3_format_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, help_text: str, *, reads: bool
) -> None:
    sox = tmp_path / "sox"
    sox.write_text(f'#!/bin/sh\necho "{help_text}"\n')
    sox.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs.sox_reads_mp3() is reads
    assert ("libsox-fmt-mp3" in programs.missing()) is not reads
