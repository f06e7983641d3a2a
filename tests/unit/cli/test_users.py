"""What `music-app users` and `music-app audit` print, over adapters in memory."""

import io
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from adapters.memory.mp3 import InMemoryMp3
from domain.audit import Action, AuditEvent
from domain.errors import CommandRefused, UnknownUser
from domain.users import token_digest
from entrypoints.cli import audit, main
from entrypoints.settings.settings import Settings
from entrypoints.wiring.common import CommonAdapters
from entrypoints.wiring.container import Container
from tests.contract.tracks import a_track
from tests.unit import memory

MP3 = InMemoryMp3(b"sound")
TRACK = UUID("0f2e8a6c-6d0b-4b7e-9a55-0c1d2e3f4a5b")
AT = datetime(2026, 11, 30, 12, 0, 0, 500_000, tzinfo=UTC)
EVENTS = [
    AuditEvent(AT, Action.DOWNLOAD_BY_LINK, 1, TRACK, "link-9", "192.0.2.0/24"),
    AuditEvent(AT.replace(day=29), Action.SET_QUOTA, 2),
]


async def users(container: Container, *arguments: str) -> int:
    """The exit code of `music-app users` with these arguments."""
    options = main._parser().parse_args(["users", *arguments])
    code: int = await options.act(container.manage_users(), options)
    return code


async def registered(container: Container, *names: str) -> None:
    for name in names:
        await container.application.register()(name)


async def test_the_table_has_everybody_with_what_they_have_and_may_have(
    container: Container, capsys: pytest.CaptureFixture[str]
) -> None:
    await registered(container, "Ann", "Bob the \u202esecond")
    await memory.keeper(container).keep(a_track(1, MP3), MP3)
    await users(container, "quota", "2", "--tracks", "10", "--retention-days", "0")
    capsys.readouterr()

    assert await users(container, "list") == 0

    head, ann, bob = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert head == ["USER", "CREATED", "TRACKS", "BYTES", "SECONDS", "NAME", "QUOTA"]
    assert ann == ["1", "2026-01-01", "1", "5", "12", "Ann"]
    assert bob == ["2", "2026-01-01", "0", "0", "0", "Bob", "the", "second", "tracks=10", "retention-days=0"]


@pytest.mark.parametrize("arguments", [("list",), ("show", "1"), ("quota", "1", "--bytes", "9"), ("quota", "1")])
async def test_json_has_a_line_for_each(
    container: Container, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    await registered(container, "Ann")

    assert await users(container, *arguments, "--json") == 0

    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "user_id": 1,
        "user_name": "Ann",
        "created_at": "2026-01-01T00:00:00Z",
        "tracks": 0,
        "bytes": 0,
        "seconds": 0.0,
        "quota": {
            "tracks": None,
            "bytes": 9 if "--bytes" in arguments else None,
            "seconds": None,
            "uploads": None,
            "retention_days": None,
        },
    }


async def test_a_quota_is_set_and_taken_back(container: Container) -> None:
    await registered(container, "Ann")

    await users(container, "quota", "1", "--tracks", "5", "--bytes", "6", "--seconds", "7", "--uploads", "8")
    await users(container, "quota", "1", "--tracks", "default", "--bytes", "0", "--retention-days", "36500")

    quota = memory.users(container).kept[1].quota
    assert (quota.tracks, quota.bytes, quota.seconds, quota.uploads, quota.retention_days) == (None, 0, 7, 8, 36_500)


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "", "36501", "١", "9" * 5000, "0" * 21 + "9" * 30])
def test_a_quota_that_cannot_be_is_wrong_usage(capsys: pytest.CaptureFixture[str], value: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main._parser().parse_args(["users", "quota", "1", f"--retention-days={value}"])

    assert ended.value.code == 2
    assert "must be a whole number from 0 to 36500, or default" in capsys.readouterr().err


async def test_a_new_token_is_all_that_is_printed(container: Container, capsys: pytest.CaptureFixture[str]) -> None:
    await registered(container, "Ann")

    await users(container, "token", "1")

    token = capsys.readouterr().out.removesuffix("\n")
    assert str(UUID(token)) == token
    assert memory.users(container).kept[1].token_sha256 == token_digest(token)


async def test_a_user_is_renamed(container: Container, capsys: pytest.CaptureFixture[str]) -> None:
    await registered(container, "Ann")

    await users(container, "rename", "1", " Zoë ")

    assert capsys.readouterr().out == "user 1 is called Zoë\n"
    assert memory.users(container).kept[1].name == "Zoë"


@pytest.mark.parametrize(("said", "code"), [("yes\n", 0), ("y\n", 1), ("no\n", 1), ("", 1)])
async def test_a_user_is_deleted_once_that_is_sure(
    container: Container,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    code: int,
) -> None:
    await registered(container, "Ann")
    monkeypatch.setattr("sys.stdin", io.StringIO(said))

    assert await users(container, "delete", "1") == code

    told = capsys.readouterr()
    assert told.err.startswith("Delete user 1, Ann, with 0 tracks?")
    assert ("nothing was deleted" in told.err, "deleted user 1" in told.out) == (code == 1, code == 0)
    assert (1 in memory.users(container).kept) == (code == 1)


async def test_who_says_yes_beforehand_is_not_asked(
    container: Container, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered(container, "Ann")
    monkeypatch.setattr("sys.stdin", None)

    assert await users(container, "delete", "1", "--yes") == 0

    assert capsys.readouterr().err == ""
    assert memory.users(container).kept == {}


@pytest.mark.parametrize(
    "arguments", [("show",), ("rename", "Bob"), ("token",), ("quota", "--tracks=1"), ("delete", "--yes")]
)
async def test_a_user_who_is_not_there_is_told(container: Container, arguments: tuple[str, ...]) -> None:
    await registered(container, "Ann")
    act, *rest = arguments

    with pytest.raises(UnknownUser, match="user 7 does not exist"):
        await users(container, act, "7", *rest)


async def audited(container: Container, *arguments: str) -> None:
    await audit._print(container, main._parser().parse_args(["audit", *arguments]))


async def test_the_audit_trail_is_told_the_newest_first(
    container: Container, capsys: pytest.CaptureFixture[str]
) -> None:
    await memory.audit_trail(container).record(EVENTS[::-1])

    await audited(container)

    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        f"2026-11-30T12:00:00Z download.link user 1 track {TRACK} link link-9 from 192.0.2.0/24".split(),
        ["2026-11-29T12:00:00Z", "user.quota", "user", "2"],
    ]


async def test_the_audit_trail_as_json_has_every_field(
    container: Container, capsys: pytest.CaptureFixture[str]
) -> None:
    await memory.audit_trail(container).record(EVENTS)

    await audited(container, "--json", "--limit", "1")

    assert json.loads(capsys.readouterr().out) == {
        "at": "2026-11-30T12:00:00.500000Z",
        "action": "download.link",
        "user_id": 1,
        "track_uuid": str(TRACK),
        "link_id": "link-9",
        "address_prefix": "192.0.2.0/24",
    }


@pytest.mark.parametrize(
    ("arguments", "users_told"),
    [
        (["--user", "2"], [2]),
        (["--action", "download.link"], [1]),
        (["--since", "2026-11-30"], [1]),
        (["--since", "2026-11-29T13:00+01:00"], [1, 2]),
        (["--until", "2026-11-30T12:00:00.5"], [2]),
        (["--until", "2026-11-30T12:00:00.500001"], [1, 2]),
        (["--limit", "0"], [1, 2]),
        (["--user", "9"], []),
    ],
)
async def test_some_of_the_audit_trail_may_be_asked_for(
    container: Container, capsys: pytest.CaptureFixture[str], arguments: list[str], users_told: list[int]
) -> None:
    await memory.audit_trail(container).record(EVENTS)

    await audited(container, "--json", *arguments)

    assert [json.loads(line)["user_id"] for line in capsys.readouterr().out.splitlines()] == users_told


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--since", "yesterday", "must be like 2026-11-30"),
        ("--until", "", "must be like 2026-11-30"),
        ("--limit", "-1", "must be a whole number from 0"),
        ("--action", "sing", "must be one of register, upload, "),
        ("--user", "Ann", "invalid int value"),
    ],
)
def test_what_cannot_be_asked_for_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], option: str, value: str, told: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main._parser().parse_args(["audit", f"{option}={value}"])

    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_a_wiring_without_users_or_audit_says_so() -> None:
    container = Container(Settings(), CommonAdapters)

    with pytest.raises(CommandRefused, match="has no accounts"):
        container.manage_users()
    with pytest.raises(CommandRefused, match="has no audit_trail"):
        container.read_audit()
