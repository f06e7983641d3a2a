"""Files that appear under their name when they are whole."""

import errno
import os
from pathlib import Path

import pytest

from entrypoints.cli import files
from entrypoints.cli.files import whole_file


@pytest.fixture
def _no_name_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk takes the file, and then not its name in the folder."""

    def sync(path: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr(files, "sync", sync)


def write(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"new")


@pytest.mark.usefixtures("_no_name_is_kept")
def test_n4_a_new_file_whose_name_the_disk_does_not_take_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Input/output error"):
        write(tmp_path / "new")
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("_no_name_is_kept")
def test_a_file_that_was_replaced_is_whole_whatever_the_disk_says(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"old")
    with pytest.raises(OSError, match="Input/output error"):
        write(tmp_path / "there")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"new"]


def test_a_file_that_is_in_its_place_is_not_looked_for_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is left to remove, and so nothing there can fail."""
    removed: list[Path] = []
    monkeypatch.setattr(Path, "unlink", lambda path, **_: removed.append(path))
    write(tmp_path / "new")
    assert ((tmp_path / "new").read_bytes(), removed) == (b"new", [])
