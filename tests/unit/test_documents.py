"""The documents say what the code does: codes, settings, repairs, limits, files, commands."""

import re
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from domain.audit import Action
from domain.recording.repairs import Repair
from entrypoints.cli import main
from entrypoints.http.answers import ANSWERS
from entrypoints.http.error_handlers import NOT_FOUND_CODE
from entrypoints.http.requests import form_events, upload_form
from entrypoints.http.routes import register
from entrypoints.http.server import head, pieces, protocol, turns, unread_bodies
from entrypoints.settings.settings import Settings, read_settings

PROJECT = Path(__file__).parents[2]
DOCUMENTS = [
    *("README.md", "README.ru.md", "CHANGELOG.md", "SECURITY.md", "THIRD_PARTY_NOTICES.md"),
    *sorted(f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md")),
]
SECTIONS = [
    [field.encode_name for field in msgspec.structs.fields(section.type)]
    for section in msgspec.structs.fields(Settings)
]
SETTINGS = [name for section in SECTIONS for name in section]
SOURCES = ["domain", "application", "adapters", "entrypoints"]
NOT_SETTINGS: set[str] = set()
"""Words in capitals that documents may name without their being settings."""
ANSWERED = {(answer.status, answer.code) for answer in ANSWERS.values()}
BY_THE_FRAMEWORK = {(404, NOT_FOUND_CODE), (405, "route.wrong_method")}


def text(name: str) -> str:
    return (PROJECT / name).read_text("utf-8")


def rows(name: str, heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without their heads and back ticks."""
    section = re.split(r"^#+ ", text(name).split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    lines = re.findall(r"^\|(.*)\|$", section, re.MULTILINE)
    cells = [[cell.strip().strip("`") for cell in line.split("|")] for line in lines]
    return [row for row in cells if row[0].strip("-")][1:]


def test_the_page_has_every_error_the_service_has() -> None:
    described = [(int(status), code) for status, code, _ in rows("docs/http.md", "Errors")]

    assert sorted(described) == sorted(BY_THE_FRAMEWORK | ANSWERED)


def test_the_page_has_every_repair() -> None:
    assert [token for token, _ in rows("docs/http.md", "What is mended")] == list(Repair)


@pytest.mark.parametrize(("name", "heading"), [("README.md", "Settings"), ("README.ru.md", "Настройки")])
def test_the_readme_names_settings_with_their_defaults(name: str, heading: str) -> None:
    described = {name: default for name, default, _ in rows(name, heading)}

    assert described
    assert [setting for setting in SETTINGS if setting in described] == list(described)
    assert read_settings(described) == Settings()


def test_the_env_file_has_every_setting_with_its_default() -> None:
    given = dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", text(".env"), re.MULTILINE))

    assert list(given) == SETTINGS
    assert read_settings(given) == Settings()


def test_the_env_file_has_a_heading_for_each_section() -> None:
    parts = re.split(r"^# --- .+$", text(".env"), flags=re.MULTILINE)[1:]

    assert [re.findall(r"^([A-Z0-9_]+)=", part, re.MULTILINE) for part in parts] == SECTIONS


def test_the_page_for_operators_says_when_to_set_each_setting_of_each_section() -> None:
    page = text("docs/operations.md").split("# Settings\n", 1)[1].split("\n## ", 1)[0]
    headings = re.findall(r"^\*\*(.+)\*\*$", page, re.MULTILINE)
    parts = re.split(r"^\*\*.+\*\*$", page, flags=re.MULTILINE)[1:]
    named = [" ".join(re.findall(r"^\| (`.+?) \|", part, re.MULTILINE)) for part in parts]

    assert headings == re.findall(r"^# --- (.+)$", text(".env"), re.MULTILINE)
    assert [sorted(re.findall(r"[A-Z_0-9]+", names)) for names in named] == [sorted(names) for names in SECTIONS]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_settings_that_are_named_exist(name: str) -> None:
    """In code, a word in capitals with an underscore is a setting, or on the list of what else there is."""
    named = {
        word
        for code in re.findall(r"`([^`\n]+)`", text(name))
        for word in re.findall(r"\b[A-Z0-9]+(?:_[A-Z0-9]+)+\b", code)
    }

    assert named - set(SETTINGS) <= NOT_SETTINGS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_codes_that_are_named_exist(name: str) -> None:
    known = {code for _, code in BY_THE_FRAMEWORK | ANSWERED} | {str(action) for action in Action}
    kinds = "|".join({code.split(".")[0] for code in known})
    named = re.findall(rf"`((?:{kinds})\.[a-z_]+)`", text(name))

    assert [code for code in named if code not in known and not code.endswith((".py", ".wav", ".mp3"))] == []


def test_the_page_for_operators_tells_what_each_refusal_of_the_service_means() -> None:
    page = text("docs/operations.md")

    told = {code for status, code in ANSWERED if status in (408, 429) or status >= 500}
    assert [code for code in sorted(told) if f"`{code}`" not in page] == []


def test_systemd_waits_longer_than_the_service_gives_itself() -> None:
    found = re.search(r"^TimeoutStopSec=(\d+)$", text("docs/operations.md"), re.MULTILINE)

    assert found
    assert int(found[1]) >= Settings().serving.shutdown_grace + 60


def test_systemd_tries_again_what_may_mend_itself() -> None:
    """The exit code does not tell a wrong setting from a database that is away."""
    unit = text("docs/operations.md").split("```ini\n", 1)[1].split("```", 1)[0]

    assert "Restart=on-failure\n" in unit
    assert "RestartPreventExitStatus" not in unit
    assert re.search(r"^RestartSec=\d+$", unit, re.MULTILINE)


def test_what_may_be_wrong_is_what_the_service_says() -> None:
    messages = [message for message, *_ in rows("docs/operations.md", "When something is wrong")]
    answers = ANSWERED | BY_THE_FRAMEWORK
    code = "\n".join(path.read_text("utf-8") for folder in SOURCES for path in (PROJECT / folder).rglob("*.py"))
    joined = re.sub(r'"\s*\n\s*f?"', "", code)

    for message in messages:
        if found := re.match(r"(\d{3}) `([a-z_]+\.[a-z_0-9]+)`", message):
            assert (int(found[1]), found[2]) in answers
        elif found := re.match(r"[A-Z_]{3,}: ([^`]+)", message):
            assert [part for part in found[1].split("…") if part.strip() not in joined] == []


def test_the_page_for_operators_tells_every_event_of_the_log() -> None:
    sources = [path.read_text("utf-8") for path in (PROJECT / "entrypoints").rglob("*.py")]
    events = re.findall(r'logger\.\w+\(\s*"([^"]+)"', "\n".join(sources))

    assert events
    assert [event for event in events if f"`{event}`" not in text("docs/operations.md")] == []


def test_the_page_names_the_limits() -> None:
    page = text("docs/http.md")

    assert f"at most {register.MAX_BODY_BYTES} bytes" in page
    assert f"at most {form_events.MAX_PARTS} parts" in page
    assert f"more than {form_events.FORM_BYTES} bytes beside its file" in page
    assert f"longer than {upload_form.MAX_TEXT_BYTES} bytes" in page
    assert f"up to {unread_bodies.DRAIN_SECONDS:g} seconds" in page
    assert f"more than {protocol.MAX_TARGET_BYTES} bytes" in page
    assert f"of more than {head.MAX_FIELDS} fields" in page
    assert f"more than {turns.MAX_WAITING_REQUESTS} requests wait" in page
    assert f"more than {pieces.FREE_PIECES} pieces" in page
    assert f"less than {pieces.MIN_PIECE_BYTES} bytes on average" in page
    assert form_events.FORM_BYTES >= form_events.MAX_PARTS * upload_form.MAX_TEXT_BYTES


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text(name))

    assert [link for link in links if not ((PROJECT / name).parent / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_headings(name: str) -> None:
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", text(name)):
        page = ((PROJECT / name).parent / path).read_text("utf-8") if path else text(name)
        headings = [
            re.sub(r"[^\w -]", "", line).replace(" ", "-").lower() for line in re.findall(r"^#+ (.+)$", page, re.M)
        ]
        assert anchor in headings


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_are_named_exist(name: str) -> None:
    prose = re.sub(r"^```python .*?^```$", "", text(name), flags=re.MULTILINE | re.DOTALL)
    named = re.findall(
        r"\b((?:domain|application(?!/(?:json|octet-stream|offset|x-www-form-urlencoded))|adapters|entrypoints|tests|docs)/[\w./]*\w/?)",
        prose,
    )
    example = ("adapters/folder/", "tests/contract/test_folder_audio.py")

    assert [path for path in named if not path.startswith(example) and not (PROJECT / path).exists()] == []


def test_an_upload_is_followed_through_nine_files_at_most() -> None:
    way = text("docs/architecture.md").split("## The way of an upload\n", 1)[1].split("```", 1)[0]
    steps = re.findall(r"^(\d+)\. `([\w/]+\.py)`", way, re.MULTILINE)

    assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
    assert len({path for _, path in steps}) == len(steps) <= 9
    assert steps[-1][1] == "adapters/postgres/track_keeper.py"
    paths = [path for _, path in steps]
    assert [pair for pair in pairwise(paths) if not known_to_each_other(*pair)] == []


def known_to_each_other(one: str, other: str) -> bool:
    """Whether one file imports the other, or both import what they hand over: from the same module of the domain."""
    imported = [set(re.findall(r"^from ([\w.]+) import", text(path), re.MULTILINE)) for path in (one, other)]
    modules = [path.removesuffix(".py").replace("/", ".") for path in (one, other)]
    handed_over = {name for name in imported[0] & imported[1] if name.startswith("domain.") and name != "domain.errors"}
    return modules[0] in imported[1] or modules[1] in imported[0] or bool(handed_over)


def test_contracts_that_are_named_exist() -> None:
    named = set(re.findall(r"`(\w+Contract)` in `(tests/\w+/\w+\.py)`", text("docs/adapters.md")))

    assert len(named) >= 4
    assert [
        (contract, path)
        for contract, path in named
        if not re.search(rf"^class {contract}[:(]", text(path), re.MULTILINE)
    ] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_targets_that_are_named_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", text("Makefile"), re.MULTILINE))

    assert set(re.findall(r"(?:`|^| )make ([a-z]+)(?:`|$)", text(name), re.MULTILINE)) <= targets


@pytest.mark.parametrize(("name", "heading"), [("README.md", "Commands"), ("README.ru.md", "Команды")])
def test_commands_of_the_readme_are_understood(name: str, heading: str) -> None:
    commands = [command.removeprefix(".venv/bin/music-app ") for command, _ in rows(name, heading)]

    for command in commands:
        main._parser().parse_args(command.split())
    assert {command.split()[0] for command in commands} == {
        "serve",
        "migrate",
        "convert",
        "backup",
        "restore",
        "check",
        "users",
        "audit",
    }


def test_the_russian_readme_has_the_commands_of_the_english_one() -> None:
    shell = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)

    assert shell.findall(text("README.ru.md")) == shell.findall(text("README.md"))
