"""Programs that the service starts itself, run under strace: scripts of their names, which are found in their place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.embedded_postgres.binaries import find_binaries
from tests.failures.faults import Fault
from tests.failures.strace import Watch, prefix

_SCRIPT = """\
#!/bin/sh
case "$*" in
    {wanted}) test ! -e "{arguments}" || exec strace $(cat "{arguments}") "{program}" "$@" ;;
esac
exec "{program}" "$@"
"""


class Wrapped:
    """A script beside which the arguments of strace lie while its program is to be watched."""

    def __init__(self, script: Path, program: str, wanted: str) -> None:
        """`wanted` is a pattern of the shell: which arguments of the program are those of the run to be watched."""
        self._arguments = script.with_name(f"{script.name}.strace")
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(_SCRIPT.format(wanted=wanted, arguments=self._arguments, program=program))
        script.chmod(0o755)

    @contextmanager
    def watched(self, watch: Watch, log: Path, fault: Fault | None) -> Iterator[None]:
        """Meanwhile it runs so. The log is made, as the program may run as another user."""
        log.touch()
        log.chmod(0o666)
        self._arguments.write_text(" ".join(prefix(watch, log, fault)[1:]))
        try:
            yield
        finally:
            self._arguments.unlink(missing_ok=True)


def wrapped_postgres(folder: Path) -> dict[str, Wrapped]:
    """Of a package to be found by `PYTHONPATH`, before the one that is installed: its `initdb` and `postgres`."""
    binaries, bin_folder = find_binaries(), folder / "embedded_postgres" / "pginstall" / "bin"
    bin_folder.mkdir(parents=True)
    (folder / "embedded_postgres" / "__init__.py").touch()
    return {
        "initdb": Wrapped(bin_folder / "initdb", binaries.initdb, "*-U*"),
        "postgres": Wrapped(bin_folder / "postgres", binaries.postgres, "-D*"),
    }
