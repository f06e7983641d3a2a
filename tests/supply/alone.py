"""Running the service as if nothing but its own lock were installed, and seeing what it loads."""

import atexit
import os
import sys
from importlib.machinery import ModuleSpec
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.supply.locks import locked

LOADED_FOLDER = "LOADED_FOLDER"
"""The environment variable that names the folder where each process leaves the names of what it loaded."""


class _LockedAlone:
    """Refuses to find the modules of packages that are installed but not locked for the service."""

    def __init__(self) -> None:
        allowed = {entry.name for entry in locked("requirements.lock")} | {"music-app"}
        brought = packages_distributions()
        self.refused = {module for module, by in brought.items() if not {_normal(name) for name in by} & allowed}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name.partition(".")[0] in self.refused:
            raise ModuleNotFoundError(f"{name} is not in requirements.lock", name=name)
        return None


def install() -> None:
    """For this process: find only what is locked, and tell at its end which distributions were loaded."""
    sys.meta_path.insert(0, _LockedAlone())
    atexit.register(_tell)


def _tell() -> None:
    modules = {name.partition(".")[0] for name in sys.modules}
    loaded = {_normal(name) for module, by in packages_distributions().items() if module in modules for name in by}
    Path(os.environ[LOADED_FOLDER], str(os.getpid())).write_text("\n".join(sorted(loaded)), "utf-8")


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
