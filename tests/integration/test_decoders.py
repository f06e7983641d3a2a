"""`python -m tests.decoders`, which tries many lengths of MP3s: what it says of them, and what it keeps."""

import re
from pathlib import Path

import pytest

from tests.decoders.__main__ import main

A_FEW = ["--step", "2500", "--frames", "0", "--converters", "lame", "--rates", "8000", "--decoders", "miniaudio"]


def test_the_exit_code_tells_whether_an_mp3_is_too_long(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*A_FEW, "--keep", str(tmp_path)]) == 0
    kept = tmp_path / "lame-8000-V2-1"
    assert {path.name for path in kept.iterdir()} == {"1", "2", "46", "47", "48", "2501"}

    (kept / "46").write_bytes((kept / "48").read_bytes())  # it is taken for what was encoded before

    assert main([*A_FEW, "--keep", str(tmp_path)]) == 1
    assert re.search(r"miniaudio +1 of 18 MP3s not exact", capsys.readouterr().out)
