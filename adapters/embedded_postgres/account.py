"""The operating system account that PostgreSQL runs as, and how a program is started as it."""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from domain.errors import WrongSetting

_LINUX = sys.platform == "linux"
_CHECK_SECONDS = 10
_ANSWERS_TO_ROOT = "run the service as an ordinary user, or set DATABASE_URL to a server of your own"
# The numbers of the capabilities that let a program through folders closed to its user (linux/capability.h).
# The first can only read; the second is what containers usually have.
_PASSING_CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server runs as, and the arguments that come before a program to run it so.

    PostgreSQL refuses to run as root. For root it runs as an ordinary account, which may have no way into a `DATA_DIR`
    or a Python environment below a closed folder such as /root. The data is therefore reached through the working
    directory, which needs no permission on the folders above it; the programs, where they are out of reach, by a
    capability to read.
    """

    user_id: int
    group_id: int
    dropped: bool
    prefix: tuple[str, ...] = ()

    def command(self, program: str, *arguments: str, parent_death_signal: str) -> list[str]:
        """The argument list. `parent_death_signal` (INT, KILL) reaches the program when the starting thread ends."""
        if not _LINUX:
            return [program, *arguments]
        # setpriv sets the signal after it has changed the user, which clears it.
        return [*self.prefix, "--pdeathsig", parent_death_signal, "--", program, *arguments]

    def directory_argument(self, folder: Path) -> str:
        """What to call `folder` on the command line of a program whose working directory it is."""
        return "/proc/self/cwd" if _LINUX else str(folder)

    def popen_user(self) -> tuple[int | None, int | None]:
        """User and group for `subprocess` to change to where setpriv does not exist."""
        return (self.user_id, self.group_id) if self.dropped and not _LINUX else (None, None)

    def give(self, path: Path) -> None:
        """Make `path` the account's own."""
        if self.dropped:
            os.chown(path, self.user_id, self.group_id)


def server_account(data: Path, data_dir: Path, initdb: str) -> Account:
    """The account for the cluster in `data` (which need not exist yet) below `data_dir`.

    An existing cluster's owner stays. Else, for root, the owner of DATA_DIR; else `nobody`: that account has the same
    number and a name (initdb insists on one) on every system and in every image, so a volume can move between them.
    Raises `WrongSetting`.
    """
    if _LINUX and shutil.which("setpriv") is None:
        raise WrongSetting("DATA_DIR", "the program setpriv is needed to run PostgreSQL; install util-linux")
    if os.geteuid() != 0:
        return _own_account(data)
    user = _user_for_root(data, data_dir)
    if not _LINUX:
        return Account(user.pw_uid, user.pw_gid, dropped=True)
    return _dropped_account(user, initdb)


def _own_account(data: Path) -> Account:
    user_id = os.geteuid()
    if data.exists() and data.stat().st_uid != user_id:
        raise WrongSetting(
            "DATA_DIR", f"the database in {data} belongs to user {data.stat().st_uid}, the service runs as {user_id}"
        )
    if not data.exists() and _named(user_id) is None:
        raise WrongSetting(
            "DATA_DIR",
            f"user {user_id} has no name on this system, and PostgreSQL's initdb needs one; add it to /etc/passwd",
        )
    return Account(user_id, os.getegid(), dropped=False, prefix=("setpriv",))


def _user_for_root(data: Path, data_dir: Path) -> pwd.struct_passwd:
    for folder in (data, data_dir):
        owner = folder.stat().st_uid if folder.exists() else 0
        if owner and (user := _named(owner)):
            return user
        if owner and folder == data:
            raise WrongSetting("DATA_DIR", f"the database in {data} belongs to user {owner}, unknown on this system")
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise WrongSetting(
            "DATA_DIR", f"PostgreSQL does not run as root, and there is no user nobody; {_ANSWERS_TO_ROOT}"
        ) from error


def _named(user_id: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(user_id)
    except KeyError:
        return None


def _dropped_account(user: pwd.struct_passwd, initdb: str) -> Account:
    drop = ("setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups")
    ways = [drop, *((*drop, *_passing(name)) for name, bit in _PASSING_CAPABILITIES.items() if _has_capability(bit))]
    for prefix in ways:
        account = Account(user.pw_uid, user.pw_gid, dropped=True, prefix=prefix)
        # By way of env: setpriv itself still has root's capabilities when it looks for the program.
        problem = _try(account.command("env", initdb, "--version", parent_death_signal="KILL"))
        if problem is None:
            return account
    raise WrongSetting(
        "DATA_DIR",
        f"PostgreSQL does not run as root, and as user {user.pw_name} it did not start either ({problem}); "
        f"{_ANSWERS_TO_ROOT}",
    )


def _passing(capability: str) -> tuple[str, ...]:
    # no_setuid_fixup: else access(2), which PostgreSQL asks about its own programs, ignores the capability.
    return (
        *("--inh-caps", f"+{capability}", "--ambient-caps", f"+{capability}"),
        *("--securebits", "+no_setuid_fixup"),
    )


def _has_capability(bit: int) -> bool:
    for line in Path("/proc/self/status").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("CapPrm:"):
            return bool(int(line.split()[1], 16) >> bit & 1)
    return False


def _try(command: list[str]) -> str | None:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_CHECK_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()[-500:] or f"exit code {done.returncode}"
