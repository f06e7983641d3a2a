"""Reading the hashed lock files, and the list of what they leave out."""

import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
_ENTRY = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\\n]+?))?"
    r"(?P<hashes>(?: \\\n +--hash=sha256:[0-9a-f]{64})+)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Locked:
    """One version of a package. `marker` says for which systems it is (empty: for all), `sha256` of which files."""

    name: str
    version: str
    marker: str
    sha256: tuple[str, ...]


def locked(file: str) -> list[Locked]:
    """The entries of a lock file. Raises `ValueError` where a line is none of an entry: none may go unread."""
    text = (PROJECT / file).read_text("utf-8")
    if rest := _ENTRY.sub("", text).strip():
        raise ValueError(f"{file} has what is no hashed entry: {rest.splitlines()[0]}")
    return [_entry(found) for found in _ENTRY.finditer(text)]


def left_out() -> dict[str, str]:
    """The packages that are left out of the locks on purpose, each with its reason."""
    text = (PROJECT / "requirements-left-out.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+) +# (.+)$", text, re.MULTILINE))


def _entry(found: re.Match[str]) -> Locked:
    hashes = re.findall(r"sha256:([0-9a-f]{64})", found["hashes"])
    return Locked(found["name"], found["version"], found["marker"] or "", tuple(hashes))
