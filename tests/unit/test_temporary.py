"""Temporary files lie in memory only where that will do, and where TMPDIR does not say otherwise."""

import os
import tempfile
from pathlib import Path

import pytest

from tests import temporary


@pytest.fixture(autouse=True)
def _tempfile_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", tempfile.gettempdir())
    monkeypatch.setattr(temporary, "PLENTY_BYTES", 0)


def test_memory_is_used_where_there_is_plenty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", "is put back in the end")
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(temporary, "IN_MEMORY", tmp_path)
    temporary.use_memory_if_plenty()
    assert (os.environ["TMPDIR"], tempfile.gettempdir()) == (str(tmp_path), str(tmp_path))


def test_what_is_set_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", "/somewhere")
    monkeypatch.setattr(temporary, "IN_MEMORY", tmp_path)
    temporary.use_memory_if_plenty()
    assert os.environ["TMPDIR"] == "/somewhere"


def test_a_folder_without_room_or_that_is_not_there_will_not_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert temporary.will_do(tmp_path)
    assert not temporary.will_do(tmp_path / "nowhere")
    monkeypatch.setattr(temporary, "PLENTY_BYTES", 1 << 60)
    assert not temporary.will_do(tmp_path)
