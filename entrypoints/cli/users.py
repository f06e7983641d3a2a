"""`music-app users`: what an operator does with users."""

import argparse
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import fields
from datetime import UTC

import msgspec
import uvloop

from application.manage_users import ManageUsers
from domain.directory import ListedUser
from domain.quotas import LARGEST_QUOTA, LONGEST_RETENTION_DAYS, MOST_UPLOADS, OwnQuota
from domain.text import writable
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container

_MOST = dict.fromkeys(("tracks", "bytes", "seconds"), LARGEST_QUOTA) | {
    "uploads": MOST_UPLOADS,
    "retention_days": LONGEST_RETENTION_DAYS,
}
_DEFAULT = "default"
_HEAD = ("USER", "CREATED", "TRACKS", "BYTES", "SECONDS", "NAME", "QUOTA")


def add_users(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with what it does."""
    command = commands.add_parser(
        "users",
        help="list, rename, bound and delete users, give them new tokens",
        description="List, rename, bound and delete users, give them new tokens. The service may run meanwhile.",
    )
    acts = command.add_subparsers(required=True, metavar="ACT")
    for name, act, help_ in (
        ("list", _list, "all users, with what they have and may have"),
        ("show", _show, "one user"),
        ("rename", _rename, "give a user another name"),
        ("token", _token, "print a new access token, once; the old one stops at once"),
        ("quota", _quota, "set what a user may have; without options show it"),
        ("delete", _delete, "delete a user with all that is theirs"),
    ):
        act_parser = acts.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
        act_parser.set_defaults(run=_run, act=act)
        if name != "list":
            act_parser.add_argument("user_id", type=int, metavar="ID", help="as `users list` has it")
        _add_options(name, act_parser)


def _add_options(name: str, parser: argparse.ArgumentParser) -> None:
    if name in ("list", "show", "quota"):
        parser.add_argument("--json", action="store_true", help="print JSON, a line for each user")
    if name == "rename":
        parser.add_argument("name", metavar="NAME", help="1 to 100 characters")
    if name == "delete":
        parser.add_argument("--yes", action="store_true", help="do not ask")
    if name == "quota":
        for field, most in _MOST.items():
            option = f"--{field.replace('_', '-')}"
            help_ = f"0 to {most}; 0: no bound; {_DEFAULT}: as the settings have it"
            parser.add_argument(option, dest=field, type=_bound(most), metavar="N", help=help_)


def _bound(most: int) -> Callable[[str], int | str]:
    """What reads the value of an option."""

    def read(text: str) -> int | str:
        if text == _DEFAULT:
            return text
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most):
            raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {most}, or {_DEFAULT}; it is {text!r}")
        return int(text)

    return read


def _run(settings: Settings, options: argparse.Namespace) -> int:
    container = Container(settings)
    act: Callable[[ManageUsers, argparse.Namespace], Awaitable[int]] = options.act

    async def run() -> int:
        async with container.open_store():
            return await act(container.manage_users(), options)

    with container.with_store(make=False):
        return uvloop.run(run())


async def _list(users: ManageUsers, options: argparse.Namespace) -> int:
    if not options.json:
        print(_line(_HEAD))
    async with aclosing(users.all()) as listed:
        async for one in listed:
            print(_json(one) if options.json else _line(_cells(one)))
    return 0


async def _show(users: ManageUsers, options: argparse.Namespace) -> int:
    listed = await users.find(options.user_id)
    print(_json(listed) if options.json else f"{_line(_HEAD)}\n{_line(_cells(listed))}")
    return 0


async def _rename(users: ManageUsers, options: argparse.Namespace) -> int:
    name = await users.rename(options.user_id, options.name)
    print(f"user {options.user_id} is called {writable(name)}")
    return 0


async def _token(users: ManageUsers, options: argparse.Namespace) -> int:
    print(await users.new_token(options.user_id))
    return 0


async def _quota(users: ManageUsers, options: argparse.Namespace) -> int:
    given = {name: value for name in _MOST if (value := getattr(options, name)) is not None}
    if given:
        changes = {name: None if value == _DEFAULT else value for name, value in given.items()}
        await users.set_quota(options.user_id, changes)
    return await _show(users, options)


async def _delete(users: ManageUsers, options: argparse.Namespace) -> int:
    listed = await users.find(options.user_id)
    what = f"user {options.user_id}, {writable(listed.user.name)}, with {listed.totals.tracks} tracks"
    if not options.yes and not _is_sure(f"Delete {what}? This cannot be undone. Type yes: "):
        print("nothing was deleted", file=sys.stderr)
        return 1
    await users.delete(options.user_id)
    print(f"deleted {what}; the service removes the tracks in the background")
    return 0


def _is_sure(question: str) -> bool:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == "yes"


def _line(cells: tuple[str, ...]) -> str:
    *numbers, name, quota = cells
    return "  ".join([*(f"{cell:>12}" for cell in numbers), f"{name:<30}", quota]).rstrip()


def _cells(listed: ListedUser) -> tuple[str, ...]:
    user, totals = listed.user, listed.totals
    numbers = (user.user_id, f"{user.created_at:%Y-%m-%d}", totals.tracks, totals.bytes)
    seconds = f"{totals.duration.total_seconds():.0f}"
    return (*map(str, numbers), seconds, writable(user.name), _quota_text(user.quota))


def _quota_text(quota: OwnQuota) -> str:
    """What was set, as the options have it."""
    named = ((field.name.replace("_", "-"), getattr(quota, field.name)) for field in fields(quota))
    return " ".join(f"{name}={value}" for name, value in named if value is not None)


def _json(listed: ListedUser) -> str:
    user, totals = listed.user, listed.totals
    told = {
        "user_id": user.user_id,
        "user_name": user.name,
        "created_at": user.created_at.astimezone(UTC),
        "tracks": totals.tracks,
        "bytes": totals.bytes,
        "seconds": totals.duration.total_seconds(),
        "quota": {field.name: getattr(user.quota, field.name) for field in fields(user.quota)},
    }
    return msgspec.json.encode(told).decode()
