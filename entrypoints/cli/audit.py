"""`music-app audit`: who did what."""

import argparse
from contextlib import aclosing
from datetime import UTC, datetime

import msgspec
import uvloop

from domain.audit import Action, AuditEvent, Wanted
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container

_LIMIT = 100


def add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "audit",
        help="tell who did what, when, and from which network",
        description="Print who registered, uploaded, downloaded, changed and deleted what, when, and from which "
        "network, the newest first. The service may run meanwhile.",
    )
    command.add_argument("--since", type=_moment, metavar="TIME", help="like 2026-11-30, or 2026-11-30T12:00 (in UTC)")
    command.add_argument("--until", type=_moment, metavar="TIME", help="before that moment")
    command.add_argument("--user", type=int, metavar="ID", help="of this user; of downloads by link, of their tracks")
    command.add_argument("--action", type=_action, metavar="ACTION", help=", ".join(Action))
    command.add_argument("--limit", type=_limit, default=_LIMIT, metavar="N", help=f"0: all; {_LIMIT} by default")
    command.add_argument("--json", action="store_true", help="print JSON, a line for each")
    command.set_defaults(run=_run)


def _moment(text: str) -> datetime:
    """In UTC where it names no time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"must be like 2026-11-30 or 2026-11-30T12:00; it is {text!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _action(text: str) -> Action:
    try:
        return Action(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(Action)}; it is {text!r}") from error


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"must be a whole number from 0; it is {text!r}")
    return int(text[:18])


def _run(settings: Settings, options: argparse.Namespace) -> int:
    container = Container(settings)
    with container.with_store(make=False):
        uvloop.run(_print(container, options))
    return 0


async def _print(container: Container, options: argparse.Namespace) -> None:
    wanted = Wanted(options.since, options.until, options.user, options.action)
    async with container.open_store():
        async with aclosing(container.read_audit()(wanted, options.limit or None)) as events:
            async for event in events:
                print(_json(event) if options.json else _line(event))


def _line(event: AuditEvent) -> str:
    told = {"user": event.user_id, "track": event.track_uuid, "link": event.link_id, "from": event.address_prefix}
    rest = "  ".join(f"{name} {value}" for name, value in told.items() if value is not None)
    return f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}  {event.action:<23}  {rest}"


def _json(event: AuditEvent) -> str:
    return msgspec.json.encode(event).decode()
