"""The soak is played in short: an hour of it is `make soak`."""

import pytest

from tests import waiting
from tests.soak.__main__ import main
from tests.soak.callers import KINDS
from tests.soak.report import BOUNDS

SHORT = ["--minutes", "0.1", "--every", "0.5", "--seed", "1"]


def rows(told: str) -> dict[str, str]:
    """The rows of the tables by their first cells."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in told.splitlines() if line[:1] == "|"]
    return {first: " | ".join(rest) for first, *rest in cells}


@pytest.mark.timeout(300)
def test_a_short_soak_ends_without_a_violation(capfd: pytest.CaptureFixture[str]) -> None:
    """Slopes of some seconds say nothing, so those are not looked at."""
    main(SHORT)

    told = capfd.readouterr().out
    found = rows(told)
    assert "\n0 violations\n" in told, told
    assert [name for name in BOUNDS if name not in found] == []
    assert [kind for kind in KINDS if not found[kind]] == []


@pytest.mark.timeout(300)
def test_a_service_that_leaks_descriptors_is_found(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(waiting, "SECONDS", 3.0)  # what is left does not go away later

    assert main([*SHORT, "--set", "WIRING=tests.planted:Leaking"]) == 1

    told = capfd.readouterr().out
    assert "MISSED" in rows(told)["descriptors"]
    assert "- descriptors are left: " in told
