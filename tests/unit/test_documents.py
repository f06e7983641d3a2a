"""The documents say what the code does: codes, settings, repairs, limits, files, commands."""

import re
from pathlib import Path

import msgspec
import pytest

from domain.wav.repairs import Repair
from entrypoints.cli import main
from entrypoints.http import add_track, middleware, register, upload_form
from entrypoints.http.errors import ANSWERS, NOT_FOUND_CODE
from entrypoints.settings import Settings, read_settings

PROJECT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "CHANGELOG.md", *(f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md"))]
BY_THE_FRAMEWORK = {(404, NOT_FOUND_CODE), (405, "route.wrong_method"), (500, "service.error")}


def text(name: str) -> str:
    return (PROJECT / name).read_text("utf-8")


def rows(name: str, heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without their heads and back ticks."""
    section = re.split(r"^#+ ", text(name).split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    lines = re.findall(r"^\|(.*)\|$", section, re.MULTILINE)
    cells = [[cell.strip().strip("`") for cell in line.split("|")] for line in lines]
    return [row for row in cells if row[0].isupper() or row[0].islower() or row[0].isdigit()][1:]


def test_the_page_has_every_error_the_service_has() -> None:
    described = [(int(status), code) for status, code, _ in rows("docs/http.md", "Errors")]

    assert sorted(described) == sorted(BY_THE_FRAMEWORK | set(ANSWERS.values()))


def test_the_page_has_every_repair() -> None:
    assert [token for token, _ in rows("docs/http.md", "What is mended")] == list(Repair)


def test_the_readme_has_every_setting_with_its_default() -> None:
    described = {name: default for name, default, _ in rows("README.md", "Settings")}

    assert list(described) == [field.encode_name for field in msgspec.structs.fields(Settings)]
    assert read_settings(described) == Settings()


def test_the_env_file_has_every_setting_with_its_default() -> None:
    given = dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", text(".env"), re.MULTILINE))

    assert list(given) == [field.encode_name for field in msgspec.structs.fields(Settings)]
    assert read_settings(given) == Settings()


def test_the_page_names_the_limits() -> None:
    page = text("docs/http.md")

    assert f"at most {register.MAX_BODY_BYTES} bytes" in page
    assert f"at most {upload_form.MAX_PARTS} parts" in page
    assert f"longer than {upload_form.MAX_TEXT_BYTES} bytes" in page
    assert f"up to {middleware.DRAIN_SECONDS:g} seconds" in page
    assert add_track.FORM_BYTES >= upload_form.MAX_PARTS * upload_form.MAX_TEXT_BYTES


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text(name))

    assert [link for link in links if not ((PROJECT / name).parent / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_are_named_exist(name: str) -> None:
    prose = re.sub(r"^```python .*?^```$", "", text(name), flags=re.MULTILINE | re.DOTALL)
    named = re.findall(r"\b((?:domain|application(?!/json)|adapters|entrypoints|tests|docs)/[\w./]*\w/?)", prose)
    example = ("adapters/folder/", "tests/contract/test_folder_tracks.py")

    assert [path for path in named if not path.startswith(example) and not (PROJECT / path).exists()] == []


def test_contracts_that_are_named_exist() -> None:
    named = set(re.findall(r"`(\w+Contract)` in `(tests/\w+/\w+\.py)`", text("docs/adapters.md")))

    assert len(named) >= 4
    assert [(contract, path) for contract, path in named if f"class {contract}:" not in text(path)] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_targets_that_are_named_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", text("Makefile"), re.MULTILINE))

    assert set(re.findall(r"(?:`|^| )make ([a-z]+)(?:`|$)", text(name), re.MULTILINE)) <= targets


def test_commands_of_the_readme_are_understood() -> None:
    commands = [command.removeprefix(".venv/bin/music-app ") for command, _ in rows("README.md", "Commands")]

    for command in commands:
        main._parser().parse_args(command.split())
    assert {command.split()[0] for command in commands} == {"serve", "migrate", "convert"}
