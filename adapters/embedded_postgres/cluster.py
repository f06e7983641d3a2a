"""The database cluster on disk: its folders, how it is made, and where its socket is reached."""

import os
import re
import secrets
import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import make_conninfo

from adapters.embedded_postgres.account import Account
from adapters.embedded_postgres.binaries import MAJOR_VERSION, Binaries
from adapters.embedded_postgres.socket_folder import PORT, SocketFolder
from adapters.shared.durable import sync
from domain.errors import WrongSetting

DATABASE = "music_app_db"
_USER = "postgres"
_INITDB_SECONDS = 120
_CONNECT_SECONDS = 5
_ERROR = re.compile(r"\b(error|ERROR|FATAL|PANIC): ")
_LAST_LINES = 5
_REASON_LENGTH = 1000
_LOCALE = ("-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
SERVER_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"}  # nothing of PG* reaches the server


class Cluster:
    """`DATA_DIR/postgres` with `data`, the password file and the lock files. Nothing is touched until `prepare`."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.folder = data_dir / "postgres"
        self.data = self.folder / "data"
        self.socket = SocketFolder(self.data)
        self._staging = self.folder / "data.new"
        self._password = self.folder / "password"

    def prepare(self) -> None:
        """Make the folders, mode 0700. Raises `WrongSetting` for another major version, OSError."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.folder.chmod(0o700)
        self._check_version()

    def make(self, binaries: Binaries, account: Account, lock: int) -> None:
        """Make the cluster if there is none; initdb holds the file descriptor `lock` while it runs.

        initdb runs in a folder of another name, which is renamed when it is whole: a start that was cut off is redone.
        Raises `WrongSetting`, OSError.
        """
        if self.data.exists():
            self._check_version()
            return
        if self._staging.exists():
            shutil.rmtree(self._staging)
        self._staging.mkdir(mode=0o700)
        account.give(self._staging)
        self._write_password(account)
        self._initdb(binaries, account, lock)
        self._staging.rename(self.data)
        sync(self.folder)

    def conninfo(self, database: str = DATABASE) -> str:
        """How to connect, password included. Raises `WrongSetting`, OSError."""
        if not self._password.exists():
            raise WrongSetting(
                "DATA_DIR", f"{self._password} is gone, and with it the way into {self.data}; restore it"
            )
        return make_conninfo(
            host=str(self.socket.path),
            port=PORT,
            user=_USER,
            password=self._password.read_text(encoding="utf-8").strip(),
            dbname=database,
            connect_timeout=_CONNECT_SECONDS,
        )

    @property
    def made(self) -> bool:
        """Whether there is a cluster. Raises `WrongSetting` where that is not to be seen."""
        try:
            return self.data.exists()
        except PermissionError as error:
            raise closed_to_us(error) from error

    def _check_version(self) -> None:
        if not self.data.exists():
            return
        found = (self.data / "PG_VERSION").read_text(encoding="utf-8", errors="replace").strip()
        if found != str(MAJOR_VERSION):
            raise WrongSetting(
                "DATA_DIR",
                f"{self.data} was made by PostgreSQL {found}, and this release of the service brings PostgreSQL "
                f"{MAJOR_VERSION}, which cannot read it. With the release that made it run `music-app backup FILE`, "
                f"move {self.folder} away, and with this release run `music-app restore FILE`",
            )

    def _write_password(self, account: Account) -> None:
        if not self._password.exists():
            new = self._password.with_name("password.new")
            new.unlink(missing_ok=True)
            new.touch(mode=0o600, exist_ok=False)
            with new.open("w", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
            new.rename(self._password)
        account.give(self._password)

    def _initdb(self, binaries: Binaries, account: Account, lock: int) -> None:
        with self._password.open("rb") as password:
            command = account.command(
                binaries.initdb,
                *("-D", account.directory_argument(self._staging), "-U", _USER, *_LOCALE),
                # By descriptor: an ordinary account may have no way to the file.
                *("--auth=scram-sha-256", f"--pwfile=/dev/fd/{password.fileno()}"),
                parent_death_signal="KILL",
            )
            user, group = account.popen_user()
            try:
                done = subprocess.run(
                    command,
                    cwd=self._staging,
                    env=SERVER_ENVIRONMENT,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    errors="replace",
                    timeout=_INITDB_SECONDS,
                    check=False,
                    pass_fds=(password.fileno(), lock),
                    start_new_session=True,
                    user=user,
                    group=group,
                )
            except subprocess.TimeoutExpired as error:
                raise WrongSetting(
                    "DATA_DIR", f"initdb did not finish {self._staging} in {_INITDB_SECONDS} seconds"
                ) from error
        if done.returncode != 0:
            raise WrongSetting("DATA_DIR", f"initdb could not make {self._staging}: {reason(done.stderr)}")


def reason(said: str) -> str:
    """Why a program of PostgreSQL ended, in one line: the errors that it told, without the statements."""
    lines = said.splitlines()
    telling = [line for line in lines if _ERROR.search(line)] or lines[-_LAST_LINES:]
    return "; ".join(line.strip() for line in telling)[-_REASON_LENGTH:]


def closed_to_us(error: PermissionError) -> WrongSetting:
    """What to say where a file or folder below DATA_DIR is another user's."""
    return WrongSetting(
        "DATA_DIR",
        f"{error.filename} cannot be used by user {os.geteuid()} ({error.strerror}); "
        "run this as the user that runs the service, or name a folder of this user's own",
    )
