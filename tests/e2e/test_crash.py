"""The short form of `make crash`: processes are killed while uploads are under way."""

import pytest

from tests.crash.__main__ import main

KILLS = {"lame": 4, "ffmpeg": 6}
"""Two of each kind."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("converter", KILLS)
def test_nothing_is_lost_changed_or_left_when_processes_are_killed(
    converter: str, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = main(["--kills", str(KILLS[converter]), "--converter", converter])

    assert not wrong, capfd.readouterr().out
