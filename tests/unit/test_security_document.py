"""The page on threats names tests that exist."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "security.md").read_text("utf-8")
TESTS = "\n".join(path.read_text("utf-8") for path in (PROJECT / "tests").rglob("*.py"))


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named
    assert named <= set(re.findall(r"def (test_\w+)\(", TESTS))


def test_every_threat_that_has_a_test_is_on_the_page() -> None:
    tested = {found.upper() for found in re.findall(r"def test_([acdfhnx]\d+)_", TESTS)}
    assert tested <= set(re.findall(r"^\| ([ACDFHNX]\d+) \|", PAGE, re.MULTILINE))


def test_every_file_that_the_page_names_exists() -> None:
    named = re.findall(r"`(tests/\S+\.py)`", PAGE)
    assert named
    assert all((PROJECT / name).is_file() for name in named)
