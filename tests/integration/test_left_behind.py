"""A process that outlives its service is found, however it may be told."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.victims import left_behind, working_in

_WAITS = "import sys; print('there', flush=True); sys.stdin.read()"


@pytest.mark.parametrize("how", ["folder", "argument", "variable", "file"])
def test_a_process_that_works_in_the_folder_is_found(tmp_path: Path, how: str) -> None:
    with (tmp_path / "file").open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", _WAITS, *([str(tmp_path)] if how == "argument" else [])],
            cwd=tmp_path if how == "folder" else "/",
            env={"DATA_DIR": str(tmp_path)} if how == "variable" else {},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file if how == "file" else None,
        )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        assert working_in(tmp_path) == {process.pid}
        assert left_behind(tmp_path, seconds=0) == {process.pid}
    finally:
        process.communicate()
    assert left_behind(tmp_path) == set()
