"""A PostgreSQL for services whose first start is not what is looked at: initdb takes as long as the rest of a start."""

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from threading import Lock

from adapters.embedded_postgres.embedded import EmbeddedPostgres

_making = Lock()
_FOLDER = tempfile.gettempdir()
"""Of this process, whatever the test that is the first one to need a cluster uses in its place."""


def give_cluster(data_dir: Path) -> None:
    """Make the folder what it is after an embedded PostgreSQL was started there once and has ended."""
    with _making:
        template = _template()
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", template, data_dir], check=True)


@cache
def _template() -> Path:
    """That of this process, which is removed with its end."""
    folder = tempfile.mkdtemp(prefix="music-app-cluster-", dir=_FOLDER)
    atexit.register(shutil.rmtree, folder)
    with EmbeddedPostgres(Path(folder) / "data"):
        return Path(folder) / "data"
