"""What the files of an archive are called, so that every system can unpack them all into one folder."""

import hashlib
import re
from pathlib import PurePosixPath
from uuid import UUID

MAX_REMEMBERED = 50_000
"""Names that are remembered, in 10 MB; each further file is told apart by its identifier."""
MAX_NAME_BYTES = 240
"""In UTF-8; most file systems end at 255."""
_MAX_SUFFIX_BYTES = 20
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
"""On Windows (Microsoft, "Naming Files, Paths, and Namespaces"), and in the paths of an archive everywhere."""
_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|(COM|LPT)[0-9¹²³])(?=\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the point."""


class ArchiveNames:
    """Gives each file of an archive a name of its own: the first one its own, the second one `talk (2).mp3`.

    Two names that differ only in case are one on many systems, and so are equal here.
    """

    def __init__(self) -> None:
        self._next: dict[bytes, int] = {}
        """By the digest of a name: the number that is tried next for a further file of that name."""

    def name_for(self, file_name: str, identifier: UUID) -> str:
        """The name in the archive of a file that is called so; no two are given the same identifier."""
        name = _safe(file_name)
        if len(self._next) >= MAX_REMEMBERED:
            return _numbered(name, str(identifier))
        number = self._next.get(_key(name), 1)
        while self._is_taken(candidate := name if number == 1 else _numbered(name, str(number))):
            number += 1
        self._next[_key(name)] = number + 1
        self._next.setdefault(_key(candidate), 2)
        return candidate

    def _is_taken(self, name: str) -> bool:
        return _key(name) in self._next


def _safe(file_name: str) -> str:
    """The name with nothing in it that a system forbids, or takes for something else than a name."""
    name = _FORBIDDEN.sub("_", file_name).strip(" .") or "_"
    name = f"_{name}" if _DEVICE.match(name) else name
    return name if len(name.encode()) <= MAX_NAME_BYTES else _with(name, "")


def _numbered(name: str, number: str) -> str:
    return _with(name, f" ({number})")


def _with(name: str, added: str) -> str:
    """The name with this at the end of its stem, of which is left what has room."""
    path = PurePosixPath(name)
    added += path.suffix.encode()[:_MAX_SUFFIX_BYTES].decode(errors="ignore")
    return path.stem.encode()[: MAX_NAME_BYTES - len(added.encode())].decode(errors="ignore") + added


def _key(name: str) -> bytes:
    """Where two names have the same by chance, one of them gets a number that it need not have."""
    return hashlib.blake2b(name.casefold().encode(), digest_size=8).digest()
