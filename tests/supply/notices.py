"""Reading the tables of THIRD_PARTY_NOTICES.md."""

import re
from dataclasses import dataclass

from tests.supply.locks import PROJECT

_PACKAGES, _INSIDE = "Python packages", "What comes inside the packages"


@dataclass(frozen=True, slots=True)
class Notice:
    """What is used, where it is at home, its licence (an SPDX expression), and which packages bring it, if any."""

    name: str
    home: str
    licence: str
    brought_by: tuple[str, ...] = ()


def noticed_packages() -> list[Notice]:
    """The Python packages, in their order."""
    return [Notice(name, home, licence) for name, home, licence in _rows(_PACKAGES)]


def noticed_inside() -> list[Notice]:
    """What comes inside the packages and is no Python package itself."""
    rows = _rows(_INSIDE)
    return [Notice(name, home, licence, _names(brought)) for name, home, brought, licence, _ in rows]


def _names(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([a-z0-9-]+)`", cell))


def _rows(heading: str) -> list[list[str]]:
    """Name, address and the other cells of each row below a heading."""
    text = (PROJECT / "THIRD_PARTY_NOTICES.md").read_text("utf-8")
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = re.findall(r"^\| \[([^\]]+)\]\((\S+)\) \| (.+) \|$", section, re.MULTILINE)
    return [[name, home, *rest.split(" | ")] for name, home, rest in lines]
