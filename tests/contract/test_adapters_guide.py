"""The example of docs/adapters.md, put into a copy of the project as the page says, does what the page says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
GUIDE = PROJECT / "docs" / "adapters.md"
OLD_PROVIDER = "    tracks = providers.Singleton(PsycopgTrackRepository, database)\n"
OLD_IMPORT = "from adapters.postgres.tracks import PsycopgTrackRepository\n"
SECONDS = 110


def blocks() -> dict[str, str]:
    """The page's Python, by what stands behind the language."""
    return dict(re.findall(r"^```python (.+?)\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with everything that the page tells to do."""
    copy = tmp_path_factory.mktemp("project")
    for name in ("domain", "application", "adapters", "entrypoints", "tests"):
        shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", copy)
    (copy / "adapters" / "folder").mkdir()
    (copy / "adapters" / "folder" / "__init__.py").touch()
    for name, code in blocks().items():
        if name.endswith(".py"):
            (copy / name).write_text(code, "utf-8")
    container = copy / "entrypoints" / "wiring" / "container.py"
    text = container.read_text("utf-8")
    assert text.count(OLD_PROVIDER) == text.count(OLD_IMPORT) == 1
    text = text.replace(OLD_PROVIDER, blocks()["entrypoints/wiring/container.py (tracks)"])
    container.write_text(text.replace(OLD_IMPORT, blocks()["entrypoints/wiring/container.py (import)"]), "utf-8")
    return copy


def run(folder: Path, *command: str) -> str:
    """What a Python module prints; its failure is the test's."""
    arguments = [sys.executable, "-m", *command]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_passes_the_contract(changed: Path) -> None:
    output = run(changed, "pytest", "-q", "-p", "no:cacheprovider", "tests/contract/test_folder_tracks.py")

    assert re.search(r"^[1-9]\d+ passed", output, re.MULTILINE)


def test_the_service_runs_on_the_example(changed: Path) -> None:
    output = run(changed, "pytest", "-q", "-p", "no:cacheprovider", "tests/integration/test_folder_service.py")

    assert re.search(r"^1 passed", output, re.MULTILINE)


def test_the_example_is_as_clean_as_the_rest(changed: Path) -> None:
    files = [name for name in blocks() if name.endswith(".py")]

    run(changed, "ruff", "format", "--check", "--no-cache", *files)
    run(changed, "ruff", "check", "--no-cache", *files)
    run(changed, "mypy", "--cache-dir", str(changed / ".mypy_cache"), "-p", "adapters.folder")
