"""The ports to a store as a whole: opening and closing it, bringing it up to date, keeping a copy of it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO


class Store(ABC):
    """One place in which a service keeps what it has to keep: a database, a file, a folder.

    In the order of a run: `running` around everything, `migrate`, `open`, `check` as often as anybody wants to know,
    `close`.
    """

    @contextmanager
    def running(self, *, make: bool = True) -> Iterator[None]:
        """What the store needs around everything else: a server of its own, say. By default nothing.

        Entered in the main thread, before the event loop; blocks. Unless `make`, a store that does not exist yet is not
        made. Raises `WrongSetting`.
        """
        yield

    @abstractmethod
    def migrate(self) -> list[str]:
        """Bring it up to what this version of the program needs, and return the names of the steps that were missing.

        Blocks. Safe to repeat, and to run by several programs at once. Each step is done whole or not at all. Raises
        `WrongSetting`, `StoreAway`, `DiskFull`.
        """

    @abstractmethod
    async def open(self) -> None:
        """Begin to work with it, changing nothing.

        Raises `WrongSetting` where it cannot be used, is not what `migrate` of this version makes, or would lose what
        it has acknowledged; `StoreAway`, `DiskFull`. After an error nothing is open.
        """

    @abstractmethod
    async def close(self) -> None:
        """End it: leave no connection, file or thread. Safe to repeat, and without `open` before.

        There are no errors to expect, also where the store does not answer.
        """

    @abstractmethod
    async def check(self) -> None:
        """Return if it is open and answers now; else raise `StoreAway` or `DiskFull`. Safe to repeat."""


class StoreBackup(ABC):
    """A store of which a copy can be written to one file and read back."""

    @abstractmethod
    def covers(self, part: object) -> bool:
        """Whether a backup holds all that this adapter (of a repository, of audio) keeps."""

    @abstractmethod
    def back_up(self, file: IO[bytes]) -> dict[str, int]:
        """Write what is kept at one moment to a file that can seek; how many rows of each table.

        Others may read and write meanwhile. Works whether the store is open or not. Blocks; memory is bounded. Raises
        `BackupRefused`, `WrongSetting`, `StoreAway`, `DiskFull`; what writing to `file` raises comes out unchanged.
        """

    @abstractmethod
    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        """Make the store what it was when the backup in `file` was made; how many rows of each table.

        Whole or not at all, and unless `replace` only where there are no rows; with it, nothing that came after the
        backup is left. It need not be migrated before, and is afterwards. Identifiers go on after the last one that the
        backup or the store gave out. Works whether the store is open or not. Blocks; memory is bounded. Raises
        `BackupRefused` (also where the file is damaged or none of ours), `WrongSetting`, `StoreAway`, `DiskFull`, and
        where `file` cannot be read OSError or `BackupRefused`.
        """
