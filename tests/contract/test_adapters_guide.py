"""The example of docs/adapters.md, put into a copy of the project as the page says, does what the page says."""

import importlib
import inspect
import pkgutil
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import domain
from tests.sqlite import wiring

PROJECT = Path(__file__).parents[2]
GUIDE = PROJECT / "docs" / "adapters.md"
SECONDS = 110
HALF_WRITTEN = shutil.ignore_patterns("*.pyc.*")
"""What other processes write while the rest is copied."""


def blocks() -> dict[str, str]:
    """The page's Python, by what stands behind the language."""
    return dict(re.findall(r"^```python (.+?)\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with everything that the page tells to do: files are added, none is edited.

    What Python and mypy keep is copied, too; both look whether it is that of the same sources.
    """
    copy = tmp_path_factory.mktemp("project")
    for name in ("domain", "application", "adapters", "entrypoints", "tests"):
        shutil.copytree(PROJECT / name, copy / name, ignore=HALF_WRITTEN)
    for database in PROJECT.glob(".mypy_cache/*/*.db"):
        copy_database(database, copy / database.relative_to(PROJECT))
    shutil.copy(PROJECT / "pyproject.toml", copy)
    (copy / "adapters" / "folder").mkdir()
    (copy / "adapters" / "folder" / "__init__.py").touch()
    for name, code in blocks().items():
        assert not (copy / name).exists()
        (copy / name).write_text(code, "utf-8")
    return copy


def copy_database(database: Path, copy: Path) -> None:
    """As it is at one moment, whoever writes to it."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as one:
        with closing(sqlite3.connect(copy)) as other:
            one.backup(other)


def run(folder: Path, *command: str) -> str:
    """What a Python module prints; its failure is the test's."""
    arguments = [sys.executable, "-m", *command]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_passes_the_contract_with_every_offer(changed: Path) -> None:
    output = run(changed, "pytest", "-q", "-p", "no:cacheprovider", "tests/contract/test_folder_audio.py")

    assert re.search(r"^[1-9]\d+ passed in", output, re.MULTILINE)  # and none deselected
    assert "does not offer" not in output


def test_the_service_runs_on_the_example(changed: Path) -> None:
    output = run(changed, "pytest", "-q", "-p", "no:cacheprovider", "tests/integration/test_folder_service.py")

    assert re.search(r"^1 passed", output, re.MULTILINE)


def test_the_example_is_as_clean_as_the_rest(changed: Path) -> None:
    files = list(blocks())

    run(changed, "ruff", "format", "--check", "--no-cache", *files)
    run(changed, "ruff", "check", "--no-cache", *files)
    modules = [file.removesuffix(".py").replace("/", ".") for file in files]
    run(changed, "mypy", "--cache-dir", str(changed / ".mypy_cache"), *(f"-m{module}" for module in modules))
    lint_imports = "import sys; from importlinter.cli import lint_imports_command; sys.argv[1:] = ['--no-cache']; "
    done = subprocess.run(
        [sys.executable, "-c", f"{lint_imports}lint_imports_command()"],
        cwd=changed,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_names_every_port_and_nothing_that_is_not_there() -> None:
    ports = {
        name
        for module in pkgutil.walk_packages(domain.__path__, "domain.")
        for name, found in inspect.getmembers(importlib.import_module(module.name), inspect.isabstract)
        if found.__module__ == module.name
    }
    table = re.findall(r"^\| (`.+?) \|$", GUIDE.read_text("utf-8"), re.MULTILINE)

    assert {port for row in table for port in re.findall(r"`(\w+)`", row.split(" | ")[0])} == ports
    for row in table:
        paths = re.findall(r"`([\w/]+\.py)`", row)
        contents = "\n".join((PROJECT / path).read_text("utf-8") for path in paths)
        for name in re.findall(r"`(\w+)`", row):
            assert f"class {name}" in contents


def test_the_container_part_that_the_page_shows_is_that_of_the_worked_example() -> None:
    lines = inspect.getsource(wiring.SqliteAdapters).splitlines()

    assert len(lines) <= 10
    for line in lines:
        assert line.strip().startswith('"""') or line in GUIDE.read_text("utf-8").splitlines()
